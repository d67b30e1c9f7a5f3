//! The migration lock: a session advisory lock on the connection that also
//! runs the revisions.
//!
//! It is polled with `pg_try_advisory_lock`, never waited for on the server: a
//! session blocked in `pg_advisory_lock` holds a snapshot, and the holder's
//! `CREATE INDEX CONCURRENTLY` would wait for that snapshot until one of the
//! two is killed as a deadlock.

mod acquire;
mod holder;
mod key;

pub use acquire::acquire;
pub use holder::Holder;
pub use key::Key;

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

use super::settings::Capabilities;
use super::{ServerFailure, Session};

/// A cancelled statement, ROLLBACK and the unlock must all fit into this; it
/// leaves some of the second that a signal may take to the rest of us.
const CANCEL_BOUND: Duration = Duration::from_millis(700);

/// How long a healthy server may take to unlock before we leave anyway, which
/// frees the lock, too. No signal is heard in this time.
const RELEASE_BOUND: Duration = Duration::from_millis(500);

/// A session that holds the migration lock. Only it can apply revisions.
pub struct Locked {
    session: Session,
    key: Key,
    pub(super) capabilities: Capabilities,
}

/// What stands between us and the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    Direct,
    /// The server process is not the one that the startup named.
    Proxied,
}

impl Route {
    fn of(session: &Session) -> Self {
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
    #[error("another client of this server process holds the migration lock")]
    SharedSession { host: String },
    #[error("the lock could not be taken: {0}")]
    Server(Box<ServerFailure>),
}

impl Locked {
    pub fn session(&self) -> &Session {
        &self.session
    }

    pub fn key(&self) -> Key {
        self.key
    }

    pub fn route(&self) -> Route {
        Route::of(&self.session)
    }

    /// Unlocks and closes. A failure to unlock is not told: the lock ends with
    /// the session, and an earlier error must not be hidden.
    pub async fn release(self) {
        let statement = self.key.unlock();
        let unlock = self.session.client.simple_query(&statement);
        match tokio::time::timeout(RELEASE_BOUND, unlock).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::debug!(error = %ServerFailure::from(&error), "could not unlock");
            }
            Err(_) => {
                tracing::debug!("the server did not answer the unlock in time");
                return;
            }
        }
        self.session.close().await;
    }

    /// Ends whatever runs on this session, rolls it back, unlocks and closes,
    /// within a second.
    ///
    /// For use after the future of `apply` was dropped: its statement may still
    /// run on the server. Whether that was committed before the cancellation
    /// arrived is in the state table.
    pub async fn cancel_and_release(self) {
        let ended = async {
            self.session.cancel().await.ok();
            // The answer comes after the cancelled statement's. Outside a
            // transaction it is a mere warning.
            self.session.client.simple_query("ROLLBACK").await.ok();
            self.session
                .client
                .simple_query(&self.key.unlock())
                .await
                .ok();
        };
        if tokio::time::timeout(CANCEL_BOUND, ended).await.is_err() {
            // It would not take notice of a goodbye either.
            tracing::debug!("the server did not end the statement in time");
            return;
        }
        self.session.close().await;
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
