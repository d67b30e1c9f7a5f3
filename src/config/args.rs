//! What was typed: the command, and the flags as text.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap_complete::Shell;

use super::Secret;
use crate::revision::Target;

/// What the command line asks for.
#[derive(Debug)]
pub enum Parsed {
    Command(Typed),
    /// `--help` or `--version`: goes to stdout, exit 0.
    Show(String),
}

/// A command line that parsed. Flags are kept as text until `resolve`, and
/// `Debug` does not show them.
#[derive(Clone, Debug)]
pub struct Typed {
    pub command: Command,
    /// By the flag's long name, in the order typed.
    pub(super) flags: BTreeMap<&'static str, Vec<Secret>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Program and arguments; empty: none.
    Run {
        command: Vec<OsString>,
    },
    /// `schema`: also wait until the database has reached it.
    Wait {
        schema: Option<Target>,
    },
    /// `target`: what was typed; `None`: the setting `--target`.
    Upgrade {
        mode: UpgradeMode,
    },
    Completions {
        shell: Shell,
    },
    Man,
}

/// What `upgrade` does with its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpgradeMode {
    Apply,
    /// Runs everything and rolls back.
    DryRun(Output),
    /// `--sql`: prints instead of running; never connects.
    Print,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    Text,
    Json,
}

/// The command line is wrong; exit 2.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the command line is not valid")]
pub struct UsageError {
    /// Rendered for a person, with what was expected; holds no value that may be a secret.
    pub text: String,
}

/// Reads the command line; `argv` begins with the program's own name.
///
/// # Errors
///
/// [`UsageError`] for anything that is not in the grammar.
pub fn parse(_argv: impl IntoIterator<Item = OsString>) -> Result<Parsed, UsageError> {
    Err(UsageError {
        text: String::new(),
    })
}

/// Returns the script that completes `seaworthy` in a shell.
pub fn completions(_shell: Shell) -> String {
    String::new()
}

/// Returns the manual page, in roff.
pub fn manual() -> String {
    String::new()
}
