//! Applies the steps of a plan.
//!
//! A transactional revision goes to the server as one message where it can:
//! resets, settings, BEGIN, the proof that this server process holds the lock,
//! the script, resets again, state row, history, COMMIT. A revision is told as
//! applied when COMMIT was answered, not before.
//!
//! Dropping the future is safe at any point: what runs on the server is ended
//! by [`Locked::cancel_and_release`](super::lock::Locked::cancel_and_release),
//! and the state tables keep the truth.

mod error;
mod frame;
mod index;
mod journal;
mod judge;
mod message;
mod outside;
mod prepare;
mod progress;
mod remains;
mod rest;
mod retry;
mod run;
mod send;
mod task;
mod transaction;
mod verdict;
mod watch;

pub use error::{ApplyError, InvalidIndex, Outcome, Recording, Scope, Site, Stopped};
pub use prepare::PrepareError;
pub(super) use prepare::{Prepared, Sharing};
pub(super) use task::Task;
pub use watch::Blocker;

use std::time::Duration;

use super::Session;
use super::lock::Locked;
use super::version_table::Location;
use crate::config::{Limit, TransactionScope};
use crate::plan::{Plan, Step};
use crate::revision::Graph;

/// How a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub mode: Mode,
    pub transaction: TransactionScope,
    pub lock_timeout: Limit,
    /// Zero: one try.
    pub lock_retry: Duration,
    pub statement_timeout: Limit,
    pub progress: ProgressDisplay,
}

/// Whether what ran stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Commit,
    /// Everything in one transaction that is rolled back.
    DryRun,
}

/// How long work is shown, besides the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressDisplay {
    Log,
    /// A bar on stderr, which is a terminal.
    Bar,
    /// Not at all, nor in the log: nobody waits for what is done there.
    Quiet,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub done: Vec<Done>,
}

/// A step that was committed, or that ran in a dry run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub step: Step,
    pub took: Duration,
}

/// Applies a plan's steps in order.
///
/// `connect` opens a second connection; it is called when a step takes long,
/// to see what it waits for, and its failure is of no consequence.
///
/// # Errors
///
/// [`Stopped`], with every [`ApplyError`].
pub async fn apply<C>(
    locked: &mut Locked,
    plan: &Plan,
    graph: &Graph,
    location: &Location,
    options: &Options,
    connect: C,
) -> Result<Report, Stopped>
where
    C: AsyncFn() -> Option<Session>,
{
    let sharing = match (options.mode, options.transaction) {
        (Mode::Commit, TransactionScope::Revision) => Sharing::Each,
        (Mode::DryRun, _) | (_, TransactionScope::All) => Sharing::One,
    };
    let prepared = Prepared::new(plan, graph, sharing).map_err(|error| Stopped {
        error: Box::new(ApplyError::Prepare(error)),
        report: Report::default(),
    })?;
    let mut run = run::Run::begin(locked, &prepared, location, options, connect);
    let result = run.all().await;
    let report = run.end().await;
    result
        .map(|()| report.clone())
        .map_err(|error| Stopped { error, report })
}
