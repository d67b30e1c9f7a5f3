//! The state tables: where they stand and what they say.
//!
//! `seaworthy_revision` holds what is applied now, `seaworthy_log` every change
//! of it. Everything goes by the simple protocol, and columns are read by
//! name, so that a table that a newer version has widened stays readable.

mod alembic;
mod array;
mod entry;
mod foreign;
mod glance;
mod journal;
mod locate;
mod read;
mod stamp;
mod text;

pub use alembic::alembic_heads;
pub(super) use entry::Entry;
pub use foreign::is_known;
pub use glance::{ask_again, is_applied, question, state};
pub use locate::{Neighbours, locate};
pub use read::read;
pub(super) use text::{Elapsed, LogAction, Tables};

use std::fmt::{self, Display};

use tokio_postgres::SimpleQueryRow;

use crate::plan::AppliedState;
use crate::revision::RevisionId;

use super::cell::cell;
use super::quote::{Qualified, identifier};
use super::{ServerFailure, Session};

/// The state table as it is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionTable {
    /// `None`: the first schema of the search path that holds it.
    pub schema: Option<String>,
    pub name: String,
}

/// Where the state tables stand, or will stand when they are created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub schema: String,
    pub table: String,
    pub log: String,
    pub state_table: Presence,
    pub log_table: Presence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Present,
    Absent,
}

/// Where the state stands and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub location: Location,
    pub state: AppliedState,
}

/// Another tool whose table holds rows where ours is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherTool {
    pub name: &'static str,
    pub table: &'static str,
}

/// A privilege that reading lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    SchemaUsage,
    TableSelect,
    Both,
}

impl OtherTool {
    /// Says whether it is Alembic, whose table can be waited for.
    pub fn is_alembic(self) -> bool {
        self == foreign::ALEMBIC
    }
}

impl Lacking {
    /// Returns what a row lacks that says `usage` and `readable`.
    fn of(row: &SimpleQueryRow) -> Option<Self> {
        match (cell(row, "usage"), cell(row, "readable")) {
            (Some("t"), Some("t")) => None,
            (Some("t"), _) => Some(Self::TableSelect),
            (_, Some("t")) => Some(Self::SchemaUsage),
            _ => Some(Self::Both),
        }
    }

    /// Returns what gives the privileges, as one line of SQL.
    pub fn grant(self, schema: &str, table: &str, role: &str) -> String {
        let state = Qualified {
            schema,
            name: table,
        };
        let role = identifier(role);
        let usage = format!("GRANT USAGE ON SCHEMA {} TO {role};", identifier(schema));
        let select = format!("GRANT SELECT ON {state} TO {role};");
        match self {
            Self::SchemaUsage => usage,
            Self::TableSelect => select,
            Self::Both => format!("{usage} {select}"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    #[error("no schema of the search path exists")]
    NoSchema,
    #[error("schema `{0}` does not exist")]
    SchemaMissing(String),
    #[error("role `{role}` may not read `{schema}.{table}`")]
    Unreadable {
        schema: String,
        table: String,
        role: String,
        lacking: Lacking,
    },
    #[error("`{schema}.{table}` is not a state table")]
    NotOurs {
        schema: String,
        table: String,
        /// Columns that ours has and this one lacks; empty: it is no table.
        missing: Vec<String>,
    },
    #[error("`{schema}.{log}` is the history of a state table that is gone")]
    HistoryAlone {
        schema: String,
        table: String,
        log: String,
    },
    #[error("`{schema}.{}` holds revisions of {}", .tool.table, .tool.name)]
    OtherTool { tool: OtherTool, schema: String },
    #[error("the row of revision `{revision}` has state `{state}`")]
    UnknownState { revision: RevisionId, state: String },
    #[error("the row of revision `{revision}` cannot be read: column `{column}`")]
    BadRow {
        revision: RevisionId,
        column: &'static str,
    },
    #[error("the state could not be read: {0}")]
    Server(Box<ServerFailure>),
}

impl VersionTable {
    /// Returns the name of the table that keeps the history.
    pub fn log(&self) -> String {
        if self.name == DEFAULT_TABLE {
            "seaworthy_log".to_owned()
        } else {
            format!("{}_log", self.name)
        }
    }
}

/// The default of `--version-table`.
pub const DEFAULT_TABLE: &str = "seaworthy_revision";

impl Location {
    /// Returns where the tables of a database that has none are created.
    pub fn absent(schema: &str, table: &VersionTable) -> Self {
        Self {
            schema: schema.to_owned(),
            table: table.name.clone(),
            log: table.log(),
            state_table: Presence::Absent,
            log_table: Presence::Absent,
        }
    }

    pub(super) fn state(&self) -> Qualified<'_> {
        Qualified {
            schema: &self.schema,
            name: &self.table,
        }
    }

    pub(super) fn history(&self) -> Qualified<'_> {
        Qualified {
            schema: &self.schema,
            name: &self.log,
        }
    }
}

impl Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state().fmt(f)
    }
}

/// Returns the location of the state tables and what they say: two round
/// trips, one where there is no table.
///
/// # Errors
///
/// Every [`StateError`].
pub async fn recorded(session: &Session, table: &VersionTable) -> Result<Recorded, StateError> {
    let location = locate(session, table, Neighbours::Refuse).await?;
    let state = read(session, &location).await?;
    Ok(Recorded { location, state })
}
