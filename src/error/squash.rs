//! What is said about a range of revisions that cannot become one.

use super::listing::{located, names, with_places};
use crate::diagnostic::Diagnostic;
use crate::exit::Exit;
use crate::revision::{Located, SquashError};

pub fn diagnostic(error: &SquashError) -> Diagnostic {
    let invalid = |found: &[Located]| {
        let diagnostic = Diagnostic::error("not-squashed", Exit::Invalid, error.to_string());
        with_places(diagnostic, found.iter().map(located))
    };
    match error {
        SquashError::TooFew(found) => {
            invalid(found).hint("`seaworthy history -r A:B` lists what is in a range")
        }
        SquashError::SeveralHeads(heads) => invalid(heads)
            .hint("squash one branch at a time: end the range in one of these"),
        SquashError::NeededOutside { middle, by } => invalid(by).hint(format!(
            "end one range in `{}`, and begin another one after it",
            middle.revision
        )),
        SquashError::FollowsAnother(found) => {
            invalid(std::slice::from_ref(found)).hint("squash up to the last file, or give this one a header")
        }
        SquashError::SeveralTransactions => invalid(&[])
            .hint("a new value of an enum is used in the range: let it begin where the type is made, or end before that"),
        SquashError::PartlyApplied { applied, missing } => {
            let ids = names(applied.iter().map(|one| one.revision.as_str()));
            let diagnostic = invalid(missing);
            let diagnostic = match applied.is_empty() {
                true => diagnostic,
                false => diagnostic.cause(format!("it has {ids}")),
            };
            diagnostic
                .hint("bring every database to the end of the range first: `seaworthy upgrade`")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::Standpoint;
    use crate::revision::language::graph;

    fn shown(error: &SquashError) -> String {
        let diagnostic = diagnostic(error);
        format!("{diagnostic}\nexit {}", diagnostic.exit.code())
    }

    fn refused(line: &str, range: &str) -> String {
        let graph = graph(line);
        let range = range.parse().expect("a range");
        let nodes = graph.range(&range, Standpoint::Unknown).expect("a range");
        shown(&graph.squashed(&nodes).expect_err("no block"))
    }

    fn all(line: &str) -> Vec<Located> {
        let graph = graph(line);
        graph.nodes().map(|node| graph.located(node)).collect()
    }

    #[test]
    fn ranges_that_are_no_block() {
        insta::assert_snapshot!(refused("a <- b", "b:b"), @"
        seaworthy: error[not-squashed]: fewer than two revisions are in the range
          --> migrations/b.sql   revision `b`, revises `a`

          hint: `seaworthy history -r A:B` lists what is in a range
        exit 65
        ");
        insta::assert_snapshot!(refused("a <- b, a <- c", "a:"), @"
        seaworthy: error[not-squashed]: the range ends in 2 heads
          --> migrations/b.sql   revision `b`, revises `a`
          --> migrations/c.sql   revision `c`, revises `a`

          hint: squash one branch at a time: end the range in one of these
        exit 65
        ");
        insta::assert_snapshot!(refused("a <- b <- c, x [needs b]", "a:c"), @"
        seaworthy: error[not-squashed]: revision `b`, in the middle of the range, is needed outside of it
          --> migrations/x.sql   revision `x`, a base

          hint: end one range in `b`, and begin another one after it
        exit 65
        ");
    }

    #[test]
    fn blocks_that_cannot_be_one_revision() {
        let [a, b]: [Located; 2] = all("a <- b").try_into().expect("two");
        insta::assert_snapshot!(shown(&SquashError::FollowsAnother(b.clone())), @"
        seaworthy: error[not-squashed]: revision `b` has no header, and would follow another one
          --> migrations/b.sql   revision `b`, revises `a`

          hint: squash up to the last file, or give this one a header
        exit 65
        ");
        insta::assert_snapshot!(shown(&SquashError::SeveralTransactions), @"
        seaworthy: error[not-squashed]: one transaction cannot hold what the range does

          hint: a new value of an enum is used in the range: let it begin where the type is made, or end before that
        exit 65
        ");
        let partly = SquashError::PartlyApplied {
            applied: vec![a],
            missing: vec![b.clone()],
        };
        insta::assert_snapshot!(shown(&partly), @"
        seaworthy: error[not-squashed]: the database has only some of the revisions in the range
          --> migrations/b.sql   revision `b`, revises `a`
          cause: it has `a`

          hint: bring every database to the end of the range first: `seaworthy upgrade`
        exit 65
        ");
        let half_way = SquashError::PartlyApplied {
            applied: Vec::new(),
            missing: vec![b],
        };
        insta::assert_snapshot!(shown(&half_way), @"
        seaworthy: error[not-squashed]: the database has only some of the revisions in the range
          --> migrations/b.sql   revision `b`, revises `a`

          hint: bring every database to the end of the range first: `seaworthy upgrade`
        exit 65
        ");
    }
}
