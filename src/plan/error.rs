//! Why there is no plan.

use crate::revision::{Located, RevisionId, SelectError, Target};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error(transparent)]
    Select(#[from] SelectError),
    #[error("target `{0}` names nothing: there are no revisions")]
    NoRevisions(Target),
    #[error("target `{0}` leads down")]
    Downwards(Target),
    /// Among several target revisions, the first of these stands on the others.
    #[error("target `{target}` names a revision and what it depends on")]
    Overlap {
        target: Target,
        revisions: Vec<Located>,
    },
    #[error("a partial revision has no file")]
    PartialWithoutFile(Vec<RecordedOnly>),
    #[error("a partial revision is no part of target `{target}`")]
    PartialElsewhere {
        target: Target,
        partial: Vec<Located>,
    },
    #[error("an applied revision has changed")]
    Divergent(Vec<Located>),
    #[error("of the revisions that `{}` replaces, only some are applied", by.revision)]
    PartlyReplaced {
        by: Located,
        applied: Vec<RevisionId>,
        missing: Vec<RevisionId>,
    },
    #[error("a pending revision comes before an applied one")]
    OutOfOrder(Vec<OutOfOrder>),
    /// `pending` is empty where the policy alone refuses.
    #[error("the database is ahead of the revisions")]
    Ahead {
        ahead: Vec<RecordedOnly>,
        pending: Vec<Located>,
    },
}

/// A row of the state table without a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedOnly {
    pub revision: RevisionId,
    pub message: String,
}

/// A pending revision, and an applied one that stands on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfOrder {
    pub pending: Located,
    pub applied: Located,
}
