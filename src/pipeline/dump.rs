//! The schema of the configured database, as what makes it in an empty one.

use seaworthy_schema::{Manner, Statement};

use super::sides::Sides;
use super::until_signal;
use crate::config::Config;
use crate::error::Error;
use crate::process::Signals;

/// Returns the statements that make the schema of the configured database. It is
/// only read, and no other is made.
///
/// # Errors
///
/// Whatever ended the wait for the database, a signal included.
pub async fn dump(config: &Config, signals: &Signals) -> Result<Vec<Statement>, Error> {
    let sides = Sides::of(config);
    let live = until_signal(signals, sides.live()).await?;
    Ok(seaworthy_schema::plan(
        &live.initial,
        &live.schema,
        Manner::Plain,
    )?)
}
