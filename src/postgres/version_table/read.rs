//! Reads the rows of the state table.

use std::pin::pin;

use futures_util::TryStreamExt;
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use super::array::elements;
use super::{Location, Presence, StateError};
use crate::plan::{Applied, AppliedState, Journal, Progress, StartedStatement};
use crate::postgres::Session;
use crate::revision::RevisionId;

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
    let mut state = AppliedState::default();
    let query = format!(
        "SELECT revision, revises, depends_on, message, checksum, state, \
         finished, prefix, started FROM {relation}"
    );
    let server = |error: tokio_postgres::Error| StateError::Server(Box::new(error.into()));
    // A stream, since ten thousand rows need not be held twice.
    let stream = session.client.simple_query_raw(&query).await;
    let mut stream = pin!(stream.map_err(server)?);
    while let Some(message) = stream.try_next().await.map_err(server)? {
        if let SimpleQueryMessage::Row(row) = message {
            let (revision, applied) = applied(&row)?;
            state.rows.insert(revision, applied);
        }
    }
    Ok(state)
}

fn applied(row: &SimpleQueryRow) -> Result<(RevisionId, Applied), StateError> {
    let unnamed = RevisionId::recorded("");
    let revision = RevisionId::recorded(text(row, &unnamed, "revision")?.unwrap_or_default());
    let applied = Applied {
        down_revisions: ids(row, &revision, "revises")?,
        depends_on: ids(row, &revision, "depends_on")?,
        message: text(row, &revision, "message")?
            .unwrap_or_default()
            .to_owned(),
        checksum: text(row, &revision, "checksum")?.map(str::to_owned),
        progress: progress(row, &revision)?,
    };
    Ok((revision, applied))
}

fn progress(row: &SimpleQueryRow, revision: &RevisionId) -> Result<Progress, StateError> {
    match text(row, revision, "state")? {
        Some("applied") => Ok(Progress::Complete),
        Some("partial") => Ok(Progress::Partial(Journal {
            finished: text(row, revision, "finished")?
                .and_then(|text| text.parse().ok())
                .ok_or_else(|| bad(revision, "finished"))?,
            prefix: text(row, revision, "prefix")?
                .unwrap_or_default()
                .to_owned(),
            started: text(row, revision, "started")?.map(|checksum| StartedStatement {
                checksum: checksum.to_owned(),
            }),
        })),
        state => Err(StateError::UnknownState {
            revision: revision.clone(),
            state: state.unwrap_or("NULL").to_owned(),
        }),
    }
}

fn ids(
    row: &SimpleQueryRow,
    revision: &RevisionId,
    column: &'static str,
) -> Result<Vec<RevisionId>, StateError> {
    let Some(text) = text(row, revision, column)? else {
        return Ok(Vec::new());
    };
    elements(text)
        .map(|ids| ids.iter().map(|id| RevisionId::recorded(id)).collect())
        .ok_or_else(|| bad(revision, column))
}

/// Returns a value; one that is missing or not UTF-8 is no NULL.
fn text<'a>(
    row: &'a SimpleQueryRow,
    revision: &RevisionId,
    column: &'static str,
) -> Result<Option<&'a str>, StateError> {
    row.try_get(column).map_err(|_| bad(revision, column))
}

fn bad(revision: &RevisionId, column: &'static str) -> StateError {
    StateError::BadRow {
        revision: revision.clone(),
        column,
    }
}
