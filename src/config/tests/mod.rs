//! The settings as a whole, from argv, variables and files to values.

mod connections;
mod migrate_command;
mod settings;
mod skips;
mod sources;
mod writing;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::*;

/// Files that stand nowhere but here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shelf {
    texts: BTreeMap<PathBuf, String>,
    open_to_others: Vec<PathBuf>,
}

impl Files for Shelf {
    fn read(&self, path: &Path) -> io::Result<String> {
        let text = self.texts.get(path).cloned();
        text.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn readers(&self, path: &Path) -> io::Result<Readers> {
        self.read(path)?;
        Ok(if self.open_to_others.iter().any(|open| open == path) {
            Readers::Others
        } else {
            Readers::OwnerOnly
        })
    }
}

/// Everything that the settings are made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    argv: Vec<String>,
    variables: Vec<(String, String)>,
    pub(crate) files: Shelf,
}

impl World {
    pub(crate) fn typing(line: &[&str]) -> Self {
        Self {
            argv: line.iter().map(|text| (*text).to_owned()).collect(),
            ..Self::default()
        }
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub(crate) fn file(mut self, path: &str, text: &str) -> Self {
        self.files.texts.insert(path.into(), text.to_owned());
        self
    }

    #[must_use]
    pub(crate) fn open_file(mut self, path: &str, text: &str) -> Self {
        self.files.open_to_others.push(path.into());
        self.file(path, text)
    }

    pub(crate) fn typed(&self) -> Result<Typed, UsageError> {
        let argv = std::iter::once("seaworthy").chain(self.argv.iter().map(String::as_str));
        match args::parse(argv.map(OsString::from))? {
            Parsed::Command(typed) => Ok(typed),
            Parsed::Show(text) => panic!("{text}"),
        }
    }

    pub(crate) fn environment(&self) -> Environment {
        let variables = self.variables.iter();
        let account = Account {
            user: Some("sailor".to_owned()),
            home: Some("/home/sailor".into()),
        };
        Environment::new(
            variables.map(|(name, value)| (name.into(), value.into())),
            account,
        )
    }

    pub(crate) fn resolve(&self) -> Result<Config, ConfigError> {
        let typed = self.typed().expect("the command line is right");
        super::resolve(&typed, &self.environment(), &self.files)
    }

    /// Returns what is wrong, in the room's own words.
    fn complaint(&self) -> String {
        match self.resolve() {
            Ok(config) => format!("no error, but {:?}", config.warnings),
            Err(error) => error.to_string(),
        }
    }
}
