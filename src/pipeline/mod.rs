//! The voyage: load, wait, read, plan, lock, read and plan again, apply.
//!
//! The only part that knows this order. It decides nothing itself: what the
//! database is like is found out by the adapters, what has to happen by the
//! pure modules.

mod adopt;
mod arrival;
mod author;
mod autogenerate;
mod command;
mod diff;
mod differences;
mod dump;
mod health;
mod look;
mod lookout;
mod migrate;
mod offline;
mod onlooker;
mod passage;
mod passed;
mod proof;
mod queue;
mod renames;
mod serve;
mod sides;
mod squash;
mod stamp;

use std::future::Future;

use tracing::warn;

use crate::config::{Config, FormatChoice, MigrateCommand, MigrationsConfig};
use crate::error::{self, Error};
use crate::files;
use crate::format;
use crate::plan::{self, Course};
use crate::postgres::Session;
use crate::postgres::apply::Report;
use crate::process::Signals;
use crate::revision::{Graph, Target};
use crate::source::Source;

pub use adopt::adopt;
pub use author::{Written, init, merge, revision};
pub use autogenerate::autogenerate;
pub use diff::{Differing, diff};
pub use differences::{Comparison, Found, HAZARD, differences};
pub use dump::dump;
pub use health::{Health, health};
pub use look::{Sight, look, state};
pub use lookout::{Lookout, attended};
pub use migrate::Manner;
pub use offline::{offline, state_at};
pub use renames::Ask;
pub use serve::{Round, serve, sidecar};
pub use squash::{Squashed, squash};
pub use stamp::{stamp, stamp_offline};

/// What brings the schema to where it shall be.
#[derive(Clone, Copy, Debug)]
pub enum Engine<'a> {
    /// The revisions of a directory, by ourselves.
    Revisions(&'a Graph),
    /// A command of the user's.
    Command(&'a MigrateCommand),
}

/// Returns the revisions of the configured directories as a valid graph.
///
/// # Errors
///
/// What is wrong with the directory, a file, or the graph.
pub fn load(config: &MigrationsConfig) -> Result<Graph, Error> {
    graph_of(files::load_all(&config.dirs)?, config.format)
}

fn graph_of(sources: Vec<Source>, format: FormatChoice) -> Result<Graph, Error> {
    Ok(Graph::build(format::read(sources, format)?)?)
}

/// Waits for everything, applies what is pending, and leaves nothing open.
/// Without an engine the migrations are skipped.
///
/// # Errors
///
/// Whatever ended the voyage, a signal included.
pub async fn voyage(
    config: &Config,
    engine: Option<Engine<'_>>,
    manner: Manner,
    signals: &Signals,
) -> Result<(), Error> {
    match engine {
        Some(Engine::Command(command)) => migrate_by(config, command, signals).await,
        Some(Engine::Revisions(graph)) => {
            let course = Course::up(config.migrations.target.clone());
            migrate(config, graph, &course, manner, signals)
                .await
                .map(drop)
        }
        None => until_signal(signals, arrival::application(config)).await,
    }
}

/// Waits for everything and applies what a course leads through.
///
/// # Errors
///
/// Whatever ended the voyage, a signal included.
pub async fn migrate(
    config: &Config,
    graph: &Graph,
    course: &Course,
    manner: Manner,
    signals: &Signals,
) -> Result<Report, Error> {
    // What no database can change is told before any is waited for.
    course.check(graph)?;
    let arrival = until_signal(signals, arrival::migrations(config, graph, course)).await?;
    migrate::migrate(config, graph, arrival, manner, signals).await
}

/// Waits for everything, and runs a command under the migration lock.
///
/// # Errors
///
/// Whatever ended the voyage, a signal included.
pub async fn migrate_by(
    config: &Config,
    command: &MigrateCommand,
    signals: &Signals,
) -> Result<(), Error> {
    let session = until_signal(signals, arrival::command(config)).await?;
    warn_of_old_server(&session);
    let locked = until_signal(signals, queue::queue_for_command(config, session)).await?;
    let outcome = command::run(config, &locked, command, signals).await;
    locked.release().await;
    outcome
}

fn warn_of_old_server(session: &Session) {
    let facts = &session.facts;
    if facts.is_older_than_tested() {
        warn!("{}", error::server::older_than_tested(facts.version));
    }
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
            plan::check_awaited(graph, target)?;
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
