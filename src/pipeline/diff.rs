//! Comparing two schemas: both read, side by side, and planned.

use seaworthy_schema::{Schema, Statement};

use super::{arrival, until_signal};
use crate::config::{Config, DatabaseSource, Side};
use crate::error::Error;
use crate::postgres::catalog;
use crate::process::Signals;

/// Returns the statements that turn one side into the other.
///
/// # Errors
///
/// Whatever ended the wait for a database, a signal included, and what is
/// wrong with the schemas.
pub async fn diff(
    config: &Config,
    from: &Side,
    to: &Side,
    signals: &Signals,
) -> Result<Vec<Statement>, Error> {
    let read = async { tokio::try_join!(side(config, from), side(config, to)) };
    let (from, to) = until_signal(signals, read).await?;
    Ok(seaworthy_schema::plan(&from, &to)?)
}

async fn side(config: &Config, side: &Side) -> Result<Schema, Error> {
    match side {
        Side::Empty => Ok(Schema::default()),
        Side::Database => read(config, &config.databases()?.migration).await,
        Side::Url { argument, url } => read(config, &config.typed_database(argument, url)).await,
    }
}

async fn read(config: &Config, source: &DatabaseSource) -> Result<Schema, Error> {
    let session = arrival::session(config, source).await?;
    let schema = catalog::read(&session).await;
    session.close().await;
    Ok(schema?)
}
