//! Takes the lock, or says who has it.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::SimpleQueryMessage;

use super::holder::holder;
use super::pooling::{PoolingSign, keeps_transactions, pooled};
use super::wait::Wait;
use super::{Key, LockError, Locked, Patience, Route, delays};
use crate::config::Limit;
use crate::postgres::cell::cell;
use crate::postgres::settings::{self, Capabilities, ConnectionCheck, Extent};
use crate::postgres::{ServerFailure, Session};

const FIRST_DELAY: Duration = Duration::from_millis(25);

/// A killed holder's server process is gone half a second later, and the next
/// replica goes on within a second. Fifty that wait cost the server little.
const LARGEST_DELAY: Duration = Duration::from_millis(200);

/// What one try found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Try {
    Locked,
    Busy,
    /// A pooler shares this server process among its clients.
    Pooled(PoolingSign),
}

/// What came of the wish for the lock.
#[derive(Debug)]
pub enum Acquired {
    Locked(Locked),
    /// Whoever held it did what it was wanted for.
    Needless(Session),
}

/// Takes the migration lock, trying again for as long as the patience lasts.
/// Between two tries the session is idle outside a transaction.
///
/// # Errors
///
/// - [`LockError::Busy`]: the time is spent.
/// - [`LockError::Pooled`]: a pooler does not leave us a session for ourselves.
/// - [`LockError::Server`], also where the server does not answer in time.
pub async fn acquire(session: Session, key: Key, patience: Patience) -> Result<Locked, LockError> {
    match take(&session, key, patience, async |_| None::<Infallible>).await {
        Ok(Need::Lasts(capabilities)) => Ok(Locked::new(session, key, capabilities)),
        Ok(Need::Passed(never)) => match never {},
        Err(error) => {
            session.close().await;
            Err(error)
        }
    }
}

/// Takes the migration lock like [`acquire`], unless `is_done` says between two
/// tries that there is nothing left to take it for: many that wait need not go
/// through the lock one by one.
///
/// # Errors
///
/// Those of [`acquire`].
pub async fn acquire_unless<D>(
    session: Session,
    key: Key,
    patience: Patience,
    is_done: D,
) -> Result<Acquired, LockError>
where
    D: AsyncFn(&Session) -> bool,
{
    let passed = async |session: &Session| is_done(session).await.then_some(());
    match take(&session, key, patience, passed).await {
        Ok(Need::Lasts(capabilities)) => {
            Ok(Acquired::Locked(Locked::new(session, key, capabilities)))
        }
        Ok(Need::Passed(())) => Ok(Acquired::Needless(session)),
        Err(error) => {
            session.close().await;
            Err(error)
        }
    }
}

/// Whether the lock was still needed when the wait for it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need<P> {
    Lasts(Capabilities),
    Passed(P),
}

async fn take<D, P>(
    session: &Session,
    key: Key,
    patience: Patience,
    passed: D,
) -> Result<Need<P>, LockError>
where
    D: AsyncFn(&Session) -> Option<P>,
{
    if Route::of(session) == Route::Proxied {
        within(session, patience.answer, keeps_transactions(session)).await?;
    }
    let limit = patience.answer;
    let mut wait = Wait::begin(Instant::now());
    let mut delays = delays(FIRST_DELAY, LARGEST_DELAY);
    loop {
        match answered(session, limit, attempt(session, key)).await? {
            Try::Locked => {
                let capabilities = answered(session, limit, prepare(session)).await?;
                return Ok(Need::Lasts(capabilities));
            }
            Try::Pooled(sign) => return Err(pooled(session, sign)),
            Try::Busy if wait.asked.is_none() => answered(session, limit, stay(session)).await?,
            Try::Busy => {}
        }
        let waited = patience.waited();
        let is_last = patience.is_spent();
        if is_last || wait.wants_holder() {
            let holder = answered(session, limit, holder(session, key)).await?;
            wait.say(holder, waited);
        }
        if is_last {
            return Err(LockError::Busy {
                wait: patience.wait,
                holder: wait.holder.map(Box::new),
            });
        }
        let delay = delays.next().unwrap_or(LARGEST_DELAY);
        // The last try is made when the time is spent, not before.
        sleep(delay.min(patience.wait.saturating_sub(waited))).await;
        let look = async { Ok(passed(session).await) };
        if let Some(passed) = answered(session, limit, look).await? {
            return Ok(Need::Passed(passed));
        }
    }
}

