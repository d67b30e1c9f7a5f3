//! Going through a plan: applied, rehearsed, or printed.

use serde_json::json;
use tracing::info;

use super::{Ending, block_on};
use crate::config::{Config, Execution, Output};
use crate::error::Error;
use crate::pipeline::{self, Lookout, Manner};
use crate::plan::{self, AppliedState, Course, Direction};
use crate::postgres::apply::{Mode, ProgressDisplay, Report};
use crate::process::Signals;
use crate::revision::{Graph, Point, Target};

pub(super) fn execute(
    config: &Config,
    graph: &Graph,
    course: &Course,
    execution: &Execution,
    lookout: Option<Lookout>,
    progress: ProgressDisplay,
    signals: &Signals,
) -> Result<Ending, Error> {
    let run = move |mode| {
        let manner = Manner { mode, progress };
        let migration = pipeline::migrate(config, graph, course, manner, signals);
        block_on(signals, pipeline::attended(lookout, migration))
    };
    match execution {
        Execution::Print { from } => {
            if let (Some(from), Direction::Upgrade) = (from, course.direction) {
                plan::check_range(graph, from, &course.target)?;
            }
            let state = start(config, graph, from.as_ref(), signals)?;
            let script = pipeline::offline(config, graph, course, &state)?;
            Ok(Ending::Show(script))
        }
        Execution::Apply => run(Mode::Commit).map(|_| Ending::Done),
        Execution::DryRun(output) => {
            let report = run(Mode::DryRun)?;
            match output {
                Output::Json => Ok(Ending::Show(format!("{:#}\n", steps(graph, &report)))),
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

/// Returns the state that a printed script starts from: base, that of the
/// database, or that of a revision.
pub(super) fn start(
    config: &Config,
    graph: &Graph,
    from: Option<&Target>,
    signals: &Signals,
) -> Result<AppliedState, Error> {
    match from {
        None => Ok(AppliedState::default()),
        Some(from) if from.point == Point::Current => {
            block_on(signals, pipeline::state(config, signals))
        }
        Some(from) => pipeline::state_at(config, graph, from),
    }
}

/// Returns the document of `--dry-run --json`.
fn steps(graph: &Graph, report: &Report) -> serde_json::Value {
    let steps: Vec<_> = report
        .done
        .iter()
        .map(|done| {
            let path = graph
                .path(done.step.revision.as_str())
                .map(|path| path.display().to_string());
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
