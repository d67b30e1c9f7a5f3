//! What is recorded of a revision.

use crate::revision::{Graph, Node, RevisionId, checksum};

/// What a row of the state table says about a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) revision: RevisionId,
    pub(crate) down_revisions: Vec<RevisionId>,
    pub(crate) depends_on: Vec<RevisionId>,
    /// Whose rows are of no use without this one.
    pub(crate) replaces: Vec<RevisionId>,
    pub(crate) message: String,
    pub(crate) checksum: String,
}

impl Entry {
    /// Returns what is recorded of a revision of the graph.
    pub(crate) fn of(graph: &Graph, node: Node) -> Self {
        let revision = graph.revision(node);
        let ids = |nodes: &[Node]| nodes.iter().map(|node| graph.id(*node).clone()).collect();
        Self {
            revision: revision.id.clone(),
            down_revisions: ids(graph.down_revisions(node)),
            depends_on: ids(graph.dependencies(node)),
            replaces: revision.replaces.clone(),
            message: revision.message.clone(),
            checksum: checksum(revision.text(&revision.up)).as_str().to_owned(),
        }
    }
}
