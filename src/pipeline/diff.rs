//! Comparing two schemas: both brought about where they are no database yet,
//! read, planned.

use seaworthy_schema::Statement;

use super::sides::{Sides, warn_of_uncompared};
use super::until_signal;
use crate::config::{Config, Side};
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
    from: &Side,
    to: &Side,
    signals: &Signals,
) -> Result<Vec<Statement>, Error> {
    let mut sides = Sides::of(config);
    let read = async {
        let from = sides.schema(from).await?;
        let to = sides.schema(to).await?;
        Ok((from, to))
    };
    let read = until_signal(signals, read).await;
    let left = sides.clear().await;
    let (from, to) = read?;
    left?;
    warn_of_uncompared(&from, &to);
    Ok(seaworthy_schema::plan(&from, &to)?)
}
