//! Models that are no files: the SQL that a command prints, and that of
//! SQLAlchemy metadata, which the project's own Python is asked for.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output};

use tracing::debug;

use super::output::output;
use crate::config::{Metadata, MigrateCommand};

/// What Python runs: it prints the SQL, or says what is wrong.
const SCRIPT: &str = include_str!("metadata.py");

/// So many lines of what a command has written tell why it failed.
const LAST_LINES: usize = 12;

#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    #[error("the models' command `{program}` cannot be started")]
    NotStarted { program: String, source: io::Error },
    #[error("the models' command `{program}` failed")]
    Failed {
        program: String,
        status: ExitStatus,
        /// What it wrote last to standard error.
        lines: Vec<String>,
    },
    #[error("what the models' command `{program}` prints is not UTF-8: line {line}")]
    NotUnicode { program: String, line: usize },
    #[error("the models' command `{program}` prints no SQL")]
    Empty { program: String },
    #[error("the metadata `{name}` cannot be read")]
    Metadata {
        name: String,
        flaw: MetadataFlaw,
        lines: Vec<String>,
    },
}

/// Why there is no SQL of metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataFlaw {
    /// The Python that was found has no SQLAlchemy, or an old one.
    NoSqlalchemy,
    NoModule,
    NoAttribute,
    NoMetadata,
    /// Most often because no module with models has been imported.
    NoTables,
    /// The project's own code, or what it declares.
    Raised,
}

/// The exit codes of the script.
const FLAWS: [(i32, MetadataFlaw); 6] = [
    (101, MetadataFlaw::NoSqlalchemy),
    (102, MetadataFlaw::NoModule),
    (103, MetadataFlaw::NoAttribute),
    (104, MetadataFlaw::NoMetadata),
    (105, MetadataFlaw::NoTables),
    (106, MetadataFlaw::Raised),
];

/// Returns the SQL that a command prints. May be dropped at any point: then
/// the command is ended.
///
/// # Errors
///
/// [`ModelsError`], but for what is wrong with metadata.
pub async fn printed_models(command: &MigrateCommand) -> Result<String, ModelsError> {
    let program = command.program.as_str();
    let arguments = command.arguments.iter().map(|word| word.expose());
    let output = output(Path::new(program), arguments, Path::new("")).await;
    text(
        program,
        output.map_err(|source| not_started(program, source))?,
    )
}

/// Returns the SQL that makes what metadata describe, for a server of this
/// version, such as 150018. May be dropped at any point: then Python is ended.
///
/// # Errors
///
/// [`ModelsError`]
pub async fn metadata_models(metadata: &Metadata, version: u32) -> Result<String, ModelsError> {
    let version = version.to_string();
    let own = ["-c", SCRIPT, version.as_str()].into_iter();
    for python in pythons(metadata) {
        let program = python.display().to_string();
        let arguments = own.clone().chain(metadata.names.iter().map(String::as_str));
        let output = match output(&python, arguments, &metadata.directory).await {
            Ok(output) => output,
            Err(error) if error.kind() == io::ErrorKind::NotFound && metadata.python.is_none() => {
                continue;
            }
            Err(source) => return Err(not_started(&program, source)),
        };
        let flaw = FLAWS
            .iter()
            .find(|(code, _)| output.status.code() == Some(*code));
        return match flaw {
            None => text(&program, output),
            Some((_, flaw)) => {
                let mut lines = last_lines(&output.stdout).into_iter();
                Err(ModelsError::Metadata {
                    name: lines.next().unwrap_or_default(),
                    flaw: *flaw,
                    lines: lines.collect(),
                })
            }
        };
    }
    Err(not_started("python3", io::ErrorKind::NotFound.into()))
}

/// Returns the Pythons that may be the project's, in the order in which they
/// are tried.
fn pythons(metadata: &Metadata) -> Vec<PathBuf> {
    let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
    if let Some(python) = &metadata.python {
        return vec![match python.components().count() {
            // Looked for along the path.
            1 => python.clone(),
            _ => absolute(python.clone()),
        }];
    }
    let of_project = absolute(metadata.directory.join(".venv"));
    let environments = metadata.environment.iter().chain([&of_project]);
    let pythons = environments.map(|environment| environment.join("bin/python"));
    pythons.chain(["python3".into(), "python".into()]).collect()
}

/// Returns what a command has printed, if that is SQL.
fn text(program: &str, output: Output) -> Result<String, ModelsError> {
    let program = program.to_owned();
    let lines = last_lines(&output.stderr);
    if !output.status.success() {
        return Err(ModelsError::Failed {
            program,
            status: output.status,
            lines,
        });
    }
    for line in lines {
        debug!(command = program, "{line}");
    }
    match String::from_utf8(output.stdout) {
        Ok(text) if text.trim().is_empty() => Err(ModelsError::Empty { program }),
        Ok(text) => Ok(text),
        Err(error) => {
            let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(ModelsError::NotUnicode { program, line })
        }
    }
}

fn not_started(program: &str, source: io::Error) -> ModelsError {
    ModelsError::NotStarted {
        program: program.to_owned(),
        source,
    }
}

/// Returns the last lines that are not blank, without the passwords of URLs.
fn last_lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().map(str::trim_end);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    let last = lines.len().saturating_sub(LAST_LINES);
    lines[last..]
        .iter()
        .map(|line| without_userinfo(line))
        .collect()
}

/// Returns a line with stars where a URL in it has a user and a password.
fn without_userinfo(line: &str) -> String {
    let mut pieces = line.split("://");
    let mut shown = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|c: char| c.is_whitespace() || "/'\"".contains(c));
        let authority = &piece[..end.unwrap_or(piece.len())];
        shown.push_str("://");
        match authority.rfind('@') {
            Some(at) => shown.push_str(&format!("***{}", &piece[at..])),
            None => shown.push_str(piece),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        assert_eq!(without_userinfo(line), expected);
    }

    #[test]
    fn a_url_is_shown_without_who_logs_in() {
        check("no URL", "no URL");
        check(
            "at 'postgres://u:p@w@h/d' now",
            "at 'postgres://***@h/d' now",
        );
        check("a://h/x@y b://u@h", "a://h/x@y b://***@h");
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let text: String = (0..40).map(|number| format!("{number}\n\n")).collect();
        let lines = last_lines(text.as_bytes());
        assert_eq!(lines.len(), LAST_LINES);
        assert_eq!(lines.last().map(String::as_str), Some("39"));
    }

    #[track_caller]
    fn check_pythons(metadata: Metadata, expected: &[&str]) {
        let found = pythons(&metadata);
        let expected: Vec<PathBuf> = expected.iter().map(PathBuf::from).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_activated_environment_goes_before_the_project_s() {
        let metadata = |python: Option<&str>| Metadata {
            names: Vec::new(),
            python: python.map(PathBuf::from),
            environment: Some("/venv".into()),
            directory: "/app".into(),
        };
        check_pythons(
            metadata(None),
            &[
                "/venv/bin/python",
                "/app/.venv/bin/python",
                "python3",
                "python",
            ],
        );
        check_pythons(metadata(Some("python3.12")), &["python3.12"]);
        check_pythons(metadata(Some("/opt/python")), &["/opt/python"]);
    }
}
