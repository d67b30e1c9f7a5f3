//! `seaworthy diff`: the SQL that turns one schema into another.

use super::{Ending, block_on};
use crate::config::{Config, Diff, ExitCode, Output};
use crate::error::Error;
use crate::pipeline;
use crate::process::Signals;
use crate::view;

pub(super) fn diff(config: &Config, command: &Diff, signals: &Signals) -> Result<Ending, Error> {
    let differing = pipeline::diff(config, command, signals);
    let differing = block_on(signals, differing)?;
    let is_same = differing.statements.is_empty() && differing.differences.is_empty();
    let text = match command.output {
        Output::Json => view::diff(&differing.statements, &differing.differences),
        Output::Text => view::script(&differing.statements),
    };
    match command.exit_code {
        ExitCode::Tells if !is_same => Ok(Ending::Found(text)),
        ExitCode::Tells | ExitCode::Plain => Ok(Ending::Show(text)),
    }
}
