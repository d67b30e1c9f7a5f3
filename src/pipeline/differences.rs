//! In what revisions, models and database differ.

use seaworthy_schema::{Difference, Hazard, Rename, Schema, column_order, compare, uncompared};

use super::diff::denied;
use super::sides::Sides;
use super::until_signal;
use crate::config::{Check, CheckDrift, CheckModels, ColumnOrder, Config, Models, Side};
use crate::error::Error;
use crate::plan::Standing;
use crate::process::Signals;
use crate::revision::Graph;

/// Which two schemas were compared, the one that is there first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    RevisionsModels,
    RevisionsDatabase,
}

/// The kind of difference that a danger is told as.
pub const HAZARD: &str = "hazard";

/// A difference, and between what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub comparison: Comparison,
    pub difference: Difference,
}

/// Returns every difference that was asked for. A database that has what the
/// files do not have cannot be compared with them, which is told as one.
///
/// # Errors
///
/// What is wrong with a side; a signal.
pub async fn differences(
    config: &Config,
    graph: &Graph,
    standing: &Standing,
    check: Check,
    signals: &Signals,
) -> Result<Vec<Found>, Error> {
    let with_models = check.models == CheckModels::Compare && config.schema.models != Models::None;
    let with_drift = check.drift == CheckDrift::Compare;
    let mut sides = Sides::of(config);
    let comparing = async {
        let mut found = Vec::new();
        if with_models {
            let pair = sides.pair(&Side::Revisions(None), &Side::Models, &[]);
            let pair = pair.await?;
            let renamed = pair.renames.iter().map(renamed);
            let mut differing: Vec<Difference> = renamed.collect();
            differing.extend(told(&pair.old, &pair.new));
            differing.extend(misplaced(&pair.old, &pair.new, check.column_order));
            if !config.schema.deny_hazards.is_empty() {
                let plan = seaworthy_schema::plan(&pair.old, &pair.new, config.schema.manner)?;
                differing.extend(denied(config, &plan).into_iter().map(refused));
            }
            found.extend(all(Comparison::RevisionsModels, differing));
        }
        if with_drift {
            let differing = match incomparable(standing) {
                Some(difference) => vec![difference],
                None => {
                    let heads = standing.heads.iter().map(|node| graph.id(*node).clone());
                    let revisions = sides.at(&heads.collect::<Vec<_>>()).await?;
                    let database = sides.schema(&Side::Database).await?;
                    let mut differing = told(&revisions, &database);
                    differing.extend(misplaced(&revisions, &database, check.column_order));
                    differing
                }
            };
            found.extend(all(Comparison::RevisionsDatabase, differing));
        }
        Ok(found)
    };
    let found = until_signal(signals, comparing).await;
    let left = sides.clear().await;
    let found = found?;
    left?;
    Ok(found)
}

/// Returns what differs, and what could not be compared.
pub(super) fn told(old: &Schema, new: &Schema) -> Vec<Difference> {
    let mut told = compare(old, new).told();
    told.extend(uncompared(old, new));
    told
}

/// Returns where columns stand in another order, if that counts.
pub(super) fn misplaced(old: &Schema, new: &Schema, order: ColumnOrder) -> Vec<Difference> {
    match order {
        ColumnOrder::Same => column_order(old, new),
        ColumnOrder::Any => Vec::new(),
    }
}

fn all(comparison: Comparison, told: Vec<Difference>) -> impl Iterator<Item = Found> {
    told.into_iter().map(move |difference| Found {
        comparison,
        difference,
    })
}

/// A danger of the way to the models, which no revision may have.
fn refused(hazard: Hazard) -> Difference {
    Difference {
        kind: HAZARD.into(),
        object: hazard.kind.name().to_owned(),
        change: "denied",
        detail: hazard.detail,
    }
}

pub(super) fn renamed(rename: &Rename) -> Difference {
    let (kind, object) = rename.object();
    Difference {
        kind: kind.into(),
        object,
        change: "renamed",
        detail: format!("to {}", rename.name()),
    }
}

/// Returns why a database cannot be compared with the files, if it cannot.
pub(super) fn incomparable(standing: &Standing) -> Option<Difference> {
    let ahead = standing.ahead.iter().map(|row| row.revision.as_str());
    let partial = standing.partial.iter().map(|row| row.revision.as_str());
    let (ahead, partial): (Vec<&str>, Vec<&str>) = (ahead.collect(), partial.collect());
    let detail = if !ahead.is_empty() {
        format!(
            "the database has {}, which has no file here",
            ahead.join(", ")
        )
    } else if !partial.is_empty() {
        format!("{} stopped half way", partial.join(", "))
    } else {
        return None;
    };
    Some(Difference {
        kind: "database".into(),
        object: String::new(),
        change: "not compared",
        detail,
    })
}
