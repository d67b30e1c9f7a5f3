//! What is said when there is no plan, and what a plan noticed.

mod check;
mod downgrade;

pub use check::{not_at_heads, pending};

use super::apply::command;
use super::listing::{ids, located, names, with_places};
use super::target;
use crate::diagnostic::Diagnostic;
use crate::exit::Exit;
use crate::plan::{Direction, OutOfOrder, PlanError, RecordedOnly, Unfinished, Warning};
use crate::revision::{Located, RevisionId, Target};

/// Returns what is said about a plan that cannot be made.
pub fn diagnostic(error: &PlanError) -> Diagnostic {
    match error {
        PlanError::Select(error) => target::select(error),
        PlanError::NoRevisions(target) => invalid(
            "no-revisions",
            format!("target `{target}` names nothing: there are no revisions here"),
        )
        .hint("name the directory of the revisions with `--dir`")
        .hint("or name the revision itself instead of the target"),
        PlanError::HeadsAlone { target, heads } => invalid(
            "heads-alone",
            format!(
                "target `{target}` cannot be found in `alembic_version`, which holds the present \
                 heads and no graph"
            ),
        )
        .cause(format!("it holds `{}`", heads.join("`, `")))
        .hint("name the revision that is awaited: `seaworthy wait --schema REVISION`"),
        PlanError::Downwards(target) => invalid(
            "downwards",
            format!("target `{target}` leads down, and an upgrade only goes up"),
        )
        .hint(format!("run `seaworthy downgrade {target}`")),
        PlanError::Downgrade(error) => downgrade::diagnostic(error),
        PlanError::NotApplied { target, revision } => invalid(
            "not-applied",
            format!("target `{target}` is not applied to this database"),
        )
        .place(located(revision))
        .hint("run `seaworthy status` to see what is"),
        PlanError::Unfinished(partial) => unfinished(partial),
        PlanError::Overlap { target, revisions } => overlap(target, revisions),
        PlanError::PartialWithoutFile(partial) => partial_without_file(partial),
        PlanError::PartialElsewhere { target, partial } => partial_elsewhere(target, partial),
        PlanError::Divergent(revisions) => divergent(revisions),
        PlanError::PartlyReplaced {
            by,
            applied,
            missing,
        } => invalid(
            "partly-replaced",
            format!(
                "revision `{}` replaces {} revisions, of which only some are applied",
                by.revision,
                applied.len() + missing.len()
            ),
        )
        .place(located(by))
        .cause(format!("applied: {}", ids(applied)))
        .cause(format!("not applied: {}", ids(missing)))
        .hint("upgrade with the last version of the application that has their files, then with this one"),
        PlanError::OutOfOrder(found) => out_of_order(found),
        PlanError::Ahead { ahead, pending } => is_ahead(ahead, pending),
    }
}

/// Returns what is said about something that does not stop a plan.
pub fn warning(warning: &Warning) -> String {
    let all = |ids_: &[RevisionId]| ids(ids_);
    match warning {
        Warning::Ahead(found) => format!(
            "the database is ahead of the revisions here: it has {}, without a file",
            all(found)
        ),
        Warning::Divergent(found) => format!(
            "applied and changed since, which `--allow-divergent` accepts: {}",
            all(found)
        ),
        Warning::OutOfOrder(found) => format!(
            "pending below applied revisions, which `--allow-out-of-order` accepts: {}",
            all(found)
        ),
    }
}

fn invalid(code: &'static str, title: String) -> Diagnostic {
    Diagnostic::error(code, Exit::Invalid, title)
}

/// Returns `revision X is` or `N revisions are`, and so on.
fn counted<'a>(
    mut revisions: impl ExactSizeIterator<Item = &'a RevisionId>,
    singular: &str,
    plural: &str,
) -> String {
    match (revisions.len(), revisions.next()) {
        (1, Some(only)) => format!("revision `{only}` {singular}"),
        (count, _) => format!("{count} revisions {plural}"),
    }
}

fn overlap(target: &Target, revisions: &[Located]) -> Diagnostic {
    let mut ids = revisions.iter().map(|located| located.revision.as_str());
    let above = ids.next().unwrap_or_default();
    let title = format!(
        "target `{target}` names `{above}` and what that depends on: {}",
        names(ids)
    );
    with_places(
        invalid("overlapping-targets", title),
        revisions.iter().map(located),
    )
    .hint(format!(
        "run `seaworthy upgrade {above}`, which includes the others"
    ))
}

