//! The variables in force: those of the environment, then those of the file
//! that `--env-file` names. An empty variable counts as not set.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::setting::PREFIX;
use super::{ConfigError, EnvFilePlace, Environment, FileRole, Files, Origin, Secret, Variable};

/// Appended to a variable's name: the file that holds its value.
pub(super) const FILE_SUFFIX: &str = "_FILE";

#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    environment: Environment,
    env_file: Option<EnvFile>,
}

#[derive(Clone, Debug)]
pub(super) struct EnvFile {
    pub(super) path: PathBuf,
    pub(super) entries: BTreeMap<String, EnvFileEntry>,
}

#[derive(Clone, Debug)]
pub(super) struct EnvFileEntry {
    pub(super) value: Secret,
    pub(super) line: Option<usize>,
}

/// A text and the name it came under.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) text: Secret,
    pub(super) variable: Variable,
}

/// A variable, or the file it is to be read from.
#[derive(Clone, Debug)]
pub(super) enum Reference {
    Text(Given),
    File { path: PathBuf, variable: Variable },
}

impl Variables {
    pub(super) fn new(environment: Environment, env_file: Option<EnvFile>) -> Self {
        Self {
            environment,
            env_file,
        }
    }

    pub(super) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Returns a variable that is set and not empty.
    ///
    /// # Errors
    ///
    /// - [`ConfigError::NotUnicode`] for a value that is not UTF-8.
    pub(super) fn get(&self, name: &str) -> Result<Option<Given>, ConfigError> {
        match self.real(name)? {
            Some(given) => Ok(Some(given)),
            None => Ok(self.in_file(name)),
        }
    }

    /// Returns a variable or what its `_FILE` sibling names. The pair counts as
    /// one: the environment's goes before the env file's.
    ///
    /// # Errors
    ///
    /// - [`ConfigError::NotUnicode`] for a value that is not UTF-8.
    /// - [`ConfigError::BothSet`] when variable and sibling are both set.
    pub(super) fn reference(&self, name: &str) -> Result<Option<Reference>, ConfigError> {
        let sibling = format!("{name}{FILE_SUFFIX}");
        let mut pair = (self.real(name)?, self.real(&sibling)?);
        if pair.0.is_none() && pair.1.is_none() {
            pair = (self.in_file(name), self.in_file(&sibling));
        }
        match pair {
            (None, None) => Ok(None),
            (Some(given), None) => Ok(Some(Reference::Text(given))),
            (None, Some(given)) => Ok(Some(Reference::File {
                path: PathBuf::from(without_newlines(given.text.expose())),
                variable: given.variable,
            })),
            (Some(variable), Some(sibling)) => Err(ConfigError::BothSet {
                variable: variable.variable,
                sibling: sibling.variable,
            }),
        }
    }

    /// Returns the text of a variable, or of the file that its sibling names.
    ///
    /// # Errors
    ///
    /// As [`Variables::reference`], and for a file that cannot be read.
    pub(super) fn text(&self, name: &str, files: &dyn Files) -> Result<Option<Given>, ConfigError> {
        self.reference(name)?
            .map(|reference| reference.text(files))
            .transpose()
    }

    /// Returns our variables, known or not.
    pub(super) fn own_names(&self) -> Vec<String> {
        let real = self.environment.names().filter_map(|name| name.to_str());
        let in_file = self.env_file.iter().flat_map(|file| file.entries.keys());
        let mut names: Vec<String> = real
            .chain(in_file.map(String::as_str))
            .filter(|name| name.starts_with(PREFIX))
            .map(str::to_owned)
            .collect();
        names.sort();
        names.dedup();
        names
    }

    fn real(&self, name: &str) -> Result<Option<Given>, ConfigError> {
        let variable = Variable {
            name: name.to_owned(),
            env_file: None,
        };
        let Some(value) = self.environment.get(name) else {
            return Ok(None);
        };
        match value.to_str() {
            Some(text) => Ok(Some(Given {
                text: Secret::new(text),
                variable,
            })),
            None => Err(ConfigError::NotUnicode { variable }),
        }
    }

    fn in_file(&self, name: &str) -> Option<Given> {
        let file = self.env_file.as_ref()?;
        let entry = file.entries.get(name)?;
        if entry.value.expose().is_empty() {
            return None;
        }
        Some(Given {
            text: entry.value.clone(),
            variable: Variable {
                name: name.to_owned(),
                env_file: Some(Box::new(EnvFilePlace {
                    path: file.path.clone(),
                    line: entry.line,
                })),
            },
        })
    }
}

impl Reference {
    pub(super) fn variable(&self) -> &Variable {
        match self {
            Self::Text(given) => &given.variable,
            Self::File { variable, .. } => variable,
        }
    }

    /// Returns the text itself, read anew where it stands in a file; the
    /// newlines at a file's end are cut.
    ///
    /// # Errors
    ///
    /// - [`ConfigError::Unreadable`] and [`ConfigError::EmptySecret`] for the file.
    pub(super) fn text(&self, files: &dyn Files) -> Result<Given, ConfigError> {
        let (path, variable) = match self {
            Self::Text(given) => return Ok(given.clone()),
            Self::File { path, variable } => (path, variable),
        };
        let text = read(
            files,
            path,
            FileRole::Secret,
            &Origin::Variable(variable.clone()),
        )?;
        match without_newlines(&text) {
            "" => Err(ConfigError::EmptySecret {
                path: path.clone(),
                origin: Origin::Variable(variable.clone()),
            }),
            text => Ok(Given {
                text: Secret::new(text),
                variable: variable.clone(),
            }),
        }
    }
}

/// Reads a file that a setting names.
///
/// # Errors
///
/// - [`ConfigError::Unreadable`] with the setting and the path.
pub(super) fn read(
    files: &dyn Files,
    path: &Path,
    role: FileRole,
    origin: &Origin,
) -> Result<String, ConfigError> {
    files.read(path).map_err(|error| ConfigError::Unreadable {
        path: path.to_owned(),
        role,
        origin: origin.clone(),
        kind: error.kind(),
    })
}

pub(super) fn without_newlines(text: &str) -> &str {
    text.trim_end_matches(['\n', '\r'])
}
