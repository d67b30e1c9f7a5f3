//! The kinds of value that a setting may have: how its text is read, and what
//! is said about a text that does not fit.
//!
//! A kind reads text only; where the text came from is known to `layers`.

use std::path::PathBuf;
use std::time::Duration;

use seaworthy_schema::HazardKind;
use tracing::Level;

use super::also::{self, AlsoProblem};
use super::listen::{self, ListenAddress, ListenProblem};
use super::log::LogFormat;
use super::migrate_command::{self, MigrateCommand};
use super::object_pattern::{self, ObjectPattern};
use super::{
    AlsoTarget, FileTemplate, FileTemplateProblem, FormatChoice, Limit, Secret, TransactionScope,
};
use crate::duration::{self, DurationError};
use crate::plan::OnAhead;
use crate::revision::{Target, TargetError};

/// PostgreSQL cuts longer names off; two settings could then mean one table.
const MAX_IDENTIFIER_BYTES: usize = 63;

/// The history's table is named after the state table, with `_log` behind it.
const MAX_TABLE_BYTES: usize = MAX_IDENTIFIER_BYTES - "_log".len();

/// How the texts of a setting become its value. No text at all is what "not
/// set" means for kinds that may be absent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind<T> {
    pub(super) shape: Shape,
    pub(super) read: fn(&[&str]) -> Result<T, Mismatch>,
}

/// What a value looks like, whatever it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `true` or `false`; a flag without a value is `true`.
    Switch,
    Duration,
    Number,
    Text,
    /// A file, as its path.
    File,
    /// Directories, one or several; relative to the configuration file that names them.
    Directories,
    Choice(&'static [&'static str]),
    /// A URL, which may hold a password: never shown.
    Url,
    /// Several texts: the flag is repeated, the variable takes commas.
    List,
    /// A command: one text that is split into words, an array in the file. Never shown.
    Words,
}

