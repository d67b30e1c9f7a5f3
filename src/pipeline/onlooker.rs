//! A second connection to the migrations' database, beside the one that holds
//! the lock.

use std::time::Duration;

use tokio::time::Instant;

use crate::config::{Config, DatabaseSource};
use crate::error::Error;
use crate::files::Disk;
use crate::postgres::lock::{self, Patience};
use crate::postgres::{self, ConnectLimits, Session, SocketOnly};

/// Whoever looks on must not keep the run waiting.
const OBSERVER_BOUND: Duration = Duration::from_secs(2);

/// Refuses a pooler that gives the server session of a connection to another
/// one while both are open. Where no second one can be had, nothing is known.
pub(super) async fn unless_shared(
    config: &Config,
    session: &Session,
    patience: Patience,
) -> Result<(), Error> {
    let Some(other) = watch_from(&config.databases()?.migration).await else {
        return Ok(());
    };
    let answer = lock::unless_shared(session, &other, patience).await;
    other.close().await;
    Ok(answer?)
}

/// Opens a connection that looks on while a revision takes long.
pub(super) async fn watch_from(source: &DatabaseSource) -> Option<Session> {
    let connection = source.connection(&Disk).ok()?;
    let limits = ConnectLimits {
        deadline: Instant::now().checked_add(OBSERVER_BOUND),
        socket_only: SocketOnly::Accept,
    };
    postgres::connect(&connection, &limits).await.ok()
}
