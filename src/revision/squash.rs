//! A range of revisions as one: whether it is a block, and what the one that
//! takes its place stands on.

use super::{Dependencies, Graph, Located, Node, NodeSet, RevisionId};

/// A block of revisions, and what becomes of its place in the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Squash {
    /// Each after all that it stands on.
    pub revisions: Vec<Node>,
    /// The one that the others lead to.
    pub head: Node,
    /// The last revisions before the block.
    pub before: Vec<RevisionId>,
    pub down_revisions: Vec<RevisionId>,
    pub depends_on: Vec<String>,
    pub labels: Vec<String>,
}

/// Why revisions cannot become one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SquashError {
    #[error("fewer than two revisions are in the range")]
    TooFew(Vec<Located>),
    #[error("the range ends in {} heads", .0.len())]
    SeveralHeads(Vec<Located>),
    #[error("revision `{}`, in the middle of the range, is needed outside of it", middle.revision)]
    NeededOutside { middle: Located, by: Vec<Located> },
    /// In a directory of numbers, where a file follows the one before it.
    #[error("revision `{}` has no header, and would follow another one", .0.revision)]
    FollowsAnother(Located),
    #[error("one transaction cannot hold what the range does")]
    SeveralTransactions,
    #[error("the database has only some of the revisions in the range")]
    PartlyApplied {
        applied: Vec<Located>,
        missing: Vec<Located>,
    },
}

impl Graph {
    /// Returns what some revisions are as one.
    ///
    /// # Errors
    ///
    /// - [`SquashError::TooFew`]
    /// - [`SquashError::SeveralHeads`] unless one of them stands on all others.
    /// - [`SquashError::NeededOutside`] where another revision revises one that is
    ///   not the last, or depends on it.
    pub fn squashed(&self, range: &[Node]) -> Result<Squash, SquashError> {
        let mut block = NodeSet::new(self.len());
        for node in range {
            block.insert(*node);
        }
        let located = |nodes: &[Node]| nodes.iter().map(|node| self.located(*node)).collect();
        if block.len() < 2 {
            return Err(SquashError::TooFew(located(range)));
        }
        let head = match self.heads_of(&block)[..] {
            [head] => head,
            ref heads => return Err(SquashError::SeveralHeads(located(heads))),
        };
        let order = self.order().iter().copied();
        let revisions: Vec<Node> = order.filter(|node| block.contains(*node)).collect();
        for node in revisions.iter().filter(|node| **node != head) {
            let outside = self.dependents(*node).iter().copied();
            let outside: Vec<Node> = outside.filter(|node| !block.contains(*node)).collect();
            if !outside.is_empty() {
                return Err(SquashError::NeededOutside {
                    middle: self.located(*node),
                    by: located(&outside),
                });
            }
        }
        let mut before = self.ancestors([head], Dependencies::Included);
        before.subtract(&block);
        Ok(Squash {
            head,
            before: self.ids(&self.heads_of(&before)),
            down_revisions: self.ids(&self.revised_outside(&revisions, &block)),
            depends_on: self.needed_outside(&revisions, &block),
            labels: self.own_labels(&revisions),
            revisions,
        })
    }

    fn ids(&self, nodes: &[Node]) -> Vec<RevisionId> {
        nodes.iter().map(|node| self.id(*node).clone()).collect()
    }

    /// Returns what the revisions of a block revise beyond it, less what another
    /// of these stands on.
    fn revised_outside(&self, revisions: &[Node], block: &NodeSet) -> Vec<Node> {
        let mut outside = NodeSet::new(self.len());
        for node in revisions {
            for down in self.down_revisions(*node) {
                if !block.contains(*down) {
                    outside.insert(*down);
                }
            }
        }
        self.heads_of(&outside)
    }

    /// Returns what the revisions of a block depend on beyond it, as it is written.
    fn needed_outside(&self, revisions: &[Node], block: &NodeSet) -> Vec<String> {
        let names = revisions.iter();
        let names = names.flat_map(|node| &self.revision(*node).depends_on);
        let mut kept: Vec<String> = Vec::new();
        for name in names {
            let is_outside = self.named(name).is_some_and(|node| !block.contains(node));
            if is_outside && !kept.contains(name) {
                kept.push(name.clone());
            }
        }
        kept
    }

    fn own_labels(&self, revisions: &[Node]) -> Vec<String> {
        let labels = revisions.iter();
        let labels = labels.flat_map(|node| &self.revision(*node).labels);
        labels.cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::Standpoint;
    use crate::revision::language::graph;

    /// Shows what a range becomes, such as `b c < a; needs x; labels l`.
    fn squashed(line: &str, range: &str) -> String {
        let graph = graph(line);
        let range = range.parse().unwrap_or_else(|error| panic!("{error}"));
        let nodes = graph.range(&range, Standpoint::Unknown).expect("a range");
        let squash = match graph.squashed(&nodes) {
            Ok(squash) => squash,
            Err(SquashError::NeededOutside { middle, by }) => {
                let by: Vec<&str> = by.iter().map(|by| by.revision.as_str()).collect();
                return format!("!{} by {}", middle.revision, by.join(" "));
            }
            Err(error) => return format!("!{error}"),
        };
        let words = |ids: Vec<RevisionId>| {
            let words: Vec<&str> = ids.iter().map(RevisionId::as_str).collect();
            words.join(" ")
        };
        format!(
            "{} < {}; before {}; needs {}; labels {}",
            words(graph.ids(&squash.revisions)),
            words(squash.down_revisions),
            words(squash.before),
            squash.depends_on.join(" "),
            squash.labels.join(" ")
        )
    }

    #[track_caller]
    fn check(line: &str, range: &str, expected: &str) {
        assert_eq!(squashed(line, range), expected, "{line} | {range}");
    }

    #[test]
    fn both_ends_belong_to_the_block() {
        let line = "a <- b <- c <- d";
        check(line, "b:c", "b c < a; before a; needs ; labels ");
        check(line, ":c", "a b c < ; before ; needs ; labels ");
        check(line, "c:", "c d < b; before b; needs ; labels ");
    }

    #[test]
    fn names_are_kept_and_what_is_inside_is_not_needed() {
        check(
            "x#lib, a <- b#one [needs x] <- c [needs lib] <- d#two [needs b]",
            "b:d",
            "b c d < a; before x a; needs x lib; labels one two",
        );
    }

    #[test]
    fn a_block_may_part_and_join_again() {
        let line = "a <- b, a <- c, (b, c) <- d <- e";
        check(line, "a:d", "a b c d < ; before ; needs ; labels ");
        check(line, "b:d", "b d < c; before c; needs ; labels ");
        check(
            "a <- x, a <- b, (x, b) <- m",
            "b:m",
            "b m < x; before x; needs ; labels ",
        );
    }

    #[test]
    fn what_is_no_block_is_refused() {
        let line = "a <- b <- c, b <- d";
        check(line, "a:", "!the range ends in 2 heads");
        check(line, "a:c", "!b by d");
        check("a <- b <- c, x [needs b]", "a:c", "!b by x");
        check(
            "a <- b",
            "b:b",
            "!fewer than two revisions are in the range",
        );
        check(
            "a <- b <- c, x [needs c]",
            "a:c",
            "a b c < ; before ; needs ; labels ",
        );
    }
}
