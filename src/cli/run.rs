//! `seaworthy run`: the whole voyage.

use tracing::info;

use super::{Ending, block_on};
use crate::config::{Config, Run};
use crate::error::Error;
use crate::pipeline::{self, Lookout, Manner};
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
    let has_work = config.run.skip_migration.is_none() || config.run.skip_wait.is_none();
    let lookout = if has_work {
        Lookout::open(&config.run)?
    } else {
        None
    };
    let graph = match config.run.skip_migration {
        None => Some(pipeline::load(&config.migrations)?),
        Some(_) => None,
    };
    if has_work {
        let manner = Manner {
            mode: Mode::Commit,
            progress,
        };
        let voyage = pipeline::voyage(config, graph.as_ref(), manner, signals);
        block_on(signals, pipeline::attended(lookout, voyage))?;
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
