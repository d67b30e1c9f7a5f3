//! Makes the schema that files describe, in whatever order they name it.
//!
//! A statement that fails is tried again after the others: what it lacked may
//! have been made by then. Only when a whole round brings nothing is that the
//! error. Nothing is parsed to find an order, and nothing is awaited within a
//! round.

use std::pin::pin;
use std::sync::Arc;

use futures_util::TryStreamExt;
use tokio_postgres::SimpleQueryStream;

use super::roles;
use crate::plan::ShadowServer;
use crate::postgres::{ServerFailure, Session};
use crate::source::{Source, byte_of};
use crate::sql::{self, Scope, SqlError};

/// Where a statement stands.
#[derive(Clone, Debug)]
pub struct LoadPlace {
    pub source: Arc<Source>,
    /// Bytes of the source.
    pub at: usize,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{error}")]
    Sql { place: LoadPlace, error: SqlError },
    /// A statement that does more than describe a schema.
    #[error("a statement that describes no schema")]
    NotOfSchema { place: LoadPlace, scope: Scope },
    /// A body that may do more, on a server that others use.
    #[error("a body that may reach beyond its database")]
    MayReachServer { place: LoadPlace },
    #[error("{failure}")]
    Statement {
        place: LoadPlace,
        failure: Box<ServerFailure>,
    },
    /// The server has not all that are named; nothing is made there.
    #[error("the shadow's server lacks roles")]
    MissingRoles(Vec<String>),
    #[error("the connection was lost: {0}")]
    Lost(Box<ServerFailure>),
}

/// One statement that waits for its turn.
struct Waiting<'a> {
    /// Its place among all of them.
    number: usize,
    text: &'a str,
    place: LoadPlace,
    scope: Scope,
}

impl Waiting<'_> {
    /// Returns the place that the server points at, else the statement's own.
    fn place_of(&self, failure: &ServerFailure) -> LoadPlace {
        let before = failure.position.map_or(0, |position| {
            byte_of(self.text, (position as usize).saturating_sub(1))
        });
        LoadPlace {
            source: Arc::clone(&self.place.source),
            at: self.place.at + before,
        }
    }
}

