//! Tables of downgrades: graph, state, target, what is taken back.

use super::STRICT;
use crate::plan::language::state;
use crate::plan::{Action, PlanError, downgrade, upgrade};
use crate::revision::language::{graph, rows};

#[test]
fn alembic_takes_back_the_same() {
    let mut wrong = Vec::new();
    for (case, [line, heads, target, expected]) in rows(include_str!("../alembic_down.txt")) {
        let found = taken_back(line, heads, target);
        let agrees = match expected {
            "!" => found.starts_with('!'),
            expected => found == expected,
        };
        if !agrees {
            wrong.push(format!("{case}: {found}"));
        }
    }
    assert_eq!(wrong.join("\n"), "");
}

/// Returns the revisions of a downgrade in one line, such as `c(resume) b`; `-`
/// for none, and an error after `!`.
fn taken_back(line: &str, applied: &str, target: &str) -> String {
    let graph = graph(line);
    let target = target.parse().unwrap_or_else(|error| panic!("{error}"));
    match downgrade(&graph, &state(&graph, applied), &target) {
        Err(error) => format!("!{error}"),
        Ok(plan) if plan.steps.is_empty() => "-".to_owned(),
        Ok(plan) => {
            let shown = plan.steps.iter().map(|step| match step.action {
                Action::Resume(_) => format!("{}(resume)", step.revision),
                Action::Run | Action::Record => step.revision.to_string(),
            });
            shown.collect::<Vec<_>>().join(" ")
        }
    }
}

#[track_caller]
fn check_down(line: &str, applied: &str, target: &str, expected: &str) {
    let found = taken_back(line, applied, target);
    assert_eq!(found, expected, "{line} | {applied} | {target}");
}

#[test]
fn down_a_line() {
    let line = "a <- b <- c <- d";
    check_down(line, "^d", "b", "d c");
    check_down(line, "^d", "-1", "d");
    check_down(line, "^c", "-2", "c b");
    check_down(line, "^c", "-3", "c b a");
    check_down(line, "^c", "base", "c b a");
    check_down(line, "^c", "c", "-");
    check_down(line, "^c", "current", "-");
    check_down(line, "^c", "c-2", "c b");
    check_down(line, "^d", "base+1", "d c b");
    check_down(line, "^b", "-3", "!the way to target `-3` ends before it");
    check_down(line, "", "-1", "!the way to target `-1` ends before it");
    check_down(line, "", "base", "-");
    check_down(line, "^b", "c", "!target `c` is not applied");
    check_down(line, "^b", "head", "!target `head` is not applied");
    check_down(line, "^b", "+1", "!target `+1` leads up");
    check_down(line, "^b", "heads", "!target `heads` leads up");
}

#[test]
fn down_a_fork() {
    let line = "a#trunk <- b#left <- c, a <- d#right <- e";
    check_down(line, "^c ^e", "a", "c b e d");
    check_down(line, "^c ^e", "base", "c b e d a");
    check_down(line, "^c ^e", "b", "c");
    check_down(line, "^c ^e", "left@-1", "c");
    check_down(line, "^c ^e", "right@-2", "e d");
    check_down(line, "^c ^e", "left@a", "c b");
    check_down(line, "^c ^e", "left@base", "c b e d a");
    check_down(
        line,
        "^c ^e",
        "-1",
        "!target `-1` is relative to several current revisions",
    );
    check_down("a#one <- b, c#two <- d", "^b ^d", "two@base", "d c");
    check_down("a <- b, a <- c, x#side", "^b ^c ^x", "side@base+1", "-");
}

#[test]
fn down_a_merge() {
    let line = "a <- b, a <- c, (b, c) <- m <- n";
    check_down(line, "^n", "m", "n");
    check_down(line, "^n", "b", "n m");
    check_down(line, "^n", "a", "n m b c");
    check_down(line, "^m", "-1", "!the way to target `-1` parts");
}

#[test]
fn down_past_dependencies() {
    let line = "a <- b, x <- y [needs b] <- z";
    check_down(line, "^z", "a", "z y b");
    check_down(line, "^z", "x", "z y");
    check_down(
        line,
        "^y",
        "b",
        "!nothing that revises target `b` is applied",
    );
    // The dependency stays where it is, though it is above the target.
    check_down("a <- x, a <- b [needs x]", "^b", "-1", "b");
}

