//! What is said of the command that migrates in the place of the revisions.
//!
//! Its program is named and nothing else: a password may stand behind it, or in
//! what it writes.

use std::process::ExitStatus;

use super::apply::told;
use super::config::origin_place;
use crate::config::{Excluded, Origin};
use crate::diagnostic::{Diagnostic, Place};
use crate::exit::Exit;
use crate::postgres::ServerFailure;
use crate::process::{CommandError, Signal};

pub(super) const HINT_QUOTE: &str =
    "close the quote; or write the words as an array in the configuration file";
pub(super) const HINT_SHELL: &str =
    "run a shell: `sh -c '...'`, or a script; an array in the configuration file is taken as it is";

/// Returns what is said when the command ended by itself, or never began.
pub fn diagnostic(error: &CommandError) -> Diagnostic {
    match error {
        CommandError::NotStarted { source, .. } => {
            Diagnostic::error("command-not-started", Exit::Failed, error.to_string())
                .cause(source.to_string())
                .hint(
                    "check the first word of `--migrate-command`, the variable PATH, and the \
                     first line of the file if it is a script",
                )
                .hint("no shell runs it: for `&&`, `|` or `$NAME` write `sh -c '...'`")
        }
        CommandError::Failed { status, .. } => {
            Diagnostic::error("command-failed", Exit::Failed, error.to_string())
                .cause(how_it_ended(*status))
                .hint("what it wrote stands above")
        }
        CommandError::NotWaited { source, .. } => {
            Diagnostic::error("command-failed", Exit::Failed, error.to_string())
                .cause(source.to_string())
        }
    }
}

/// Returns what is said when nobody knows who holds the lock any more.
pub(super) fn unlocked(title: String, failure: &ServerFailure, status: ExitStatus) -> Diagnostic {
    Diagnostic::error("lock-lost", Exit::Locked, title)
        .cause(told(failure))
        .cause(how_it_ended(status))
        .hint("see how far it came, such as with `alembic current`, then run this again")
}

/// Returns what is said when a signal came while the command ran.
pub(super) fn interrupted(signal: Signal, title: String, status: ExitStatus) -> Diagnostic {
    Diagnostic::error("signal", Exit::Signal(signal.number()), title)
        .cause(how_it_ended(status))
        .hint("see how far it came, such as with `alembic current`, then run this again")
}

/// Returns what is said when a migrate command leaves no room for something.
pub(super) fn excluded(excluded: &Excluded, command: &Origin) -> Diagnostic {
    let (what, exit, instead) = match excluded {
        Excluded::Argument => (
            "a target",
            Exit::Usage,
            "name the target in the command itself, such as `alembic upgrade REVISION`",
        ),
        Excluded::Target(origin) => (
            "`--target`",
            match origin {
                Origin::Flag(_) | Origin::Argument(_) => Exit::Usage,
                Origin::Variable(_) | Origin::File(_) | Origin::Default => Exit::Config,
            },
            "name the target in the command itself, such as `alembic upgrade REVISION`",
        ),
        Excluded::Print => (
            "`--sql`",
            Exit::Usage,
            "let the command's own tool print it, such as `alembic upgrade head --sql`",
        ),
        Excluded::DryRun => (
            "`--dry-run`",
            Exit::Usage,
            "nothing that a command does can be rolled back from here: run it on a copy",
        ),
    };
    let named = |origin: &Origin| origin_place(origin);
    let mut diagnostic = Diagnostic::error(
        "contradiction",
        exit,
        format!("a migrate command is configured, and leaves no room for {what}"),
    );
    let place = match excluded {
        Excluded::Target(origin) => named(origin),
        Excluded::Argument | Excluded::Print | Excluded::DryRun => None,
    };
    let places: Vec<Place> = place.into_iter().chain(named(command)).collect();
    diagnostic.places.extend(places);
    diagnostic.hint(instead)
}

