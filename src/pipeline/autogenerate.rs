//! A revision from the difference between revisions and models, proved before
//! it is written.
//!
//! In a database in which the revisions have been replayed, each new one is
//! run up, and the schema is read again; then all of them are run down, and up
//! once more. What is not as it was planned to be is never written.

use seaworthy_schema::{Schema, Statement, Transaction, compare};
use tracing::warn;

use super::author::{self, Written};
use super::sides::{Proving, Sides, warn_of_uncompared};
use super::until_signal;
use crate::config::{Config, NewRevision, Side};
use crate::error::Error;
use crate::format::Body;
use crate::process::Signals;

/// A revision that is not written yet.
struct Step {
    up: Vec<Statement>,
    down: Vec<Statement>,
}

/// Makes the revisions that lead to the models: one, or several where a
/// transaction cannot hold all of it; none where nothing is to be done. `text`
/// makes the body of a revision from its statements.
///
/// # Errors
///
/// What is wrong with the models or the revisions; [`Error::NotProved`], and
/// then nothing is written; that a file cannot be written.
pub async fn autogenerate(
    config: &Config,
    command: &NewRevision,
    text: fn(&[Statement]) -> String,
    signals: &Signals,
) -> Result<Vec<Written>, Error> {
    let mut sides = Sides::of(config);
    let steps = until_signal(signals, proved(&mut sides)).await;
    let left = sides.clear().await;
    let steps = steps?;
    left?;
    let count = steps.len();
    let mut written = Vec::with_capacity(count);
    for (at, step) in steps.iter().enumerate() {
        tell(step);
        let body = Body {
            up: text(&step.up),
            down: text(&step.down),
        };
        let mut command = command.clone();
        if count > 1 {
            command.message = format!("{} ({} of {count})", command.message, at + 1);
        }
        if at > 0 {
            // It revises the one before, and the names are taken.
            command.head = None;
            command.id = None;
            command.labels.clear();
            command.depends_on.clear();
        }
        written.push(author::with_body(config, &command, Some(&body))?);
    }
    Ok(written)
}

/// Returns what the new revisions do, after it has been done.
async fn proved(sides: &mut Sides<'_>) -> Result<Vec<Step>, Error> {
    let wanted = sides.schema(&Side::Models).await?;
    let proving = sides.proving().await?;
    let present = proving.schema().await?;
    warn_of_uncompared(&present, &wanted);
    let up = seaworthy_schema::plan(&present, &wanted)?;
    let mut steps = Vec::new();
    let mut schemas = vec![present];
    for up in portions(up) {
        run(&proving, "up", &up).await?;
        let before = &schemas[schemas.len() - 1];
        let after = proving.schema().await?;
        let down = seaworthy_schema::plan(&after, before)?;
        steps.push(Step { up, down });
        schemas.push(after);
    }
    equal("up", &schemas[schemas.len() - 1], &wanted)?;
    for (step, before) in steps.iter().zip(&schemas).rev() {
        run(&proving, "down", &step.down).await?;
        equal("down", &proving.schema().await?, before)?;
    }
    for step in &steps {
        run(&proving, "up again", &step.up).await?;
    }
    if !steps.is_empty() {
        equal("up again", &proving.schema().await?, &wanted)?;
    }
    proving.end().await;
    Ok(steps)
}

async fn run(
    proving: &Proving<'_>,
    way: &'static str,
    statements: &[Statement],
) -> Result<(), Error> {
    let run = proving.run(statements).await;
    run.map_err(|failure| unproved(way, vec![failure.to_string()]))
}

/// Returns the statements in portions of which each can be one transaction.
fn portions(statements: Vec<Statement>) -> Vec<Vec<Statement>> {
    let mut portions: Vec<Vec<Statement>> = Vec::new();
    let mut is_ended = true;
    // A setting is no reason for a revision; each has its own.
    for statement in statements.into_iter().filter(|one| !one.is_setting()) {
        if is_ended {
            portions.push(Vec::new());
        }
        is_ended = statement.transaction != Transaction::Shared;
        if let Some(portion) = portions.last_mut() {
            portion.push(statement);
        }
    }
    portions
}

fn equal(way: &'static str, found: &Schema, wanted: &Schema) -> Result<(), Error> {
    let differences = compare(found, wanted);
    if differences.is_empty() {
        return Ok(());
    }
    let added = differences
        .added
        .iter()
        .map(|fact| format!("{} is missing", fact.identity));
    let removed = differences
        .removed
        .iter()
        .map(|fact| format!("{} is left", fact.identity));
    let changed = differences
        .changed
        .iter()
        .map(|change| format!("{} differs", change.identity()));
    Err(unproved(way, added.chain(removed).chain(changed).collect()))
}

fn unproved(way: &'static str, differences: Vec<String>) -> Error {
    Error::NotProved { way, differences }
}

/// Warns of what a new revision endangers.
fn tell(step: &Step) {
    for (way, statements) in [("up", &step.up), ("down", &step.down)] {
        for hazard in statements.iter().flat_map(|statement| &statement.hazards) {
            warn!(
                "hazard {} on the way {way}: {}",
                hazard.kind.name(),
                hazard.detail
            );
        }
    }
}
