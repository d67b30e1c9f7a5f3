//! `seaworthy upgrade`: applies, rehearses, or prints what is pending.

use serde_json::json;
use tracing::info;

use super::{Ending, block_on};
use crate::config::{Config, Output, UpgradeMode};
use crate::error::Error;
use crate::pipeline::{self, Manner};
use crate::plan::{AppliedState, Direction};
use crate::postgres::apply::{Mode, ProgressDisplay, Report};
use crate::process::Signals;
use crate::revision::{Graph, Point};

pub(super) fn upgrade(
    config: &Config,
    mode: &UpgradeMode,
    progress: ProgressDisplay,
    signals: &Signals,
) -> Result<Ending, Error> {
    let graph = pipeline::load(&config.migrations)?;
    let manner = |mode| Manner { mode, progress };
    match mode {
        UpgradeMode::Print { from } => {
            let state = match from {
                None => AppliedState::default(),
                Some(from) if from.point == Point::Current => {
                    block_on(signals, pipeline::state(config, signals))?
                }
                Some(from) => pipeline::state_at(config, &graph, from)?,
            };
            Ok(Ending::Show(pipeline::offline(config, &graph, &state)?))
        }
        UpgradeMode::Apply => {
            run(config, &graph, manner(Mode::Commit), signals)?;
            Ok(Ending::Done)
        }
        UpgradeMode::DryRun(output) => {
            let report = run(config, &graph, manner(Mode::DryRun), signals)?;
            match output {
                Output::Json => Ok(Ending::Show(format!("{:#}\n", steps(&graph, &report)))),
                Output::Text => {
                    info!(
                        "dry run: {} revisions ran and were rolled back",
                        report.done.len()
                    );
                    Ok(Ending::Done)
                }
            }
        }
    }
}

fn run(config: &Config, graph: &Graph, manner: Manner, signals: &Signals) -> Result<Report, Error> {
    block_on(signals, pipeline::upgrade(config, graph, manner, signals))
}

/// Returns the document of `--dry-run --json`.
fn steps(graph: &Graph, report: &Report) -> serde_json::Value {
    let steps: Vec<_> = report
        .done
        .iter()
        .map(|done| {
            let path = graph
                .get(done.step.revision.as_str())
                .map(|revision| revision.source.path().display().to_string());
            let direction = match done.step.direction {
                Direction::Upgrade => "upgrade",
                Direction::Downgrade => "downgrade",
            };
            json!({
                "direction": direction,
                "revision": done.step.revision.as_str(),
                "path": path,
            })
        })
        .collect();
    json!({ "steps": steps })
}