/// Why a text is not a value of its kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    #[error("it is empty")]
    Empty,
    #[error("it is not a switch")]
    Switch,
    #[error("{0}")]
    Duration(#[from] DurationError),
    #[error("it is not a duration")]
    NoDuration,
    #[error("zero has no meaning here")]
    Zero,
    #[error("it is none of the values that are known")]
    Choice {
        allowed: &'static [&'static str],
        nearest: Option<&'static str>,
    },
    #[error("a name has at most {0} bytes here")]
    LongName(usize),
    #[error("a control character stands in it")]
    ControlCharacter,
    #[error("it cannot be the name of a variable")]
    VariableName,
    #[error("{0}")]
    Also(#[from] AlsoProblem),
    #[error("{0}")]
    Listen(#[from] ListenProblem),
    #[error("it is not the path of a request")]
    Path,
    #[error("it is not a pattern")]
    Pattern,
    #[error("{0}")]
    Target(#[from] TargetError),
    #[error("{0}")]
    FileTemplate(#[from] FileTemplateProblem),
    #[error("it is not a module and what it has, such as `app.models:Base.metadata`")]
    Metadata,
    #[error("it is not a whole number above zero")]
    Count,
    #[error("it is not a target")]
    NoTarget,
    #[error("a quote in it is not closed, or a backslash stands at its end")]
    OpenQuote,
    #[error("`{0}` is a shell's word, and no shell runs it")]
    ShellWord(&'static str),
    /// The configuration file holds a value of another type.
    #[error("it has the wrong type")]
    Type { expected: &'static str },
}

impl Shape {
    pub fn is_repeatable(self) -> bool {
        matches!(self, Self::List | Self::Directories)
    }
}

const LOG_FORMATS: [(&str, LogFormat); 2] = [("text", LogFormat::Text), ("json", LogFormat::Json)];
const LOG_LEVELS: [(&str, Level); 5] = [
    ("error", Level::ERROR),
    ("warn", Level::WARN),
    ("info", Level::INFO),
    ("debug", Level::DEBUG),
    ("trace", Level::TRACE),
];
const FORMATS: [(&str, FormatChoice); 2] = [
    ("auto", FormatChoice::Auto),
    ("native", FormatChoice::Native),
];
const ON_AHEAD: [(&str, OnAhead); 3] = [
    ("warn", OnAhead::Warn),
    ("fail", OnAhead::Fail),
    ("apply", OnAhead::Apply),
];
const SCOPES: [(&str, TransactionScope); 2] = [
    ("revision", TransactionScope::Revision),
    ("all", TransactionScope::All),
];

/// Makes the kind of a choice from its table of words.
macro_rules! choice {
    ($table:ident) => {{
        const WORDS: [&str; $table.len()] = {
            let mut words = [""; $table.len()];
            let mut index = 0;
            while index < words.len() {
                words[index] = $table[index].0;
                index += 1;
            }
            words
        };
        Kind {
            shape: Shape::Choice(&WORDS),
            read: |texts| {
                let text = one(texts)?;
                $table
                    .iter()
                    .find(|(word, _)| *word == text)
                    .map(|(_, value)| *value)
                    .ok_or_else(|| Mismatch::Choice {
                        allowed: &WORDS,
                        nearest: nearest(text, WORDS),
                    })
            },
        }
    }};
}

pub(super) const LOG_FORMAT: Kind<LogFormat> = choice!(LOG_FORMATS);
pub(super) const LOG_LEVEL: Kind<Level> = choice!(LOG_LEVELS);
pub(super) const FORMAT: Kind<FormatChoice> = choice!(FORMATS);
pub(super) const ON_AHEAD_CHOICE: Kind<OnAhead> = choice!(ON_AHEAD);
pub(super) const SCOPE: Kind<TransactionScope> = choice!(SCOPES);

pub(super) const SWITCH: Kind<bool> = Kind {
    shape: Shape::Switch,
    read: |texts| switch(one(texts)?),
};

pub(super) const OPTIONAL_SWITCH: Kind<Option<bool>> = Kind {
    shape: Shape::Switch,
    read: |texts| texts.first().map(|text| switch(text)).transpose(),
};

/// A time limit; `0` is no limit.
pub(super) const LIMIT: Kind<Limit> = Kind {
    shape: Shape::Duration,
    read: |texts| Ok(Some(span(one(texts)?)?).filter(|limit| !limit.is_zero())),
};

/// A duration of which zero is the least.
pub(super) const SPAN: Kind<Duration> = Kind {
    shape: Shape::Duration,
    read: |texts| span(one(texts)?),
};

/// A duration that is longer than nothing.
pub(super) const INTERVAL: Kind<Duration> = Kind {
    shape: Shape::Duration,
    read: |texts| match span(one(texts)?)? {
        Duration::ZERO => Err(Mismatch::Zero),
        interval => Ok(interval),
    },
};

pub(super) const TABLE: Kind<String> = Kind {
    shape: Shape::Text,
    read: |texts| identifier(one(texts)?, MAX_TABLE_BYTES),
};

pub(super) const OPTIONAL_IDENTIFIER: Kind<Option<String>> = Kind {
    shape: Shape::Text,
    read: |texts| {
        let name = texts.first();
        name.map(|text| identifier(text, MAX_IDENTIFIER_BYTES))
            .transpose()
    },
};

pub(super) const TARGET: Kind<Target> = Kind {
    shape: Shape::Text,
    read: |texts| target(one(texts)?),
};

pub(super) const FILE_TEMPLATE: Kind<FileTemplate> = Kind {
    shape: Shape::Text,
    read: |texts| Ok(plain(one(texts)?)?.parse()?),
};

pub(super) const TIME_ZONE: Kind<String> = Kind {
    shape: Shape::Text,
    read: |texts| plain(one(texts)?).map(str::to_owned),
};

/// A number of things, of which there is one at least.
pub(super) const COUNT: Kind<usize> = Kind {
    shape: Shape::Number,
    read: |texts| match one(texts)?.parse() {
        Ok(0) | Err(_) => Err(Mismatch::Count),
        Ok(count) => Ok(count),
    },
};

/// At least one.
pub(super) const DIRECTORIES: Kind<Vec<PathBuf>> = Kind {
    shape: Shape::Directories,
    read: |texts| {
        one(texts)?;
        let mut directories = Vec::with_capacity(texts.len());
        for text in texts {
            let directory = PathBuf::from(plain(text)?);
            if !directories.contains(&directory) {
                directories.push(directory);
            }
        }
        Ok(directories)
    },
};

/// Any number; patterns are looked up when they are needed.
pub(super) const PATTERNS: Kind<Vec<PathBuf>> = Kind {
    shape: Shape::Directories,
    read: |texts| {
        let paths = texts.iter().map(|text| plain(text).map(PathBuf::from));
        paths.collect()
    },
};

/// Any number of names in Python.
pub(super) const METADATA: Kind<Vec<String>> = Kind {
    shape: Shape::List,
    read: |texts| texts.iter().map(|text| metadata(text)).collect(),
};

/// Any number.
pub(super) const OBJECT_PATTERNS: Kind<Vec<ObjectPattern>> = Kind {
    shape: Shape::List,
    read: |texts| {
        let patterns = texts.iter().map(|text| object_pattern::parse(plain(text)?));
        patterns.collect()
    },
};

/// An identifier.
pub(super) const NAME: Kind<String> = Kind {
    shape: Shape::Text,
    read: |texts| Ok(plain(one(texts)?)?.to_owned()),
};

pub(super) const OPTIONAL_FILE: Kind<Option<PathBuf>> = Kind {
    shape: Shape::File,
    read: |texts| {
        let path = texts.first().map(|text| plain(text)).transpose()?;
        Ok(path.map(PathBuf::from))
    },
};

pub(super) const OPTIONAL_URL: Kind<Option<Secret>> = Kind {
    shape: Shape::Url,
    read: |texts| Ok(texts.first().map(|text| Secret::new(*text))),
};

pub(super) const ALSO_TARGETS: Kind<Vec<AlsoTarget>> = Kind {
    shape: Shape::List,
    read: |texts| {
        Ok(texts
            .iter()
            .map(|text| also::parse(text))
            .collect::<Result<_, _>>()?)
    },
};

pub(super) const OPTIONAL_ALSO_TARGET: Kind<Option<AlsoTarget>> = Kind {
    shape: Shape::Url,
    read: |texts| Ok(texts.first().map(|text| also::parse(text)).transpose()?),
};

pub(super) const OPTIONAL_ADDRESS: Kind<Option<ListenAddress>> = Kind {
    shape: Shape::Text,
    read: |texts| match texts.first() {
        None => Ok(None),
        Some(_) => Ok(Some(listen::parse(one(texts)?)?)),
    },
};

/// At least one.
pub(super) const PATHS: Kind<Vec<String>> = Kind {
    shape: Shape::List,
    read: |texts| {
        one(texts)?;
        texts.iter().map(|text| path(text)).collect()
    },
};

/// No text at all is what a file's empty array gives as well.
pub(super) const MIGRATE_COMMAND: Kind<Option<MigrateCommand>> = Kind {
    shape: Shape::Words,
    read: migrate_command::read,
};

/// Any number of dangers, each by its name.
pub(super) const HAZARDS: Kind<Vec<HazardKind>> = Kind {
    shape: Shape::List,
    read: |texts| texts.iter().map(|text| hazard(text)).collect(),
};

pub(super) const VARIABLE_NAMES: Kind<Vec<String>> = Kind {
    shape: Shape::List,
    read: |texts| texts.iter().map(|text| variable_name(text)).collect(),
};

/// Returns the boolean that a text means: true/false, 1/0, yes/no, on/off, in
/// any case.
pub(super) fn switch(text: &str) -> Result<bool, Mismatch> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(Mismatch::Switch),
    }
}

/// Returns the target that a text means.
pub(super) fn target(text: &str) -> Result<Target, Mismatch> {
    // A target error quotes the text; a misplaced URL must not be quoted.
    let may_stand = |c: char| c.is_alphanumeric() || "_.@+-:".contains(c);
    if text.is_empty() {
        return Err(Mismatch::Empty);
    }
    if text.len() > 128 || !text.chars().all(may_stand) {
        return Err(Mismatch::NoTarget);
    }
    Ok(text.parse()?)
}

/// Returns the known word that a mistyped one is close to.
pub(super) fn nearest(
    text: &str,
    known: impl IntoIterator<Item = &'static str>,
) -> Option<&'static str> {
    known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(text, word), word))
        .filter(|(distance, word)| *distance * 3 <= word.len().max(3))
        .min()
        .map(|(_, word)| word)
}

