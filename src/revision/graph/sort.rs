//! The order in which Alembic goes through revisions (`_topological_sort`):
//! down one branch until another one needs what comes next.

use super::{Graph, Node, NodeSet};

impl Graph {
    /// Returns a set's revisions so that each stands before all that it stands
    /// on: the order of a downgrade, and reversed that of an upgrade.
    ///
    /// The walk starts at the set's first head in file order and stays on its
    /// branch; where that reaches a revision that other heads stand on as well,
    /// the first of those is walked first. Of several revisions below one, the
    /// one that its header names first is next.
    ///
    /// The set must hold whatever lies between two of its members; otherwise
    /// the order across the hole is not defined.
    pub fn descending(&self, set: &NodeSet) -> Vec<Node> {
        let mut walk = Walk::new(self, set);
        let mut output = Vec::with_capacity(set.len());
        while let Some(candidate) = walk.candidate() {
            if walk.waiting[candidate.index()] > 0 {
                walk.turn_to_a_head_above(candidate);
            } else {
                walk.emit(candidate);
                output.push(candidate);
            }
        }
        output
    }
}

struct Walk<'a> {
    graph: &'a Graph,
    /// Not yet in the output.
    rest: NodeSet,
    /// How many of `rest` stand directly on each revision.
    waiting: Vec<usize>,
    /// Where each branch has come to.
    heads: Vec<Node>,
    is_head: NodeSet,
    /// The place in `heads` of the branch that is walked.
    at: usize,
}

impl<'a> Walk<'a> {
    fn new(graph: &'a Graph, set: &NodeSet) -> Self {
        let mut waiting = vec![0; graph.len()];
        for node in set.iter() {
            let above = graph.needed_by.of(node).iter();
            waiting[node.index()] = above.filter(|above| set.contains(**above)).count();
        }
        let heads: Vec<Node> = set
            .iter()
            .filter(|node| waiting[node.index()] == 0)
            .collect();
        let mut is_head = NodeSet::new(graph.len());
        for head in &heads {
            is_head.insert(*head);
        }
        Self {
            graph,
            rest: set.clone(),
            waiting,
            heads,
            is_head,
            at: 0,
        }
    }

    fn candidate(&self) -> Option<Node> {
        self.heads.get(self.at).copied()
    }

    /// Goes on with the first head that stands on the candidate.
    fn turn_to_a_head_above(&mut self, candidate: Node) {
        let mut seen = NodeSet::new(self.graph.len());
        let mut open = vec![candidate];
        while let Some(node) = open.pop() {
            for above in self.graph.needed_by.of(node) {
                if self.rest.contains(*above) && seen.insert(*above) {
                    open.push(*above);
                }
            }
        }
        // Every revision of the rest is a head or below one.
        let above = self.heads.iter().position(|head| seen.contains(*head));
        self.at = above.unwrap_or(self.at);
    }

    /// Takes the candidate out and goes on below it.
    fn emit(&mut self, candidate: Node) {
        self.rest.remove(candidate);
        self.is_head.remove(candidate);
        let mut below = Vec::new();
        for node in self.graph.needs(candidate) {
            if self.rest.contains(*node) {
                self.waiting[node.index()] -= 1;
                if self.is_head.insert(*node) {
                    below.push(*node);
                }
            }
        }
        match below.split_first() {
            None => {
                self.heads.remove(self.at);
                self.at = self.at.saturating_sub(1);
            }
            Some((first, others)) => {
                self.heads[self.at] = *first;
                self.heads.extend(others);
            }
        }
    }
}
