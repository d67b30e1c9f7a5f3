//! Finds the state tables along the search path.

use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use super::{Lacking, Location, Presence, StateError, VersionTable, foreign};
use crate::postgres::cell::cell;
use crate::postgres::quote::literal;
use crate::postgres::{ServerFailure, Session};

/// Columns that reading needs. More of them are a newer version's.
pub(super) const COLUMNS: [&str; 9] = [
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

/// What tables that speak of a past mean for a database without a state table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neighbours {
    /// Running every revision again would be worse than asking.
    Refuse,
    /// The user says what is applied.
    PassOver,
}

/// Returns where the state tables stand: one round trip, and one more where
/// the state table is absent and another tool's table is there.
///
/// Without a configured schema the table is looked for in each schema of the
/// search path, as an unqualified name would be, and it belongs in
/// `current_schema()` where it is in none.
///
/// # Errors
///
/// - [`StateError::NoSchema`], [`StateError::SchemaMissing`]: it has no place.
/// - [`StateError::Unreadable`]: the role lacks a privilege.
/// - [`StateError::NotOurs`]: the name is taken by something else.
/// - [`StateError::HistoryAlone`]: the state table is gone, its history is not.
/// - [`StateError::OtherTool`]: another tool has applied revisions.
/// - [`StateError::Server`]
pub async fn locate(
    session: &Session,
    table: &VersionTable,
    neighbours: Neighbours,
) -> Result<Location, StateError> {
    let rows = rows(session, &question(table)).await?;
    let mut others = Vec::new();
    let mut location = None;
    for row in &rows {
        match cell(row, "kind") {
            Some("state") => location = Some(state_table(row, table)?),
            Some("other") => others.push(row),
            _ => {}
        }
    }
    if let Some(location) = location {
        return Ok(location);
    }
    // The last row always comes. Without it this was no answer, and it would
    // be wrong to say what is missing.
    if rows.is_empty() {
        return Err(StateError::Server(Box::new(ServerFailure::unanswered(0))));
    }
    let place = rows
        .iter()
        .find(|row| cell(row, "kind") == Some("place"))
        .and_then(|row| cell(row, "schema"));
    let log = rows.iter().find(|row| cell(row, "kind") == Some("log"));
    let log_schema = log.and_then(|row| cell(row, "schema"));
    if let (Some(schema), Neighbours::Refuse) = (log_schema, neighbours) {
        return Err(StateError::HistoryAlone {
            schema: schema.to_owned(),
            table: table.name.clone(),
            log: table.log(),
        });
    }
    let Some(schema) = place else {
        return Err(match &table.schema {
            Some(schema) => StateError::SchemaMissing(schema.clone()),
            None => StateError::NoSchema,
        });
    };
    if neighbours == Neighbours::Refuse {
        foreign::refuse(session, &others).await?;
    }
    let location = Location::absent(schema, table);
    Ok(match log_schema {
        // The history goes on where it stands alone.
        Some(alone) if alone == schema => Location {
            log_table: Presence::Present,
            ..location
        },
        Some(_) | None => location,
    })
}

/// Judges the row about a relation that bears the state table's name.
fn state_table(row: &SimpleQueryRow, table: &VersionTable) -> Result<Location, StateError> {
    let schema = cell(row, "schema").unwrap_or_default().to_owned();
    let present: Vec<&str> = cell(row, "columns")
        .unwrap_or_default()
        .split(',')
        .collect();
    let missing: Vec<String> = COLUMNS
        .iter()
        .filter(|column| !present.contains(column))
        .map(ToString::to_string)
        .collect();
    let is_table = matches!(cell(row, "relkind"), Some("r" | "p"));
    if !is_table || !missing.is_empty() {
        return Err(StateError::NotOurs {
            schema,
            table: table.name.clone(),
            missing: if is_table { missing } else { Vec::new() },
        });
    }
    if let Some(lacking) = Lacking::of(row) {
        return Err(StateError::Unreadable {
            schema,
            table: table.name.clone(),
            role: cell(row, "role").unwrap_or_default().to_owned(),
            lacking,
        });
    }
    Ok(Location {
        schema,
        table: table.name.clone(),
        log: table.log(),
        state_table: Presence::Present,
        log_table: if cell(row, "log") == Some("t") {
            Presence::Present
        } else {
            Presence::Absent
        },
    })
}

