//! The graph that revisions form: Alembic's, with branches, merges and
//! dependencies. It answers questions about files only; what a database has
//! applied is for `plan`.

mod adjacency;
mod build;
mod cycle;
mod error;
mod labels;
mod mention;
mod node;
mod range;
mod resolve;
mod select;
mod sort;
mod walk;

pub use error::{BadLabel, Duplicate, GraphError, StillThere, UnknownReference};
pub use mention::Mention;
pub use node::{Node, NodeSet};
pub use select::{Located, SelectError, Standpoint};
pub use walk::Dependencies;

use std::fmt;
use std::path::Path;

use adjacency::Adjacency;
use build::Names;

use super::{Revision, RevisionId};

/// Revisions that all know what they stand on, without a cycle.
pub struct Graph {
    /// In file order.
    revisions: Vec<Revision>,
    names: Names,
    /// `revises`.
    down: Adjacency,
    /// `depends-on`, labels resolved.
    depends: Adjacency,
    /// Both.
    all_down: Adjacency,
    /// Both, less the dependencies that a revision further down has already.
    needs: Adjacency,
    next: Adjacency,
    all_next: Adjacency,
    needed_by: Adjacency,
    /// Topological: what a revision stands on comes before it.
    order: Vec<Node>,
}

impl Graph {
    /// Returns every revision, in file order.
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    pub fn len(&self) -> usize {
        self.revisions.len()
    }

    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty()
    }

    /// Returns every node, in file order.
    pub fn nodes(&self) -> impl Iterator<Item = Node> + use<> {
        (0..self.revisions.len()).map(Node::at)
    }

    /// Returns every node so that each stands after all that it stands on; of
    /// several that could be next, the first in file order.
    pub fn order(&self) -> &[Node] {
        &self.order
    }

    /// Returns the node of a full revision id.
    pub fn node(&self, id: &str) -> Option<Node> {
        self.names.ids.get(id).copied()
    }

    pub fn revision(&self, node: Node) -> &Revision {
        &self.revisions[node.index()]
    }

    pub fn id(&self, node: Node) -> &RevisionId {
        &self.revision(node).id
    }

    /// Returns the revision with a full id.
    pub fn get(&self, id: &str) -> Option<&Revision> {
        self.node(id).map(|node| self.revision(node))
    }

    /// Returns the file of the revision with a full id.
    pub fn path(&self, id: &str) -> Option<&Path> {
        self.get(id).map(|revision| revision.source.path())
    }

    /// Returns the revision that replaces one that no longer has a file.
    pub fn replacer(&self, id: &str) -> Option<Node> {
        self.names.replaced.get(id).copied()
    }

    /// Returns what a revision revises, in the order of its header; a replaced
    /// revision as its replacer.
    pub fn down_revisions(&self, node: Node) -> &[Node] {
        self.down.of(node)
    }

    /// Returns what a revision depends on, labels and replaced ids resolved.
    pub fn dependencies(&self, node: Node) -> &[Node] {
        self.depends.of(node)
    }

    /// Returns down revisions and dependencies, each once, less the
    /// dependencies that a revision further down the same line has already:
    /// what becomes a head again when only this revision is taken away.
    pub fn needs(&self, node: Node) -> &[Node] {
        self.needs.of(node)
    }

    /// Returns down revisions and dependencies, each once.
    pub fn all_down(&self, node: Node) -> &[Node] {
        self.all_down.of(node)
    }

    /// Returns the revisions that revise this one, in file order.
    pub fn children(&self, node: Node) -> &[Node] {
        self.next.of(node)
    }

    /// Returns the revisions that revise this one or depend on it, in file order.
    pub fn dependents(&self, node: Node) -> &[Node] {
        self.all_next.of(node)
    }

    /// Returns whether no revision revises this one.
    pub fn is_head(&self, node: Node) -> bool {
        self.children(node).is_empty()
    }

    pub fn is_base(&self, node: Node) -> bool {
        self.down_revisions(node).is_empty()
    }

    pub fn is_branch_point(&self, node: Node) -> bool {
        self.children(node).len() > 1
    }

    pub fn is_merge_point(&self, node: Node) -> bool {
        self.down_revisions(node).len() > 1
    }

    /// Returns the revisions that none revises, in file order.
    pub fn heads(&self) -> Vec<Node> {
        self.nodes().filter(|node| self.is_head(*node)).collect()
    }

    /// Returns the heads that none depends on, either: what `heads` means.
    pub fn effective_heads(&self) -> Vec<Node> {
        let effective = |node: &Node| self.dependents(*node).is_empty();
        self.nodes().filter(effective).collect()
    }

    /// Returns the revisions that revise none, in file order.
    pub fn bases(&self) -> Vec<Node> {
        self.nodes().filter(|node| self.is_base(*node)).collect()
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.nodes().map(|node| {
            let below = self.all_down(node).iter().map(|below| self.id(*below));
            (self.id(node), below.collect::<Vec<_>>())
        });
        f.debug_map().entries(lines).finish()
    }
}
