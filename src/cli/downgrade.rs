//! `seaworthy downgrade`: takes revisions back, rehearses that, or prints it.

use super::Ending;
use super::execution::execute;
use crate::config::{Config, Downgrade};
use crate::error::Error;
use crate::pipeline;
use crate::plan::Course;
use crate::postgres::apply::ProgressDisplay;
use crate::process::Signals;

pub(super) fn downgrade(
    config: &Config,
    command: &Downgrade,
    progress: ProgressDisplay,
    signals: &Signals,
) -> Result<Ending, Error> {
    let graph = pipeline::load(&config.migrations)?;
    let course = Course::down(command.target.clone());
    execute(
        config,
        &graph,
        &course,
        &command.execution,
        None,
        progress,
        signals,
    )
}
