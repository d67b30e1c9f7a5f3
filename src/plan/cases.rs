//! Tables of plans: graph, state, target, expected steps.

mod down;
mod stamps;

use super::language::state;
use super::{
    Action, OnAhead, Policy, Warning, check_awaited, check_range, check_target, reached, upgrade,
};
use crate::revision::RevisionId;
use crate::revision::language::{graph, rows};

const STRICT: Policy = Policy {
    on_ahead: OnAhead::Warn,
    allow_divergent: false,
    allow_out_of_order: false,
};

/// Returns the steps of a plan in one line, such as `c(resume) b d`; `-` for
/// none, and an error after `!`.
fn planned(line: &str, applied: &str, target: &str, policy: Policy) -> String {
    let graph = graph(line);
    let target = target.parse().unwrap_or_else(|error| panic!("{error}"));
    match upgrade(&graph, &state(&graph, applied), &target, policy) {
        Err(error) => format!("!{error}"),
        Ok(plan) if plan.steps.is_empty() => "-".to_owned(),
        Ok(plan) => {
            let shown = plan.steps.iter().map(|step| match step.action {
                Action::Run => step.revision.to_string(),
                Action::Resume(_) => format!("{}(resume)", step.revision),
                Action::Record => format!("{}(record)", step.revision),
            });
            shown.collect::<Vec<_>>().join(" ")
        }
    }
}

#[track_caller]
fn check(line: &str, applied: &str, target: &str, expected: &str) {
    let found = planned(line, applied, target, STRICT);
    assert_eq!(found, expected, "{line} | {applied} | {target}");
}

#[test]
fn alembic_plans_the_same() {
    for (case, [line, heads, target, expected]) in rows(include_str!("alembic.txt")) {
        let found = planned(line, heads, target, STRICT);
        match expected {
            "!" => assert!(found.starts_with('!'), "{case}: {found}"),
            expected => assert_eq!(found, expected, "{case}"),
        }
    }
}

#[test]
fn a_line() {
    let line = "a <- b <- c <- d <- e";
    check(line, "^c", "e", "d e");
    check(line, "^c", "head", "d e");
    check(line, "^c", "heads", "d e");
    check(line, "", "c", "a b c");
    check(line, "^a", "+2", "b c");
    check(line, "^a", "+1", "b");
    check(line, "^b", "+3", "c d e");
    check(line, "^a", "b+2", "b c d");
    check(line, "^a", "d-2", "b");
    check(line, "", "+1", "a");
    check(line, "", "base+1", "a");
    check(line, "^b", "-2", "!target `-2` leads down");
    check(line, "^b", "+5", "!the way to target `+5` ends before it");
}

#[test]
fn a_target_that_is_applied_or_below_needs_nothing() {
    let line = "a <- b <- c";
    check(line, "^c", "head", "-");
    check(line, "^c", "a", "-");
    check(line, "^b", "base", "-");
    check(line, "^b", "current", "-");
    check(line, "^b", "a-1", "-");
}

#[test]
fn a_fork() {
    let line = "a <- b <- c1#c1branch <- d1, b <- c2#c2branch <- d2";
    check(line, "^b", "d1", "c1 d1");
    check(line, "^a", "heads", "b c2 d2 c1 d1");
    check(line, "^b", "c2branch@head-1", "c2");
    check(line, "^c1", "c2branch@+1", "c2");
    check(line, "^c1 ^c2", "c2branch@+1", "d2");
    check(line, "^c1", "c2branch@head", "c2 d2");
    check(line, "^c1", "c2branch@base", "-");
    check(line, "", "head", "!target `head` has several heads");
    check(line, "^d1 ^d2", "head", "!target `head` has several heads");
    check(
        line,
        "^c1 ^c2",
        "+1",
        "!target `+1` is relative to several current revisions",
    );
}