fn partial_without_file(partial: &[RecordedOnly]) -> Diagnostic {
    let what = counted(
        partial.iter().map(|row| &row.revision),
        "stopped half way, and its file is gone",
        "stopped half way, and their files are gone",
    );
    let diagnostic = with_rows(invalid("partial-without-file", what), partial);
    diagnostic
        .hint("run a version of the application that has the file: it goes on where it stopped")
}

fn partial_elsewhere(target: &Target, partial: &[Located]) -> Diagnostic {
    let what = counted(
        partial.iter().map(|located| &located.revision),
        "stopped half way and comes first",
        "stopped half way and come first",
    );
    let (them, first) = match partial {
        [only] => ("it", only.revision.as_str()),
        _ => ("them", "heads"),
    };
    let title = format!("{what}, but target `{target}` does not include {them}");
    with_places(invalid("partial", title), partial.iter().map(located))
        .hint(format!("run `seaworthy upgrade {first}`"))
}

fn unfinished(partial: &[Unfinished]) -> Diagnostic {
    let is_up = |one: &Unfinished| one.finish.direction == Direction::Upgrade;
    let (one, several) = if partial.iter().any(is_up) {
        ("stopped half way", "stopped half way")
    } else {
        // Somebody may just be at it.
        ("is half way down", "are half way down")
    };
    let title = counted(
        partial.iter().map(|one| &one.revision.revision),
        &format!("{one}, and nothing else may run before it is finished"),
        &format!("{several}, and nothing else may run before they are finished"),
    );
    let places = partial.iter().map(|one| located(&one.revision));
    let diagnostic = with_places(invalid("partial", title), places);
    let finish = match partial {
        [_, _, ..] if partial.iter().all(is_up) => "upgrade heads".to_owned(),
        [first, ..] => format!(
            "{} {}",
            command(first.finish.direction),
            first.finish.target
        ),
        [] => return diagnostic,
    };
    diagnostic.hint(format!(
        "run `seaworthy {finish}`: it goes on where it stopped"
    ))
}

fn divergent(revisions: &[Located]) -> Diagnostic {
    let title = counted(
        revisions.iter().map(|located| &located.revision),
        "has changed since it was applied",
        "have changed since they were applied",
    );
    let ids: Vec<&str> = revisions.iter().map(|one| one.revision.as_str()).collect();
    with_places(invalid("divergent", title), revisions.iter().map(located))
        .hint("restore what was applied, and write the change as a new revision")
        .hint(format!(
            "or accept the present text: run `seaworthy stamp --checksum {}`",
            ids.join(" ")
        ))
}

fn out_of_order(found: &[OutOfOrder]) -> Diagnostic {
    let title = match found {
        [one] => format!(
            "revision `{}` is pending, but `{}`, which stands on it, is applied",
            one.pending.revision, one.applied.revision
        ),
        several => format!(
            "{} revisions are pending, but others, which stand on them, are applied",
            several.len()
        ),
    };
    let place = |one: &OutOfOrder| {
        let place = located(&one.pending);
        let note = place.note.clone().unwrap_or_default();
        place.note(format!("{note}; below `{}`", one.applied.revision))
    };
    with_places(invalid("out-of-order", title), found.iter().map(place))
        .hint("if nothing applied depends on it, apply it now: `--allow-out-of-order`")
        .hint("or place it after the applied ones: a new `-- revises:` line, or a later number")
}

fn is_ahead(ahead: &[RecordedOnly], pending: &[Located]) -> Diagnostic {
    let title = match pending {
        [] => "the database is ahead of the revisions here".to_owned(),
        _ => {
            let what = counted(
                pending.iter().map(|located| &located.revision),
                "is pending",
                "are pending",
            );
            format!("the database is ahead of the revisions here, and {what}")
        }
    };
    let diagnostic = with_places(invalid("ahead", title), pending.iter().map(located));
    let diagnostic = with_rows(diagnostic, ahead)
        .hint("deploy a version of the application that has these revisions");
    match pending {
        [] => diagnostic.hint("or start all the same: `--on-ahead warn`"),
        _ => diagnostic.hint("or apply what is pending all the same: `--on-ahead apply`"),
    }
}

