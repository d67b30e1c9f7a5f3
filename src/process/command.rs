//! A command that runs beside us until it ends: its lines, its end, and the
//! signals that are passed on to it.
//!
//! It has a process group of its own, so that a signal reaches what a shell
//! runs, too, and reaches nobody twice. Its environment is ours, it reads
//! nothing, and what it writes comes to us.

use std::io;
use std::process::{ExitStatus, Stdio};

use nix::sys::signal::{Signal as Number, killpg};
use nix::unistd::Pid;
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, Command};
use tokio::signal::unix::{self, SignalKind};

use super::Signal;
use super::line::Lines;
use crate::config::MigrateCommand;

/// How a command failed by itself.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error("the migrate command `{program}` cannot be started")]
    NotStarted { program: String, source: io::Error },
    #[error("the migrate command `{program}` failed")]
    Failed { program: String, status: ExitStatus },
    #[error("how the migrate command `{program}` ended cannot be found out")]
    NotWaited { program: String, source: io::Error },
}

/// A command that has been started. It is killed with the value.
#[derive(Debug)]
pub struct RunningCommand {
    child: Child,
    /// Led by the command itself.
    group: Option<Pid>,
    program: String,
}

/// What a command writes: standard output and standard error, in the order in
/// which they are written.
#[derive(Debug)]
pub struct CommandOutput(Lines<Receiver>);

impl RunningCommand {
    /// Starts a command.
    ///
    /// # Errors
    ///
    /// - [`CommandError::NotStarted`] for a program that is not there, or cannot be executed.
    pub fn start(command: &MigrateCommand) -> Result<(Self, CommandOutput), CommandError> {
        let program = command.program.clone();
        match spawned(command) {
            Ok((child, output)) => Ok((Self::of(child, program), output)),
            Err(source) => Err(CommandError::NotStarted { program, source }),
        }
    }

    fn of(child: Child, program: String) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self {
            child,
            group: id.map(Pid::from_raw),
            program,
        }
    }

    /// Completes when the command itself has ended; what it started may go on.
    /// May be dropped at any point.
    ///
    /// # Errors
    ///
    /// - [`CommandError::NotWaited`] where the system does not say.
    pub async fn ended(&mut self) -> Result<ExitStatus, CommandError> {
        let ended = self.child.wait().await;
        ended.map_err(|source| CommandError::NotWaited {
            program: self.program.clone(),
            source,
        })
    }

    /// Sends a signal to the command and to what it has started.
    pub fn signal(&self, signal: Signal) {
        let Some(group) = self.group else { return };
        // A group that is gone has ended already, which is what was wanted.
        let _gone = killpg(group, signal.as_nix());
        // One that is stopped would hear of nothing before it goes on.
        let _gone = killpg(group, Number::SIGCONT);
    }
}

impl CommandOutput {
    /// Returns the next lines with their newlines, or a piece of a long one; `None`
    /// when the command, and whoever has its streams from it, will write no
    /// more. May be dropped at any point: nothing is lost.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        // A pipe that cannot be read has ended.
        self.0.next().await.unwrap_or_default()
    }

    /// Returns what has come of a line whose end nobody waits for any more.
    pub fn rest(&mut self) -> Vec<u8> {
        self.0.rest()
    }
}

fn spawned(command: &MigrateCommand) -> io::Result<(Child, CommandOutput)> {
    let (reader, writer) = io::pipe()?;
    let output = CommandOutput(Lines::of(Receiver::from_owned_fd(reader.into())?));
    // Our ends of the pipe for writing go with the builder.
    // Where the end of a child is ignored, the system does not keep it for us.
    let _noticed = unix::signal(SignalKind::child())?;
    let child = Command::new(&command.program)
        .args(command.arguments.iter().map(|word| word.expose()))
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    Ok((child, output))
}
