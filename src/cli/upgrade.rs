//! `seaworthy upgrade`: applies, rehearses, or prints what is pending.

use super::Ending;
use super::execution::execute;
use crate::config::{Config, Execution, Upgrade};
use crate::error::Error;
use crate::pipeline::{self, Lookout};
use crate::plan::Course;
use crate::postgres::apply::ProgressDisplay;
use crate::process::Signals;

pub(super) fn upgrade(
    config: &Config,
    command: &Upgrade,
    progress: ProgressDisplay,
    signals: &Signals,
) -> Result<Ending, Error> {
    let lookout = match &command.execution {
        Execution::Apply | Execution::DryRun(_) => Lookout::open(&config.run)?,
        Execution::Print { .. } => None,
    };
    let graph = pipeline::load(&config.migrations)?;
    let target = command.target.as_ref().unwrap_or(&config.migrations.target);
    let course = Course::up(target.clone());
    execute(
        config,
        &graph,
        &course,
        &command.execution,
        lookout,
        progress,
        signals,
    )
}
