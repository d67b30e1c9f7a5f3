//! The state alone, as fast as it goes where all is well.
//!
//! It does not find out where the tables stand or why they cannot be read:
//! [`recorded`] does, and costs a new server process some milliseconds
//! of reading its catalogues.

use super::locate::rows;
use super::read::rows_of;
use super::{StateError, VersionTable, recorded};
use crate::plan::AppliedState;
use crate::postgres::Session;
use crate::postgres::quote::{Qualified, identifier, literal};
use crate::revision::RevisionId;

/// Returns what the state table says is applied: two short round trips where
/// it is there and may be read, else what [`recorded`] finds.
///
/// # Errors
///
/// Every [`StateError`].
pub async fn state(session: &Session, table: &VersionTable) -> Result<AppliedState, StateError> {
    match seen(session, table).await {
        Ok(Some(state)) => Ok(state),
        // A view by that name, a schema out of reach, a lost connection.
        Ok(None) | Err(StateError::Server(_)) => Ok(recorded(session, table).await?.state),
        Err(error) => Err(error),
    }
}

/// Returns whether a revision is recorded as applied, as far as this can be
/// seen: what stands in the way of reading is for [`state`] to tell. The
/// server looks for one row, however many there are.
pub async fn is_applied(session: &Session, table: &VersionTable, revision: &RevisionId) -> bool {
    let Ok(Some(name)) = readable(session, table).await else {
        return false;
    };
    let question = format!(
        "SELECT EXISTS (SELECT FROM {name} WHERE revision = {} AND state = 'applied')",
        literal(revision.as_str())
    );
    let answer = rows(session, &question).await.unwrap_or_default();
    answer.first().and_then(|row| row.get(0)) == Some("t")
}

async fn seen(session: &Session, table: &VersionTable) -> Result<Option<AppliedState>, StateError> {
    let Some(name) = readable(session, table).await? else {
        return Ok(None);
    };
    // Only a table has this column.
    let relation = format!("{name} WHERE tableoid IS NOT NULL");
    rows_of(session, &relation).await.map(Some)
}

/// Returns the name of what may be read by the state table's name.
async fn readable(session: &Session, table: &VersionTable) -> Result<Option<String>, StateError> {
    // The server finds a name without a schema along the search path.
    let name = match &table.schema {
        Some(schema) => Qualified {
            schema,
            name: &table.name,
        }
        .to_string(),
        None => identifier(&table.name),
    };
    let question = format!(
        "SELECT pg_catalog.has_table_privilege(pg_catalog.to_regclass({}), 'SELECT')",
        literal(&name)
    );
    let answer = rows(session, &question).await?;
    let is_readable = answer.first().and_then(|row| row.get(0)) == Some("t");
    Ok(is_readable.then_some(name))
}
