//! What is said about a target that names no revision, and what to do about
//! one that cannot be read.

mod range;

use super::listing::{located, names, with_places};
use crate::diagnostic::Diagnostic;
use crate::exit::Exit;
use crate::revision::{Located, SelectError, Target, TargetError};

/// Returns what to do about a text that is no target; whose it is, and what is
/// wrong with it, is said by the error of the flag or the variable.
pub(super) fn hint(error: &TargetError) -> String {
    match error {
        TargetError::Empty
        | TargetError::NoBranch(_)
        | TargetError::NothingAfterBranch(_)
        | TargetError::SeveralBranches(_)
        | TargetError::Character { .. } => {
            "a target is `head`, `heads`, `base`, a revision, `+N`, `-N`, `REV+N`, `REV-N` or `BRANCH@` before one of these"
                .to_owned()
        }
        TargetError::NoNumber(target) => {
            let name = target.trim_end_matches(['+', '-']);
            let sign = if target[name.len()..].starts_with('+') {
                '+'
            } else {
                '-'
            };
            format!("write the number of steps after the sign, such as `{name}{sign}1`")
        }
        TargetError::NoSteps(_) => "`current` is where the database is".to_owned(),
        TargetError::TooManySteps(_) => "`head` and `base` are the ends of the way".to_owned(),
        TargetError::StepsFromHeads(target) => format!(
            "start from one of them: `{}`, or a branch: `BRANCH@head`",
            target.replace("heads", "head")
        ),
        TargetError::Range(_) => "ranges `A:B` are for `--sql` and `history`".to_owned(),
        TargetError::NotARange(_) => "a range is `A:B`, `A:` or `:B`".to_owned(),
        TargetError::StepsFromCurrent(_) => {
            "steps alone count from the other end: `-3:current`, `current:+2`".to_owned()
        }
    }
}

/// Returns what is said about a target that names no revision.
pub fn select(error: &SelectError) -> Diagnostic {
    let invalid = |code, title: String| Diagnostic::error(code, Exit::Invalid, title);
    let list = "each file names its revision in its `revision:` line";
    match error {
        SelectError::Unknown { name, nearest } => nearest_or(
            invalid(
                "unknown-revision",
                format!("no revision or branch is named `{name}`"),
            ),
            nearest.as_deref(),
            list,
        ),
        SelectError::TooShort { name, shortest } => invalid(
            "unknown-revision",
            format!("no revision or branch is named `{name}`"),
        )
        .hint(format!(
            "write at least {shortest} characters, or the whole id"
        )),
        SelectError::AmbiguousPrefix { name, matches } => listed(
            invalid(
                "ambiguous-revision",
                format!("{} revisions begin with `{name}`", matches.len()),
            ),
            matches,
        )
        .hint("write more of the id"),
        SelectError::Replaced { name, by } => invalid(
            "replaced-revision",
            format!("revision `{name}` was replaced by `{}`", by.revision),
        )
        .place(located(by))
        .hint(format!("name `{}` instead", by.revision)),
        SelectError::UnknownBranch { branch, nearest } => nearest_or(
            invalid("unknown-branch", format!("no branch is named `{branch}`")),
            nearest.as_deref(),
            "name a branch by its label, or by one of its revisions",
        ),
        SelectError::NotMember { revision, branch } => invalid(
            "other-branch",
            format!(
                "revision `{}` is no part of branch `{branch}`",
                revision.revision
            ),
        )
        .place(located(revision))
        .hint(format!(
            "name it without the branch: `{}`",
            revision.revision
        )),
        SelectError::MultipleHeads { target, heads } => multiple_heads(target, heads),
        SelectError::AmbiguousWalk {
            target,
            at,
            choices,
        } => {
            let place = match at {
                None => "at the base".to_owned(),
                Some(id) => format!("at revision `{id}`"),
            };
            listed(
                invalid(
                    "ambiguous-target",
                    format!("target `{target}` is ambiguous: the way parts {place}"),
                ),
                choices,
            )
            .hint(match &target.branch {
                None if target.steps > 0 => {
                    format!("name the branch: `BRANCH@{target}`")
                }
                _ => "name the revision itself".to_owned(),
            })
        }
        SelectError::TooFar { target, possible } => invalid(
            "no-such-step",
            format!(
                "target `{target}` goes {}, of which {possible} {} possible",
                match target.steps.unsigned_abs() {
                    1 => "1 step".to_owned(),
                    steps => format!("{steps} steps"),
                },
                if *possible == 1 { "is" } else { "are" }
            ),
        )
        .hint(if target.steps > 0 {
            "name the end of the way: `head`"
        } else {
            "name the end of the way: `base`"
        }),
        SelectError::SeveralCurrent { target, current } => listed(
            invalid(
                "ambiguous-target",
                format!(
                    "target `{target}` is ambiguous: the database has {} heads",
                    current.len()
                ),
            ),
            current,
        )
        .hint(format!("name the branch: `BRANCH@{:+}`", target.steps)),
        SelectError::SeveralEnds { range, ends } => range::several_ends(range, ends),
        SelectError::NoWay { range, from, to } => range::no_way(range, from, to),
        SelectError::NoStandpoint(target) => invalid(
            "relative-target",
            format!("target `{target}` is relative to the database, which is not asked here"),
        )
        .hint("name a revision or `head`"),
    }
}

