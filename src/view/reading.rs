//! A graph read once for showing many of its revisions: their labels and marks.

use std::collections::BTreeMap;

use crate::diagnostic::sentence;
use crate::revision::{Graph, Node};

/// A graph, with what would be slow to find out for each revision anew.
#[derive(Debug)]
pub struct Reading<'a> {
    pub(super) graph: &'a Graph,
    /// Sorted, for those that carry any.
    labels: BTreeMap<Node, Vec<&'a str>>,
    current: Vec<Node>,
}

impl<'a> Reading<'a> {
    pub fn new(graph: &'a Graph) -> Self {
        let mut labels = BTreeMap::<Node, Vec<&str>>::new();
        for (label, _) in graph.labels() {
            for node in graph.carriers(label).iter().flat_map(|set| set.iter()) {
                labels.entry(node).or_default().push(label);
            }
        }
        Self {
            graph,
            labels,
            current: Vec::new(),
        }
    }

    /// Marks where the database is.
    #[must_use]
    pub fn at(mut self, mut current: Vec<Node>) -> Self {
        current.sort_unstable();
        self.current = current;
        self
    }

    pub(super) fn id(&self, node: Node) -> &'a str {
        self.graph.id(node).as_str()
    }

    pub(super) fn labels(&self, node: Node) -> &[&'a str] {
        self.labels.get(&node).map_or(&[], Vec::as_slice)
    }

    pub(super) fn is_current(&self, node: Node) -> bool {
        self.current.binary_search(&node).is_ok()
    }

    /// Returns the message as a terminal may have it.
    pub(super) fn message(&self, node: Node) -> String {
        sentence(&self.graph.revision(node).message)
    }

    pub(super) fn ids(&self, nodes: &[Node]) -> Vec<&'a str> {
        nodes.iter().map(|node| self.id(*node)).collect()
    }

    /// Returns what a revision revises in one text; `<base>` for nothing.
    pub(super) fn down(&self, node: Node) -> String {
        match self.graph.down_revisions(node) {
            [] => "<base>".to_owned(),
            down => self.ids(down).join(", "),
        }
    }

    /// Returns ` (head)` and so on: what a line says of a place in the graph.
    pub(super) fn ends(&self, node: Node) -> String {
        let graph = self.graph;
        let mut marks = String::new();
        if graph.is_head(node) {
            marks.push_str(if graph.dependents(node).is_empty() {
                " (head)"
            } else {
                " (effective head)"
            });
        }
        if self.is_current(node) {
            marks.push_str(" (current)");
        }
        marks
    }

    pub(super) fn forks(&self, node: Node) -> String {
        let mut marks = String::new();
        if self.graph.is_branch_point(node) {
            marks.push_str(" (branchpoint)");
        }
        if self.graph.is_merge_point(node) {
            marks.push_str(" (mergepoint)");
        }
        marks
    }

    /// Returns ` (shop, cart)`, or nothing.
    pub(super) fn named(&self, node: Node) -> String {
        match self.labels(node) {
            [] => String::new(),
            labels => format!(" ({})", labels.join(", ")),
        }
    }
}
