//! Looking at a database: waited for, read, and left as it was.

use super::{arrival, until_signal};
use crate::config::Config;
use crate::error::Error;
use crate::files::Disk;
use crate::plan::AppliedState;
use crate::postgres::lock::{self, Holder, Key};
use crate::postgres::version_table::{self, StateError};
use crate::process::Signals;

/// What a look at the database of the migrations shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// The database, without a secret.
    pub database: String,
    pub state: AppliedState,
    /// Who holds the migration lock; `None`: nobody does.
    pub holder: Option<Holder>,
}

/// Returns what the database says is applied.
///
/// # Errors
///
/// Whatever ended the wait, a signal included.
pub async fn state(config: &Config, signals: &Signals) -> Result<AppliedState, Error> {
    let look = arrival::looked_at(config, async |session, table| {
        version_table::state(session, table).await
    });
    until_signal(signals, look).await
}

/// Returns what the database says is applied, and who holds the migration lock.
///
/// # Errors
///
/// Whatever ended the wait, a signal included.
pub async fn look(config: &Config, signals: &Signals) -> Result<Sight, Error> {
    let database = config.databases()?.migration.connection(&Disk)?.shown();
    let look = arrival::looked_at(config, async |session, table| {
        let state = version_table::state(session, table).await?;
        let key = Key::new(table.schema.as_deref(), &table.name);
        let holder = lock::holder(session, key).await;
        let holder = holder.map_err(|failure| StateError::Server(Box::new(failure)))?;
        Ok((state, holder))
    });
    let (state, holder) = until_signal(signals, look).await?;
    Ok(Sight {
        database,
        state,
        holder,
    })
}
