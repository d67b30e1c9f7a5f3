//! What is said when the application cannot be started.

use crate::diagnostic::Diagnostic;
use crate::exit::Exit;
use crate::postgres::lock::Cancellation;
use crate::process::{HandOverError, Signal};

pub fn diagnostic(error: &HandOverError) -> Diagnostic {
    match error {
        HandOverError::NotFound { source, .. } => {
            Diagnostic::error("command-not-found", Exit::NotFound, error.to_string())
                .cause(source.to_string())
                .hint(
                    "check the words after `--`, the variable PATH, and the first line of the \
                     file if it is a script",
                )
        }
        HandOverError::NotExecutable { source, .. } => Diagnostic::error(
            "command-not-executable",
            Exit::NotExecutable,
            error.to_string(),
        )
        .cause(source.to_string())
        .hint("check that it is a file built for this machine, with the right to execute it"),
        HandOverError::Signal(signal) => ended(*signal, "before the application was started"),
    }
}

/// Returns what is said when a signal ended a command.
pub fn ended_by(signal: Signal) -> Diagnostic {
    ended(signal, "before all was done")
}

fn ended(signal: Signal, when: &str) -> Diagnostic {
    Diagnostic::error(
        "signal",
        Exit::Signal(signal.number()),
        format!("ended by {signal} {when}"),
    )
}

/// Returns what is said when a signal came while a revision ran.
pub fn interrupted_by(signal: Signal, title: String, cancellation: Cancellation) -> Diagnostic {
    let diagnostic = Diagnostic::error("signal", Exit::Signal(signal.number()), title);
    let diagnostic = match cancellation {
        Cancellation::Answered => diagnostic
            .cause("it was cancelled on the server, and what it had not committed is rolled back"),
        Cancellation::Unanswered => {
            diagnostic.cause("the server did not answer; it rolls back as soon as it finds us gone")
        }
    };
    diagnostic.hint(
        "what is committed is recorded: run the same command again, and it goes on from there",
    )
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_missing_command_is_127() {
        let error = HandOverError::NotFound {
            program: "serv".into(),
            source: io::Error::from_raw_os_error(2),
        };
        let diagnostic = diagnostic(&error);
        assert_eq!(diagnostic.exit.code(), 127);
        insta::assert_snapshot!(diagnostic, @"
        seaworthy: error[command-not-found]: command `serv` was not found
          cause: No such file or directory (os error 2)

          hint: check the words after `--`, the variable PATH, and the first line of the file if it is a script
        ");
    }

    #[test]
    fn a_command_that_cannot_be_executed_is_126() {
        let error = HandOverError::NotExecutable {
            program: "/etc/passwd".into(),
            source: io::Error::from_raw_os_error(13),
        };
        let diagnostic = diagnostic(&error);
        assert_eq!(diagnostic.exit.code(), 126);
        insta::assert_snapshot!(diagnostic, @"
        seaworthy: error[command-not-executable]: command `/etc/passwd` cannot be executed
          cause: Permission denied (os error 13)

          hint: check that it is a file built for this machine, with the right to execute it
        ");
    }
}
