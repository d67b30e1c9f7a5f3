//! The configuration file: `seaworthy.toml`, or `[tool.seaworthy]` in
//! `pyproject.toml`.
//!
//! Keys are held against the declaration here; what a value means is not known
//! here. Nothing of a value is ever part of an error, not even as an excerpt.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::declaration::SETTINGS;
use super::hooks;
use super::kind::{self, Shape};
use super::{ConfigError, FilePlace, FileRole, Files, Hook, Origin, Secret, Sourced};
use crate::source::Source;

const OWN_NAME: &str = "seaworthy.toml";
const PYTHON_NAME: &str = "pyproject.toml";

/// The values of a configuration file by their full keys.
#[derive(Clone, Debug)]
pub(super) struct ConfigurationFile {
    pub(super) path: PathBuf,
    pub(super) values: BTreeMap<&'static str, FileValue>,
    pub(super) hooks: Vec<Hook>,
}

#[derive(Clone, Debug)]
pub(super) struct FileValue {
    written: Written,
    pub(super) place: FilePlace,
}

#[derive(Clone, Debug)]
enum Written {
    Text(Secret),
    Switch(bool),
    Number(String),
    Texts(Vec<Secret>),
    Other,
}

impl FileValue {
    /// Returns the value's texts, or what type a value of this shape must have.
    pub(super) fn texts(&self, shape: Shape) -> Result<Vec<Secret>, &'static str> {
        match (shape, &self.written) {
            (Shape::List, Written::Texts(texts)) => Ok(texts.clone()),
            (Shape::List, _) => Err("an array of strings"),
            (Shape::Words, Written::Texts(texts)) if !texts.is_empty() => Ok(texts.clone()),
            (Shape::Words, _) => Err("an array of words, such as `[\"program\", \"argument\"]`"),
            (Shape::Directories, Written::Texts(texts)) => Ok(texts.clone()),
            (Shape::Directories, Written::Text(text)) => Ok(vec![text.clone()]),
            (Shape::Directories, _) => Err("a string, or an array of strings"),
            (Shape::Switch, Written::Switch(switch)) => Ok(vec![Secret::new(switch.to_string())]),
            (Shape::Switch, _) => Err("`true` or `false`, without quotes"),
            (Shape::Duration, Written::Number(text)) => Ok(vec![Secret::new(text.as_str())]),
            (Shape::Number, Written::Number(text)) => Ok(vec![Secret::new(text.as_str())]),
            (Shape::Number, _) => Err("a whole number, without quotes"),
            (_, Written::Text(text)) => Ok(vec![text.clone()]),
            (Shape::Duration, _) => Err("a string with a number and a unit, such as `\"60s\"`"),
            (_, _) => Err("a string"),
        }
    }
}

/// Finds and reads the configuration file.
///
/// # Errors
///
/// - [`ConfigError::Unreadable`] for a file that is named or there, and cannot be read.
/// - [`ConfigError::TwoFiles`] when both kinds are in the working directory.
/// - [`ConfigError::NoSection`] for a named `pyproject.toml` that has nothing for us.
/// - [`ConfigError::Toml`], [`ConfigError::UnknownKey`], [`ConfigError::NoTable`] for its content.
pub(super) fn find(
    named: &Sourced<Option<PathBuf>>,
    files: &dyn Files,
) -> Result<Option<ConfigurationFile>, ConfigError> {
    if let Some(path) = &named.value {
        let text = super::variables::read(files, path, FileRole::Configuration, &named.origin)?;
        let is_python = path.file_name().is_some_and(|name| name == PYTHON_NAME);
        let file = parse(
            path,
            &text,
            if is_python { Root::Tool } else { Root::Whole },
        )?;
        return match file {
            Some(file) => Ok(Some(file)),
            None => Err(ConfigError::NoSection {
                path: path.clone(),
                origin: named.origin.clone(),
            }),
        };
    }
    let own = in_working_directory(Path::new(OWN_NAME), files)?
        .map(|text| parse(Path::new(OWN_NAME), &text, Root::Whole))
        .transpose()?
        .flatten();
    let python = in_working_directory(Path::new(PYTHON_NAME), files)?
        .map(|text| parse(Path::new(PYTHON_NAME), &text, Root::Tool))
        .transpose()?
        .flatten();
    match (own, python) {
        (Some(own), Some(python)) => Err(ConfigError::TwoFiles {
            first: own.path,
            second: python.path,
        }),
        (own, python) => Ok(own.or(python)),
    }
}

fn in_working_directory(path: &Path, files: &dyn Files) -> Result<Option<String>, ConfigError> {
    match files.read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ConfigError::Unreadable {
            path: path.to_owned(),
            role: FileRole::Configuration,
            origin: Origin::Default,
            kind: error.kind(),
        }),
    }
}

/// Where in a TOML document our tables stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Root {
    Whole,
    /// `[tool.seaworthy]`
    Tool,
}