/// Runs the statements of some files until all are done.
///
/// # Errors
///
/// - [`LoadError::Sql`], [`LoadError::NotOfSchema`] and
///   [`LoadError::MayReachServer`] before anything runs.
/// - [`LoadError::Statement`] with the first one that never works.
/// - [`LoadError::MissingRoles`], where that is what does not work.
/// - [`LoadError::Lost`]
pub async fn load(
    session: &Session,
    sources: &[Arc<Source>],
    server: ShadowServer,
) -> Result<(), LoadError> {
    let mut waiting = Vec::new();
    for source in sources {
        statements(source, server, &mut waiting)?;
    }
    // What is made only where it is missing is no news.
    let settings = "SET check_function_bodies = off; SET client_min_messages = warning";
    one(session, settings)
        .await
        .map_err(|failure| LoadError::Lost(Box::new(failure)))?;
    loop {
        let before = waiting.len();
        let mut failed: Vec<(Waiting<'_>, ServerFailure)> = Vec::new();
        let mut kept = Vec::new();
        let outcomes = each(session, waiting.iter().map(|one| one.text)).await;
        for (statement, outcome) in waiting.into_iter().zip(outcomes) {
            match outcome {
                // Settings hold for the statements after them, in every round.
                Ok(()) if statement.scope == Scope::Session => kept.push(statement),
                Ok(()) => {}
                // The template has the extension already.
                Err(failure)
                    if failure.sqlstate() == "42710"
                        && sql::made(statement.text) == Some("extension") => {}
                Err(failure) if failure.ends_session() => {
                    return Err(LoadError::Lost(Box::new(failure)));
                }
                Err(failure) => {
                    failed.push((statement, failure));
                }
            }
        }
        let Some((first, failure)) = failed.first() else {
            return Ok(());
        };
        if failed.len() + kept.len() == before {
            if failed
                .iter()
                .any(|(_, failure)| roles::may_lack_role(failure))
            {
                let texts = failed.iter().map(|(statement, _)| statement.text);
                let lacked = roles::lacked(session, texts).await;
                let lacked = lacked.map_err(|failure| LoadError::Lost(Box::new(failure)))?;
                if !lacked.is_empty() {
                    return Err(LoadError::MissingRoles(lacked));
                }
            }
            return Err(LoadError::Statement {
                place: first.place_of(failure),
                failure: Box::new(failure.clone()),
            });
        }
        waiting = failed.into_iter().map(|(statement, _)| statement).collect();
        waiting.extend(kept);
        waiting.sort_by_key(|one| one.number);
    }
}

/// Adds the statements of a file, unless it holds what it may not.
fn statements<'a>(
    source: &'a Arc<Source>,
    server: ShadowServer,
    waiting: &mut Vec<Waiting<'a>>,
) -> Result<(), LoadError> {
    let text = source.text();
    let place = |at| LoadPlace {
        source: Arc::clone(source),
        at,
    };
    let found = sql::statements(text).map_err(|error| LoadError::Sql {
        place: place(error.at()),
        error,
    })?;
    for statement in found {
        let place = place(statement.span.start);
        let text = &text[statement.span];
        let scope = sql::scope(text);
        if server == ShadowServer::Configured && sql::may_hide_server(text) {
            return Err(LoadError::MayReachServer { place });
        }
        match scope {
            Scope::Schema | Scope::Session => waiting.push(Waiting {
                number: waiting.len(),
                text,
                place,
                scope,
            }),
            Scope::Data | Scope::Server | Scope::Transaction => {
                return Err(LoadError::NotOfSchema { place, scope });
            }
        }
    }
    Ok(())
}

/// Runs statements in one transaction, without looking into the bodies of
/// functions.
///
/// # Errors
///
/// The first failure; then nothing is done.
pub async fn run<'a>(
    session: &Session,
    statements: impl Iterator<Item = &'a str>,
) -> Result<(), ServerFailure> {
    let begin = ["BEGIN; SET LOCAL check_function_bodies = off"];
    let outcomes = each(session, begin.into_iter().chain(statements)).await;
    // Those behind the first failure say only that there was one.
    if let Some(failure) = outcomes.into_iter().find_map(Result::err) {
        // A transaction that cannot be rolled back ends with its session.
        one(session, "ROLLBACK").await.ok();
        return Err(failure);
    }
    one(session, "COMMIT").await
}

/// Runs statements one by one, none of them in a transaction with another.
///
/// # Errors
///
/// The first failure; what stands before it is done.
pub async fn run_apart<'a>(
    session: &Session,
    statements: impl Iterator<Item = &'a str>,
) -> Result<(), ServerFailure> {
    one(session, "SET check_function_bodies = off").await?;
    for statement in statements {
        one(session, statement).await?;
    }
    one(session, "RESET check_function_bodies").await
}

/// Runs statements each for itself, sent all at once, and returns what has become
/// of each.
async fn each<'a>(
    session: &Session,
    statements: impl Iterator<Item = &'a str>,
) -> Vec<Result<(), ServerFailure>> {
    let mut outcomes = Vec::new();
    for answer in session.send_all(statements).await {
        outcomes.push(ended(answer).await.map_err(ServerFailure::from));
    }
    outcomes
}

async fn ended(
    answer: Result<SimpleQueryStream, tokio_postgres::Error>,
) -> Result<(), tokio_postgres::Error> {
    let mut answer = pin!(answer?);
    while answer.try_next().await?.is_some() {}
    Ok(())
}

async fn one(session: &Session, sql: &str) -> Result<(), ServerFailure> {
    session.client.simple_query(sql).await?;
    Ok(())
}
