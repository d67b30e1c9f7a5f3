//! What `check` and `current --check-heads` say of what they found, besides
//! what an upgrade would say of it.

use super::{counted, located, with_places};
use crate::diagnostic::Diagnostic;
use crate::error::listing::names;
use crate::exit::Exit;
use crate::revision::Located;

/// Returns what is said about revisions that are only pending.
pub fn pending(revisions: &[Located], heads: usize) -> Diagnostic {
    let title = counted(
        revisions.iter().map(|located| &located.revision),
        "is pending",
        "are pending",
    );
    let target = if heads > 1 { " heads" } else { "" };
    with_places(
        Diagnostic::error("pending", Exit::Failed, title),
        revisions.iter().map(located),
    )
    .hint(format!("run `seaworthy upgrade{target}`"))
}

/// Returns what is said about heads of the directory that are not applied, in
/// one line.
pub fn not_at_heads(missing: &[Located]) -> String {
    let ids = names(missing.iter().map(|head| head.revision.as_str()));
    match missing {
        [_] => format!("a head is not applied: {ids}; run `seaworthy upgrade heads`"),
        _ => format!("heads are not applied: {ids}; run `seaworthy upgrade heads`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::language::graph;

    #[test]
    fn pending_revisions() {
        let graph = graph("a <- b <- c, a <- d");
        let all: Vec<Located> = graph.nodes().map(|node| graph.located(node)).collect();
        insta::assert_snapshot!(pending(&all[..1], 1), @"
        seaworthy: error[pending]: revision `a` is pending
          --> migrations/a.sql   revision `a`, a base

          hint: run `seaworthy upgrade`
        ");
        insta::assert_snapshot!(pending(&all[1..3], 2), @"
        seaworthy: error[pending]: 2 revisions are pending
          --> migrations/b.sql   revision `b`, revises `a`
          --> migrations/c.sql   revision `c`, revises `b`

          hint: run `seaworthy upgrade heads`
        ");
        assert_eq!(
            not_at_heads(&all[2..3]),
            "a head is not applied: `c`; run `seaworthy upgrade heads`"
        );
        assert_eq!(
            not_at_heads(&all[2..]),
            "heads are not applied: `c` and `d`; run `seaworthy upgrade heads`"
        );
    }
}
