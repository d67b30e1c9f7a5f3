//! `seaworthy run`: the whole voyage.

use tracing::info;

use super::{Ending, block_on};
use crate::config::{Config, Run};
use crate::error::Error;
use crate::pipeline::{self, Manner};
use crate::postgres::apply::{Mode, ProgressDisplay};
use crate::process::{HandOver, Signals};

pub(super) fn run(
    config: &Config,
    command: &Run,
    progress: ProgressDisplay,
    signals: &Signals,
) -> Result<Ending, Error> {
    if let Some(setting) = &config.run.skip_migration {
        info!("migrations are skipped: {setting} is set");
    }
    if let Some(setting) = &config.run.skip_wait {
        info!("waiting is skipped: {setting} is set");
    }
    let graph = match config.run.skip_migration {
        None => Some(pipeline::load(&config.migrations)?),
        Some(_) => None,
    };
    if graph.is_some() || config.run.skip_wait.is_none() {
        let manner = Manner {
            mode: Mode::Commit,
            progress,
        };
        block_on(
            signals,
            pipeline::voyage(config, graph.as_ref(), manner, signals),
        )?;
    }
    // Whatever comes now gives all memory back at once, and ten thousand
    // revisions one after another would keep the application waiting.
    std::mem::forget(graph);
    let Some((program, arguments)) = command.command.split_first() else {
        return Ok(Ending::Done);
    };
    info!("handing over to {}", program.display());
    Ok(Ending::HandOver(HandOver {
        program: program.clone(),
        arguments: arguments.to_vec(),
        unset: config.run.unset.clone(),
    }))
}
