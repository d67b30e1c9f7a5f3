//! The file that `--env-file` names, read by dotenvy. Nothing of its content
//! is ever part of an error.

use std::collections::BTreeMap;
use std::path::Path;

use super::variables::{self, EnvFile, EnvFileEntry};
use super::{ConfigError, FileRole, Files, Origin, Secret};

/// Reads the file.
///
/// # Errors
///
/// - [`ConfigError::Unreadable`] for a file that cannot be read.
/// - [`ConfigError::EnvFileLine`] for a line that is no assignment.
pub(super) fn read(
    path: &Path,
    origin: &Origin,
    files: &dyn Files,
) -> Result<EnvFile, ConfigError> {
    let text = variables::read(files, path, FileRole::EnvFile, origin)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut entries = BTreeMap::new();
    for item in dotenvy::from_read_iter(text.as_bytes()) {
        let (name, value) = item.map_err(|error| ConfigError::EnvFileLine {
            path: path.to_owned(),
            line: match &error {
                dotenvy::Error::LineParse(line, _) => line_of_text(text, line),
                // The enum may grow; it has no other variant that names a line.
                _ => None,
            },
        })?;
        // The last assignment counts, as in a shell that sources the file.
        let line = line_of_name(text, &name);
        let value = Secret::new(value);
        entries.insert(name, EnvFileEntry { value, line });
    }
    Ok(EnvFile {
        path: path.to_owned(),
        entries,
    })
}

fn line_of_text(text: &str, part: &str) -> Option<usize> {
    let part = part.trim_end();
    if part.is_empty() {
        return None;
    }
    text.find(part)
        .map(|at| text[..at].matches('\n').count() + 1)
}

fn line_of_name(text: &str, name: &str) -> Option<usize> {
    let assigns = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        line.strip_prefix(name)
            .is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    text.lines()
        .enumerate()
        .filter(|(_, line)| assigns(line))
        .last()
        .map(|(index, _)| index + 1)
}
