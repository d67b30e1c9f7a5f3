//! `seaworthy squash`: one revision in the place of several.

use super::revision::lines;
use super::{Ending, block_on};
use crate::config::{Config, Squash};
use crate::error::Error;
use crate::pipeline::{self, Squashed};
use crate::process::Signals;
use crate::view;

pub(super) fn squash(
    config: &Config,
    command: &Squash,
    signals: &Signals,
) -> Result<Ending, Error> {
    let squashing = pipeline::squash(config, command, view::body, signals);
    Ok(Ending::Show(match block_on(signals, squashing)? {
        Squashed::Written(written) => lines(&written.paths),
        Squashed::Shown(text) => text,
    }))
}
