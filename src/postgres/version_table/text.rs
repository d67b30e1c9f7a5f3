//! The SQL that creates the state tables and writes their rows: one text for
//! the online run and for `--sql`.

use std::time::Duration;

use super::{Entry, Location, Presence, VersionTable};
use crate::postgres::quote::{Qualified, identifier, literal, text_array};
use crate::revision::RevisionId;

/// What the history says was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogAction {
    Upgrade,
    Downgrade,
    /// Recorded without running, since all that it replaces was applied.
    Record,
}

/// How long a revision took, as far as the statement that records it can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Elapsed {
    /// So long before the message that holds the statement, and then its own time.
    Since(Duration),
    Unknown,
}

/// Who writes the history.
pub(super) const TOOL: &str = concat!("seaworthy ", env!("CARGO_PKG_VERSION"));

/// The statements about the state tables at one location.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    pub(super) state: String,
    pub(super) log: String,
    state_table: Presence,
    log_table: Presence,
}

impl Tables {
    pub(crate) fn at(location: &Location) -> Self {
        Self {
            state: location.state().to_string(),
            log: location.history().to_string(),
            state_table: location.state_table,
            log_table: location.log_table,
        }
    }

    /// Returns the statements for tables as they are configured: without a
    /// schema, the search path of whoever runs them decides.
    pub(crate) fn configured(table: &VersionTable, presence: Presence) -> Self {
        let name = |name: &str| match &table.schema {
            Some(schema) => Qualified { schema, name }.to_string(),
            None => identifier(name),
        };
        Self {
            state: name(&table.name),
            log: name(&table.log()),
            state_table: presence,
            log_table: presence,
        }
    }

    /// Returns the statements that create what is absent, and describe it.
    pub(crate) fn create(&self) -> Vec<String> {
        let mut statements = Vec::new();
        if self.state_table == Presence::Absent {
            statements.push(self.create_state());
            statements.push(format!(
                "COMMENT ON TABLE {} IS \
                 'revisions that are applied to this database; kept by seaworthy'",
                self.state
            ));
        }
        if self.log_table == Presence::Absent {
            statements.push(self.create_log());
            statements.push(format!(
                "COMMENT ON TABLE {} IS \
                 'every change of the applied revisions, oldest first; kept by seaworthy'",
                self.log
            ));
        }
        statements
    }

    fn create_state(&self) -> String {
        format!(
            "CREATE TABLE {} (\n\
             \x20   revision text PRIMARY KEY,\n\
             \x20   revises text[] NOT NULL,\n\
             \x20   depends_on text[] NOT NULL,\n\
             \x20   message text NOT NULL,\n\
             \x20   checksum text,\n\
             \x20   state text NOT NULL CHECK {STATES},\n\
             \x20   applied_at timestamptz NOT NULL,\n\
             \x20   applied_by text NOT NULL,\n\
             \x20   duration_ms bigint,\n\
             \x20   finished integer,\n\
             \x20   prefix text,\n\
             \x20   started text\n\
             )",
            self.state,
            STATES = super::journal::STATES
        )
    }

    fn create_log(&self) -> String {
        format!(
            "CREATE TABLE {} (\n\
             \x20   id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n\
             \x20   at timestamptz NOT NULL,\n\
             \x20   action text NOT NULL,\n\
             \x20   revision text NOT NULL,\n\
             \x20   checksum text,\n\
             \x20   duration_ms bigint,\n\
             \x20   by text NOT NULL,\n\
             \x20   client inet,\n\
             \x20   tool text NOT NULL,\n\
             \x20   note text\n\
             )",
            self.log
        )
    }

    /// Returns the statement that records a revision as applied. A row that is
    /// there already is an error: somebody else recorded it.
    pub(crate) fn insert(&self, entry: &Entry, elapsed: Elapsed) -> String {
        format!(
            "INSERT INTO {} (revision, revises, depends_on, message, checksum, state, \
             applied_at, applied_by, duration_ms) VALUES ({}, 'applied', \
             pg_catalog.clock_timestamp(), SESSION_USER, {})",
            self.state,
            values(entry),
            duration(elapsed)
        )
    }

    /// Returns the statement that takes a revision back.
    pub(crate) fn delete(&self, revision: &RevisionId) -> String {
        one_row(&format!(
            "DELETE FROM {} WHERE revision = {}",
            self.state,
            literal(revision.as_str())
        ))
    }

    /// Returns the statements that take away the rows of revisions which a
    /// revision replaced, when that is taken back: their work went with it.
    pub(crate) fn delete_replaced(&self, entry: &Entry) -> Vec<String> {
        if entry.replaces.is_empty() {
            return Vec::new();
        }
        vec![format!(
            "DELETE FROM {} WHERE revision = ANY ({})",
            self.state,
            array(&entry.replaces)
        )]
    }

    /// Returns the statement that adds a line to the history.
    pub(crate) fn log(&self, action: LogAction, entry: &Entry, elapsed: Elapsed) -> String {
        let action = match action {
            LogAction::Upgrade => "upgrade",
            LogAction::Downgrade => "downgrade",
            LogAction::Record => "record",
        };
        format!(
            "INSERT INTO {} (at, action, revision, checksum, duration_ms, by, client, tool) \
             VALUES (pg_catalog.clock_timestamp(), '{action}', {}, {}, {}, SESSION_USER, \
             pg_catalog.inet_client_addr(), {})",
            self.log,
            literal(entry.revision.as_str()),
            literal(&entry.checksum),
            duration(elapsed),
            literal(TOOL)
        )
    }
}

/// Returns a statement that fails where the change finds no row: somebody else
/// has written to the table, and what we are about to say would not be so.
pub(super) fn one_row(change: &str) -> String {
    format!(
        "WITH changed AS ({change} RETURNING 1) \
         SELECT CASE WHEN EXISTS (SELECT FROM changed) THEN '1' \
         ELSE 'the row of this revision is gone' END::pg_catalog.int4"
    )
}

pub(super) fn values(entry: &Entry) -> String {
    format!(
        "{}, {}, {}, {}, {}",
        literal(entry.revision.as_str()),
        array(&entry.down_revisions),
        array(&entry.depends_on),
        literal(&entry.message),
        literal(&entry.checksum)
    )
}

pub(super) fn array(ids: &[RevisionId]) -> String {
    text_array(ids.iter().map(RevisionId::as_str))
}

/// The server measures from the arrival of the message that holds the
/// statement, so that one round trip is enough.
pub(super) fn duration(elapsed: Elapsed) -> String {
    match elapsed {
        Elapsed::Unknown => "NULL".to_owned(),
        Elapsed::Since(before) => format!(
            "{} + (EXTRACT(EPOCH FROM pg_catalog.clock_timestamp() \
             - pg_catalog.statement_timestamp()) * 1000)::pg_catalog.int8",
            before.as_millis()
        ),
    }
}
