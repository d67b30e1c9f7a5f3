//! The layers that a setting's value is looked for in: flag, `SEAWORTHY_*`
//! variable, well-known variable, configuration file, default.

use std::path::PathBuf;

use super::args::Typed;
use super::declaration::{OwnVariables, SETTINGS};
use super::file::ConfigurationFile;
use super::kind::{Kind, Mismatch, Shape};
use super::migrate_command;
use super::setting::{DefaultValue, PREFIX, Setting};
use super::variables::{self, Variables};
use super::{ConfigError, Origin, Secret, Sourced, Variable};

pub(super) struct Layers<'a> {
    typed: Option<&'a Typed>,
    own: OwnVariables,
    variables: &'a Variables,
    file: Option<&'a ConfigurationFile>,
}

/// A setting's texts before they are read.
struct Raw {
    texts: Vec<Secret>,
    origin: Origin,
}

impl<'a> Layers<'a> {
    /// # Errors
    ///
    /// - [`ConfigError::NotUnicode`] for one of our variables that is not UTF-8.
    pub(super) fn new(
        typed: Option<&'a Typed>,
        variables: &'a Variables,
        file: Option<&'a ConfigurationFile>,
    ) -> Result<Self, ConfigError> {
        let mut pairs = Vec::new();
        for setting in SETTINGS {
            if let Some(given) = variables.get(&setting.variable())? {
                pairs.push((setting.variable(), given.text.expose().to_owned()));
            }
        }
        // Names are known and unique here and every field is an optional text,
        // so that envy finds nothing to object to.
        let own = envy::prefixed(PREFIX)
            .from_iter(pairs)
            .map_err(|_| ConfigError::Declaration)?;
        Ok(Self {
            typed,
            own,
            variables,
            file,
        })
    }

    /// Returns a setting's value from the first layer that has it.
    ///
    /// # Errors
    ///
    /// - [`ConfigError::Value`] for a text that is not of its kind.
    pub(super) fn value<T>(
        &self,
        setting: &'static Setting,
        kind: &Kind<T>,
    ) -> Result<Sourced<T>, ConfigError> {
        let raw = self.raw(setting)?;
        let texts: Vec<&str> = raw.texts.iter().map(Secret::expose).collect();
        match (kind.read)(&texts) {
            Ok(value) => Ok(Sourced::new(value, raw.origin)),
            Err(mismatch) => Err(mismatched(setting, &texts, raw.origin, mismatch)),
        }
    }

    fn raw(&self, setting: &'static Setting) -> Result<Raw, ConfigError> {
        if let Some(typed) = self.typed.and_then(|typed| typed.flags.get(setting.flag)) {
            let raw = Raw {
                texts: typed.clone(),
                origin: Origin::Flag(setting.flag),
            };
            return split(setting, raw);
        }
        if let Some(text) = self.own.get(setting.flag) {
            let variable = self.variables.get(&setting.variable())?;
            let raw = from_variable(
                setting,
                text,
                variable.map_or(Variable::real(setting.variable()), |given| given.variable),
            );
            return split(setting, raw);
        }
        for name in setting.well_known {
            if let Some(given) = self.variables.get(name)? {
                return Ok(from_variable(setting, given.text.expose(), given.variable));
            }
        }
        if let Some(raw) = self.in_file(setting)? {
            return Ok(raw);
        }
        Ok(Raw {
            texts: match setting.default {
                DefaultValue::Text(text) => vec![Secret::new(text)],
                DefaultValue::Nothing(_) => Vec::new(),
            },
            origin: Origin::Default,
        })
    }

    fn in_file(&self, setting: &'static Setting) -> Result<Option<Raw>, ConfigError> {
        let Some((file, value)) = setting.key.and_then(|key| {
            let file = self.file?;
            Some((file, file.values.get(key)?))
        }) else {
            return Ok(None);
        };
        let origin = Origin::File(Box::new(value.place.clone()));
        let texts = match value.texts(setting.shape) {
            Ok(texts) => texts,
            Err(expected) => {
                return Err(mismatched(
                    setting,
                    &[],
                    origin,
                    Mismatch::Type { expected },
                ));
            }
        };
        let texts = match setting.shape {
            Shape::Directories => texts.iter().map(|text| in_directory(file, text)).collect(),
            Shape::Switch
            | Shape::Duration
            | Shape::Number
            | Shape::Text
            | Shape::File
            | Shape::Choice(_)
            | Shape::Url
            | Shape::List
            | Shape::Words => texts,
        };
        Ok(Some(Raw { texts, origin }))
    }
}

/// A relative directory stands beside the file that names it.
fn in_directory(file: &ConfigurationFile, text: &Secret) -> Secret {
    let parent = file.path.parent().map_or_else(PathBuf::new, PathBuf::from);
    match parent.join(text.expose()).to_str() {
        Some(path) if !text.expose().is_empty() => Secret::new(path),
        Some(_) | None => text.clone(),
    }
}

/// A variable ends at its last visible character: a secret made by `echo` has
/// a newline after it.
fn from_variable(setting: &Setting, text: &str, variable: Variable) -> Raw {
    let text = variables::without_newlines(text);
    let texts = if setting.shape.is_repeatable() {
        text.split(',')
            .map(|item| Secret::new(item.trim()))
            .collect()
    } else {
        vec![Secret::new(text.trim())]
    };
    Raw {
        texts,
        origin: Origin::Variable(variable),
    }
}

/// Cuts the one text of a command into its words; a file has them apart.
fn split(setting: &'static Setting, raw: Raw) -> Result<Raw, ConfigError> {
    let (Shape::Words, [text]) = (setting.shape, &raw.texts[..]) else {
        return Ok(raw);
    };
    match migrate_command::split(text.expose()) {
        Ok(texts) => Ok(Raw { texts, ..raw }),
        Err(mismatch) => Err(mismatched(setting, &[], raw.origin, mismatch)),
    }
}

fn mismatched(
    setting: &'static Setting,
    texts: &[&str],
    origin: Origin,
    mismatch: Mismatch,
) -> ConfigError {
    ConfigError::Value {
        setting,
        origin,
        value: match (setting.shape, texts) {
            (Shape::Url | Shape::List | Shape::Directories | Shape::Words, _) => None,
            (_, [text]) => showable(text),
            (_, _) => None,
        },
        mismatch,
    }
}

/// Returns a text that may be repeated in a message: one that cannot be a URL
/// or a connection string in the wrong place.
fn showable(text: &str) -> Option<String> {
    let is_plain = |c: char| c.is_alphanumeric() || "_-.+ ".contains(c);
    (!text.is_empty() && text.chars().count() <= 40 && text.chars().all(is_plain))
        .then(|| text.to_owned())
}
