//! Comparing two schemas: both brought about where they are no database yet,
//! read, planned.

use seaworthy_schema::{Rename, Statement};

use super::sides::Sides;
use super::until_signal;
use crate::config::{Config, Diff};
use crate::error::Error;
use crate::process::Signals;

/// Returns the statements that turn one side into the other.
///
/// # Errors
///
/// Whatever ended the wait for a database, a signal included, and what is
/// wrong with the schemas.
pub async fn diff(
    config: &Config,
    command: &Diff,
    signals: &Signals,
) -> Result<Vec<Statement>, Error> {
    let mut sides = Sides::of(config);
    let read = sides.pair(&command.from, &command.to, &command.renames);
    let read = until_signal(signals, read).await;
    let left = sides.clear().await;
    let pair = read?;
    left?;
    let plan = seaworthy_schema::plan(&pair.old, &pair.new)?;
    let renames = pair.renames.iter().map(Rename::statement);
    Ok(renames.chain(plan).collect())
}