/// Returns the one query: the state table, the place where it would be
/// created, the history of a state table that is gone, and the tables of other
/// tools.
///
/// `current_schemas` leaves out schemas that do not exist or that the role may
/// not use, as name resolution does.
fn question(table: &VersionTable) -> String {
    let path = match &table.schema {
        Some(schema) => format!(
            "SELECT n.oid, n.nspname, 1::pg_catalog.int8 AS rank FROM pg_catalog.pg_namespace n \
             WHERE n.nspname = {}",
            literal(schema)
        ),
        None => "SELECT n.oid, n.nspname, s.rank \
                 FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) \
                 WITH ORDINALITY AS s(name, rank) \
                 JOIN pg_catalog.pg_namespace n ON n.nspname = s.name"
            .to_owned(),
    };
    let others: Vec<String> = foreign::TOOLS
        .iter()
        .map(|tool| literal(tool.table))
        .collect();
    format!(
        "WITH path AS ({path}) \
         (SELECT 'state' AS kind, p.nspname AS schema, c.relname AS name, \
           c.relkind::pg_catalog.text AS relkind, \
           (SELECT pg_catalog.string_agg(a.attname::pg_catalog.text, ',') \
            FROM pg_catalog.pg_attribute a \
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns, \
           pg_catalog.has_schema_privilege(p.oid, 'USAGE') AS usage, \
           pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable, \
           EXISTS (SELECT FROM pg_catalog.pg_class l \
            WHERE l.relnamespace = p.oid AND l.relname = {log}) AS log, \
           current_user AS role \
         FROM path p JOIN pg_catalog.pg_class c ON c.relnamespace = p.oid \
         WHERE c.relname = {name} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') \
         ORDER BY p.rank LIMIT 1) \
         UNION ALL \
         (SELECT 'place', p.nspname, NULL, NULL, NULL, NULL, NULL, NULL, NULL \
          FROM path p ORDER BY p.rank LIMIT 1) \
         UNION ALL \
         (SELECT 'log', p.nspname, c.relname, NULL, NULL, NULL, NULL, NULL, NULL \
          FROM path p JOIN pg_catalog.pg_class c ON c.relnamespace = p.oid \
          WHERE c.relname = {log} AND c.relkind IN ('r', 'p') ORDER BY p.rank LIMIT 1) \
         UNION ALL \
         (SELECT 'other', n.nspname, c.relname, NULL, NULL, \
           NULL, pg_catalog.has_table_privilege(c.oid, 'SELECT'), NULL, NULL \
          FROM pg_catalog.pg_class c \
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
          WHERE c.relname IN ({others}) AND c.relkind IN ('r', 'p') \
          AND (n.nspname = ANY (pg_catalog.current_schemas(false)) \
           OR n.oid IN (SELECT oid FROM path)) \
          ORDER BY pg_catalog.array_position(pg_catalog.current_schemas(false), n.nspname) \
          NULLS FIRST) \
         UNION ALL SELECT 'end', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        name = literal(&table.name),
        log = literal(&table.log()),
        others = others.join(", "),
    )
}

/// Returns the rows of a query's last statement.
///
/// # Errors
///
/// [`StateError::Server`]
pub(super) async fn rows(
    session: &Session,
    query: &str,
) -> Result<Vec<SimpleQueryRow>, StateError> {
    let messages = session
        .client
        .simple_query(query)
        .await
        .map_err(|error| StateError::Server(Box::new(error.into())))?;
    Ok(messages
        .into_iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        })
        .collect())
}
