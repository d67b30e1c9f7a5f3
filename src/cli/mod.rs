//! One file a command, and how each of them ends.

pub mod report;
mod run;
mod upgrade;
mod wait;

use std::future::Future;
use std::time::Duration;

use tracing::warn;

use crate::config::{self, Command, Config, Environment, Typed, args};
use crate::error::Error;
use crate::files::Disk;
use crate::logging::Screen;
use crate::postgres::apply::ProgressDisplay;
use crate::process::{HandOver, Signals};

/// How a command ends when nothing went wrong.
#[derive(Debug)]
pub enum Ending {
    Done,
    /// This text is the result; it goes to stdout.
    Show(String),
    /// Everything is dropped; this process becomes the application.
    HandOver(HandOver),
}

/// Runs the command that was typed.
///
/// # Errors
///
/// Whatever went wrong; the exit code and the words come from
/// [`Error::diagnostic`].
pub fn execute(
    typed: &Typed,
    environment: &Environment,
    signals: &Signals,
) -> Result<Ending, Error> {
    match &typed.command {
        Command::Completions { shell } => Ok(Ending::Show(args::completions(*shell))),
        Command::Man => Ok(Ending::Show(args::manual())),
        Command::Run { command } => {
            let config = resolve(typed, environment)?;
            run::run(&config, command, progress(environment), signals)
        }
        Command::Wait { schema } => {
            wait::wait(&resolve(typed, environment)?, schema.as_ref(), signals)
        }
        Command::Upgrade { target, mode } => {
            let mut config = resolve(typed, environment)?;
            if let Some(target) = target {
                config.migrations.target = target.clone();
            }
            upgrade::upgrade(&config, mode, progress(environment), signals)
        }
    }
}

/// Returns a bar for a person who looks on; a log gets lines.
fn progress(environment: &Environment) -> ProgressDisplay {
    match Screen::of_stderr(environment) {
        Screen::Terminal => ProgressDisplay::Bar,
        Screen::Plain => ProgressDisplay::Log,
    }
}

/// Returns the settings in force, and says what was odd about them.
fn resolve(typed: &Typed, environment: &Environment) -> Result<Config, Error> {
    let config = config::resolve(typed, environment, &Disk)?;
    for warning in &config.warnings {
        warn!("{}", crate::error::config::warning(warning));
    }
    Ok(config)
}

/// Runs one future to its end on a runtime of its own, and drops the runtime.
///
/// A signal is only noted meanwhile: the future looks for it and puts things
/// in order. Nothing waits for a name lookup that hangs in a thread.
fn block_on<T>(
    signals: &Signals,
    future: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    signals.disarm();
    let result = runtime.block_on(future);
    signals.arm();
    runtime.shutdown_timeout(Duration::ZERO);
    match signals.noted() {
        // The signal came between the future's last look and `arm`.
        Some(signal) if result.is_ok() => Err(Error::Signal(signal)),
        _ => result,
    }
}
