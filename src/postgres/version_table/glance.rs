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

/// The server's text for a condition that holds.
const TRUE: &str = "t";

/// Returns what is to be asked with the login, so that [`state`] can be short:
/// whether the state table is there and may be read. It is asked and not tried,
/// since a table that is not there would be an error in the server's log.
pub fn question(table: &VersionTable) -> String {
    format!(
        "pg_catalog.has_table_privilege(pg_catalog.to_regclass({}), 'SELECT')",
        literal(&name(table))
    )
}

/// Asks the [`question`] once more, on a session that is kept: the table may
/// have come since the login, or gone.
///
/// # Errors
///
/// [`StateError::Server`]
pub async fn ask_again(session: &mut Session, table: &VersionTable) -> Result<(), StateError> {
    let found = rows(session, &format!("SELECT {}", question(table))).await?;
    let answer = found.first().and_then(|row| row.get(0));
    session.answer = answer.map(str::to_owned);
    Ok(())
}

/// Returns what the state table says is applied: one short round trip where the
/// session's answer to the [`question`] was yes, else what [`recorded`] finds.
///
/// # Errors
///
/// Every [`StateError`].
pub async fn state(session: &Session, table: &VersionTable) -> Result<AppliedState, StateError> {
    if session.answer.as_deref() == Some(TRUE) {
        // Only a table has this column.
        let relation = format!("{} WHERE tableoid IS NOT NULL", name(table));
        match rows_of(session, &relation).await {
            // A view by that name, a lost connection.
            Err(StateError::Server(_)) => {}
            outcome => return outcome,
        }
    }
    Ok(recorded(session, table).await?.state)
}

/// Returns whether a revision is recorded as applied, as far as this can be
/// seen: what stands in the way of reading is for [`state`] to tell. The
/// server looks for one row, however many there are.
pub async fn is_applied(session: &Session, table: &VersionTable, revision: &RevisionId) -> bool {
    let readable = format!("SELECT {}", question(table));
    let readable = rows(session, &readable).await.unwrap_or_default();
    if readable.first().and_then(|row| row.get(0)) != Some(TRUE) {
        return false;
    }
    let found = format!(
        "SELECT EXISTS (SELECT FROM {} WHERE revision = {} AND state = 'applied')",
        name(table),
        literal(revision.as_str())
    );
    let found = rows(session, &found).await.unwrap_or_default();
    found.first().and_then(|row| row.get(0)) == Some(TRUE)
}

/// Returns how a query names the table. The server finds a name without a
/// schema along the search path.
fn name(table: &VersionTable) -> String {
    match &table.schema {
        Some(schema) => Qualified {
            schema,
            name: &table.name,
        }
        .to_string(),
        None => identifier(&table.name),
    }
}