/// Returns the answer to something that a server which is there answers at once.
async fn answered<T>(
    session: &Session,
    limit: Limit,
    question: impl Future<Output = Result<T, ServerFailure>>,
) -> Result<T, LockError> {
    let asked = async {
        let answer = question.await;
        answer.map_err(|mut failure| {
            failure.explain(session);
            LockError::server(session, failure)
        })
    };
    within(session, limit, asked).await
}

/// Ends something that takes no time where the server, and all that stands
/// before it, is there.
pub(super) async fn within<T>(
    session: &Session,
    limit: Limit,
    work: impl Future<Output = Result<T, LockError>>,
) -> Result<T, LockError> {
    let Some(limit) = limit else {
        return work.await;
    };
    let silent = || LockError::server(session, ServerFailure::silent(limit));
    timeout(limit, work).await.unwrap_or_else(|_| Err(silent()))
}

/// Asks for the lock in one statement, outside a transaction.
///
/// The statement proves that this server process is the one of the first query,
/// and did not hold the key before: advisory locks are re-entrant, and a pooler
/// in transaction mode may hand one process to two clients, which both would be
/// told that they hold it.
async fn attempt(session: &Session, key: Key) -> Result<Try, ServerFailure> {
    let statement = format!(
        "SELECT CASE WHEN pg_catalog.pg_backend_pid() <> {} THEN 'moved' ELSE {} END",
        session.facts.backend_pid,
        key.take()
    );
    let messages = session.client.simple_query(&statement).await?;
    let answer = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => cell(row, 0),
        _ => None,
    });
    Ok(match answer {
        Some("locked") => Try::Locked,
        Some("held") => Try::Pooled(PoolingSign::HeldBefore),
        Some("moved") => Try::Pooled(PoolingSign::Moved),
        _ => Try::Busy,
    })
}

/// Lets a session idle between two tries, whatever its role's default is, and
/// lets the server notice that its client is gone: an answer that is lost on
/// the way may be that we have the lock. Behind a pooler the settings would
/// reach other clients.
async fn stay(session: &Session) -> Result<(), ServerFailure> {
    if Route::of(session) == Route::Direct {
        let mut settings = settings::keepalives();
        if session.facts.version >= 140_000 {
            settings.push(settings::timeout("idle_session_timeout", None));
        }
        session.client.simple_query(&settings.join("; ")).await?;
    }
    Ok(())
}

/// Sets what only a session that is ours alone may be set to: behind a pooler
/// the settings would reach other clients.
async fn prepare(session: &Session) -> Result<Capabilities, ServerFailure> {
    let version = session.facts.version;
    let mut capabilities = Capabilities {
        version,
        connection_check: ConnectionCheck::Unsupported,
    };
    if Route::of(session) == Route::Proxied {
        return Ok(capabilities);
    }
    if version >= 140_000 {
        let statement = settings::connection_check();
        match session.client.simple_query(&statement).await {
            Ok(_) => capabilities.connection_check = ConnectionCheck::Supported,
            // Some operating systems cannot tell; the keepalives stay.
            Err(error) if error.as_db_error().is_some() => {}
            Err(error) => return Err(error.into()),
        }
    }
    let limits = settings::Limits {
        lock_timeout: None,
        statement_timeout: None,
    };
    let reset = settings::statements(capabilities, limits, Extent::Session).join("; ");
    session.client.simple_query(&reset).await?;
    Ok(capabilities)
}
