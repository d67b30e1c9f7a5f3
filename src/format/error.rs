//! What can be wrong with the files of a directory.

use std::sync::Arc;

use crate::duration::DurationError;

use crate::revision::IdError;
use crate::source::Source;
use crate::sql::SqlError;

/// One of the two directions in which a revision can be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    Up,
    Down,
}

/// A byte of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub file: Arc<Source>,
    pub at: usize,
}

impl Spot {
    pub(super) fn new(file: &Arc<Source>, at: usize) -> Self {
        Self {
            file: Arc::clone(file),
            at,
        }
    }
}

impl Half {
    /// Returns the word that stands after `migrate:`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    #[error("{error}")]
    Sql { spot: Spot, error: SqlError },
    #[error("the file has neither a header nor a number in front of its name")]
    Unnamed { spot: Spot },
    #[error("the header has no `revision`, but a `{key}`")]
    NoRevision { spot: Spot, key: &'static str },
    #[error("`{written}` is no key of a header")]
    UnknownKey {
        spot: Spot,
        written: String,
        known: &'static str,
    },
    #[error("the header has `{key}` twice")]
    DuplicateKey {
        first: Spot,
        second: Spot,
        key: &'static str,
    },
    #[error("{error}")]
    Id { spot: Spot, error: IdError },
    #[error("the file has no line `-- migrate:up`")]
    NoUpMarker { spot: Spot },
    #[error("something stands before the first marker line")]
    BeforeMarker { spot: Spot, marker: Spot },
    #[error("a marker shares its line with something else")]
    MarkerNotAlone { spot: Spot },
    #[error("`{written}` is no marker")]
    UnknownMarker { spot: Spot, written: String },
    #[error("the down section stands before the up section")]
    DownFirst { spot: Spot },
    #[error("there are two sections for one direction")]
    DuplicateSection {
        first: Spot,
        second: Spot,
        half: Half,
    },
    #[error("`{written}` is no option of a section")]
    UnknownOption {
        spot: Spot,
        written: String,
        known: Option<&'static str>,
    },
    #[error("the option `{option}` is given twice")]
    DuplicateOption { spot: Spot, option: &'static str },
    #[error("`{written}` is neither `true` nor `false`")]
    TransactionValue { spot: Spot, written: String },
    #[error("{error}")]
    LimitValue {
        spot: Spot,
        option: &'static str,
        error: DurationError,
    },
    #[error("two files have the number {number}")]
    SameNumber {
        first: Spot,
        second: Spot,
        number: String,
    },
    #[error("the file has no `.up.sql` beside it")]
    DownWithoutUp { spot: Spot },
    #[error("a `.down.sql` file has an up section")]
    UpInDownFile { spot: Spot },
}

/// Why a new file cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    #[error("the message `{message}` would be read as a line of the header")]
    Message { message: String },
    #[error("`{name}` cannot be the name of a revision's file")]
    FileName { name: String },
    #[error("the template names something that there is not")]
    Name {
        spot: Spot,
        nearest: Option<&'static str>,
    },
    #[error("the template has no line `${{header}}`")]
    NoHeader { spot: Spot },
    #[error("`${{header}}` stands once in a template, alone on its line")]
    HeaderNotAlone { spot: Spot },
    #[error("`${{header}}` stands below something that is no comment")]
    HeaderPlace { spot: Spot },
    /// Its place is one of the template.
    #[error("{0}")]
    Template(FormatError),
    #[error("a file made from the template declares something else than it should")]
    Unlike { spot: Spot },
}
