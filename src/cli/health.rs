//! `seaworthy health`: one look, and an answer in time.
//!
//! Everything happens in a thread that is left behind when time is up, however
//! it is stuck: in a name lookup, on a file system that hangs, for want of a
//! processor. Signals end the process at once; nothing is to be put in order.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use tokio::time::Instant;

use super::wait::revisions;
use super::{Ending, run_to_its_end};
use crate::also;
use crate::config::{self, Config, Environment, Limit, Output, Typed};
use crate::diagnostic::Diagnostic;
use crate::error::{self, Error, NotReady};
use crate::files::Disk;
use crate::pipeline;
use crate::plan;
use crate::revision::{Graph, RevisionId, Standpoint};
use crate::view::{AppHealth, DatabaseHealth, Fault, Health, SchemaHealth};

/// What was found, and what stderr says of it.
struct Answer {
    health: Health,
    /// Of what no probe could change by asking again.
    why: Option<Diagnostic>,
}

pub(super) fn health(typed: &Typed, command: config::Health, environment: &Environment) -> Ending {
    let limit = config::health_timeout(typed);
    let answer = answer_within(limit, typed.clone(), environment.clone());
    let text = match command.output {
        Output::Text => answer.health.line(),
        Output::Json => answer.health.json(),
    };
    match answer.why {
        Some(why) => Ending::Unable(text, Box::new(why)),
        None if answer.health.is_ok() => Ending::Show(text),
        None => Ending::Found(text),
    }
}

fn answer_within(limit: Limit, typed: Typed, environment: Environment) -> Answer {
    let began = Instant::now();
    let (sender, answers) = channel();
    let asking = thread::Builder::new().spawn(move || {
        let answer = ask(&typed, &environment, began, limit).unwrap_or_else(Answer::unable);
        // Nobody listens any more once time is up.
        let _late = sender.send(answer);
    });
    if let Err(error) = asking {
        return Answer::unable(Error::Runtime(error));
    }
    let answer = match limit {
        Some(limit) => answers.recv_timeout(limit.saturating_sub(began.elapsed())),
        None => answers.recv().map_err(|_| RecvTimeoutError::Disconnected),
    };
    answer.unwrap_or_else(|_| Answer::late(limit.unwrap_or_default()))
}

fn ask(
    typed: &Typed,
    environment: &Environment,
    began: Instant,
    limit: Limit,
) -> Result<Answer, Error> {
    let config = config::resolve(typed, environment, &Disk)?;
    let target = &config.migrations.target;
    let graph = config.health.schema.then(|| {
        let graph = revisions(&config, target)?;
        plan::check_awaited(&graph, target)?;
        Ok(graph)
    });
    let schema = graph.as_ref().and_then(|graph| graph.as_ref().ok());
    let looking = pipeline::health(&config, schema.map(|graph| (graph, target)), began, limit);
    let found = run_to_its_end(looking)?;
    Ok(answer(&config, graph, found))
}

fn answer(config: &Config, graph: Option<Result<Graph, Error>>, found: pipeline::Health) -> Answer {
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
    let database = config.health.database.then(|| DatabaseHealth {
        name: database_name(config),
        error: connection.clone(),
    });
    let schema = graph.map(|graph| {
        let (revisions, unread) = match graph {
            Ok(graph) => (named(config, &graph), None),
            Err(error) => (Vec::new(), Some(note(error.into()))),
        };
        let error = unread.or(connection).or(schema);
        SchemaHealth {
            target: config.migrations.target.to_string(),
            revisions,
            error: error.map(|error| with_partial(error, &partial)),
            partial: partial.iter().map(ToString::to_string).collect(),
        }
    });
    let app = config.health.app.as_ref().map(|target| AppHealth {
        url: also::shown(target),
        error: app,
    });
    Answer {
        health: Health {
            database,
            schema,
            app,
            error: None,
        },
        why,
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

impl Answer {
    fn unable(error: Error) -> Self {
        let why = error.diagnostic();
        Self {
            health: Health::unable(fault(&why)),
            why: Some(why),
        }
    }

    fn late(limit: Duration) -> Self {
        Self {
            health: Health::unable(fault(&error::health::late(limit))),
            why: None,
        }
    }
}
