//! Comparing two schemas: both brought about where they are no database yet,
//! read, planned.

use seaworthy_schema::{Difference, Statement, column_order};
use tracing::warn;

use super::differences::told;
use super::sides::{Sides, warn_of_uncompared};
use super::until_signal;
use crate::config::{ColumnOrder, Config, Diff};
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
/// wrong with the schemas.
pub async fn diff(config: &Config, command: &Diff, signals: &Signals) -> Result<Differing, Error> {
    let mut sides = Sides::of(config);
    let read = async {
        let from = sides.schema(&command.from).await?;
        let to = sides.schema(&command.to).await?;
        Ok((from, to))
    };
    let read = until_signal(signals, read).await;
    let left = sides.clear().await;
    let (from, to) = read?;
    left?;
    warn_of_uncompared(&from, &to);
    if command.column_order == ColumnOrder::Same {
        for one in column_order(&from, &to) {
            warn!("{} {}: {}", one.kind, one.object, one.detail);
        }
    }
    Ok(Differing {
        statements: seaworthy_schema::plan(&from, &to)?,
        differences: told(&from, &to, command.column_order),
    })
}
