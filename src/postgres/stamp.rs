//! Records, forgets and accepts revisions without running anything: one
//! transaction online, one script offline.

use super::ServerFailure;
use super::lock::{Key, Locked, Route};
use super::settings::{self, Capabilities, Extent, Limits};
use super::version_table::{Entry, Location, Presence, Tables, VersionTable};
use crate::revision::{Graph, RevisionId};

/// What is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Rows {
        forget: Forget,
        /// Each after all that it stands on.
        record: Vec<RevisionId>,
    },
    /// The present text of these applied revisions is theirs from now on.
    AcceptTexts(Vec<RevisionId>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forget {
    Rows(Vec<RevisionId>),
    /// Whatever stands in the table, readable or not.
    Everything,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// This server process does not hold the migration lock.
    #[error("the migration lock was lost")]
    LockLost { route: Route },
    /// Nothing of it is written, unless the answer to COMMIT got lost.
    #[error("{location} could not be written: {failure}")]
    Write {
        location: Location,
        failure: Box<ServerFailure>,
    },
}

/// Neither our rows nor our tables are anything to wait long for.
const LIMITS: Limits = Limits {
    lock_timeout: None,
    statement_timeout: None,
};

/// Writes a change in one transaction, in one round trip.
///
/// # Errors
///
/// Every [`StampError`].
pub async fn stamp(
    locked: &Locked,
    graph: &Graph,
    location: &Location,
    change: &Change,
) -> Result<(), StampError> {
    let mut message = vec!["BEGIN READ WRITE".to_owned()];
    let settings = settings::statements(locked.capabilities, LIMITS, Extent::Transaction);
    message.extend(settings);
    message.push(locked.key().proof());
    message.extend(statements(&Tables::at(location), graph, change));
    message.push("COMMIT".to_owned());
    let client = &locked.session().client;
    let Err(error) = client.batch_execute(&message.join(";\n")).await else {
        return Ok(());
    };
    let mut failure = ServerFailure::from(error);
    failure.explain(locked.session());
    client.batch_execute("ROLLBACK").await.ok();
    Err(if Key::is_disproved_by(&failure) {
        StampError::LockLost {
            route: locked.route(),
        }
    } else {
        StampError::Write {
            location: location.clone(),
            failure: Box::new(failure),
        }
    })
}

/// Returns a change as a script for `psql -v ON_ERROR_STOP=1`; `from` and `to`
/// are named in the line before it, as Alembic writes it.
pub fn script(
    graph: &Graph,
    table: &VersionTable,
    presence: Presence,
    change: &Change,
    (from, to): (&str, &str),
) -> String {
    let mut script = format!("-- Running stamp_revision {from} -> {to}\n\n");
    let mut add = |statement: &str| {
        script.push_str(statement);
        script.push_str(";\n");
    };
    add("BEGIN");
    for setting in settings::statements(Capabilities::UNKNOWN, LIMITS, Extent::Session) {
        add(&setting);
    }
    for statement in statements(&Tables::configured(table, presence), graph, change) {
        add(&statement);
    }
    add("COMMIT");
    script
}

fn statements(tables: &Tables, graph: &Graph, change: &Change) -> Vec<String> {
    let entries = |ids: &[RevisionId]| {
        let nodes = ids.iter().filter_map(|id| graph.node(id.as_str()));
        nodes.map(|node| Entry::of(graph, node)).collect::<Vec<_>>()
    };
    let mut statements = tables.create();
    match change {
        Change::Rows { forget, record } => {
            match forget {
                Forget::Everything => statements.push(tables.forget_all()),
                Forget::Rows(ids) if ids.is_empty() => {}
                Forget::Rows(ids) => statements.push(tables.forget(ids)),
            }
            for entry in entries(record) {
                statements.extend(tables.record(&entry));
            }
        }
        Change::AcceptTexts(ids) => {
            for entry in entries(ids) {
                statements.extend(tables.accept_text(&entry));
            }
        }
    }
    statements
}
