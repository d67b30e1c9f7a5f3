//! Tables of other tools, which say that this database is not empty.
//!
//! Only their presence and whether they hold rows matters: running every
//! revision again would be worse than asking.

use tokio_postgres::SimpleQueryRow;

use super::locate::rows;
use super::{OtherTool, StateError};
use crate::postgres::Session;
use crate::postgres::cell::cell;
use crate::postgres::quote::Qualified;

/// The tables of their default names.
pub(super) const TOOLS: [OtherTool; 7] = [
    ALEMBIC,
    tool("dbmate or golang-migrate", "schema_migrations"),
    tool("sqlx", "_sqlx_migrations"),
    tool("goose", "goose_db_version"),
    tool("Flyway", "flyway_schema_history"),
    tool("refinery", "refinery_schema_history"),
    tool("tern", "schema_version"),
];

/// Says whether a table of this name keeps the revisions of some tool.
pub fn is_known(table: &str) -> bool {
    TOOLS.iter().any(|tool| tool.table == table)
}
pub(super) const ALEMBIC: OtherTool = tool("Alembic", "alembic_version");

const fn tool(name: &'static str, table: &'static str) -> OtherTool {
    OtherTool { name, table }
}

/// Refuses when one of these tables holds rows. One that may not be read is
/// taken as holding some. Of several the one is named that stands first among
/// the tools, and of those that first on the search path.
///
/// # Errors
///
/// - [`StateError::OtherTool`]
/// - [`StateError::Server`]
pub(super) async fn refuse(
    session: &Session,
    candidates: &[&SimpleQueryRow],
) -> Result<(), StateError> {
    let mut found = Vec::new();
    let mut questions = Vec::new();
    for row in candidates {
        let (Some(schema), Some(name)) = (cell(row, "schema"), cell(row, "name")) else {
            continue;
        };
        let Some(rank) = TOOLS.iter().position(|tool| tool.table == name) else {
            continue;
        };
        if cell(row, "readable") == Some("t") {
            let table = Qualified { schema, name };
            questions.push((rank, schema.to_owned(), used(TOOLS[rank], table)));
        } else {
            found.push((rank, schema.to_owned()));
        }
    }
    if !questions.is_empty() {
        let query: Vec<String> = questions
            .iter()
            .enumerate()
            .map(|(at, (_, _, used))| format!("SELECT {at} AS at, {used} AS used"))
            .collect();
        let answers = rows(session, &query.join(" UNION ALL ")).await?;
        let answers = answers.iter().zip(questions);
        found.extend(
            answers
                .filter(|(row, _)| cell(row, "used") == Some("t"))
                .map(|(_, (rank, schema, _))| (rank, schema)),
        );
    }
    match found.into_iter().min_by_key(|(rank, _)| *rank) {
        Some((rank, schema)) => Err(StateError::OtherTool {
            tool: TOOLS[rank],
            schema,
        }),
        None => Ok(()),
    }
}

/// Returns the expression that is true when the table records a revision.
///
/// goose keeps a row of version zero in a fresh table, and tern one row that
/// says zero; a table of that name with other columns is compared as text.
fn used(tool: OtherTool, table: Qualified<'_>) -> String {
    let zero = match tool.table {
        "goose_db_version" => " WHERE pg_catalog.to_jsonb(t)->>'version_id' IS DISTINCT FROM '0'",
        "schema_version" => " WHERE pg_catalog.to_jsonb(t)->>'version' IS DISTINCT FROM '0'",
        _ => "",
    };
    format!("EXISTS (SELECT FROM {table} t{zero})")
}
