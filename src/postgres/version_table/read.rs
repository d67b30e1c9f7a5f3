//! Reads the rows of the state table.

use std::pin::pin;

use futures_util::TryStreamExt;
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use super::array::elements;
use super::{Location, Presence, StateError};
use crate::plan::{Applied, AppliedState, Direction, Journal, Progress, StartedStatement};
use crate::postgres::Session;
use crate::revision::RevisionId;

/// The columns in the order in which they are asked for, which tells them apart.
const COLUMNS: [&str; 9] = [
    "revision",
    "revises",
    "depends_on",
    "message",
    "checksum",
    "state",
    "finished",
    "prefix",
    "started",
];
const REVISION: usize = 0;
const REVISES: usize = 1;
const DEPENDS_ON: usize = 2;
const MESSAGE: usize = 3;
const CHECKSUM: usize = 4;
const STATE: usize = 5;
const FINISHED: usize = 6;
const PREFIX: usize = 7;
const STARTED: usize = 8;

/// Returns what the state table says is applied: one round trip, none where
/// the table is absent.
///
/// # Errors
///
/// - [`StateError::UnknownState`]: a newer version wrote a state that this one
///   does not know.
/// - [`StateError::BadRow`]
/// - [`StateError::Server`]
pub async fn read(session: &Session, location: &Location) -> Result<AppliedState, StateError> {
    match location.state_table {
        Presence::Absent => Ok(AppliedState::default()),
        Presence::Present => rows_of(session, &location.to_string()).await,
    }
}

/// Returns the state from what stands after FROM.
///
/// # Errors
///
/// Those of [`read`].
pub(super) async fn rows_of(session: &Session, relation: &str) -> Result<AppliedState, StateError> {
    let query = format!("SELECT {} FROM {relation}", COLUMNS.join(", "));
    let server = |error: tokio_postgres::Error| StateError::Server(Box::new(error.into()));
    // A stream, since ten thousand rows need not be held twice.
    let stream = session.client.simple_query_raw(&query).await;
    let mut stream = pin!(stream.map_err(server)?);
    let mut rows = Vec::new();
    while let Some(message) = stream.try_next().await.map_err(server)? {
        if let SimpleQueryMessage::Row(row) = message {
            rows.push(applied(&row)?);
        }
    }
    // Rows come much in order, and a whole map is built quicker than row by row.
    Ok(AppliedState {
        rows: rows.into_iter().collect(),
    })
}

fn applied(row: &SimpleQueryRow) -> Result<(RevisionId, Applied), StateError> {
    let revision = value(row, REVISION).map_err(|column| bad(&RevisionId::recorded(""), column))?;
    let revision = RevisionId::recorded(revision.unwrap_or_default());
    let applied = Applied {
        down_revisions: ids(row, &revision, REVISES)?,
        depends_on: ids(row, &revision, DEPENDS_ON)?,
        message: text(row, &revision, MESSAGE)?
            .unwrap_or_default()
            .to_owned(),
        checksum: text(row, &revision, CHECKSUM)?.map(str::to_owned),
        progress: progress(row, &revision)?,
    };
    Ok((revision, applied))
}

fn progress(row: &SimpleQueryRow, revision: &RevisionId) -> Result<Progress, StateError> {
    match text(row, revision, STATE)? {
        Some("applied") => Ok(Progress::Complete),
        Some("partial") => Ok(Progress::Partial(
            Direction::Upgrade,
            journal(row, revision)?,
        )),
        Some("reverting") => Ok(Progress::Partial(
            Direction::Downgrade,
            journal(row, revision)?,
        )),
        state => Err(StateError::UnknownState {
            revision: revision.clone(),
            state: state.unwrap_or("NULL").to_owned(),
        }),
    }
}

fn journal(row: &SimpleQueryRow, revision: &RevisionId) -> Result<Journal, StateError> {
    Ok(Journal {
        finished: text(row, revision, FINISHED)?
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| bad(revision, COLUMNS[FINISHED]))?,
        prefix: text(row, revision, PREFIX)?.unwrap_or_default().to_owned(),
        started: text(row, revision, STARTED)?.map(|checksum| StartedStatement {
            checksum: checksum.to_owned(),
        }),
    })
}

fn ids(
    row: &SimpleQueryRow,
    revision: &RevisionId,
    column: usize,
) -> Result<Vec<RevisionId>, StateError> {
    let Some(text) = text(row, revision, column)? else {
        return Ok(Vec::new());
    };
    elements(text)
        .map(|ids| ids.iter().map(|id| RevisionId::recorded(id)).collect())
        .ok_or_else(|| bad(revision, COLUMNS[column]))
}

fn text<'a>(
    row: &'a SimpleQueryRow,
    revision: &RevisionId,
    column: usize,
) -> Result<Option<&'a str>, StateError> {
    value(row, column).map_err(|column| bad(revision, column))
}

/// Returns a value, or the column's name: a value that is not UTF-8 is no NULL.
fn value(row: &SimpleQueryRow, column: usize) -> Result<Option<&str>, &'static str> {
    row.try_get(column).map_err(|_| COLUMNS[column])
}

fn bad(revision: &RevisionId, column: &'static str) -> StateError {
    StateError::BadRow {
        revision: revision.clone(),
        column,
    }
}
