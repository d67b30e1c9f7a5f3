//! Why there is no plan.

use super::Unfinished;
use crate::revision::{Located, RevisionId, SelectError, Target};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error(transparent)]
    Select(#[from] SelectError),
    #[error("target `{0}` names nothing: there are no revisions")]
    NoRevisions(Target),
    /// Heads are all that is known, and no graph tells what stands below them.
    #[error("target `{target}` cannot be found among heads alone")]
    HeadsAlone { target: Target, heads: Vec<String> },
    #[error("target `{0}` leads down")]
    Downwards(Target),
    #[error(transparent)]
    Downgrade(#[from] DowngradeError),
    #[error("target `{target}` is not applied")]
    NotApplied { target: Target, revision: Located },
    /// Nothing else may run before these are finished.
    #[error("a revision stopped half way")]
    Unfinished(Vec<Unfinished>),
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

/// Why a database cannot be taken back to a target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DowngradeError {
    #[error("target `{0}` leads up")]
    Upwards(Target),
    /// What stands on the target only depends on it.
    #[error("nothing that revises target `{target}` is applied")]
    NothingAbove { target: Target, above: Vec<Located> },
    /// `heads` are the current ones, and none is of the target's branch.
    #[error("no current head is of the branch of target `{target}`")]
    BranchNotApplied { target: Target, heads: Vec<Located> },
    /// The way down parts, and the branch goes through none of these.
    #[error("the branch of target `{target}` does not go on from there")]
    NotOfBranch {
        target: Target,
        through: Box<Located>,
        roots: Vec<Located>,
    },
    /// All that it replaces is applied, and its own row is missing yet.
    #[error("revision `{}` is not recorded yet", .0.revision)]
    Unrecorded(Located),
    #[error("a revision without a file stands on what target `{target}` takes back")]
    AheadOf {
        target: Target,
        ahead: Vec<RecordedOnly>,
    },
    #[error("a revision without a file lies between the files and target `{target}`")]
    RetiredBelow {
        target: Target,
        retired: Vec<RecordedOnly>,
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