#[test]
fn down_with_rows_that_have_no_file() {
    let ahead = "!a revision without a file stands on what target";
    let line = "a <- b <- c";
    check_down(line, "a b c x<-c", "b", &format!("{ahead} `b` takes back"));
    check_down(line, "a b c x<-a", "b", "c");
    check_down(line, "a b c x", "b", "c");
    check_down(
        line,
        "a b c x",
        "base",
        &format!("{ahead} `base` takes back"),
    );
    check_down("b <- c", "a b<-a c", "b", "c");
    check_down(
        "b <- c",
        "a b<-a c",
        "base",
        "!a revision without a file lies between the files and target `base`",
    );
    check_down("s [replaces a, b] <- c", "a b s c", "base", "c s");
    check_down(
        "s [replaces a, b] <- c",
        "a b",
        "base",
        "!revision `s` is not recorded yet",
    );
    check_down(line, "a b~", "a", "!a revision stopped half way");
    check_down(line, "a x~", "a", "!a partial revision has no file");
}

#[test]
fn what_is_half_way_down_comes_first() {
    let line = "a <- b <- c <- d";
    check_down(line, "^c d%", "-1", "d(resume)");
    check_down(line, "^c d%", "c", "d(resume)");
    check_down(line, "^c d%", "a", "d(resume) c b");
    check_down(line, "^c d%", "base", "d(resume) c b a");
    check_down(line, "^c d%", "d", "!a revision stopped half way");
    check_down(line, "^c d%", "current", "!a revision stopped half way");
    check_down(line, "^c d~", "c", "!a revision stopped half way");
    check_down("a", "a%", "base", "a(resume)");

    let fork = "a <- b#left <- c, a <- d#right <- e";
    check_down(fork, "^b c% ^e", "a", "c(resume) b e d");
    check_down(fork, "^b ^d e%", "a", "e(resume) b d");
    check_down(fork, "^b c% ^e", "left@-1", "c(resume)");
    check_down(fork, "^b c% ^e", "left@a", "c(resume) b");
    check_down(fork, "^b c% ^e", "d", "!a revision stopped half way");
    check_down(fork, "^b c% ^e", "right@-1", "!a revision stopped half way");
    check_down(fork, "^b c% ^e", "-1", "!a revision stopped half way");
    // Where a hand has made two, each can be finished.
    check_down(fork, "^b c% ^d e%", "b", "c(resume)");
    check_down(
        fork,
        "^b c% ^d e%",
        "left@a",
        "!a revision stopped half way",
    );
    check_down(fork, "^b c% ^d e%", "a", "c(resume) e(resume) b d");

    let merge = "a <- b, a <- c, (b, c) <- m <- n";
    check_down(merge, "^b ^c m%", "b", "m(resume)");
    check_down(merge, "^b ^c m%", "a", "m(resume) b c");
    let needs = "a <- b, x <- y [needs b] <- z";
    check_down(needs, "^b ^x y%", "a", "y(resume) b");
    check_down("s [replaces a, b] <- c", "a b s%", "base", "s(resume)");
}

#[test]
fn what_is_half_way_down_is_finished_by_the_target_that_the_error_names() {
    for (line, applied, half_way, expected) in [
        ("a <- b <- c", "^b c%", "c", "c@b"),
        ("a, x <- y", "a% ^y", "a", "a@base"),
        ("a <- b, a <- c", "^b c%", "c", "c@a"),
        (
            "a <- b, a <- c, (b, c) <- m, b <- n",
            "^n ^c m%",
            "m",
            "m@c",
        ),
        // Above `a` there is `b`, which stays.
        ("a <- b, (a, b) <- m", "^b m%", "m", "m@b"),
        ("x, a <- b [needs x]", "^x ^a b%", "b", "b@a"),
        // A hole in what is applied.
        ("a <- b <- c", "a c%", "c", "c@a"),
    ] {
        let graph = graph(line);
        let state = state(&graph, applied);
        let target = "head".parse().unwrap_or_else(|error| panic!("{error}"));
        let Err(PlanError::Unfinished(unfinished)) = upgrade(&graph, &state, &target, STRICT)
        else {
            panic!("{line}: it must be refused");
        };
        let [only] = &unfinished[..] else {
            panic!("{line}: {unfinished:?}");
        };
        assert_eq!(only.finish.target.to_string(), expected, "{line}");
        let found = taken_back(line, applied, expected);
        assert_eq!(found, format!("{half_way}(resume)"), "{line}");
    }
}
