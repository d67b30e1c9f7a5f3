//! Comparing two schemas: both brought about where they are no database yet,
//! read, planned.

use seaworthy_schema::{Difference, Hazard, Rename, Statement};
use tracing::warn;

use super::differences::{misplaced, renamed, told};
use super::sides::{Pair, Sides, warn_of_uncompared};
use super::until_signal;
use crate::config::{Config, Diff};
use crate::error::Error;
use crate::process::Signals;

/// What two schemas differ in.
#[derive(Clone, Debug)]
pub struct Differing {
    /// Those that turn the one into the other.
    pub statements: Vec<Statement>,
    /// What no statement does anything about is among them.
    pub differences: Vec<Difference>,
}

/// Returns in what one side differs from the other.
///
/// # Errors
///
/// Whatever ended the wait for a database, a signal included, and what is
/// wrong with the schemas; [`Error::HazardsDenied`].
pub async fn diff(config: &Config, command: &Diff, signals: &Signals) -> Result<Differing, Error> {
    let mut sides = Sides::of(config);
    let read = sides.pair(&command.from, &command.to, &command.renames);
    let read = until_signal(signals, read).await;
    let left = sides.clear().await;
    let pair = read?;
    left?;
    let Pair { renames, old, new } = pair;
    warn_of_uncompared(&old, &new);
    let misplaced = misplaced(&old, &new, command.column_order);
    for one in &misplaced {
        warn!("{} {}: {}", one.kind, one.object, one.detail);
    }
    let plan = seaworthy_schema::plan(&old, &new, config.schema.manner)?;
    let denied = denied(config, &plan);
    if !denied.is_empty() {
        return Err(Error::HazardsDenied(denied));
    }
    let renamed = renames.iter().map(renamed);
    Ok(Differing {
        differences: renamed.chain(told(&old, &new)).chain(misplaced).collect(),
        statements: renames.iter().map(Rename::statement).chain(plan).collect(),
    })
}

/// Returns the dangers of a plan that no plan may have.
pub(super) fn denied(config: &Config, statements: &[Statement]) -> Vec<Hazard> {
    let hazards = statements.iter().flat_map(|statement| &statement.hazards);
    let is_denied = |hazard: &&Hazard| config.schema.deny_hazards.contains(&hazard.kind);
    hazards.filter(is_denied).cloned().collect()
}
