//! Why a run stopped.

use std::sync::Arc;
use std::time::Duration;

use crate::plan::Direction;
use crate::postgres::ServerFailure;
use crate::postgres::lock::Route;
use crate::postgres::version_table::Location;
use crate::revision::RevisionId;
use crate::source::Source;

use super::prepare::PrepareError;
use super::watch::Blocker;

/// A run that stopped. What was applied before it is committed and recorded,
/// except under one transaction for the whole run.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{error}")]
pub struct Stopped {
    #[source]
    pub error: Box<ApplyError>,
    /// What this run did before, in order; it stays done.
    pub report: super::Report,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum ApplyError {
    /// Found before anything ran.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The script of a revision failed; it was rolled back as far as it runs
    /// in a transaction.
    #[error("revision `{}` failed: {failure}", .site.revision)]
    Script {
        site: Box<Site>,
        failure: ServerFailure,
        scope: Scope,
    },
    /// A deferred constraint, checked at COMMIT.
    #[error("revision `{}` failed at COMMIT: {failure}", .site.revision)]
    AtCommit {
        site: Box<Site>,
        failure: ServerFailure,
    },
    /// In a dry run or under one transaction for all: an error that would not
    /// arise if each revision had its own transaction.
    #[error("revision `{}` cannot share a transaction: {failure}", .site.revision)]
    SharedTransaction {
        site: Box<Site>,
        failure: ServerFailure,
    },
    /// The state tables could not be created or written.
    #[error("`{location}` could not be written: {failure}")]
    Record {
        location: Location,
        revision: RevisionId,
        what: Recording,
        failure: ServerFailure,
    },
    /// This session does not hold the lock any more.
    #[error("the migration lock was lost before revision `{revision}`")]
    LockLost { revision: RevisionId, route: Route },
    /// A lock was not obtained in all tries.
    #[error("revision `{}` waited {waited:?} for locks: {failure}", .site.revision)]
    RetrySpent {
        site: Box<Site>,
        failure: ServerFailure,
        waited: Duration,
        tries: u32,
        blocker: Option<Box<Blocker>>,
    },
    /// The connection ended while a revision ran.
    #[error("the connection was lost while revision `{revision}` ran: {failure}")]
    Lost {
        revision: RevisionId,
        failure: ServerFailure,
        outcome: Outcome,
    },
    /// Behind a proxy no revision runs outside a transaction.
    #[error("revision `{}` runs outside a transaction, and the connection is proxied", .site.revision)]
    Proxied { site: Box<Site>, host: String },
    /// The statements that are finished were changed.
    #[error("the finished statements of revision `{}` have changed", .site.revision)]
    PrefixChanged { site: Box<Site>, finished: usize },
    /// A statement was begun, and nobody can tell whether it took effect.
    #[error("a statement of revision `{}` may or may not have run", .site.revision)]
    Ambiguous { site: Box<Site>, location: Location },
    /// An index of the statement's name is INVALID, and not by this statement.
    #[error("index `{index}` is INVALID")]
    InvalidIndex {
        site: Box<Site>,
        index: String,
        why: InvalidIndex,
    },
    /// Another session builds the index now.
    #[error("index `{index}` is being built by pid {pid}")]
    BeingBuilt {
        site: Box<Site>,
        index: String,
        pid: i32,
    },
}

/// A place in a revision's script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub revision: RevisionId,
    pub direction: Direction,
    pub source: Arc<Source>,
    /// Byte offset in the source; of the statement where the server named no position.
    pub offset: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything of this revision is rolled back.
    Revision,
    /// Everything of this run is rolled back.
    Run,
    /// Statements before it stay; the next run goes on with this one.
    Statement,
}

/// What was being written when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    /// The state tables were being created.
    Tables,
    /// The rows of a revision were being written.
    Row,
    /// The session was being set up, or the transaction begun.
    Session,
}

/// What became of a transaction whose connection was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server ended the session before COMMIT.
    RolledBack,
    /// COMMIT was sent and not answered.
    Unknown,
    /// A statement ran outside a transaction; the journal knows which.
    Journalled,
}

/// Why an INVALID index is not repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidIndex {
    /// The journal does not say that this statement began it.
    NotOurs,
    /// A partitioned index is INVALID until all partitions have theirs.
    Partitioned,
    /// It was INVALID after the statement said that it was done.
    AfterBuild,
}
