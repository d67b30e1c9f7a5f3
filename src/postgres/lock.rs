//! The migration lock: a session advisory lock on the connection that also
//! runs the revisions.
//!
//! It is polled with `pg_try_advisory_lock`, never waited for on the server: a
//! session blocked in `pg_advisory_lock` holds a snapshot, and the holder's
//! `CREATE INDEX CONCURRENTLY` would wait for that snapshot until one of the
//! two is killed as a deadlock.

mod acquire;
mod guard;
mod holder;
mod key;
mod patience;
mod pooling;
mod wait;

pub use acquire::{Acquired, acquire, acquire_unless};
pub use holder::{Holder, holder};
pub use key::Key;
pub use patience::Patience;
pub use pooling::{PoolingSign, unless_shared};

use std::cell::RefCell;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio_postgres::SimpleQueryMessage;

use super::settings::Capabilities;
use super::{ServerFailure, Session};
use crate::revision::RevisionId;

/// A cancelled statement, ROLLBACK and the unlock must all fit into this; it
/// leaves some of the second that a signal may take to the rest of us.
const CANCEL_BOUND: Duration = Duration::from_millis(700);

/// How long a healthy server may take to unlock before we leave anyway, which
/// frees the lock, too. No signal is heard in this time.
const RELEASE_BOUND: Duration = Duration::from_millis(500);

/// How often a pooler is asked for the server session that holds the lock.
const FIRST_UNLOCK_DELAY: Duration = Duration::from_millis(5);
const LARGEST_UNLOCK_DELAY: Duration = Duration::from_millis(100);

/// A session that holds the migration lock. Only it can apply revisions.
pub struct Locked {
    session: Session,
    key: Key,
    pub(super) capabilities: Capabilities,
    /// The revision that has begun and not ended. Whoever drops the future of
    /// `apply` finds it here.
    underway: RefCell<Option<RevisionId>>,
}

/// What is known of a statement that was told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancellation {
    /// The server has answered: nothing runs there any more.
    Answered,
    Unanswered,
}

/// What stands between us and the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    Direct,
    /// The server process is not the one that the startup named.
    Proxied,
}

impl Route {
    pub fn of(session: &Session) -> Self {
        if session.facts.key_pid == session.facts.backend_pid {
            Self::Direct
        } else {
            Self::Proxied
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    #[error("the migration lock was not free within {wait:?}")]
    Busy {
        wait: Duration,
        holder: Option<Box<Holder>>,
    },
    /// A pooler does not leave us a server session for ourselves.
    #[error("a pooler stands before the server: {sign}")]
    Pooled { host: String, sign: PoolingSign },
    #[error("the lock could not be taken: {failure}")]
    Server {
        host: String,
        failure: Box<ServerFailure>,
    },
}

impl LockError {
    fn server(session: &Session, failure: ServerFailure) -> Self {
        Self::Server {
            host: session.host.clone(),
            failure: Box::new(failure),
        }
    }
}

impl Locked {
    fn new(session: Session, key: Key, capabilities: Capabilities) -> Self {
        Self {
            session,
            key,
            capabilities,
            underway: RefCell::default(),
        }
    }

    pub fn session(&self) -> &Session {
        &self.session
    }

    pub fn key(&self) -> Key {
        self.key
    }

    pub fn route(&self) -> Route {
        Route::of(&self.session)
    }

    /// Returns the revision that was running when `apply` was dropped.
    pub fn underway(&self) -> Option<RevisionId> {
        self.underway.borrow().clone()
    }

    pub(super) fn sets_out(&self, revision: Option<&RevisionId>) {
        self.underway.replace(revision.cloned());
    }

    /// Unlocks and closes. A failure to unlock is not told: the lock ends with
    /// the session, and an earlier error must not be hidden.
    pub async fn release(self) {
        match tokio::time::timeout(RELEASE_BOUND, self.unlock()).await {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => tracing::debug!(error = %failure, "could not unlock"),
            Err(_) => {
                self.not_unlocked();
                return;
            }
        }
        self.session.close().await;
    }

    /// Unlocks. A pooler that has changed the server session in the meantime
    /// keeps the one that holds the lock, for as long as it likes: that one is
    /// ended as soon as it is idle, and the pooler opens another.
    async fn unlock(&self) -> Result<(), ServerFailure> {
        let pid = self.session.facts.backend_pid;
        let statement = self.key.unlock_of(pid);
        let mut delays = delays(FIRST_UNLOCK_DELAY, LARGEST_UNLOCK_DELAY);
        loop {
            let messages = self.session.client.simple_query(&statement).await?;
            let is_elsewhere = messages.iter().any(|message| {
                matches!(message, SimpleQueryMessage::Row(row)
                    if row.get(0).is_some_and(|answer| answer.starts_with("elsewhere")))
            });
            if !is_elsewhere {
                return Ok(());
            }
            tokio::time::sleep(delays.next().unwrap_or(LARGEST_UNLOCK_DELAY)).await;
        }
    }

    fn not_unlocked(&self) {
        let pid = self.session.facts.backend_pid;
        match self.route() {
            Route::Direct => tracing::debug!("the server did not answer the unlock in time"),
            Route::Proxied => tracing::warn!(
                pid,
                "the migration lock may stay with a server session of the pooler; \
                 `SELECT pg_terminate_backend({pid})` frees it"
            ),
        }
    }

    /// Ends whatever runs on this session, rolls it back, unlocks and closes,
    /// within a second.
    ///
    /// For use after the future of `apply` was dropped: its statement may still
    /// run on the server. Whether that was committed before the cancellation
    /// arrived is in the state table.
    pub async fn cancel_and_release(self) -> Cancellation {
        let ended = async {
            self.session.cancel().await.ok();
            // The answer comes after the cancelled statement's. Outside a
            // transaction it is a mere warning.
            let answer = self.session.client.simple_query("ROLLBACK").await;
            self.unlock().await.ok();
            match answer {
                Ok(_) => Cancellation::Answered,
                Err(_) => Cancellation::Unanswered,
            }
        };
        let Ok(cancellation) = tokio::time::timeout(CANCEL_BOUND, ended).await else {
            // It would not take notice of a goodbye either.
            self.not_unlocked();
            return Cancellation::Unanswered;
        };
        self.session.close().await;
        cancellation
    }
}

impl std::fmt::Debug for Locked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Locked")
            .field("host", &self.session.host)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// Returns growing delays, each drawn from the upper half of its step, so that
/// many replicas do not knock in step and none knocks at once again.
pub(super) fn delays(from: Duration, to: Duration) -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(from)
        .with_max_delay(to)
        .without_max_times()
        .build()
        .map(|delay| delay.mul_f64(0.5 + fastrand::f64() / 2.0))
}
