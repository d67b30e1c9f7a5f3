//! A project that begins with a database that is there already: its schema
//! becomes the first revision, which is recorded without running.

use std::path::PathBuf;
use std::time::Duration;

use seaworthy_schema::{Manner, Schema, Statement, compare};
use tokio::time::timeout;
use tracing::{info, warn};

use super::author::{self, Draft, Wish};
use super::proof::{Begun, Step, proved};
use super::sides::{Sides, schema_of};
use super::{arrival, graph_of, stamp, until_signal};
use crate::config::{Config, FirstRevision};
use crate::error::Error;
use crate::files::Made;
use crate::plan::{self, AppliedState, Purge};
use crate::postgres::Session;
use crate::postgres::lock::Locked;
use crate::postgres::stamp::StampError;
use crate::postgres::version_table::{self, Location, Neighbours, Presence};
use crate::process::Signals;
use crate::revision::{Graph, Point, Target};

/// How long after a signal it may take to find out what was recorded.
const SIGNAL_BOUND: Duration = Duration::from_millis(500);

const MESSAGE: &str = "adopt the live schema";

/// What is to be written, and the graph that it makes.
struct Plan {
    /// That of the database when it was read.
    schema: Schema,
    files: Vec<(PathBuf, String)>,
    graph: Graph,
}

/// Starts a project whose first revision makes the schema of the configured
/// database, and records there that it is applied. Returns the files. `text`
/// makes the body of a revision from its statements.
///
/// # Errors
///
/// That there are revisions already, here or in the database; that there is no
/// schema; [`Error::NotProved`]; that something cannot be written. Then neither
/// a file nor a row is left.
pub async fn adopt(
    config: &Config,
    command: &FirstRevision,
    text: fn(&[Statement]) -> String,
    signals: &Signals,
) -> Result<Vec<PathBuf>, Error> {
    author::refuse_occupied(config)?;
    let mut sides = Sides::of(config);
    let steps = until_signal(signals, steps(config, &mut sides)).await;
    let left = sides.clear().await;
    let (steps, schema) = steps?;
    left?;
    let plan = planned(config, command, &steps, schema, text)?;
    let locked = until_signal(signals, stamp::locked(config)).await?;
    let mut made = Made::default();
    let written = until_signal(signals, write(config, &plan, &mut made, &locked)).await;
    if let Err(Error::Signal(_)) = &written {
        let _heard_or_not = locked.cancel_and_release().await;
    } else {
        locked.release().await;
    }
    match written {
        Err(error) if !(is_lost(&error) && is_recorded(config, &plan, &error, signals).await) => {
            made.undo();
            Err(error)
        }
        Ok(()) | Err(_) => Ok(made.paths()),
    }
}

/// Says whether it is not known if what was written last was committed.
fn is_lost(error: &Error) -> bool {
    match error {
        Error::Signal(_) => true,
        Error::Stamp(error) => match error.as_ref() {
            StampError::Write { failure, .. } => failure.ends_session(),
            StampError::LockLost { .. } => false,
        },
        _ => false,
    }
}

/// Says whether the revisions are recorded, once the session that may have done it
/// is gone: it had the lock. Nobody waits long for that after a signal.
async fn is_recorded(config: &Config, plan: &Plan, after: &Error, signals: &Signals) -> bool {
    let bound = match after {
        Error::Signal(_) => SIGNAL_BOUND,
        _ => Duration::MAX,
    };
    let looking = async {
        let locked = stamp::locked(config).await?;
        let table = arrival::version_table(&config.migrations);
        let found = version_table::recorded(locked.session(), &table).await;
        locked.release().await;
        Ok(found?)
    };
    let Ok(Ok(found)) = timeout(bound, until_signal(signals, looking)).await else {
        return false;
    };
    let mut revisions = plan.graph.revisions().iter();
    revisions.all(|one| found.state.rows.contains_key(&one.id))
}

/// Returns what makes the schema of the database, after it has been done in
/// another one, and that schema.
async fn steps(config: &Config, sides: &mut Sides<'_>) -> Result<(Vec<Step>, Schema), Error> {
    let session = arrival::session(config, &config.databases()?.migration).await?;
    let free = free(config, &session).await;
    session.close().await;
    free?;
    let live = sides.live().await?;
    for history in &live.histories {
        warn!("the history in {history} is not taken over: it stays, and is no part of the schema");
    }
    let proving = sides.blank().await?;
    let begun = Begun::at(&proving).await?;
    let steps = proved(proving, begun, live.schema.clone(), Manner::Plain).await?;
    if steps.is_empty() {
        return Err(Error::NothingToAdopt);
    }
    Ok((steps, live.schema))
}

/// Returns where the state table will stand, unless there is one.
async fn free(config: &Config, session: &Session) -> Result<Location, Error> {
    let table = arrival::version_table(&config.migrations);
    let location = version_table::locate(session, &table, Neighbours::PassOver).await?;
    match location.state_table {
        Presence::Absent => Ok(location),
        Presence::Present => Err(Error::Adopted(Box::new(location))),
    }
}

fn planned(
    config: &Config,
    command: &FirstRevision,
    steps: &[Step],
    schema: Schema,
    text: fn(&[Statement]) -> String,
) -> Result<Plan, Error> {
    let message = command.message.as_deref().unwrap_or(MESSAGE);
    let mut drafts: Vec<Draft> = Vec::new();
    let graph = |drafts: &[Draft]| {
        let sources = drafts.iter().flat_map(Draft::sources);
        graph_of(sources.collect(), config.migrations.format)
    };
    for (at, step) in steps.iter().enumerate() {
        let body = step.body(text);
        let before = drafts.last().map(|draft| draft.id.clone());
        let wish = Wish {
            id: command.id.as_ref().filter(|_| at == 0),
            message: author::numbered(message, at, steps.len()),
            down_revisions: before.into_iter().collect(),
            depends_on: Vec::new(),
            labels: &[],
            replaces: &[],
            dir: author::first(config).to_owned(),
            body: Some(&body),
        };
        let draft = author::draft(config, &graph(&drafts)?, wish)?;
        drafts.push(draft);
    }
    Ok(Plan {
        schema,
        graph: graph(&drafts)?,
        files: drafts.into_iter().flat_map(|draft| draft.files).collect(),
    })
}

/// Writes the files, and then, in one transaction, that they are applied.
async fn write(
    config: &Config,
    plan: &Plan,
    made: &mut Made,
    locked: &Locked,
) -> Result<(), Error> {
    let location = free(config, locked.session()).await?;
    let now = schema_of(locked.session(), config).await?;
    if !compare(&plan.schema, &now).is_empty() {
        return Err(Error::SchemaChanged);
    }
    author::start(config, made, &plan.files)?;
    let heads = [Target::at(Point::Heads)];
    let stamp = plan::stamp(&plan.graph, &AppliedState::default(), &heads, Purge::No)?;
    stamp::record(locked, &plan.graph, &location, stamp).await?;
    if let Some(path) = &config.file {
        info!("`{}` stays as it is", path.display());
    }
    Ok(())
}
