//! `seaworthy upgrade`: applies, rehearses, or prints what is pending.

use super::execution::execute;
use super::{Ending, block_on};
use crate::config::{Config, Environment, Execution, Upgrade};
use crate::error::Error;
use crate::pipeline::{self, Lookout};
use crate::plan::Course;
use crate::postgres::apply::ProgressDisplay;
use crate::process::{self, Signals};

pub(super) fn upgrade(
    config: &Config,
    command: &Upgrade,
    environment: &Environment,
    progress: ProgressDisplay,
    signals: &Signals,
) -> Result<Ending, Error> {
    let lookout = match &command.execution {
        Execution::Apply | Execution::DryRun(_) => Lookout::open(&config.run)?,
        Execution::Print { .. } => None,
    };
    if let Some(command) = &config.migrations.command {
        process::look_for(command, environment.path())?;
        let voyage = pipeline::migrate_by(config, command, signals);
        block_on(signals, pipeline::attended(lookout, voyage))?;
        return Ok(Ending::Done);
    }
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
