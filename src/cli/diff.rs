//! `seaworthy diff`: the SQL that turns one schema into another.

use super::{Ending, block_on};
use crate::config::{Config, Diff, ExitCode};
use crate::error::Error;
use crate::pipeline;
use crate::process::Signals;
use crate::view;

pub(super) fn diff(config: &Config, command: &Diff, signals: &Signals) -> Result<Ending, Error> {
    let differing = pipeline::diff(config, command, signals);
    let statements = block_on(signals, differing)?;
    let script = view::script(&statements);
    match command.exit_code {
        ExitCode::Tells if !statements.is_empty() => Ok(Ending::Found(script)),
        ExitCode::Tells | ExitCode::Plain => Ok(Ending::Show(script)),
    }
}
