//! The queue for the migration lock.
//!
//! Nothing has begun while we stand in it, so a session that is lost there is
//! replaced: servers restart and load balancers hang up while somebody else
//! migrates for minutes.

use tokio::time::sleep;
use tracing::warn;

use super::arrival::{self, Arrival};
use super::onlooker::unless_shared;
use super::passed::is_done;
use crate::config::Config;
use crate::error::Error;
use crate::postgres::lock::{self, Acquired, Key, LockError, Locked, Patience, Route};
use crate::postgres::{ServerFailure, Session};
use crate::revision::Graph;
use crate::wait::{Backoff, Limits};

/// Takes the lock, within `--lock-wait`. `None`: there is no need any more.
pub(super) async fn queue(
    config: &Config,
    graph: &Graph,
    arrival: Arrival,
) -> Result<Option<Locked>, Error> {
    let patience = Patience::starting_now(config.migrations.lock_wait, config.wait.attempt_timeout);
    let mut pauses = Backoff::new(config.wait.max_interval);
    let course = arrival.course.clone();
    let mut arrival = arrival;
    loop {
        let error = match lock_for(config, graph, arrival, patience).await {
            Ok(Acquired::Locked(locked)) => return Ok(Some(locked)),
            Ok(Acquired::Needless(session)) => {
                session.close().await;
                return Ok(None);
            }
            Err(error) => error,
        };
        pass_over(error, patience, &mut pauses).await?;
        arrival = arrival::anew(config, graph, &course, patience.deadline()).await?;
        if arrival.plan.steps.is_empty() {
            arrival.session.close().await;
            return Ok(None);
        }
    }
}

/// Takes the lock, within `--lock-wait`, whatever was done meanwhile by those
/// who had it before.
pub(super) async fn queue_for_command(config: &Config, session: Session) -> Result<Locked, Error> {
    let patience = Patience::starting_now(config.migrations.lock_wait, config.wait.attempt_timeout);
    let mut pauses = Backoff::new(config.wait.max_interval);
    let mut session = session;
    loop {
        let error = match lock(config, session, patience).await {
            Ok(locked) => return Ok(locked),
            Err(error) => error,
        };
        pass_over(error, patience, &mut pauses).await?;
        let limits = Limits::starting_now(&config.wait).until(patience.deadline());
        session = arrival::writable(config, &limits).await?;
    }
}

/// Pauses after a session that was lost in the queue, while there is patience.
/// Any other error is returned.
async fn pass_over(error: Error, patience: Patience, pauses: &mut Backoff) -> Result<(), Error> {
    let Some(lost) = lost(&error).filter(|_| !patience.is_spent()) else {
        return Err(error);
    };
    warn!("the connection was lost in the queue for the migration lock: {lost}; connecting anew");
    sleep(pauses.next_delay()).await;
    Ok(())
}

/// Takes the lock with this session and no other.
pub(super) async fn lock(
    config: &Config,
    session: Session,
    patience: Patience,
) -> Result<Locked, Error> {
    unless_unfit(config, &session, patience).await?;
    Ok(lock::acquire(session, key(config), patience).await?)
}

/// Takes the lock, unless nothing of the plan is left to do.
async fn lock_for(
    config: &Config,
    graph: &Graph,
    arrival: Arrival,
    patience: Patience,
) -> Result<Acquired, Error> {
    let Arrival {
        session,
        plan,
        course,
    } = arrival;
    unless_unfit(config, &session, patience).await?;
    let is_done = async |session: &Session| is_done(config, graph, &course, &plan, session).await;
    Ok(lock::acquire_unless(session, key(config), patience, is_done).await?)
}

async fn unless_unfit(config: &Config, session: &Session, patience: Patience) -> Result<(), Error> {
    if Route::of(session) == Route::Proxied {
        unless_shared(config, session, patience).await?;
    }
    Ok(())
}

fn key(config: &Config) -> Key {
    let table = arrival::version_table(&config.migrations);
    Key::new(table.schema.as_deref(), &table.name)
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
