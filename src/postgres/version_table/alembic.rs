//! What Alembic's table says, for one who waits for its revisions: the heads
//! that are applied, and nothing of what stands below them.

use super::locate::rows;
use super::{Lacking, StateError, foreign};
use crate::postgres::cell::cell;
use crate::postgres::quote::{Qualified, literal};
use crate::postgres::{ServerFailure, Session};

/// Returns the heads in Alembic's table, in the order of their ids: two round
/// trips. Whether they may be read is asked and not tried, since a refusal would
/// be an error in the server's log.
///
/// # Errors
///
/// - [`StateError::Unreadable`]: the role lacks a privilege.
/// - [`StateError::Server`]
pub async fn alembic_heads(session: &Session, schema: &str) -> Result<Vec<String>, StateError> {
    let name = foreign::ALEMBIC.table;
    let table = Qualified { schema, name }.to_string();
    let question = format!(
        "SELECT pg_catalog.has_schema_privilege({schema}, 'USAGE') AS usage, \
         pg_catalog.has_table_privilege({table}::pg_catalog.regclass, 'SELECT') AS readable, \
         current_user AS role",
        schema = literal(schema),
        table = literal(&table),
    );
    let answers = rows(session, &question).await?;
    let Some(answer) = answers.first() else {
        return Err(StateError::Server(Box::new(ServerFailure::unanswered(0))));
    };
    if let Some(lacking) = Lacking::of(answer) {
        return Err(StateError::Unreadable {
            schema: schema.to_owned(),
            table: name.to_owned(),
            role: cell(answer, "role").unwrap_or_default().to_owned(),
            lacking,
        });
    }
    let heads = format!("SELECT version_num FROM {table} ORDER BY 1");
    let heads = rows(session, &heads).await?;
    let heads = heads.iter().filter_map(|row| cell(row, 0));
    Ok(heads.map(str::to_owned).collect())
}
