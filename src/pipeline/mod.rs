//! The voyage: load, wait, read, plan, lock, read and plan again, apply.
//!
//! The only part that knows this order. It decides nothing itself: what the
//! database is like is found out by the adapters, what has to happen by the
//! pure modules.

mod arrival;
mod migrate;
mod not_ready;

use std::future::Future;

use crate::config::{Config, MigrationsConfig};
use crate::error::Error;
use crate::files;
use crate::format;
use crate::plan::{self, AppliedState};
use crate::postgres::apply::{Mode, Report};
use crate::postgres::offline::{self, OfflineOptions, OfflineTables};
use crate::process::Signals;
use crate::revision::{Graph, Target};

pub use migrate::Manner;
pub use not_ready::NotReady;

/// Returns the revisions of the configured directory as a valid graph.
///
/// # Errors
///
/// What is wrong with the directory, a file, or the graph.
pub fn load(config: &MigrationsConfig) -> Result<Graph, Error> {
    let sources = files::load(&config.dir)?;
    let revisions = format::read(sources, config.format)?;
    Ok(Graph::build(revisions)?)
}

/// Waits for everything, applies what is pending, and leaves nothing open.
/// Without a graph the migrations are skipped.
///
/// # Errors
///
/// Whatever ended the voyage, a signal included.
pub async fn voyage(
    config: &Config,
    graph: Option<&Graph>,
    manner: Manner,
    signals: &Signals,
) -> Result<(), Error> {
    match graph {
        Some(graph) => upgrade(config, graph, manner, signals).await.map(drop),
        None => until_signal(signals, arrival::application(config)).await,
    }
}

/// Waits for everything and applies what is pending.
///
/// # Errors
///
/// Whatever ended the voyage, a signal included.
pub async fn upgrade(
    config: &Config,
    graph: &Graph,
    manner: Manner,
    signals: &Signals,
) -> Result<Report, Error> {
    let arrival = until_signal(signals, arrival::migrations(config, graph)).await?;
    migrate::migrate(config, graph, arrival, manner, signals).await
}

/// Waits for everything; with a target, also until the schema has reached it.
///
/// # Errors
///
/// Whatever ended the wait, a signal included.
pub async fn wait(
    config: &Config,
    schema: Option<(&Graph, &Target)>,
    signals: &Signals,
) -> Result<(), Error> {
    match schema {
        Some((graph, target)) => {
            until_signal(signals, arrival::schema(config, graph, target)).await
        }
        None => until_signal(signals, arrival::application(config)).await,
    }
}

/// Runs a future that may be dropped at any point, until it ends or a signal
/// comes.
async fn until_signal<T>(
    signals: &Signals,
    future: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::select! {
        biased;
        signal = signals.received() => {
            Err(signal.map_or_else(Error::Signals, Error::Signal))
        }
        result = future => result,
    }
}

/// Returns what the database says is applied, as the start of an offline script.
///
/// # Errors
///
/// Whatever ended the wait, a signal included.
pub async fn state(config: &Config, signals: &Signals) -> Result<AppliedState, Error> {
    until_signal(signals, arrival::state(config)).await
}

/// Returns what is applied once a target is reached from base.
///
/// # Errors
///
/// What is wrong with the target.
pub fn state_at(config: &Config, graph: &Graph, target: &Target) -> Result<AppliedState, Error> {
    let base = AppliedState::default();
    let plan = plan::upgrade(graph, &base, target, arrival::policy(config))?;
    Ok(base.after(&plan))
}

/// Returns the plan as a script for psql; connects to nothing.
///
/// # Errors
///
/// What is wrong with the target or a script.
pub fn offline(config: &Config, graph: &Graph, state: &AppliedState) -> Result<String, Error> {
    let plan = arrival::plan(config, graph, state)?;
    migrate::preflight(config, graph, &plan, Mode::Commit)?;
    let options = OfflineOptions {
        transaction: config.migrations.transaction,
        lock_timeout: config.migrations.lock_timeout,
        statement_timeout: config.migrations.statement_timeout,
        tables: if state.rows.is_empty() {
            OfflineTables::Create
        } else {
            OfflineTables::Exist
        },
    };
    let table = arrival::version_table(&config.migrations);
    Ok(offline::script(&plan, graph, &table, &options)?)
}