fn one<'a>(texts: &[&'a str]) -> Result<&'a str, Mismatch> {
    match texts.first() {
        Some(text) if !text.is_empty() => Ok(text),
        Some(_) | None => Err(Mismatch::Empty),
    }
}

/// A duration error quotes the text; a text that does not even look like a
/// duration may be a misplaced secret.
fn span(text: &str) -> Result<Duration, Mismatch> {
    if text.len() > 20
        || !text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " .+-".contains(c))
    {
        return Err(Mismatch::NoDuration);
    }
    if !text
        .trim_start_matches(['-', '+'])
        .starts_with(|c: char| c.is_ascii_digit())
    {
        return Err(Mismatch::NoDuration);
    }
    Ok(duration::parse(text)?)
}

fn plain(text: &str) -> Result<&str, Mismatch> {
    match text {
        "" => Err(Mismatch::Empty),
        text if text.chars().any(char::is_control) => Err(Mismatch::ControlCharacter),
        text => Ok(text),
    }
}

fn identifier(text: &str, most: usize) -> Result<String, Mismatch> {
    match plain(text)? {
        text if text.len() > most => Err(Mismatch::LongName(most)),
        text => Ok(text.to_owned()),
    }
}

fn hazard(text: &str) -> Result<HazardKind, Mismatch> {
    const WORDS: [&str; HazardKind::ALL.len()] = {
        let mut words = [""; HazardKind::ALL.len()];
        let mut index = 0;
        while index < words.len() {
            words[index] = HazardKind::ALL[index].name();
            index += 1;
        }
        words
    };
    let mut kinds = HazardKind::ALL.into_iter();
    let found = kinds.find(|kind| kind.name() == text);
    found.ok_or_else(|| Mismatch::Choice {
        allowed: &WORDS,
        nearest: nearest(text, WORDS),
    })
}

fn path(text: &str) -> Result<String, Mismatch> {
    if listen::is_path(text) {
        Ok(text.to_owned())
    } else {
        Err(Mismatch::Path)
    }
}

/// Whether the names are there is only known to Python.
fn metadata(text: &str) -> Result<String, Mismatch> {
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    match text.split_once(':') {
        Some((module, path)) if [module, path].iter().all(|one| one.split('.').all(is_name)) => {
            Ok(text.to_owned())
        }
        Some(_) | None => Err(Mismatch::Metadata),
    }
}

fn variable_name(text: &str) -> Result<String, Mismatch> {
    match plain(text)? {
        text if text.contains('=') => Err(Mismatch::VariableName),
        text => Ok(text.to_owned()),
    }
}
