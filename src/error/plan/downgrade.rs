//! What is said when a database cannot be taken back to a target.

use super::{counted, invalid, with_rows};
use crate::diagnostic::Diagnostic;
use crate::error::listing::{located, names, with_places};
use crate::plan::DowngradeError;

/// Returns what is said about a downgrade that cannot be planned.
pub(super) fn diagnostic(error: &DowngradeError) -> Diagnostic {
    match error {
        DowngradeError::Upwards(target) => invalid(
            "upwards",
            format!("target `{target}` leads up, and a downgrade only goes down"),
        )
        .hint(format!("run `seaworthy upgrade {target}`"))
        .hint("or name the revision that shall stay, `-1`, or `base`"),
        DowngradeError::NothingAbove { target, above } => {
            let title = format!(
                "nothing that revises target `{target}` is applied, but {} applied",
                counted(
                    above.iter().map(|one| &one.revision),
                    "depends on it and is",
                    "depend on it and are",
                )
            );
            let diagnostic = invalid("nothing-above", title);
            with_places(diagnostic, above.iter().map(located))
                .hint("name the revision that shall stay on the branch of what depends on it")
        }
        DowngradeError::BranchNotApplied { target, heads } => {
            let title = format!("target `{target}` names a branch of which no head is applied");
            with_places(invalid("not-of-branch", title), heads.iter().map(located))
                .hint("name the branch of one of these, or the revision that shall stay")
        }
        DowngradeError::NotOfBranch {
            target,
            through,
            roots,
        } => {
            let title = format!(
                "target `{target}` takes back {}, and none of them is on the way to `{}`",
                names(roots.iter().map(|root| root.revision.as_str())),
                through.revision
            );
            let diagnostic = invalid("not-of-branch", title);
            with_places(diagnostic, roots.iter().map(located))
                .hint("name the branch of one of these, as in `BRANCH@-1`")
        }
        DowngradeError::Unrecorded(revision) => invalid(
            "unrecorded",
            format!(
                "revision `{}` replaces others that are applied, and is not recorded itself",
                revision.revision
            ),
        )
        .place(located(revision))
        .hint(format!(
            "run `seaworthy upgrade {}`: it records it without running it",
            revision.revision
        )),
        DowngradeError::AheadOf { target, ahead } => {
            let title = format!(
                "the database is ahead of the revisions here: target `{target}` would take back what {}",
                counted(
                    ahead.iter().map(|row| &row.revision),
                    "stands on",
                    "stand on",
                )
            );
            with_rows(invalid("ahead", title), ahead)
                .hint("downgrade with a version of the application that has their files")
        }
        DowngradeError::RetiredBelow { target, retired } => {
            let title = format!(
                "target `{target}` lies below what the files hold: {}",
                counted(
                    retired.iter().map(|row| &row.revision),
                    "is recorded and has no file any more",
                    "are recorded and have no file any more",
                )
            );
            with_rows(invalid("retired-below", title), retired)
                .hint("downgrade to the oldest revision that has a file")
                .hint("or with a version of the application that has their files")
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::downgrade;
    use crate::plan::language::state;
    use crate::revision::language::graph;

    #[track_caller]
    fn refused(line: &str, applied: &str, target: &str) -> String {
        let graph = graph(line);
        let target = target.parse().unwrap_or_else(|error| panic!("{error}"));
        let error = downgrade(&graph, &state(&graph, applied), &target).expect_err("refused");
        let diagnostic = crate::error::plan::diagnostic(&error);
        format!("{diagnostic}\nexit {}", diagnostic.exit.code())
    }

    #[test]
    fn upwards() {
        insta::assert_snapshot!(refused("a <- b", "a", "+1"), @"
        seaworthy: error[upwards]: target `+1` leads up, and a downgrade only goes down

          hint: run `seaworthy upgrade +1`
          hint: or name the revision that shall stay, `-1`, or `base`
        exit 65
        ");
    }

    #[test]
    fn not_applied() {
        insta::assert_snapshot!(refused("a <- b", "a", "b"), @"
        seaworthy: error[not-applied]: target `b` is not applied to this database
          --> migrations/b.sql   revision `b`, revises `a`

          hint: run `seaworthy status` to see what is
        exit 65
        ");
    }

    #[test]
    fn nothing_above() {
        insta::assert_snapshot!(refused("a, x [needs a]", "a x", "a"), @"
        seaworthy: error[nothing-above]: nothing that revises target `a` is applied, but revision `x` depends on it and is applied
          --> migrations/x.sql   revision `x`, a base

          hint: name the revision that shall stay on the branch of what depends on it
        exit 65
        ");
    }

    #[test]
    fn not_of_branch() {
        insta::assert_snapshot!(refused("a#x <- b, a <- c", "^b ^c", "x@a"), @"
        seaworthy: error[not-of-branch]: target `x@a` takes back `b` and `c`, and none of them is on the way to `a`
          --> migrations/b.sql   revision `b`, revises `a`
          --> migrations/c.sql   revision `c`, revises `a`

          hint: name the branch of one of these, as in `BRANCH@-1`
        exit 65
        ");
    }

    #[test]
    fn branch_not_applied() {
        insta::assert_snapshot!(refused("a <- b, a <- c#side", "^b", "side@-1"), @"
        seaworthy: error[not-of-branch]: target `side@-1` names a branch of which no head is applied
          --> migrations/b.sql   revision `b`, revises `a`

          hint: name the branch of one of these, or the revision that shall stay
        exit 65
        ");
    }

    #[test]
    fn unfinished() {
        insta::assert_snapshot!(refused("a <- b", "a b~", "a"), @"
        seaworthy: error[partial]: revision `b` stopped half way, and nothing else may run before it is finished
          --> migrations/b.sql   revision `b`, revises `a`

          hint: run `seaworthy upgrade b`: it goes on where it stopped
        exit 65
        ");
        insta::assert_snapshot!(refused("a <- b, a <- c", "a b~ c~", "a"), @"
        seaworthy: error[partial]: 2 revisions stopped half way, and nothing else may run before they are finished
          --> migrations/b.sql   revision `b`, revises `a`
          --> migrations/c.sql   revision `c`, revises `a`

          hint: run `seaworthy upgrade heads`: it goes on where it stopped
        exit 65
        ");
    }

    #[test]
    fn half_way_down() {
        insta::assert_snapshot!(refused("a <- b, a <- c", "a b% c", "c"), @"
        seaworthy: error[partial]: revision `b` is half way down, and nothing else may run before it is finished
          --> migrations/b.sql   revision `b`, revises `a`

          hint: run `seaworthy downgrade b@a`: it goes on where it stopped
        exit 65
        ");
        insta::assert_snapshot!(refused("a <- b, a <- c", "a b% c%", "current"), @"
        seaworthy: error[partial]: 2 revisions are half way down, and nothing else may run before they are finished
          --> migrations/b.sql   revision `b`, revises `a`
          --> migrations/c.sql   revision `c`, revises `a`

          hint: run `seaworthy downgrade b@a`: it goes on where it stopped
        exit 65
        ");
    }

    #[test]
    fn unrecorded() {
        insta::assert_snapshot!(refused("a <- s [replaces b, c]", "a b c", "a"), @"
        seaworthy: error[unrecorded]: revision `s` replaces others that are applied, and is not recorded itself
          --> migrations/s.sql   revision `s`, revises `a`

          hint: run `seaworthy upgrade s`: it records it without running it
        exit 65
        ");
    }

    #[test]
    fn ahead() {
        insta::assert_snapshot!(refused("a <- b", "a b x<-b", "a"), @"
        seaworthy: error[ahead]: the database is ahead of the revisions here: target `a` would take back what revision `x` stands on
          cause: the database has `x` (add x), which has no file here

          hint: downgrade with a version of the application that has their files
        exit 65
        ");
        insta::assert_snapshot!(refused("a <- b", "a b x<-b y<-x", "base"), @"
        seaworthy: error[ahead]: the database is ahead of the revisions here: target `base` would take back what 2 revisions stand on
          cause: the database has `x` and `y`, which have no file here

          hint: downgrade with a version of the application that has their files
        exit 65
        ");
    }

    #[test]
    fn retired_below() {
        insta::assert_snapshot!(refused("b <- c", "a b<-a c", "base"), @"
        seaworthy: error[retired-below]: target `base` lies below what the files hold: revision `a` is recorded and has no file any more
          cause: the database has `a` (add a), which has no file here

          hint: downgrade to the oldest revision that has a file
          hint: or with a version of the application that has their files
        exit 65
        ");
    }
}
