//! From a plan to an applied plan: lock, read and plan again, apply, release.

use tracing::{info, warn};

use super::arrival::{self, Arrival};
use super::onlooker::watch_from;
use super::queue::queue;
use super::{until_signal, warn_of_old_server};
use crate::config::{Config, TransactionScope};
use crate::error::{self, Error};
use crate::plan::{Action, Course, Direction, Plan, Script};
use crate::postgres::apply::{self, Mode, Options, ProgressDisplay, Report};
use crate::postgres::lock::Locked;
use crate::postgres::version_table;
use crate::process::Signals;
use crate::revision::Graph;

/// How the pending revisions are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    pub mode: Mode,
    pub progress: ProgressDisplay,
}

/// Applies what was planned.
pub(super) async fn migrate(
    config: &Config,
    graph: &Graph,
    arrival: Arrival,
    manner: Manner,
    signals: &Signals,
) -> Result<Report, Error> {
    tell(&arrival.plan, arrival.course.direction);
    if arrival.plan.steps.is_empty() {
        arrival.session.close().await;
        return Ok(Report::default());
    }
    warn_of_old_server(&arrival.session);
    // Whatever can be found wrong without the lock is found before it.
    preflight(config, graph, &arrival.plan, manner.mode)?;

    let course = arrival.course.clone();
    let locked = until_signal(signals, queue(config, graph, arrival)).await?;
    let Some(mut locked) = locked else {
        return Ok(done_by_another(course.direction));
    };
    let outcome = until_signal(signals, apply(config, graph, &course, &mut locked, manner)).await;
    match outcome {
        Err(Error::Signal(signal)) => {
            let underway = locked.underway();
            let cancellation = locked.cancel_and_release().await;
            Err(match underway {
                None => Error::Signal(signal),
                Some(revision) => Error::Interrupted {
                    signal,
                    revision,
                    cancellation,
                },
            })
        }
        outcome => {
            locked.release().await;
            outcome
        }
    }
}

/// Reads and plans again, now that nobody else can change the state, and
/// applies that plan.
async fn apply(
    config: &Config,
    graph: &Graph,
    course: &Course,
    locked: &mut Locked,
    manner: Manner,
) -> Result<Report, Error> {
    let table = arrival::version_table(&config.migrations);
    let recorded = version_table::recorded(locked.session(), &table).await?;
    let plan = course.plan(graph, &recorded.state, arrival::policy(config))?;
    if plan.steps.is_empty() {
        return Ok(done_by_another(course.direction));
    }
    // `apply` prepares the scripts of this plan itself, before any of them runs.
    let options = Options {
        mode: manner.mode,
        transaction: config.migrations.transaction,
        lock_timeout: config.migrations.lock_timeout,
        lock_retry: config.migrations.lock_retry,
        statement_timeout: config.migrations.statement_timeout,
        progress: manner.progress,
    };
    let source = &config.databases()?.migration;
    let observer = || watch_from(source);
    let report = apply::apply(locked, &plan, graph, &recorded.location, &options, observer).await?;
    Ok(report)
}

fn done_by_another(direction: Direction) -> Report {
    match direction {
        Direction::Upgrade => info!("another process has applied what was pending"),
        Direction::Downgrade => info!("another process has taken back what was to be taken back"),
    }
    Report::default()
}

/// Finds what can be known to fail before anything runs.
pub(super) fn preflight(
    config: &Config,
    graph: &Graph,
    plan: &Plan,
    mode: Mode,
) -> Result<(), Error> {
    let shared = mode == Mode::DryRun || config.migrations.transaction == TransactionScope::All;
    for step in &plan.steps {
        let Some(revision) = graph.get(step.revision.as_str()) else {
            continue;
        };
        if step.action == Action::Record {
            continue;
        }
        let script = Script::prepare(revision, step.direction)?;
        if shared {
            script.pieces()?;
        }
    }
    Ok(())
}

/// Says what a plan noticed, and what it will do.
fn tell(plan: &Plan, direction: Direction) {
    for warning in &plan.warnings {
        warn!("{}", error::plan::warning(warning));
    }
    match (direction, plan.steps.len()) {
        (Direction::Upgrade, 0) => info!("the schema is up to date"),
        (Direction::Upgrade, 1) => info!("1 revision is pending"),
        (Direction::Upgrade, count) => info!("{count} revisions are pending"),
        (Direction::Downgrade, 0) => info!("there is nothing to take back"),
        (Direction::Downgrade, 1) => info!("1 revision is to be taken back"),
        (Direction::Downgrade, count) => info!("{count} revisions are to be taken back"),
    }
}
