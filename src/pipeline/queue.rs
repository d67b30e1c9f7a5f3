//! The queue for the migration lock.
//!
//! Nothing has begun while we stand in it, so a session that is lost there is
//! replaced: servers restart and load balancers hang up while somebody else
//! migrates for minutes.

use tokio::time::sleep;
use tracing::warn;

use super::arrival;
use super::onlooker::unless_shared;
use crate::config::Config;
use crate::error::Error;
use crate::plan::Course;
use crate::postgres::lock::{self, Key, LockError, Locked, Patience, Route};
use crate::postgres::{ServerFailure, Session};
use crate::revision::Graph;
use crate::wait::Backoff;

/// Takes the lock, within `--lock-wait`. `None`: there is no need any more.
pub(super) async fn queue(
    config: &Config,
    graph: &Graph,
    course: &Course,
    session: Session,
) -> Result<Option<Locked>, Error> {
    let patience = Patience::starting_now(config.migrations.lock_wait, config.wait.attempt_timeout);
    let mut pauses = Backoff::new(config.wait.max_interval);
    let mut session = session;
    loop {
        let error = match lock(config, session, patience).await {
            Ok(locked) => return Ok(Some(locked)),
            Err(error) => error,
        };
        let lost = lost(&error).filter(|_| !patience.is_spent());
        let Some(lost) = lost else {
            return Err(error);
        };
        warn!(
            "the connection was lost in the queue for the migration lock: {lost}; connecting anew"
        );
        sleep(pauses.next_delay()).await;
        let arrival = arrival::anew(config, graph, course, patience.deadline()).await?;
        session = arrival.session;
        if arrival.plan.steps.is_empty() {
            session.close().await;
            return Ok(None);
        }
    }
}

/// Takes the lock with this session and no other.
pub(super) async fn lock(
    config: &Config,
    session: Session,
    patience: Patience,
) -> Result<Locked, Error> {
    if Route::of(&session) == Route::Proxied {
        unless_shared(config, &session).await?;
    }
    let table = arrival::version_table(&config.migrations);
    let key = Key::new(table.schema.as_deref(), &table.name);
    Ok(lock::acquire(session, key, patience).await?)
}

/// Returns the failure by which a session was lost, if it was.
fn lost(error: &Error) -> Option<&ServerFailure> {
    match error {
        Error::Lock(error) => match error.as_ref() {
            LockError::Server(failure) if failure.ends_session() => Some(failure),
            _ => None,
        },
        _ => None,
    }
}
