//! What schemas are compared with, and where.

use std::path::PathBuf;

use seaworthy_schema::{HazardKind, Manner};

use super::declaration::Values;
use super::{ConfigError, MigrateCommand, ObjectPattern, Origin, Secret, Sourced};

/// What schemas are compared with, and where.
#[derive(Clone, Debug)]
pub struct SchemaConfig {
    pub models: Models,
    /// `None`: the server of the configured database.
    pub shadow_url: Sourced<Option<Secret>>,
    pub shadow_template: String,
    pub manner: Manner,
    /// Dangers that no plan may have.
    pub deny_hazards: Vec<HazardKind>,
    /// Empty: all.
    pub include: Vec<ObjectPattern>,
    pub exclude: Vec<ObjectPattern>,
}

/// Where it is said what the schema shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Models {
    /// Nowhere.
    None,
    /// In SQL: files, directories and patterns.
    Files(Vec<PathBuf>),
    /// In the SQL that a command prints.
    Command(MigrateCommand),
    /// In Python.
    Metadata(Metadata),
}

/// SQLAlchemy metadata, and how to get at them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Such as `app.models:Base.metadata`; one at least.
    pub names: Vec<String>,
    /// `None`: whichever is found.
    pub python: Option<PathBuf>,
    /// The virtual environment that is activated.
    pub environment: Option<PathBuf>,
    /// The project's: that of the configuration file.
    pub directory: PathBuf,
}

impl Models {
    /// Returns the one place that is configured.
    ///
    /// # Errors
    ///
    /// - [`ConfigError::ManyModels`]
    pub(super) fn of(
        values: &Values,
        directory: PathBuf,
        environment: Option<PathBuf>,
    ) -> Result<Self, ConfigError> {
        let (files, command) = (&values.models, &values.models_command);
        let names = &values.sqlalchemy;
        let set: Vec<(&'static str, Origin)> = [
            (!files.value.is_empty(), "schema.models", &files.origin),
            (command.value.is_some(), "schema.command", &command.origin),
            (!names.value.is_empty(), "schema.sqlalchemy", &names.origin),
        ]
        .into_iter()
        .filter(|(is_set, ..)| *is_set)
        .map(|(_, key, origin)| (key, origin.clone()))
        .collect();
        if let [first, second, ..] = &set[..] {
            return Err(ConfigError::ManyModels {
                first: first.clone(),
                second: second.clone(),
            });
        }
        Ok(if let Some(command) = &command.value {
            Self::Command(command.clone())
        } else if !names.value.is_empty() {
            Self::Metadata(Metadata {
                names: names.value.clone(),
                python: values.python.value.as_ref().map(|python| {
                    // A bare name is looked for along the path.
                    match &values.python.origin {
                        Origin::File(_) if python.components().count() > 1 => {
                            directory.join(python)
                        }
                        _ => python.clone(),
                    }
                }),
                environment,
                directory,
            })
        } else if !files.value.is_empty() {
            Self::Files(files.value.clone())
        } else {
            Self::None
        })
    }
}

impl SchemaConfig {
    /// Says whether an object is compared that goes by some names: its own and
    /// that of what it goes with.
    pub fn compares(&self, names: &[String]) -> bool {
        let is_one_of = |patterns: &[ObjectPattern]| {
            let matches = |name: &String| patterns.iter().any(|pattern| pattern.matches(name));
            names.iter().any(matches)
        };
        (self.include.is_empty() || is_one_of(&self.include)) && !is_one_of(&self.exclude)
    }

    /// Says whether a schema is compared: one that holds what is to be compared
    /// is part of it.
    pub fn compares_schema(&self, name: &str) -> bool {
        let holds = self.include.iter().any(|pattern| pattern.is_within(name));
        let is_excluded = self.exclude.iter().any(|pattern| pattern.matches(name));
        (holds && !is_excluded) || self.compares(&[name.to_owned()])
    }
}
