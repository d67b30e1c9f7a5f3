//! What the catalog says about an index that a statement builds or drops
//! concurrently.

use tokio_postgres::SimpleQueryMessage;

use crate::postgres::cell::cell;
use crate::postgres::quote::{Qualified, identifier, literal};
use crate::postgres::{ServerFailure, Session};
use crate::sql::ObjectName;

/// An index, or whatever bears its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) validity: Validity,
    /// The server process that builds it now, if it is not ours.
    pub(super) builder: Option<i32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Validity {
    Valid,
    /// Left by a build that did not end, or being built.
    Invalid,
    /// INVALID until every partition has its index.
    InvalidPartitioned,
    /// Another table's index, or no index at all.
    Foreign,
}

/// Returns what bears the name of an index of this table; an index is always
/// in its table's schema.
pub(super) async fn of_table(
    session: &Session,
    table: &ObjectName,
    name: &str,
) -> Result<Option<Index>, ServerFailure> {
    // A build by another role hides which index it builds: then its lock on
    // the table tells.
    let query = format!(
        "SELECT n.nspname, c.relname, c.relkind::pg_catalog.text AS relkind, i.indisvalid, \
         i.indrelid = t.oid AS same_table, \
         (SELECT p.pid FROM pg_catalog.pg_stat_progress_create_index p \
          WHERE p.pid <> pg_catalog.pg_backend_pid() AND (p.index_relid = c.oid \
           OR p.index_relid IS NULL AND EXISTS (SELECT FROM pg_catalog.pg_locks l \
            WHERE l.pid = p.pid AND l.relation = i.indrelid \
            AND l.mode = 'ShareUpdateExclusiveLock')) LIMIT 1) AS builder \
         FROM pg_catalog.pg_class t \
         JOIN pg_catalog.pg_class c ON c.relnamespace = t.relnamespace \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid \
         WHERE t.oid = pg_catalog.to_regclass({}) AND c.relname = {}",
        literal(&written(table)),
        literal(name)
    );
    let messages = session.client.simple_query(&query).await?;
    Ok(messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(Index {
            schema: cell(row, "nspname").unwrap_or_default().to_owned(),
            name: cell(row, "relname").unwrap_or_default().to_owned(),
            validity: match (
                cell(row, "same_table"),
                cell(row, "indisvalid"),
                cell(row, "relkind"),
            ) {
                (Some("t"), Some("t"), _) => Validity::Valid,
                (Some("t"), _, Some("I")) => Validity::InvalidPartitioned,
                (Some("t"), _, _) => Validity::Invalid,
                _ => Validity::Foreign,
            },
            builder: cell(row, "builder").and_then(|pid| pid.parse().ok()),
        }),
        _ => None,
    }))
}

/// Says whether a relation of this name is there.
pub(super) async fn exists(session: &Session, name: &ObjectName) -> Result<bool, ServerFailure> {
    let query = format!(
        "SELECT pg_catalog.to_regclass({}) IS NOT NULL AS there",
        literal(&written(name))
    );
    let messages = session.client.simple_query(&query).await?;
    Ok(messages.iter().any(
        |message| matches!(message, SimpleQueryMessage::Row(row) if cell(row, 0) == Some("t")),
    ))
}

impl Index {
    pub(super) fn drop_concurrently(&self) -> String {
        format!("DROP INDEX CONCURRENTLY IF EXISTS {}", self.qualified())
    }

    pub(super) fn qualified(&self) -> Qualified<'_> {
        Qualified {
            schema: &self.schema,
            name: &self.name,
        }
    }
}

/// Returns the name as the server would read it back.
pub(super) fn written(name: &ObjectName) -> String {
    match &name.schema {
        Some(schema) => Qualified {
            schema,
            name: &name.name,
        }
        .to_string(),
        None => identifier(&name.name),
    }
}
