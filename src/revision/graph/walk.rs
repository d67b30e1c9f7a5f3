//! What can be reached from some revisions, up or down.

use super::adjacency::Adjacency;
use super::{Graph, Node, NodeSet};

/// Whether a walk follows `depends-on` besides `revises`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependencies {
    Included,
    Ignored,
}

impl Graph {
    /// Returns some revisions and all that they stand on.
    pub fn ancestors(
        &self,
        of: impl IntoIterator<Item = Node>,
        dependencies: Dependencies,
    ) -> NodeSet {
        let edges = match dependencies {
            Dependencies::Included => &self.all_down,
            Dependencies::Ignored => &self.down,
        };
        reachable(self.len(), of, edges)
    }

    /// Returns some revisions and all that stands on them.
    pub fn descendants(
        &self,
        of: impl IntoIterator<Item = Node>,
        dependencies: Dependencies,
    ) -> NodeSet {
        let edges = match dependencies {
            Dependencies::Included => &self.all_next,
            Dependencies::Ignored => &self.next,
        };
        reachable(self.len(), of, edges)
    }

    /// Returns a revision's ancestors and descendants, itself included: what a
    /// branch means when it is named by this revision. Dependencies, which
    /// lead to other branches, are ignored.
    pub fn lineage(&self, of: Node) -> NodeSet {
        let mut lineage = self.ancestors([of], Dependencies::Ignored);
        for node in self.descendants([of], Dependencies::Ignored).iter() {
            lineage.insert(node);
        }
        lineage
    }

    /// Returns those of a set that nothing else in the set stands on,
    /// dependencies included; in file order.
    pub fn heads_of(&self, set: &NodeSet) -> Vec<Node> {
        let below = set.iter().flat_map(|node| self.all_down.of(node)).copied();
        let below = reachable(self.len(), below, &self.all_down);
        set.iter().filter(|node| !below.contains(*node)).collect()
    }
}

/// Returns the starts and everything that edges lead to from them.
pub(super) fn reachable(
    revisions: usize,
    starts: impl IntoIterator<Item = Node>,
    edges: &Adjacency,
) -> NodeSet {
    let mut found = NodeSet::new(revisions);
    let mut open = Vec::new();
    for start in starts {
        if found.insert(start) {
            open.push(start);
        }
        while let Some(node) = open.pop() {
            for next in edges.of(node) {
                if found.insert(*next) {
                    open.push(*next);
                }
            }
        }
    }
    found
}
