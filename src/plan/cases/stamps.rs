//! Tables of stamps: graph, state, targets, what is forgotten and recorded.

use crate::plan::language::state;
use crate::plan::{Purge, accept_texts, stamp};
use crate::revision::language::graph;

/// Returns what a stamp forgets, after `-`, and what it records.
#[track_caller]
fn check_stamp(line: &str, applied: &str, targets: &[&str], purge: Purge, expected: &str) {
    let graph = graph(line);
    let parsed = targets.iter().map(|target| target.parse().unwrap());
    let targets: Vec<_> = parsed.collect();
    let found = match stamp(&graph, &state(&graph, applied), &targets, purge) {
        Err(error) => format!("!{error}"),
        Ok(stamp) => {
            let forgotten = stamp.forget.iter().map(|id| format!("-{id}"));
            let recorded = stamp.record.iter().map(ToString::to_string);
            forgotten.chain(recorded).collect::<Vec<_>>().join(" ")
        }
    };
    assert_eq!(found, expected, "{line} | {applied}");
}

#[test]
fn a_stamp_moves_the_lineages_of_its_targets() {
    let line = "a <- b <- c";
    check_stamp(line, "", &["head"], Purge::No, "a b c");
    check_stamp(line, "^a", &["head"], Purge::No, "b c");
    check_stamp(line, "^c", &["a"], Purge::No, "-b -c");
    check_stamp(line, "^c", &["c"], Purge::No, "");
    check_stamp(line, "^c", &["-1"], Purge::No, "-c");
    check_stamp(line, "^c", &["base"], Purge::No, "-a -b -c");
    check_stamp(line, "a b~", &["b"], Purge::No, "b");
    check_stamp(line, "a b~", &["a"], Purge::No, "-b");
    check_stamp(line, "a b%", &["b"], Purge::No, "b");
    check_stamp(line, "a b%", &["-1"], Purge::No, "-b");
    // What lies below is recorded even where a hole was.
    check_stamp(line, "a c", &["c"], Purge::No, "b");
    check_stamp(line, "a b! c", &["c"], Purge::No, "");
}

#[test]
fn a_stamp_leaves_other_lineages_alone() {
    let fork = "a <- b#left <- c, a <- d#right <- e, z#other";
    check_stamp(fork, "^b ^e ^z", &["c"], Purge::No, "c");
    check_stamp(fork, "^c ^e ^z", &["b"], Purge::No, "-c");
    check_stamp(fork, "^c ^e ^z", &["left@base"], Purge::No, "-b -c");
    check_stamp(fork, "^c ^e ^z", &["other@base"], Purge::No, "-z");
    check_stamp(fork, "^c ^e ^z", &["a"], Purge::No, "-b -c -d -e");
    check_stamp(fork, "^c", &["e", "z"], Purge::No, "d e z");
    check_stamp(fork, "^c ^e ^z", &["b", "d"], Purge::No, "-c -e");
    check_stamp(fork, "", &["heads"], Purge::No, "a b c d e z");
    check_stamp(
        fork,
        "",
        &["head"],
        Purge::No,
        "!target `head` has several heads",
    );
    let depends = "a <- b, x <- y [needs b]";
    check_stamp(depends, "", &["y"], Purge::No, "a b x y");
    check_stamp(depends, "^y", &["a"], Purge::No, "-b -x -y");
}

#[test]
fn a_stamp_knows_rows_without_a_file() {
    let line = "a <- b <- c, z";
    check_stamp(line, "a b x<-b ^z", &["a"], Purge::No, "-b -x");
    check_stamp(line, "a b x<-z ^z", &["a"], Purge::No, "-b");
    check_stamp(line, "a b y", &["a"], Purge::No, "-b");
    check_stamp(line, "a b y", &["base"], Purge::No, "-a -b -y");
    check_stamp(line, "a b y", &["a"], Purge::Yes, "-a -b -y a");
    check_stamp("b <- c", "a b<-a c", &["b"], Purge::No, "-c");
    check_stamp("s [replaces a, b] <- c", "a b", &["c"], Purge::No, "s c");
}

#[test]
fn only_the_text_of_an_applied_revision_can_be_accepted() {
    let graph = graph("a <- b <- c");
    let accepted = |applied: &str, targets: &[&str]| {
        let targets: Vec<_> = targets.iter().map(|text| text.parse().unwrap()).collect();
        match accept_texts(&graph, &state(&graph, applied), &targets) {
            Err(error) => format!("!{error}"),
            Ok(ids) => ids
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" "),
        }
    };
    assert_eq!(accepted("a! b!", &["b", "a", "b"]), "b a");
    assert_eq!(accepted("a! b", &["b-1"]), "a");
    assert_eq!(accepted("a b", &["c"]), "!target `c` is not applied");
    assert_eq!(accepted("a b~", &["b"]), "!a revision stopped half way");
    assert_eq!(accepted("a! b%", &["b"]), "!a revision stopped half way");
    assert_eq!(accepted("a! b%", &["a"]), "a");
}