#[test]
fn merges() {
    let line = "a <- b <- c1 <- d1, b <- c2#c2branch <- d2, (d1, d2) <- e <- f";
    check(line, "^b", "f", "c2 d2 c1 d1 e f");
    check(line, "^d1", "head", "c2 d2 e f");

    let one_side = "a1 <- b1 <- c1, a2 <- b2 <- c2, (c1, c2) <- d1, c2 <- d2";
    check(one_side, "^d2 ^b1", "d1", "c1 d1");

    let three =
        "a1 <- b1 <- c1, a2 <- b2 <- c2, a3 <- b3 <- c3, (c1, c2, c3) <- d1, c2 <- d2, c3 <- d3";
    check(three, "^d3 ^d2 ^b1", "d1", "c1 d1");
    check(three, "^d3 ^b2 ^b1", "d1", "c2 c1 d1");
    check(three, "^d3 ^d1", "d2", "d2");

    let twins = "a <- b1, a <- b2, a <- b3, (b1, b2, b3) <- c1 <- d1, (b1, b2, b3) <- c2 <- d2";
    check(twins, "^a", "heads", "b3 b2 b1 c2 d2 c1 d1");
}

#[test]
fn dependencies() {
    let line = "a1#lib1 <- b1 <- c1#c1lib, a2 <- b2 <- c2 [needs c1lib], c1 <- d1 <- e1 <- f1";
    check(line, "^a2", "c2", "a1 b1 c1 b2 c2");
    check(line, "^b2", "lib1@head", "a1 b1 c1 d1 e1 f1");

    let own_down = "a1 <- a2 [needs a1]";
    check(own_down, "", "a2", "a1 a2");

    let both = "a1, b1 [needs a1], (a1, b1) <- m";
    check(both, "^a1", "b1", "b1");
    check(both, "^b1", "m", "m");

    let crossed = "a1 <- a2, b1 <- b2 [needs a2] <- b3, a2 <- a3 [needs b1]";
    check(crossed, "", "heads", "a1 a2 b1 a3 b2 b3");
    check(crossed, "^b2", "a3", "a3");

    let overlap = "r#all <- b, r <- y [needs b]";
    check(
        overlap,
        "",
        "all@heads",
        "!target `all@heads` names a revision and what it depends on",
    );
    check(overlap, "", "heads", "r b y");
}

#[test]
fn two_bases() {
    let line = "a1 <- b1, a2 <- b2";
    check(line, "", "heads", "a2 b2 a1 b1");
    check(line, "", "+1", "!the way to target `+1` parts");
    check(line, "", "a2@+1", "a2");
}

#[test]
fn names_are_whole_or_long_prefixes() {
    check(
        "abc1",
        "",
        "abc",
        "!`abc` is no revision, and too short for a prefix",
    );
    check("abc1 <- b", "", "b", "abc1 b");
    check("abc12 <- b", "", "abc1", "abc12");
}

#[test]
fn a_partial_revision_comes_first() {
    let line = "a <- b, a <- c <- d";
    check(line, "a c~", "heads", "c(resume) d b");
    check(line, "a c~", "c", "c(resume)");
    check(line, "a c~", "+1", "!the way to target `+1` parts");
    check(
        line,
        "a c~",
        "b",
        "!a partial revision is no part of target `b`",
    );
    check(line, "a c~ x~", "heads", "!a partial revision has no file");
    check(line, "a c~ b~", "heads", "b(resume) c(resume) d");
}

#[test]
fn nothing_goes_up_while_a_revision_is_half_way_down() {
    let line = "a <- b, a <- c <- d";
    for target in ["heads", "c", "a", "+1", "base"] {
        check(line, "a c%", target, "!a revision stopped half way");
    }
    check(line, "a x%", "heads", "!a partial revision has no file");
}

#[test]
fn a_replacing_revision_runs_is_recorded_or_refused() {
    let line = "a <- s [replaces b, c] <- d";
    check(line, "", "head", "a s d");
    check(line, "a", "head", "s d");
    check(line, "a b c", "head", "s(record) d");
    check(line, "a b c", "+1", "s(record) d");
    check(line, "a b c", "a", "-");
    check(line, "a b c s", "head", "d");
    check(line, "a b s", "head", "d");
    // Its place is below an applied revision: recorded, not out of order.
    check(line, "a b c d", "head", "s(record)");
    check(
        line,
        "a b",
        "head",
        "!of the revisions that `s` replaces, only some are applied",
    );
    // A reference to a replaced revision means the replacing one.
    let through = "a <- s [replaces b, c], d [revises c], e [needs b]";
    check(through, "", "heads", "a s e d");
    check(through, "a b c", "d", "s(record) d");
}