fn parse(path: &Path, text: &str, root: Root) -> Result<Option<ConfigurationFile>, ConfigError> {
    let source = Source::new(path, text);
    let document = match DeTable::parse(text) {
        Ok(document) => document,
        // A broken pyproject.toml that does not speak of us is not our concern.
        Err(_) if root == Root::Tool && !text.contains("seaworthy") => return Ok(None),
        Err(error) => {
            return Err(ConfigError::Toml {
                // The line may be the middle of a value.
                place: FilePlace {
                    excerpt: None,
                    ..place(&source, error.span().unwrap_or_default())
                },
                message: error.message().to_owned(),
            });
        }
    };
    let mut reader = Reader {
        source: &source,
        values: BTreeMap::new(),
        hooks: Vec::new(),
    };
    let ours = match root {
        Root::Whole => Some(document.get_ref()),
        Root::Tool => document
            .get_ref()
            .get("tool")
            .and_then(|tool| tool.get_ref().as_table())
            .and_then(|tool| tool.get("seaworthy"))
            .and_then(|ours| ours.get_ref().as_table()),
    };
    let Some(ours) = ours else {
        return Ok(None);
    };
    reader.table(ours, "")?;
    Ok(Some(ConfigurationFile {
        path: path.to_owned(),
        values: reader.values,
        hooks: reader.hooks,
    }))
}

struct Reader<'a> {
    source: &'a Source,
    values: BTreeMap<&'static str, FileValue>,
    hooks: Vec<Hook>,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, prefix: &str) -> Result<(), ConfigError> {
        for (key, value) in table {
            let full = format!("{prefix}{}", key.get_ref());
            let place = self.place(key.span());
            if let Some(known) = keys().find(|known| *known == full) {
                let written = written(value);
                self.values.insert(known, FileValue { written, place });
                continue;
            }
            if full == hooks::KEY {
                self.hooks = hooks::read(value, &place, |span| self.place(span))?;
                continue;
            }
            let below = format!("{full}.");
            if !keys().any(|known| known.starts_with(&below)) {
                return Err(ConfigError::UnknownKey {
                    nearest: nearest_key(&full),
                    key: showable_key(&full),
                    place,
                });
            }
            match value.get_ref().as_table() {
                Some(table) => self.table(table, &below)?,
                None => return Err(ConfigError::NoTable { key: full, place }),
            }
        }
        Ok(())
    }

    fn place(&self, span: Range<usize>) -> FilePlace {
        place(self.source, span)
    }
}

/// Returns the keys of the declared settings.
fn keys() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().filter_map(|setting| setting.key)
}

/// Returns the key, or the table, that a mistyped one is close to. A key in
/// the wrong table is found by its last part.
fn nearest_key(full: &str) -> Option<&'static str> {
    let tables = keys().filter_map(|key| key.split_once('.').map(|(table, _)| table));
    let last = full.rsplit_once('.').map_or(full, |(_, last)| last);
    let last = last.replace('-', "_");
    kind::nearest(full, keys().chain([hooks::KEY]).chain(tables))
        .or_else(|| keys().find(|key| key.rsplit_once('.').is_some_and(|(_, part)| part == last)))
}

fn written(value: &Spanned<DeValue<'_>>) -> Written {
    match value.get_ref() {
        DeValue::String(text) => Written::Text(Secret::new(text.as_ref())),
        DeValue::Boolean(switch) => Written::Switch(*switch),
        DeValue::Integer(number) => Written::Number(number.as_str().to_owned()),
        DeValue::Array(items) => items
            .iter()
            .map(|item| item.get_ref().as_str().map(Secret::new))
            .collect::<Option<Vec<_>>>()
            .map_or(Written::Other, Written::Texts),
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => Written::Other,
    }
}

/// A key that is not made of bare characters may be a value in the wrong place.
pub(super) fn showable_key(key: &str) -> Option<String> {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    (key.len() <= 80 && key.chars().all(is_bare)).then(|| key.to_owned())
}

fn place(source: &Source, span: Range<usize>) -> FilePlace {
    let position = source.position(span.start);
    FilePlace {
        path: source.path().to_owned(),
        line: position.line,
        column: position.column,
        excerpt: excerpt(source.line(position.line)),
    }
}

/// Returns what may be shown of a line: a table's header, or a key with its
/// value left out.
fn excerpt(line: &str) -> Option<String> {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || "_-. \t".contains(c);
    let line = line.trim_end();
    if let Some(header) = line.strip_prefix('[') {
        let name = header.trim_start_matches('[').trim_end_matches(']');
        return (!name.is_empty() && name.chars().all(is_bare)).then(|| line.to_owned());
    }
    let (key, _) = line.split_once('=')?;
    (!key.trim().is_empty() && key.chars().all(is_bare)).then(|| format!("{key}= …"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_excerpt(line: &str, expected: Option<&str>) {
        assert_eq!(excerpt(line).as_deref(), expected);
    }

    #[test]
    fn excerpts_hold_keys_and_no_values() {
        check_excerpt("url = \"postgres://u:pw@h\"", Some("url = …"));
        check_excerpt("[wait]", Some("[wait]"));
        check_excerpt("[[wait.hooks]]", Some("[[wait.hooks]]"));
        check_excerpt("[\"postgres://u:pw@h\"]", None);
        check_excerpt("postgres://u:pw@h?sslmode=require", None);
        check_excerpt("secret continued\"\"\"", None);
        check_excerpt("", None);
    }
}
