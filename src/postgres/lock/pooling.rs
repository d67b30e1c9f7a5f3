//! Poolers that share server sessions among their clients, where a session's
//! lock keeps nobody out.

use tokio_postgres::SimpleQueryMessage;

use super::acquire::within;
use super::{LockError, Patience};
use crate::postgres::{ServerFailure, Session};

/// `protocol_violation`: how PgBouncer says that it does not do something.
const PROTOCOL_VIOLATION: &str = "08P01";

/// How often two connections behind a pooler compare their server processes.
const TURNS: usize = 5;

/// How a pooler shows that it shares server sessions among its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PoolingSign {
    #[error(
        "another client holds the migration lock in the very server session that we were given"
    )]
    HeldBefore,
    #[error("two connections were given the same server session")]
    Shared,
    #[error("two statements of one connection ran in different server sessions")]
    Moved,
    #[error("it refuses transactions of more than one message")]
    NoTransactions,
}

/// Refuses a pooler that does not leave a session its server process, which
/// shows by turns with another connection. Other clients may hide it, so they
/// take several turns.
///
/// # Errors
///
/// - [`LockError::Pooled`]
/// - [`LockError::Server`], also where an answer does not come in time.
pub async fn unless_shared(
    session: &Session,
    other: &Session,
    patience: Patience,
) -> Result<(), LockError> {
    within(session, patience.answer, take_turns(session, other)).await
}

async fn take_turns(session: &Session, other: &Session) -> Result<(), LockError> {
    for _ in 0..TURNS {
        let theirs = server_process(other).await;
        let ours = server_process(session).await;
        let ours = ours.map_err(|failure| LockError::server(session, failure))?;
        if ours != Some(session.facts.backend_pid) {
            return Err(pooled(session, PoolingSign::Moved));
        }
        // An onlooker that fails has nothing to tell.
        if theirs.is_ok_and(|theirs| theirs == ours) {
            return Err(pooled(session, PoolingSign::Shared));
        }
    }
    Ok(())
}

/// Returns the server process that runs a statement of this session.
async fn server_process(session: &Session) -> Result<Option<i32>, ServerFailure> {
    let question = "SELECT pg_catalog.pg_backend_pid()";
    let messages = session.client.simple_query(question).await?;
    Ok(messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
        _ => None,
    }))
}

pub(super) fn pooled(session: &Session, sign: PoolingSign) -> LockError {
    LockError::Pooled {
        host: session.host.clone(),
        sign,
    }
}

/// Refuses a pooler in statement mode before it keeps a lock of ours: it ends a
/// connection whose transaction takes more than one message.
pub(super) async fn keeps_transactions(session: &Session) -> Result<(), LockError> {
    for statement in ["BEGIN", "COMMIT"] {
        if let Err(error) = session.client.simple_query(statement).await {
            let failure = ServerFailure::from(error);
            return Err(if failure.sqlstate() == PROTOCOL_VIOLATION {
                pooled(session, PoolingSign::NoTransactions)
            } else {
                LockError::server(session, failure)
            });
        }
    }
    Ok(())
}