#[test]
fn a_changed_file_is_refused_unless_allowed() {
    let line = "a <- b <- c";
    check(line, "a! b", "head", "!an applied revision has changed");
    check(line, "a! b", "b", "!an applied revision has changed");
    check(line, "a? b*", "head", "c");
    let allowed = Policy {
        allow_divergent: true,
        ..STRICT
    };
    assert_eq!(planned(line, "a! b", "head", allowed), "c");
}

#[test]
fn a_revision_below_applied_ones_is_refused_unless_allowed() {
    let allowed = Policy {
        allow_out_of_order: true,
        ..STRICT
    };
    let refused = "!a pending revision comes before an applied one";
    for (line, applied, target, expected) in [
        ("a <- b <- c <- d", "a c", "head", "b d"),
        ("a <- b <- c <- d", "d", "head", "a b c"),
        ("a <- b <- c <- d", "a c", "a", "-"),
        ("a <- b, x <- y [needs b], y <- z", "a x y", "heads", "b z"),
        ("a <- b <- c <- d", "a c~", "head", "c(resume) b d"),
    ] {
        check(line, applied, target, refused);
        assert_eq!(planned(line, applied, target, allowed), expected);
    }
}

#[test]
fn a_database_that_is_ahead_stops_what_is_pending() {
    let ahead = "!the database is ahead of the revisions";
    let with = |on_ahead| Policy { on_ahead, ..STRICT };
    for (applied, warn, fail, apply) in [
        ("a b x<-b", "-", ahead, "-"),
        ("a x<-a", ahead, ahead, "b"),
        ("x", ahead, ahead, "a b"),
        ("a b", "-", "-", "-"),
    ] {
        let planned = |on_ahead| planned("a <- b", applied, "head", with(on_ahead));
        assert_eq!(planned(OnAhead::Warn), warn, "{applied}");
        assert_eq!(planned(OnAhead::Fail), fail, "{applied}");
        assert_eq!(planned(OnAhead::Apply), apply, "{applied}");
    }
}

#[test]
fn retired_revisions_are_passed_over_in_silence() {
    // `b` knew when it was applied that it revised `a`, and that `x`.
    check("b <- c", "x a<-x b<-a", "head", "c");
    // The replaced ones, and what they stood on.
    check("s [replaces b] <- c", "a b<-a", "head", "s(record) c");
    // A partial revision stands on what it revised, too.
    check("b <- c", "a b~<-a", "head", "b(resume) c");
}

#[test]
fn what_was_let_pass_is_told() {
    let graph = graph("a <- b <- c");
    let ids = |ids: &[&str]| ids.iter().map(|id| RevisionId::recorded(id)).collect();
    let policy = Policy {
        on_ahead: OnAhead::Apply,
        allow_divergent: true,
        allow_out_of_order: true,
    };
    let target = "head".parse().unwrap();
    let plan = upgrade(&graph, &state(&graph, "a! c x y"), &target, policy).unwrap();
    assert_eq!(
        plan.warnings,
        [
            Warning::Ahead(ids(&["x", "y"])),
            Warning::Divergent(ids(&["a"])),
            Warning::OutOfOrder(ids(&["b"])),
        ]
    );
}

#[track_caller]
fn check_reached(line: &str, applied: &str, target: &str, expected: &str) {
    let graph = graph(line);
    let target = target.parse().unwrap_or_else(|error| panic!("{error}"));
    let found = match reached(&graph, &state(&graph, applied), &target) {
        Ok(reached) => reached.to_string(),
        Err(error) => error.to_string(),
    };
    assert_eq!(found, expected, "{line} | {applied} | {target}");
}

