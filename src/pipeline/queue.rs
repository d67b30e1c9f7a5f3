//! The queue for the migration lock.
//!
//! Nothing has begun while we stand in it, so a session that is lost there is
//! replaced: servers restart and load balancers hang up while somebody else
//! migrates for minutes.

use std::borrow::Cow;

use tokio::time::sleep;
use tracing::warn;

use super::arrival;
use super::onlooker::unless_shared;
use super::passed::is_done;
use crate::config::Config;
use crate::error::Error;
use crate::plan::Plan;
use crate::postgres::lock::{self, Acquired, Key, LockError, Locked, Patience, Route};
use crate::postgres::{ServerFailure, Session};
use crate::revision::Graph;
use crate::wait::Backoff;

/// Takes the lock, within `--lock-wait`. `None`: there is no need any more.
pub(super) async fn queue(
    config: &Config,
    graph: &Graph,
    session: Session,
    plan: &Plan,
) -> Result<Option<Locked>, Error> {
    let patience = Patience::starting_now(config.migrations.lock_wait, config.wait.attempt_timeout);
    let mut pauses = Backoff::new(config.wait.max_interval);
    let mut session = session;
    let mut plan = Cow::Borrowed(plan);
    loop {
        let error = match lock(config, graph, session, &plan, patience).await {
            Ok(Acquired::Locked(locked)) => return Ok(Some(locked)),
            Ok(Acquired::Needless(session)) => {
                session.close().await;
                return Ok(None);
            }
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
        let arrival = arrival::anew(config, graph, patience.deadline()).await?;
        session = arrival.session;
        plan = Cow::Owned(arrival.plan);
        if plan.steps.is_empty() {
            session.close().await;
            return Ok(None);
        }
    }
}

async fn lock(
    config: &Config,
    graph: &Graph,
    session: Session,
    plan: &Plan,
    patience: Patience,
) -> Result<Acquired, Error> {
    if Route::of(&session) == Route::Proxied {
        unless_shared(config, &session).await?;
    }
    let table = arrival::version_table(&config.migrations);
    let key = Key::new(table.schema.as_deref(), &table.name);
    let is_done = async |session: &Session| is_done(config, graph, plan, session).await;
    Ok(lock::acquire_unless(session, key, patience, is_done).await?)
}

/// Returns the failure by which a session was lost, if it was.
fn lost(error: &Error) -> Option<&ServerFailure> {
    match error {
        Error::Lock(error) => match error.as_ref() {
            LockError::Server { failure, .. } if failure.ends_session() => Some(failure),
            _ => None,
        },
        _ => None,
    }
}
