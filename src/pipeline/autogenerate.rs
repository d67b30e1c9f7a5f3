//! A revision from the difference between revisions and models, proved before
//! it is written.

use seaworthy_schema::{Hazard, Statement};
use tracing::warn;

use super::author::{self, Written};
use super::diff::denied;
use super::differences::incomparable;
use super::proof::{Begun, Step, copied, proved};
use super::renames::{self, Ask};
use super::sides::{Brought, Sides, warn_of_uncompared};
use super::{look, until_signal};
use crate::config::{Against, Config, NewRevision, Side};
use crate::error::Error;
use crate::plan;
use crate::process::Signals;

/// Makes the revisions that lead to the models: one, or several where a
/// transaction cannot hold all of it; none where nothing is to be done. `text`
/// makes the body of a revision from its statements; `ask` asks a person, where
/// there is one, what was renamed.
///
/// # Errors
///
/// What is wrong with the models or the revisions; [`Error::NotAtHead`] where
/// the database is what they are compared with; [`Error::NotProved`], and
/// then nothing is written, nor with [`Error::HazardsDenied`]; that a file
/// cannot be written.
pub async fn autogenerate(
    config: &Config,
    command: &NewRevision,
    against: Against,
    text: fn(&[Statement]) -> String,
    ask: Option<Ask>,
    signals: &Signals,
) -> Result<Vec<Written>, Error> {
    if against == Against::Database {
        refuse_unless_at_head(config, signals).await?;
    }
    let mut sides = Sides::of(config);
    let steps = until_signal(signals, steps(&mut sides, config, command, against, ask)).await;
    let left = sides.clear().await;
    let steps = steps?;
    left?;
    let denied: Vec<Hazard> = steps
        .iter()
        .flat_map(|step| denied(config, &step.up))
        .collect();
    if !denied.is_empty() {
        return Err(Error::HazardsDenied(denied));
    }
    steps.iter().for_each(tell);
    author::written(config, |made| {
        let bodies = steps.iter().map(|step| step.body(text)).enumerate();
        let written = bodies.map(|(at, body)| {
            let command = part(command, at, steps.len());
            author::with_body(config, &command, Some(&body), made)
        });
        written.collect()
    })
}

/// Returns the command for one of several revisions that belong together.
fn part(command: &NewRevision, at: usize, count: usize) -> NewRevision {
    let mut command = command.clone();
    command.message = author::numbered(&command.message, at, count);
    if at > 0 {
        // It revises the one before, and the names are taken.
        command.head = None;
        command.id = None;
        command.labels.clear();
        command.depends_on.clear();
    }
    command
}

/// Returns what the new revisions do, after it has been done.
async fn steps(
    sides: &mut Sides<'_>,
    config: &Config,
    command: &NewRevision,
    against: Against,
    ask: Option<Ask>,
) -> Result<Vec<Step>, Error> {
    let Brought { schema, lines, .. } = sides.brought(&Side::Models).await?;
    let proving = match against {
        Against::Revisions => sides.proving().await?,
        Against::Database => {
            let live = sides.live().await?;
            let proving = sides.blank().await?;
            copied(&proving, &live.schema).await?;
            proving
        }
    };
    let present = proving.schema().await?;
    warn_of_uncompared(&present, &schema);
    let renames = renames::wanted(&command.renames, &lines, &present, &schema)?;
    let (mut renames, mut renamed) = renames::run(&proving, renames, &schema).await?;
    if let Some(ask) = ask {
        let asked = renames::asked(ask, &renamed, &schema).await?;
        let (asked, schema) = renames::run(&proving, asked, &schema).await?;
        renames.extend(asked);
        renamed = schema;
    }
    let wanted = sides.completed(schema, &renamed);
    let begun = Begun {
        present,
        renames,
        renamed,
    };
    proved(proving, begun, wanted, config.schema.manner).await
}

/// Refuses a database that lacks a revision, or has more than the files.
async fn refuse_unless_at_head(config: &Config, signals: &Signals) -> Result<(), Error> {
    let graph = author::present(config)?;
    let state = look::state(config, signals).await?;
    let standing = plan::standing(&graph, &state);
    let why = incomparable(&standing).map(|difference| difference.detail);
    if why.is_none() && standing.pending.is_empty() {
        return Ok(());
    }
    let pending = standing.pending.iter();
    Err(Error::NotAtHead {
        pending: pending.map(|node| graph.located(*node)).collect(),
        why,
    })
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
