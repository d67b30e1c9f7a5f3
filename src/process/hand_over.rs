//! Becoming the application.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::{Signal, Signals};

/// The application: program and arguments, and what its environment loses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    pub program: OsString,
    pub arguments: Vec<OsString>,
    pub unset: Vec<OsString>,
}

#[derive(Debug, thiserror::Error)]
pub enum HandOverError {
    /// No such program, or the interpreter that its first line names is missing.
    #[error("command `{}` was not found", program.display())]
    NotFound {
        program: OsString,
        source: io::Error,
    },
    #[error("command `{}` cannot be executed", program.display())]
    NotExecutable {
        program: OsString,
        source: io::Error,
    },
    #[error("ended by {0}")]
    Signal(Signal),
}

impl HandOver {
    /// Replaces this process by the application and returns only if that
    /// cannot be done. The caller has dropped the runtime and every connection.
    ///
    /// `std` puts SIGPIPE back to its default, which the Rust runtime ignores
    /// for us, and leaves the signal mask as it was found; `execve` takes our
    /// handlers away. A signal that comes before that ends the process, so none
    /// is lost on the way.
    pub fn become_application(self, signals: &Signals) -> HandOverError {
        signals.arm();
        if let Some(signal) = signals.noted() {
            return HandOverError::Signal(signal);
        }
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        for name in &self.unset {
            command.env_remove(name);
        }
        let source = command.exec();
        let program = self.program;
        match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                HandOverError::NotFound { program, source }
            }
            _ => HandOverError::NotExecutable { program, source },
        }
    }
}
