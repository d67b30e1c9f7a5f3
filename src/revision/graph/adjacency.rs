//! Edges of one kind, for every revision.

use super::Node;

/// For each revision the revisions that its edges lead to, in the order in
/// which they were written; one allocation for all of them.
#[derive(Debug, Default)]
pub(super) struct Adjacency {
    ends: Vec<usize>,
    targets: Vec<Node>,
}

impl Adjacency {
    /// Returns the edges of revisions given in file order.
    pub(super) fn from_lists<L>(lists: impl IntoIterator<Item = L>) -> Self
    where
        L: IntoIterator<Item = Node>,
    {
        let mut edges = Self::default();
        for list in lists {
            edges.targets.extend(list);
            edges.ends.push(edges.targets.len());
        }
        edges
    }

    /// Returns where a revision's edges lead.
    pub(super) fn of(&self, node: Node) -> &[Node] {
        let start = match node.index() {
            0 => 0,
            index => self.ends[index - 1],
        };
        &self.targets[start..self.ends[node.index()]]
    }

    /// Returns the same edges the other way round, in file order.
    pub(super) fn reversed(&self) -> Self {
        let revisions = self.ends.len();
        let mut starts = vec![0; revisions + 1];
        for target in &self.targets {
            starts[target.index() + 1] += 1;
        }
        for index in 0..revisions {
            starts[index + 1] += starts[index];
        }
        let ends = starts[1..].to_vec();
        let mut targets = vec![Node::at(0); self.targets.len()];
        for index in 0..revisions {
            let node = Node::at(index);
            for target in self.of(node) {
                targets[starts[target.index()]] = node;
                starts[target.index()] += 1;
            }
        }
        Self { ends, targets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reversed_edges_lead_back_in_file_order() {
        let node = Node::at;
        let edges =
            Adjacency::from_lists([vec![], vec![node(0)], vec![node(1), node(0)], vec![node(1)]]);
        let back = edges.reversed();
        assert_eq!(edges.of(node(2)), [node(1), node(0)]);
        assert_eq!(back.of(node(0)), [node(1), node(2)]);
        assert_eq!(back.of(node(1)), [node(2), node(3)]);
        assert_eq!(back.of(node(3)), []);
    }
}