fn multiple_heads(target: &Target, heads: &[Located]) -> Diagnostic {
    let (whole, all) = match &target.branch {
        None => ("the revision graph".to_owned(), "heads".to_owned()),
        Some(branch) => (format!("branch `{branch}`"), format!("{branch}@heads")),
    };
    let ids: Vec<&str> = heads.iter().map(|head| head.revision.as_str()).collect();
    let (message, both) = match ids[..] {
        [one, other] => (format!("merge {one} and {other}"), "both"),
        _ => (format!("merge {} heads", ids.len()), "all"),
    };
    let title = format!(
        "target `{target}` is ambiguous: {whole} has {} heads",
        heads.len()
    );
    listed(
        Diagnostic::error("multiple-heads", Exit::Invalid, title),
        heads,
    )
    .hint(format!(
        "run `seaworthy merge {} -m \"{message}\"`",
        ids.join(" ")
    ))
    .hint(format!("or upgrade {both} branches with target `{all}`"))
}

fn listed(diagnostic: Diagnostic, revisions: &[Located]) -> Diagnostic {
    with_places(diagnostic, revisions.iter().map(located))
}

fn nearest_or(diagnostic: Diagnostic, nearest: Option<&str>, otherwise: &str) -> Diagnostic {
    match nearest {
        Some(nearest) => diagnostic.hint(format!("is {} meant?", names([nearest]))),
        None => diagnostic.hint(otherwise),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::language::graph;
    use crate::revision::{Standpoint, TargetRange};

    fn shown(diagnostic: &Diagnostic) -> String {
        format!("{diagnostic}\nexit {}", diagnostic.exit.code())
    }

    /// `current` lists the heads of the database; `?` is an unknown database.
    #[track_caller]
    fn unselected(line: &str, current: &str, text: &str) -> String {
        let graph = graph(line);
        let current: Option<Vec<_>> =
            (current != "?").then(|| current.split(' ').filter_map(|id| graph.node(id)).collect());
        let standpoint = match &current {
            None => Standpoint::Unknown,
            Some(heads) => Standpoint::At(heads),
        };
        let target = text.parse().expect(text);
        shown(&select(&graph.select(&target, standpoint).expect_err(line)))
    }

    #[test]
    fn what_is_no_target_has_its_hint() {
        let said = |error: TargetError| format!("{error}: {}", hint(&error));
        let targets = [
            "",
            "@head",
            "shop@",
            "a@b@c",
            "ab12-",
            "+0",
            "+99999999999",
            "heads-1",
            "a b",
            "a:b",
        ];
        let targets = targets.map(|text| said(text.parse::<Target>().expect_err(text)));
        let ranges = ["a:b:c", "current-1:b"];
        let ranges = ranges.map(|text| said(text.parse::<TargetRange>().expect_err(text)));
        insta::assert_snapshot!([targets.join("\n"), ranges.join("\n")].join("\n"), @"
        a target is empty: a target is `head`, `heads`, `base`, a revision, `+N`, `-N`, `REV+N`, `REV-N` or `BRANCH@` before one of these
        target `@head` names no branch before `@`: a target is `head`, `heads`, `base`, a revision, `+N`, `-N`, `REV+N`, `REV-N` or `BRANCH@` before one of these
        target `shop@` names nothing after `@`: a target is `head`, `heads`, `base`, a revision, `+N`, `-N`, `REV+N`, `REV-N` or `BRANCH@` before one of these
        target `a@b@c` has more than one `@`: a target is `head`, `heads`, `base`, a revision, `+N`, `-N`, `REV+N`, `REV-N` or `BRANCH@` before one of these
        target `ab12-` has a sign without a number: write the number of steps after the sign, such as `ab12-1`
        target `+0` goes no step: `current` is where the database is
        target `+99999999999` goes too many steps: `head` and `base` are the ends of the way
        target `heads-1` starts from several heads: start from one of them: `head-1`, or a branch: `BRANCH@head`
        ` ` is not allowed in target `a b`: a target is `head`, `heads`, `base`, a revision, `+N`, `-N`, `REV+N`, `REV-N` or `BRANCH@` before one of these
        `a:b` is a range, where one target is wanted: ranges `A:B` are for `--sql` and `history`
        `a:b:c` is not a range of two targets: a range is `A:B`, `A:` or `:B`
        `current-1` cannot be the end of a range: steps alone count from the other end: `-3:current`, `current:+2`
        ");
    }

    #[test]
    fn unknown() {
        insta::assert_snapshot!(unselected("77c0aa", "?", "77c0ab"), @"
        seaworthy: error[unknown-revision]: no revision or branch is named `77c0ab`

          hint: is `77c0aa` meant?
        exit 65
        ");
    }

    #[test]
    fn unknown_without_nearest() {
        insta::assert_snapshot!(unselected("77c0aa", "?", "other"), @"
        seaworthy: error[unknown-revision]: no revision or branch is named `other`

          hint: each file names its revision in its `revision:` line
        exit 65
        ");
    }

    #[test]
    fn too_short() {
        insta::assert_snapshot!(unselected("77c0aa", "?", "77c"), @"
        seaworthy: error[unknown-revision]: no revision or branch is named `77c`

          hint: write at least 4 characters, or the whole id
        exit 65
        ");
    }

    #[test]
    fn ambiguous_prefix() {
        insta::assert_snapshot!(unselected("77c0aa <- 77c0ab", "?", "77c0"), @"
        seaworthy: error[ambiguous-revision]: 2 revisions begin with `77c0`
          --> migrations/77c0aa.sql   revision `77c0aa`, a base
          --> migrations/77c0ab.sql   revision `77c0ab`, revises `77c0aa`

          hint: write more of the id
        exit 65
        ");
    }

    #[test]
    fn replaced() {
        insta::assert_snapshot!(unselected("a <- s [replaces old1]", "?", "old1"), @"
        seaworthy: error[replaced-revision]: revision `old1` was replaced by `s`
          --> migrations/s.sql   revision `s`, revises `a`

          hint: name `s` instead
        exit 65
        ");
    }

    #[test]
    fn unknown_branch() {
        insta::assert_snapshot!(unselected("a#shop", "?", "shap@head"), @"
        seaworthy: error[unknown-branch]: no branch is named `shap`

          hint: is `shop` meant?
        exit 65
        ");
    }

    #[test]
    fn unknown_branch_without_nearest() {
        insta::assert_snapshot!(unselected("a#shop", "?", "other@head"), @"
        seaworthy: error[unknown-branch]: no branch is named `other`

          hint: name a branch by its label, or by one of its revisions
        exit 65
        ");
    }

    #[test]
    fn not_member() {
        insta::assert_snapshot!(unselected("a#shop, x", "?", "shop@x"), @"
        seaworthy: error[other-branch]: revision `x` is no part of branch `shop`
          --> migrations/x.sql   revision `x`, a base

          hint: name it without the branch: `x`
        exit 65
        ");
    }

    #[test]
    fn multiple_heads() {
        insta::assert_snapshot!(unselected("77c0 <- a1f3, 77c0 <- b92e", "?", "head"), @r#"
        seaworthy: error[multiple-heads]: target `head` is ambiguous: the revision graph has 2 heads
          --> migrations/a1f3.sql   revision `a1f3`, revises `77c0`
          --> migrations/b92e.sql   revision `b92e`, revises `77c0`

          hint: run `seaworthy merge a1f3 b92e -m "merge a1f3 and b92e"`
          hint: or upgrade both branches with target `heads`
        exit 65
        "#);
    }

    #[test]
    fn multiple_heads_of_a_branch() {
        insta::assert_snapshot!(unselected("a#shop <- b, a <- c, (a, b) <- d", "?", "shop@head-1"), @r#"
        seaworthy: error[multiple-heads]: target `shop@head` is ambiguous: branch `shop` has 2 heads
          --> migrations/c.sql   revision `c`, revises `a`
          --> migrations/d.sql   revision `d`, revises `a` and `b`

          hint: run `seaworthy merge c d -m "merge c and d"`
          hint: or upgrade both branches with target `shop@heads`
        exit 65
        "#);
    }

    #[test]
    fn ambiguous_walk() {
        insta::assert_snapshot!(unselected("a <- b, a <- c", "?", "a+1"), @"
        seaworthy: error[ambiguous-target]: target `a+1` is ambiguous: the way parts at revision `a`
          --> migrations/b.sql   revision `b`, revises `a`
          --> migrations/c.sql   revision `c`, revises `a`

          hint: name the branch: `BRANCH@a+1`
        exit 65
        ");
    }

    #[test]
    fn ambiguous_walk_from_base() {
        insta::assert_snapshot!(unselected("a, b", "", "+1"), @"
        seaworthy: error[ambiguous-target]: target `+1` is ambiguous: the way parts at the base
          --> migrations/a.sql   revision `a`, a base
          --> migrations/b.sql   revision `b`, a base

          hint: name the branch: `BRANCH@+1`
        exit 65
        ");
    }

    #[test]
    fn ambiguous_walk_down() {
        insta::assert_snapshot!(unselected("a, b, (a, b) <- m", "?", "m-1"), @"
        seaworthy: error[ambiguous-target]: target `m-1` is ambiguous: the way parts at revision `m`
          --> migrations/a.sql   revision `a`, a base
          --> migrations/b.sql   revision `b`, a base

          hint: name the revision itself
        exit 65
        ");
    }

    #[test]
    fn too_far_up() {
        insta::assert_snapshot!(unselected("a <- b", "a", "+3"), @"
        seaworthy: error[no-such-step]: target `+3` goes 3 steps, of which 1 is possible

          hint: name the end of the way: `head`
        exit 65
        ");
    }

    #[test]
    fn too_far_by_one() {
        insta::assert_snapshot!(unselected("a", "a", "+1"), @"
        seaworthy: error[no-such-step]: target `+1` goes 1 step, of which 0 are possible

          hint: name the end of the way: `head`
        exit 65
        ");
    }

    #[test]
    fn too_far_down() {
        insta::assert_snapshot!(unselected("a <- b", "?", "b-3"), @"
        seaworthy: error[no-such-step]: target `b-3` goes 3 steps, of which 2 are possible

          hint: name the end of the way: `base`
        exit 65
        ");
    }

    #[test]
    fn several_current() {
        insta::assert_snapshot!(unselected("a <- b <- d, a <- c", "b c", "+1"), @"
        seaworthy: error[ambiguous-target]: target `+1` is ambiguous: the database has 2 heads
          --> migrations/b.sql   revision `b`, revises `a`
          --> migrations/c.sql   revision `c`, revises `a`

          hint: name the branch: `BRANCH@+1`
        exit 65
        ");
    }

    #[test]
    fn no_standpoint() {
        insta::assert_snapshot!(unselected("a", "?", "+1"), @"
        seaworthy: error[relative-target]: target `+1` is relative to the database, which is not asked here

          hint: name a revision or `head`
        exit 65
        ");
    }
}