fn with_rows(diagnostic: Diagnostic, rows: &[RecordedOnly]) -> Diagnostic {
    match rows {
        [only] if !only.message.is_empty() => diagnostic.cause(format!(
            "the database has `{}` ({}), which has no file here",
            only.revision, only.message
        )),
        rows => {
            let ids = ids(rows.iter().map(|row| &row.revision));
            let verb = if rows.len() == 1 { "has" } else { "have" };
            diagnostic.cause(format!("the database has {ids}, which {verb} no file here"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::language::state;
    use crate::plan::{OnAhead, Policy, reached, upgrade};
    use crate::revision::language::graph;

    #[track_caller]
    fn shown(line: &str, applied: &str, target: &str, on_ahead: OnAhead) -> String {
        let graph = graph(line);
        let policy = Policy {
            on_ahead,
            allow_divergent: false,
            allow_out_of_order: false,
        };
        let target = target.parse().expect(target);
        let error = upgrade(&graph, &state(&graph, applied), &target, policy).expect_err(line);
        let diagnostic = diagnostic(&error);
        format!("{diagnostic}\nexit {}", diagnostic.exit.code())
    }

    #[track_caller]
    fn refused(line: &str, applied: &str, target: &str) -> String {
        shown(line, applied, target, OnAhead::Warn)
    }

    #[test]
    fn multiple_heads() {
        insta::assert_snapshot!(refused("77c0 <- a1f3, 77c0 <- b92e", "^77c0", "head"), @r#"
        seaworthy: error[multiple-heads]: target `head` is ambiguous: the revision graph has 2 heads
          --> migrations/a1f3.sql   revision `a1f3`, revises `77c0`
          --> migrations/b92e.sql   revision `b92e`, revises `77c0`

          hint: run `seaworthy merge a1f3 b92e -m "merge a1f3 and b92e"`
          hint: or upgrade both branches with target `heads`
        exit 65
        "#);
    }

    #[test]
    fn no_revisions() {
        insta::assert_snapshot!(refused("", "", "head"), @"
        seaworthy: error[no-revisions]: target `head` names nothing: there are no revisions here

          hint: name the directory of the revisions with `--dir`
          hint: or name the revision itself instead of the target
        exit 65
        ");
    }

    #[test]
    fn downwards() {
        insta::assert_snapshot!(refused("a <- b", "^b", "-1"), @"
        seaworthy: error[downwards]: target `-1` leads down, and an upgrade only goes up

          hint: run `seaworthy downgrade -1`
        exit 65
        ");
    }

    #[test]
    fn overlap() {
        insta::assert_snapshot!(refused("r#as <- b, r <- y [needs b]", "", "as@heads"), @"
        seaworthy: error[overlapping-targets]: target `as@heads` names `y` and what that depends on: `b`
          --> migrations/y.sql   revision `y`, revises `r`
          --> migrations/b.sql   revision `b`, revises `r`

          hint: run `seaworthy upgrade y`, which includes the others
        exit 65
        ");
    }

    #[test]
    fn partial_without_file() {
        insta::assert_snapshot!(refused("a <- b", "a x~", "head"), @"
        seaworthy: error[partial-without-file]: revision `x` stopped half way, and its file is gone
          cause: the database has `x` (add x), which has no file here

          hint: run a version of the application that has the file: it goes on where it stopped
        exit 65
        ");
    }

    #[test]
    fn partials_without_file() {
        insta::assert_snapshot!(refused("a <- b", "a x~ y~", "head"), @"
        seaworthy: error[partial-without-file]: 2 revisions stopped half way, and their files are gone
          cause: the database has `x` and `y`, which have no file here

          hint: run a version of the application that has the file: it goes on where it stopped
        exit 65
        ");
    }

    #[test]
    fn partial_elsewhere() {
        insta::assert_snapshot!(refused("a <- b <- c", "a c~ b", "b"), @"
        seaworthy: error[partial]: revision `c` stopped half way and comes first, but target `b` does not include it
          --> migrations/c.sql   revision `c`, revises `b`

          hint: run `seaworthy upgrade c`
        exit 65
        ");
    }

    #[test]
    fn partials_elsewhere() {
        insta::assert_snapshot!(refused("a <- b, a <- c", "a c~ b~", "a"), @"
        seaworthy: error[partial]: 2 revisions stopped half way and come first, but target `a` does not include them
          --> migrations/b.sql   revision `b`, revises `a`
          --> migrations/c.sql   revision `c`, revises `a`

          hint: run `seaworthy upgrade heads`
        exit 65
        ");
    }

    #[test]
    fn divergent() {
        insta::assert_snapshot!(refused("a <- b <- c", "a b!", "head"), @"
        seaworthy: error[divergent]: revision `b` has changed since it was applied
          --> migrations/b.sql   revision `b`, revises `a`

          hint: restore what was applied, and write the change as a new revision
          hint: or accept the present text: run `seaworthy stamp --checksum b`
        exit 65
        ");
    }

    #[test]
    fn several_divergent() {
        insta::assert_snapshot!(refused("a <- b <- c", "a! b!", "head"), @"
        seaworthy: error[divergent]: 2 revisions have changed since they were applied
          --> migrations/a.sql   revision `a`, a base
          --> migrations/b.sql   revision `b`, revises `a`

          hint: restore what was applied, and write the change as a new revision
          hint: or accept the present text: run `seaworthy stamp --checksum a b`
        exit 65
        ");
    }

    #[test]
    fn partly_replaced() {
        insta::assert_snapshot!(refused("a <- s [replaces b, c] <- d", "a b", "head"), @"
        seaworthy: error[partly-replaced]: revision `s` replaces 2 revisions, of which only some are applied
          --> migrations/s.sql   revision `s`, revises `a`
          cause: applied: `b`
          cause: not applied: `c`

          hint: upgrade with the last version of the application that has their files, then with this one
        exit 65
        ");
    }

    #[test]
    fn out_of_order() {
        insta::assert_snapshot!(refused("a <- b <- c", "a c", "head"), @"
        seaworthy: error[out-of-order]: revision `b` is pending, but `c`, which stands on it, is applied
          --> migrations/b.sql   revision `b`, revises `a`; below `c`

          hint: if nothing applied depends on it, apply it now: `--allow-out-of-order`
          hint: or place it after the applied ones: a new `-- revises:` line, or a later number
        exit 65
        ");
    }

    #[test]
    fn several_out_of_order() {
        insta::assert_snapshot!(refused("a <- b <- c <- d", "a d", "head"), @"
        seaworthy: error[out-of-order]: 2 revisions are pending, but others, which stand on them, are applied
          --> migrations/b.sql   revision `b`, revises `a`; below `d`
          --> migrations/c.sql   revision `c`, revises `b`; below `d`

          hint: if nothing applied depends on it, apply it now: `--allow-out-of-order`
          hint: or place it after the applied ones: a new `-- revises:` line, or a later number
        exit 65
        ");
    }

    #[test]
    fn ahead_and_pending() {
        insta::assert_snapshot!(refused("a <- b", "a x<-a", "head"), @"
        seaworthy: error[ahead]: the database is ahead of the revisions here, and revision `b` is pending
          --> migrations/b.sql   revision `b`, revises `a`
          cause: the database has `x` (add x), which has no file here

          hint: deploy a version of the application that has these revisions
          hint: or apply what is pending all the same: `--on-ahead apply`
        exit 65
        ");
    }

    #[test]
    fn several_ahead_and_pending() {
        insta::assert_snapshot!(refused("a <- b <- c", "a x<-a y<-x", "head"), @"
        seaworthy: error[ahead]: the database is ahead of the revisions here, and 2 revisions are pending
          --> migrations/b.sql   revision `b`, revises `a`
          --> migrations/c.sql   revision `c`, revises `b`
          cause: the database has `x` and `y`, which have no file here

          hint: deploy a version of the application that has these revisions
          hint: or apply what is pending all the same: `--on-ahead apply`
        exit 65
        ");
    }

    #[test]
    fn ahead() {
        insta::assert_snapshot!(shown("a", "a x<-a", "head", OnAhead::Fail), @"
        seaworthy: error[ahead]: the database is ahead of the revisions here
          cause: the database has `x` (add x), which has no file here

          hint: deploy a version of the application that has these revisions
          hint: or start all the same: `--on-ahead warn`
        exit 65
        ");
    }

    #[test]
    fn heads_without_a_graph() {
        let error = PlanError::HeadsAlone {
            target: "head".parse().expect("head"),
            heads: vec!["27c6a30d7c24".to_owned(), "ae1027a6acf".to_owned()],
        };
        let diagnostic = diagnostic(&error);
        insta::assert_snapshot!(format!("{diagnostic}\nexit {}", diagnostic.exit.code()), @"
        seaworthy: error[heads-alone]: target `head` cannot be found in `alembic_version`, which holds the present heads and no graph
          cause: it holds `27c6a30d7c24`, `ae1027a6acf`

          hint: name the revision that is awaited: `seaworthy wait --schema REVISION`
        exit 65
        ");
    }

    #[test]
    fn nothing_to_wait_for() {
        let graph = graph("");
        let target = "head".parse().expect("head");
        let error = reached(&graph, &state(&graph, ""), &target).expect_err("no revisions");
        assert_eq!(error, PlanError::NoRevisions(target));
    }

    #[test]
    fn warnings_are_one_line() {
        let found = || vec![RevisionId::recorded("a"), RevisionId::recorded("b")];
        let lines = [
            warning(&Warning::Ahead(found())),
            warning(&Warning::Divergent(found())),
            warning(&Warning::OutOfOrder(found())),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        the database is ahead of the revisions here: it has `a` and `b`, without a file
        applied and changed since, which `--allow-divergent` accepts: `a` and `b`
        pending below applied revisions, which `--allow-out-of-order` accepts: `a` and `b`
        ");
    }
}