#[test]
fn a_target_is_reached_when_it_is_applied() {
    let line = "a <- b <- c, b <- d#side [replaces old1, old2]";
    check_reached(line, "^b", "b", "true");
    check_reached(line, "^b", "a", "true");
    check_reached(line, "^b", "c", "false");
    check_reached(line, "^c", "heads", "false");
    check_reached(line, "^c ^d", "heads", "true");
    check_reached(line, "^b", "heads", "false");
    check_reached(line, "^c", "c-1", "true");
    check_reached(line, "^b", "c-1", "true");
    check_reached(line, "", "base", "true");
    check_reached(line, "a b c~", "c", "false");
    check_reached(line, "a b c%", "c", "false");
    check_reached(line, "a b c%", "b", "true");
    check_reached(line, "^b old1 old2", "side@head", "true");
    check_reached(line, "^b old1", "side@head", "false");
    check_reached("a <- b", "a b x<-b", "head", "true");
    check_reached("a <- b", "a x<-a", "head", "false");
    check_reached(line, "", "head", "target `head` has several heads");
}

#[test]
fn a_target_without_a_file_is_reached_when_it_is_recorded() {
    check_reached("a <- b", "a b x<-b", "x", "true");
    check_reached("a <- b", "a b later1<-b", "late", "true");
    check_reached(
        "a <- b",
        "a b later1<-b later2",
        "late",
        "no revision is named `late`",
    );
    check_reached("a <- b", "a b x~", "x", "false");
    check_reached("a <- b", "a b x%", "x", "false");
    check_reached("a <- b", "a b", "later1", "no revision is named `later1`");
    check_reached("a <- b", "^b", "x@head", "no branch is named `x`");
    // Without files there is nothing to compare with: it is awaited.
    check_reached("", "", "later1", "false");
    check_reached("", "later1", "later1", "true");
    check_reached(
        "",
        "",
        "head",
        "target `head` names nothing: there are no revisions",
    );
    check_reached(
        "a",
        "a",
        "+1",
        "target `+1` is relative to a database that was not asked",
    );
}

#[test]
fn a_range_that_leads_down_is_refused() {
    let graph = graph("a <- b#left <- c, a <- d, (c, d) <- m");
    let check = |range: &str, is_refused: bool| {
        let (from, to) = range.split_once(':').unwrap_or_else(|| panic!("{range}"));
        let [from, to] = [from, to].map(|end| end.parse().unwrap_or_else(|_| panic!("{end}")));
        let refused = check_range(&graph, &from, &to);
        assert_eq!(refused.is_err(), is_refused, "{range}: {refused:?}");
    };
    for upwards in [
        "a:head",
        "base:a",
        "base:base",
        "m:head",
        "b:d",
        "b:b",
        "heads:heads",
    ] {
        check(upwards, false);
    }
    for downwards in ["head:a", "m:d", "c:b", "a:base", "left@head:c"] {
        check(downwards, true);
    }
    // These are relative to what is not known yet.
    check("current:a", false);
    check("head:-1", false);
    check("a:+1", false);
}

#[test]
fn what_no_database_can_change_about_a_target_is_known_before() {
    let check = |target: &str, expected: [&str; 2]| {
        let graph = graph("a <- b, a <- c");
        let target = target.parse().unwrap();
        let said = [
            check_target(&graph, &target),
            check_awaited(&graph, &target),
        ]
        .map(|checked| checked.map_or_else(|error| error.to_string(), |()| String::new()));
        assert_eq!(said, expected, "{target}");
    };
    check("heads", ["", ""]);
    check("head", ["target `head` has several heads"; 2]);
    check("x@head", ["no branch is named `x`"; 2]);
    check("nobody", ["no revision is named `nobody`", ""]);
    let relative = "target `+1` is relative to a database that was not asked";
    check("+1", ["", relative]);
    let target = "-1".parse().unwrap();
    let said = check_target(&graph("a <- b"), &target).map_err(|error| error.to_string());
    assert_eq!(said, Err("target `-1` leads down".to_owned()));
}
