//! Where a value came from. Errors name it, and `config` will print it.
//!
//! An origin holds names and positions, never a value.

use std::fmt::{self, Display};
use std::path::PathBuf;

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    pub value: T,
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The long name of a flag, without its hyphens.
    Flag(&'static str),
    /// What an argument without a flag is called, such as `FROM`.
    Argument(&'static str),
    Variable(Variable),
    File(Box<FilePlace>),
    Default,
}

/// A variable of the environment, or of the file that `--env-file` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    pub env_file: Option<Box<EnvFilePlace>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvFilePlace {
    pub path: PathBuf,
    /// Counted from one; `None` where it could not be told.
    pub line: Option<usize>,
}

/// A place in a configuration file. Line and column count from one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePlace {
    pub path: PathBuf,
    pub line: usize,
    pub column: usize,
    /// The line's text up to its value: values may be secrets.
    pub excerpt: Option<String>,
}

impl<T> Sourced<T> {
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}

impl Variable {
    /// A variable of the environment itself.
    pub(super) fn real(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            env_file: None,
        }
    }
}

impl Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "--{name}"),
            Self::Argument(name) => f.write_str(name),
            Self::Variable(variable) => variable.fmt(f),
            Self::File(place) => place.fmt(f),
            Self::Default => f.write_str("the default"),
        }
    }
}

impl Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.env_file {
            None => Ok(()),
            Some(place) => write!(f, " ({place})"),
        }
    }
}

impl Display for EnvFilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.path.display()),
            None => write!(f, "{}", self.path.display()),
        }
    }
}

impl Display for FilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path.display(), self.line, self.column)
    }
}
