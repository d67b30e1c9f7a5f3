//! `seaworthy run`: the whole voyage.

use tracing::info;

use super::{Ending, block_on};
use crate::config::{Config, Environment, Run};
use crate::error::Error;
use crate::pipeline::{self, Engine, Lookout, Manner};
use crate::postgres::apply::{Mode, ProgressDisplay};
use crate::process::{self, HandOver, Signals};

pub(super) fn run(
    config: &Config,
    typed: &Run,
    environment: &Environment,
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
    let command = match config.run.skip_migration {
        None => config.migrations.command.as_ref(),
        Some(_) => None,
    };
    if let Some(command) = command {
        process::look_for(command, environment.path())?;
    }
    let graph = match config.run.skip_migration {
        None if command.is_none() => Some(pipeline::load(&config.migrations)?),
        None | Some(_) => None,
    };
    let engine = command.map(Engine::Command);
    let engine = engine.or(graph.as_ref().map(Engine::Revisions));
    if has_work {
        let manner = Manner {
            mode: Mode::Commit,
            progress,
        };
        let voyage = pipeline::voyage(config, engine, manner, signals);
        block_on(signals, pipeline::attended(lookout, voyage))?;
    }
    // Whatever comes now gives all memory back at once, and ten thousand
    // revisions one after another would keep the application waiting.
    std::mem::forget(graph);
    let Some((program, arguments)) = typed.command.split_first() else {
        return Ok(Ending::Done);
    };
    info!("handing over to {}", program.display());
    Ok(Ending::HandOver(HandOver {
        program: program.clone(),
        arguments: arguments.to_vec(),
        unset: config.run.unset.clone(),
    }))
}
