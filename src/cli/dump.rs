//! `seaworthy dump`: the schema of the database as SQL.

use super::{Ending, block_on};
use crate::config::Config;
use crate::error::Error;
use crate::pipeline;
use crate::process::Signals;
use crate::view;

pub(super) fn dump(config: &Config, signals: &Signals) -> Result<Ending, Error> {
    let statements = block_on(signals, pipeline::dump(config, signals))?;
    Ok(Ending::Show(view::plain(&statements)))
}
