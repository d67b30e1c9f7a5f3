//! The command that migrates in the place of the revisions.
//!
//! It is split into words here, and no shell ever runs it. Its words may hold a
//! password, so nothing but the program is ever named.

use super::command::{Command, Execution};
use super::declaration::Values;
use super::kind::Mismatch;
use super::{ConfigError, ConfigWarning, Origin, Secret};

/// What only a shell understands, where it stands alone as a word.
const SHELL_WORDS: [&str; 8] = ["&&", "||", "|", ";", "&", ">", ">>", "<"];

/// A program and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrateCommand {
    pub program: String,
    pub arguments: Vec<Secret>,
}

/// What a migrate command cannot be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Excluded {
    /// A target behind `upgrade`.
    Argument,
    /// The setting `--target`, and where it comes from.
    Target(Origin),
    /// `--sql`
    Print,
    /// `--dry-run`
    DryRun,
}

/// Splits a text into words as a shell does, without running one.
///
/// # Errors
///
/// - [`Mismatch::Empty`] where there is no word.
/// - [`Mismatch::OpenQuote`]
/// - [`Mismatch::ShellWord`] for what a shell would have to understand.
pub(super) fn split(text: &str) -> Result<Vec<Secret>, Mismatch> {
    let words = shlex::split(text).ok_or(Mismatch::OpenQuote)?;
    if words.is_empty() {
        return Err(Mismatch::Empty);
    }
    // Quotes are gone by now. Whoever means such a word has the array.
    for shell_word in SHELL_WORDS {
        if words.iter().any(|word| word == shell_word) {
            return Err(Mismatch::ShellWord(shell_word));
        }
    }
    Ok(words.into_iter().map(Secret::new).collect())
}

/// Reads the words of a command; without any there is none.
///
/// # Errors
///
/// - [`Mismatch::Empty`] for a program without a name.
/// - [`Mismatch::ControlCharacter`] for a program or a word that the system does not take.
pub(super) fn read(words: &[&str]) -> Result<Option<MigrateCommand>, Mismatch> {
    let Some((program, arguments)) = words.split_first() else {
        return Ok(None);
    };
    if program.is_empty() {
        return Err(Mismatch::Empty);
    }
    // A script for `sh -c` may have lines; no word can have a zero byte.
    if program.contains(char::is_control) || arguments.iter().any(|word| word.contains('\0')) {
        return Err(Mismatch::ControlCharacter);
    }
    Ok(Some(MigrateCommand {
        program: (*program).to_owned(),
        arguments: arguments.iter().map(|word| Secret::new(*word)).collect(),
    }))
}

/// Refuses what a migrate command in force would pass over: where it leads is
/// in its own words.
///
/// # Errors
///
/// - [`ConfigError::WithCommand`]
pub(super) fn unless_excluded(command: &Command, values: &Values) -> Result<(), ConfigError> {
    if values.migrate_command.value.is_none() {
        return Ok(());
    }
    let target = match &values.target.origin {
        Origin::Default => None,
        origin => Some(Excluded::Target(origin.clone())),
    };
    let excluded = match command {
        Command::Upgrade(upgrade) => match &upgrade.execution {
            Execution::Print { .. } => Some(Excluded::Print),
            Execution::DryRun(_) => Some(Excluded::DryRun),
            Execution::Apply if upgrade.target.is_some() => Some(Excluded::Argument),
            Execution::Apply => target,
        },
        Command::Run(_) if !values.skip_migration.value => target,
        _ => None,
    };
    match excluded {
        None => Ok(()),
        Some(excluded) => Err(ConfigError::WithCommand {
            excluded,
            command: values.migrate_command.origin.clone(),
        }),
    }
}

/// Returns a warning of flags that were typed beside a migrate command, and
/// mean nothing to it.
pub(super) fn without_effect(values: &Values) -> Option<ConfigWarning> {
    values.migrate_command.value.as_ref()?;
    let flags: Vec<_> = [
        &values.on_ahead.origin,
        &values.allow_divergent.origin,
        &values.allow_out_of_order.origin,
        &values.transaction.origin,
        &values.lock_timeout.origin,
        &values.lock_retry.origin,
        &values.statement_timeout.origin,
    ]
    .into_iter()
    .filter_map(|origin| match origin {
        Origin::Flag(flag) => Some(*flag),
        _ => None,
    })
    .collect();
    (!flags.is_empty()).then_some(ConfigWarning::NoEffect { flags })
}