pub(super) fn how_it_ended(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("it ended with exit code {code}"),
        // Such as `signal: 15 (SIGTERM)`.
        None => format!(
            "it was ended by {}",
            status.to_string().replace("signal: ", "signal ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::os::unix::process::ExitStatusExt;

    use super::super::Error;
    use super::super::apply::tests::failure;
    use super::*;
    use crate::config::{ConfigError, FilePlace, Variable};

    fn said(error: impl Into<Error>) -> String {
        let diagnostic = error.into().diagnostic();
        format!("{diagnostic}\nexit {}", diagnostic.exit.code())
    }

    fn alembic() -> String {
        "alembic".to_owned()
    }

    #[test]
    fn it_failed_by_itself() {
        insta::assert_snapshot!(said(CommandError::Failed {
            program: alembic(),
            status: ExitStatus::from_raw(0xff00),
        }), @"
        seaworthy: error[command-failed]: the migrate command `alembic` failed
          cause: it ended with exit code 255

          hint: what it wrote stands above
        exit 1
        ");
        insta::assert_snapshot!(said(CommandError::NotWaited {
            program: alembic(),
            source: io::Error::from_raw_os_error(10),
        }), @"
        seaworthy: error[command-failed]: how the migrate command `alembic` ended cannot be found out
          cause: No child processes (os error 10)
        exit 1
        ");
    }

    #[test]
    fn it_never_began() {
        insta::assert_snapshot!(said(CommandError::NotStarted {
            program: alembic(),
            source: io::Error::from_raw_os_error(2),
        }), @"
        seaworthy: error[command-not-started]: the migrate command `alembic` cannot be started
          cause: No such file or directory (os error 2)

          hint: check the first word of `--migrate-command`, the variable PATH, and the first line of the file if it is a script
          hint: no shell runs it: for `&&`, `|` or `$NAME` write `sh -c '...'`
        exit 1
        ");
    }

    #[test]
    fn it_was_told_to_end() {
        let lost = |status| Error::CommandUnlocked {
            program: alembic(),
            failure: Box::new(failure("57P01", "terminating connection")),
            status: ExitStatus::from_raw(status),
        };
        insta::assert_snapshot!(said(lost(9)), @"
        seaworthy: error[lock-lost]: the migration lock was lost while the migrate command `alembic` ran
          cause: terminating connection (SQLSTATE 57P01)
          cause: it was ended by signal 9 (SIGKILL)

          hint: see how far it came, such as with `alembic current`, then run this again
        exit 75
        ");
        let stopped = Error::CommandInterrupted {
            signal: Signal::TERM,
            program: alembic(),
            status: ExitStatus::from_raw(15),
        };
        assert_eq!(stopped.diagnostic().exit.code(), 143);
        insta::assert_snapshot!(stopped.diagnostic(), @"
        seaworthy: error[signal]: ended by SIGTERM while the migrate command `alembic` ran
          cause: it was ended by signal 15 (SIGTERM)

          hint: see how far it came, such as with `alembic current`, then run this again
        ");
    }

    #[test]
    fn it_leaves_no_room() {
        let file = || {
            Origin::File(Box::new(FilePlace {
                path: "seaworthy.toml".into(),
                line: 2,
                column: 1,
                excerpt: Some("command = …".to_owned()),
            }))
        };
        let excluded = |excluded| ConfigError::WithCommand {
            excluded,
            command: file(),
        };
        insta::assert_snapshot!(said(excluded(Excluded::Argument)), @"
        seaworthy: error[contradiction]: a migrate command is configured, and leaves no room for a target
          --> seaworthy.toml:2:1
           2 | command = …
             | ^

          hint: name the target in the command itself, such as `alembic upgrade REVISION`
        exit 2
        ");
        insta::assert_snapshot!(said(excluded(Excluded::Print)), @"
        seaworthy: error[contradiction]: a migrate command is configured, and leaves no room for `--sql`
          --> seaworthy.toml:2:1
           2 | command = …
             | ^

          hint: let the command's own tool print it, such as `alembic upgrade head --sql`
        exit 2
        ");
        insta::assert_snapshot!(said(excluded(Excluded::DryRun)), @"
        seaworthy: error[contradiction]: a migrate command is configured, and leaves no room for `--dry-run`
          --> seaworthy.toml:2:1
           2 | command = …
             | ^

          hint: nothing that a command does can be rolled back from here: run it on a copy
        exit 2
        ");
        let variable = Origin::Variable(Variable {
            name: "SEAWORTHY_TARGET".to_owned(),
            env_file: None,
        });
        insta::assert_snapshot!(said(excluded(Excluded::Target(variable))), @"
        seaworthy: error[contradiction]: a migrate command is configured, and leaves no room for `--target`
          --> SEAWORTHY_TARGET
          --> seaworthy.toml:2:1
           2 | command = …
             | ^

          hint: name the target in the command itself, such as `alembic upgrade REVISION`
        exit 78
        ");
    }
}
