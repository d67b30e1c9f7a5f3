//! Reads the schema of a database from its catalogs, in one snapshot.
//!
//! What to ask, and what the answers mean, is the business of the crate that
//! compares schemas.

use std::pin::pin;

use futures_util::TryStreamExt;
use seaworthy_schema::{Question, ReadError, Reading, Schema, Statement, Version};
use tokio_postgres::SimpleQueryMessage;

use super::{ServerFailure, Session};

#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error("the schema could not be read: {0}")]
    Server(Box<ServerFailure>),
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Compiling a question of this kind takes longer than answering it, and so
/// does looking for an order of its joins other than the one they stand in.
///
/// One moment for all questions, and texts that do not depend on a setting:
/// without a search path, every name comes with its schema.
const BEGIN: &str = "\
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
SET LOCAL search_path = ''; \
SET LOCAL jit = off; \
SET LOCAL join_collapse_limit = 1; \
SET LOCAL quote_all_identifiers = off; \
SET LOCAL datestyle = 'ISO'; \
SET LOCAL intervalstyle = 'postgres'; \
SET LOCAL extra_float_digits = 1; \
SET LOCAL bytea_output = 'hex'; \
SET LOCAL xmloption = 'content'";

/// Returns the schema of the session's database.
///
/// # Errors
///
/// - [`CatalogError::Server`]
/// - [`CatalogError::Read`] for an answer that cannot be.
pub async fn read(session: &Session) -> Result<Schema, CatalogError> {
    simple(session, BEGIN).await?;
    let questions = Schema::questions(Version(session.facts.version));
    let reading = answers(session, &questions).await?;
    simple(session, "COMMIT").await?;
    Ok(reading.finish()?)
}

/// Returns the statements that set the default privileges of the session's
/// database in an empty one.
///
/// # Errors
///
/// As [`read`].
pub async fn default_privileges(session: &Session) -> Result<Vec<Statement>, CatalogError> {
    simple(session, BEGIN).await?;
    let questions = Schema::questions_of_default_privileges(Version(session.facts.version));
    let reading = answers(session, &questions).await?;
    simple(session, "COMMIT").await?;
    Ok(Schema::default_privileges(reading)?)
}

/// Puts all questions at once, and returns what was answered.
async fn answers(session: &Session, questions: &[Question]) -> Result<Reading, CatalogError> {
    let texts = questions.iter().map(|question| question.sql.as_str());
    let streams = session.send_all(texts).await;
    let mut reading = Reading::default();
    for (question, stream) in questions.iter().zip(streams) {
        let mut stream = pin!(stream.map_err(server)?);
        while let Some(message) = stream.try_next().await.map_err(server)? {
            if let SimpleQueryMessage::Row(row) = message {
                let values: Vec<Option<&str>> = (0..row.len()).map(|at| row.get(at)).collect();
                reading.take(question, &values)?;
            }
        }
    }
    Ok(reading)
}

async fn simple(session: &Session, sql: &str) -> Result<(), CatalogError> {
    session.client.simple_query(sql).await.map_err(server)?;
    Ok(())
}

fn server(error: tokio_postgres::Error) -> CatalogError {
    CatalogError::Server(Box::new(error.into()))
}
