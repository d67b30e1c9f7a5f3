//! One file a command or a family of them, and how each of them ends.

mod check;
mod current;
mod diff;
mod downgrade;
mod dump;
mod execution;
mod finding;
mod graph;
mod health;
mod listing;
pub mod report;
mod revision;
mod run;
mod serve;
mod settings;
mod squash;
mod stamp;
mod status;
mod upgrade;
mod wait;

use std::future::Future;
use std::io::{self, IsTerminal};
use std::time::Duration;

use tracing::warn;

use crate::config::{self, Command, Config, Environment, Typed};
use crate::diagnostic::Diagnostic;
use crate::error::Error;
use crate::files::Disk;
use crate::logging::Screen;
use crate::postgres::apply::ProgressDisplay;
use crate::process::{HandOver, Signal, Signals};
use crate::view::Surface;

/// How a command ends when nothing went wrong.
#[derive(Debug)]
pub enum Ending {
    Done,
    /// This text is the result; it goes to stdout.
    Show(String),
    /// This text is the result, and says that something is not as it should
    /// be: exit 1.
    Found(String),
    /// This text is the result of a probe that could not ask, or not to the
    /// end: exit 1, and why goes to stderr.
    Unable(String, Box<Diagnostic>),
    /// This signal has ended what goes on until one comes: its exit code, and
    /// nothing is wrong.
    Stopped(Signal),
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
    let config = || resolve(typed, environment);
    let surface = surface(environment);
    let progress = progress(environment);
    match &typed.command {
        Command::Run(command) => run::run(&config()?, command, environment, progress, signals),
        Command::Wait(command) => wait::wait(&config()?, command, signals),
        Command::Upgrade(command) => {
            upgrade::upgrade(&config()?, command, environment, progress, signals)
        }
        Command::Downgrade(command) => downgrade::downgrade(&config()?, command, progress, signals),
        Command::Stamp(command) => stamp::stamp(&config()?, command, signals),
        Command::Status(output) => status::status(&config()?, *output, surface, signals),
        Command::Current(command) => current::current(&config()?, command, surface, signals),
        Command::History(command) => graph::history(&config()?, command, surface, signals),
        Command::Heads(listing) => graph::heads(&config()?, *listing, surface),
        Command::Branches(listing) => graph::branches(&config()?, *listing, surface),
        Command::Show(command) => graph::show(&config()?, command, surface, signals),
        Command::Check(command) => check::check(&config()?, *command, signals),
        Command::Diff(command) => diff::diff(&config()?, command, signals),
        Command::Dump => dump::dump(&config()?, signals),
        Command::Revision(command) => revision::revision(&config()?, command, signals),
        Command::Health(command) => Ok(health::health(typed, *command, environment)),
        Command::Serve => serve::serve(&config()?, signals),
        Command::Merge(command) => revision::merge(&config()?, command),
        Command::Squash(command) => squash::squash(&config()?, command, signals),
        Command::Init(command) => revision::init(&config()?, command, signals),
        Command::Config(command) => settings::settings(&config()?, command),
        Command::Completions(shell) => Ok(Ending::Show(config::completions(*shell))),
        Command::Man => Ok(Ending::Show(config::manual())),
    }
}

/// Returns what the result is written to.
fn surface(environment: &Environment) -> Surface {
    if io::stdout().is_terminal() && environment.wants_colour() {
        Surface::Terminal
    } else {
        Surface::Plain
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
/// in order.
fn block_on<T>(
    signals: &Signals,
    future: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    signals.disarm();
    let result = run_to_its_end(future).and_then(|result| result);
    signals.arm();
    match signals.noted() {
        // The signal came between the future's last look and `arm`.
        Some(signal) if result.is_ok() => Err(Error::Signal(signal)),
        _ => result,
    }
}

/// Runs one future on a runtime of its own, and drops the runtime. Nothing
/// waits for a name lookup that hangs in a thread.
fn run_to_its_end<T>(future: impl Future<Output = T>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    let result = runtime.block_on(future);
    runtime.shutdown_timeout(Duration::ZERO);
    Ok(result)
}
