//! What can be wrong with a set of revisions.

use super::Mention;
use crate::revision::RevisionId;

/// The first kind of fault that was found, with every place that has it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    #[error("several files hold the same revision id")]
    DuplicateId(Vec<Duplicate>),
    #[error("a replaced revision still has a file")]
    ReplacedHasFile(Vec<StillThere>),
    #[error("two revisions replace the same one")]
    ReplacedTwice(Vec<Duplicate>),
    #[error("a branch label cannot be told from a target")]
    BadLabel(Vec<BadLabel>),
    #[error("a branch label is also a revision id")]
    LabelIsId(Vec<StillThere>),
    #[error("two revisions declare the same branch label")]
    DuplicateLabel(Vec<Duplicate>),
    #[error("a revision revises one that has no file")]
    UnknownDownRevision(Vec<UnknownReference>),
    #[error("a revision depends on one that has no file and is no label")]
    UnknownDependency(Vec<UnknownReference>),
    #[error("a revision revises itself")]
    SelfLoop(Vec<Mention>),
    #[error("a revision depends on itself")]
    DependencyLoop(Vec<Mention>),
    /// Each member revises the next, and the last the first.
    #[error("revisions form a cycle")]
    Cycle(Vec<Mention>),
    /// As a cycle, where at least one member depends on the next.
    #[error("revisions and dependencies form a cycle")]
    DependencyCycle(Vec<Mention>),
}

/// A name and all the places that claim it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    pub name: String,
    pub places: Vec<Mention>,
}

/// A name that one place uses, and the revision that has it as its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StillThere {
    pub id: RevisionId,
    pub used_by: Mention,
    pub file: Mention,
}

/// A name in `revises` or `depends-on` that nothing has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownReference {
    pub name: String,
    pub by: Mention,
    /// The most similar name that there is.
    pub nearest: Option<String>,
}

/// A label that the target grammar could not name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLabel {
    pub label: String,
    pub by: Mention,
}
