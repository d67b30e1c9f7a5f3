//! `seaworthy stamp`: records without running.

use super::execution::start;
use super::{Ending, block_on};
use crate::config::{Config, Stamp, StampMode};
use crate::error::Error;
use crate::pipeline;
use crate::process::Signals;

pub(super) fn stamp(config: &Config, command: &Stamp, signals: &Signals) -> Result<Ending, Error> {
    let graph = pipeline::load(&config.migrations)?;
    let Stamp { targets, mode } = command;
    match mode {
        StampMode::Record(_) | StampMode::AcceptTexts => {
            let stamp = pipeline::stamp(config, &graph, targets, mode, signals);
            block_on(signals, stamp)?;
            Ok(Ending::Done)
        }
        StampMode::Print { from } => {
            let state = start(config, &graph, from.as_ref(), signals)?;
            let script = pipeline::stamp_offline(config, &graph, targets, &state)?;
            Ok(Ending::Show(script))
        }
    }
}
