//! A command that is run on a new file.

use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::config::Hook;

/// Stands for the file in a hook's command, as in Alembic.
const FILE: &str = "REVISION_SCRIPT_FILENAME";

#[derive(Debug, thiserror::Error)]
pub enum HookError {
    #[error("the hook `{name}` cannot be run")]
    NotStarted {
        name: String,
        program: String,
        /// The file that was written before.
        path: PathBuf,
        source: io::Error,
    },
    #[error("the hook `{name}` failed: {status}")]
    Failed {
        name: String,
        path: PathBuf,
        status: ExitStatus,
    },
}

/// Runs a hook to its end. What it writes goes to standard error, and it reads
/// nothing.
///
/// # Errors
///
/// - [`HookError::NotStarted`] for a program that is not there, or cannot be executed.
/// - [`HookError::Failed`] unless it ends with 0.
pub fn run_hook(hook: &Hook, path: &Path) -> Result<(), HookError> {
    let words = words(&hook.command, &path.to_string_lossy());
    let (program, arguments) = words
        .split_first()
        .map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let status = stderr().and_then(|stderr| {
        Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(stderr)
            .status()
    });
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(HookError::Failed {
            name: hook.name.clone(),
            path: path.to_owned(),
            status,
        }),
        Err(source) => Err(HookError::NotStarted {
            name: hook.name.clone(),
            program: program.to_owned(),
            path: path.to_owned(),
            source,
        }),
    }
}

/// Our own standard error, once more: standard output is for our result.
fn stderr() -> io::Result<Stdio> {
    Ok(Stdio::from(io::stderr().as_fd().try_clone_to_owned()?))
}

/// Returns the command with the file in its place, or at its end where no word
/// names one.
fn words(command: &[String], path: &str) -> Vec<String> {
    let mut words: Vec<String> = command
        .iter()
        .map(|word| word.replace(FILE, path))
        .collect();
    if !command.iter().any(|word| word.contains(FILE)) {
        words.push(path.to_owned());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(command: &[&str], expected: &[&str]) {
        let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(words(&command, "m/a.sql"), expected);
    }

    #[test]
    fn the_file_stands_in_its_place_or_at_the_end() {
        check(&["fmt"], &["fmt", "m/a.sql"]);
        check(&["fmt", FILE, "-w"], &["fmt", "m/a.sql", "-w"]);
        check(
            &["fmt", "--in=REVISION_SCRIPT_FILENAME"],
            &["fmt", "--in=m/a.sql"],
        );
    }
}
