//! From a plan to an applied plan: lock, read and plan again, apply, release.

use tracing::{info, warn};

use super::arrival::{self, Arrival};
use super::onlooker::{unless_shared, watch_from};
use super::passed::is_done;
use super::until_signal;
use crate::config::{Config, TransactionScope};
use crate::error::{self, Error};
use crate::plan::{Action, Plan, Script};
use crate::postgres::apply::{self, Mode, Options, ProgressDisplay, Report};
use crate::postgres::lock::{self, Acquired, Key, Locked, Route};
use crate::postgres::{Session, version_table};
use crate::process::Signals;
use crate::revision::Graph;

const DONE_BY_ANOTHER: &str = "another process has applied what was pending";

/// How the pending revisions are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    pub mode: Mode,
    pub progress: ProgressDisplay,
}

/// Applies what is pending.
pub(super) async fn migrate(
    config: &Config,
    graph: &Graph,
    arrival: Arrival,
    manner: Manner,
    signals: &Signals,
) -> Result<Report, Error> {
    let Arrival { session, plan, .. } = arrival;
    tell(&plan);
    if plan.steps.is_empty() {
        session.close().await;
        return Ok(Report::default());
    }
    // Whatever can be found wrong without the lock is found before it.
    preflight(config, graph, &plan, manner.mode)?;

    let table = arrival::version_table(&config.migrations);
    let key = Key::new(table.schema.as_deref(), &table.name);
    let lock_wait = config.migrations.lock_wait;
    let is_done = async |session: &Session| is_done(config, graph, &plan, session).await;
    let acquired = until_signal(signals, async {
        if Route::of(&session) == Route::Proxied {
            unless_shared(config, &session).await?;
        }
        Ok(lock::acquire_unless(session, key, lock_wait, is_done).await?)
    })
    .await?;
    let mut locked = match acquired {
        Acquired::Locked(locked) => locked,
        Acquired::Needless(session) => {
            info!("{DONE_BY_ANOTHER}");
            session.close().await;
            return Ok(Report::default());
        }
    };
    let outcome = until_signal(signals, apply(config, graph, &mut locked, manner)).await;
    match &outcome {
        Err(Error::Signal(_)) => locked.cancel_and_release().await,
        Ok(_) | Err(_) => locked.release().await,
    }
    outcome
}

/// Reads and plans again, now that nobody else can change the state, and
/// applies that plan.
async fn apply(
    config: &Config,
    graph: &Graph,
    locked: &mut Locked,
    manner: Manner,
) -> Result<Report, Error> {
    let table = arrival::version_table(&config.migrations);
    let recorded = version_table::recorded(locked.session(), &table).await?;
    let plan = arrival::plan(config, graph, &recorded.state)?;
    if plan.steps.is_empty() {
        info!("{DONE_BY_ANOTHER}");
        return Ok(Report::default());
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
fn tell(plan: &Plan) {
    for warning in &plan.warnings {
        warn!("{}", error::plan::warning(warning));
    }
    match plan.steps.len() {
        0 => info!("the schema is up to date"),
        1 => info!("1 revision is pending"),
        count => info!("{count} revisions are pending"),
    }
}
