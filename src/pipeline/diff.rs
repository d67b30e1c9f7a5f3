//! Comparing two schemas: both brought about where they are no database yet,
//! read, planned.

use seaworthy_schema::{Hazard, Rename, Statement};

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
/// wrong with the schemas; [`Error::HazardsDenied`].
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
    let plan = seaworthy_schema::plan(&pair.old, &pair.new, config.schema.manner)?;
    let denied = denied(config, &plan);
    if !denied.is_empty() {
        return Err(Error::HazardsDenied(denied));
    }
    let renames = pair.renames.iter().map(Rename::statement);
    Ok(renames.chain(plan).collect())
}

/// Returns the dangers of a plan that no plan may have.
pub(super) fn denied(config: &Config, statements: &[Statement]) -> Vec<Hazard> {
    let hazards = statements.iter().flat_map(|statement| &statement.hazards);
    let is_denied = |hazard: &&Hazard| config.schema.deny_hazards.contains(&hazard.kind);
    hazards.filter(is_denied).cloned().collect()
}
