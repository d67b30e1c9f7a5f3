//! `seaworthy stamp`: records without running.

use super::{Ending, block_on};
use crate::config::{Config, Stamp, StampMode};
use crate::error::Error;
use crate::pipeline;
use crate::plan::AppliedState;
use crate::process::Signals;
use crate::revision::Point;

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
            let state = match from {
                None => AppliedState::default(),
                Some(from) if from.point == Point::Current => {
                    block_on(signals, pipeline::state(config, signals))?
                }
                Some(from) => pipeline::state_at(config, &graph, from)?,
            };
            let script = pipeline::stamp_offline(config, &graph, targets, &state)?;
            Ok(Ending::Show(script))
        }
    }
}
