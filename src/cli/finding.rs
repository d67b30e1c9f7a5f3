//! What was found of each thing that was asked, in words.

use crate::also;
use crate::config::{Config, HealthConfig};
use crate::diagnostic::Diagnostic;
use crate::error::{Error, NotReady};
use crate::files::Disk;
use crate::pipeline;
use crate::revision::{Graph, RevisionId, Standpoint};
use crate::view::{AppHealth, DatabaseHealth, Fault, Health, SchemaHealth};

/// What a probe is told, and why it could not be asked.
pub(super) struct Finding {
    pub(super) health: Health,
    /// Of what no probe could change by asking again.
    pub(super) why: Option<Diagnostic>,
}

/// Puts what was found into words; `graph` is there where the schema was to be
/// asked.
pub(super) fn finding(
    config: &Config,
    asked: &HealthConfig,
    graph: Option<&Result<Graph, Error>>,
    found: pipeline::Health,
) -> Finding {
    let pipeline::Health {
        connection,
        schema,
        partial,
        app,
    } = found;
    let mut why = None;
    let mut note = |error: NotReady| {
        let diagnostic = error.diagnostic();
        let fault = fault(&diagnostic);
        if let NotReady::Other(_) = error {
            why.get_or_insert(diagnostic);
        }
        fault
    };
    let connection = connection.and_then(Result::err).map(&mut note);
    let schema = schema.and_then(Result::err).map(&mut note);
    let app = app.and_then(Result::err).map(&mut note);
    let database = asked.database.then(|| DatabaseHealth {
        name: database_name(config),
        error: connection.clone(),
    });
    let schema = graph.map(|graph| {
        let (revisions, unread) = match graph {
            Ok(graph) => (named(config, graph), None),
            Err(error) => {
                let diagnostic = error.diagnostic();
                let fault = fault(&diagnostic);
                why.get_or_insert(diagnostic);
                (Vec::new(), Some(fault))
            }
        };
        let error = unread.or(connection).or(schema);
        SchemaHealth {
            target: config.migrations.target.to_string(),
            revisions,
            error: error.map(|error| with_partial(error, &partial)),
            partial: partial.iter().map(ToString::to_string).collect(),
        }
    });
    let app = asked.app.as_ref().map(|target| AppHealth {
        url: also::shown(target),
        error: app,
    });
    Finding {
        health: Health {
            database,
            schema,
            app,
            error: None,
        },
        why,
    }
}

/// Returns an error in one sentence.
pub(super) fn fault(diagnostic: &Diagnostic) -> Fault {
    let cause = diagnostic.causes.first();
    Fault {
        code: diagnostic.code,
        message: match cause.and_then(|cause| cause.lines().next()) {
            Some(cause) => format!("{}: {cause}", diagnostic.title),
            None => diagnostic.title.clone(),
        },
    }
}

/// Returns the database as it may be shown, with the role.
fn database_name(config: &Config) -> String {
    let source = config.databases().map(|databases| databases.application());
    match source.and_then(|source| source.connection(&Disk)) {
        Ok(connection) => format!("{}@{}", connection.user, connection.shown()),
        // A secret's file that is being written anew.
        Err(_) => "the database".to_owned(),
    }
}

/// Returns the revisions that the target names, where there are files.
fn named(config: &Config, graph: &Graph) -> Vec<String> {
    let nodes = graph.select(&config.migrations.target, Standpoint::Unknown);
    let nodes = nodes.unwrap_or_default().into_iter();
    nodes.map(|node| graph.id(node).to_string()).collect()
}

/// Adds what was begun and is not finished, which is why a schema is behind
/// where nobody is at it any more.
fn with_partial(error: Fault, partial: &[RevisionId]) -> Fault {
    if partial.is_empty() {
        return error;
    }
    let partial: Vec<String> = partial.iter().map(|id| format!("`{id}`")).collect();
    Fault {
        message: format!("{}: {} not finished", error.message, partial.join(", ")),
        ..error
    }
}
