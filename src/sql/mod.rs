//! SQL text: its statements, where they stand, and what each may be run in.
//!
//! Where a statement ends is decided by psql's rule on the tokens of a lexer,
//! not by a parser: a parser that meets syntax newer than itself recovers by
//! guessing, and a guess could move a boundary. Nothing here understands a
//! statement beyond the words that decide how it must be run; whether it is
//! correct is the server's to say. In the tests a parser checks the
//! boundaries of all that it does understand.

mod copy;
mod kind;
mod lexeme;
mod mask;
#[cfg(test)]
mod properties;
mod roles;
mod routine;
mod scan;
mod scope;
mod statement;
mod token;

pub(crate) use copy::inline_data_span;
pub use kind::{Control, IfNotExists, ObjectName, OutsideKind, Reindexed, StatementKind};
pub use mask::mask;
pub use roles::roles;
pub use scan::{Scan, directives, is_blank, scan};
pub use scope::{Scope, made, may_change_rows, may_hide_server, scope, sets_default_privileges};
pub use statement::{Statement, statements};
pub(crate) use token::{TokenKind, tokens};

/// What is wrong with a script before any server sees it. Offsets are bytes
/// of the text that was handed in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    #[error("a {enclosure} is not closed")]
    Unclosed { at: usize, enclosure: Enclosure },
    #[error("`{command}` is a command of psql, not SQL")]
    MetaCommand { at: usize, command: String },
    #[error("more follows on the line of a `COPY ... FROM stdin;`")]
    AfterCopy { at: usize },
    #[error("the text holds a character with the code 0")]
    Nul { at: usize },
}

/// What opens and has to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enclosure {
    Quote,
    DoubleQuote,
    DollarQuote,
    BlockComment,
}

impl SqlError {
    /// Returns where it is, in bytes.
    pub fn at(&self) -> usize {
        match self {
            Self::Unclosed { at, .. }
            | Self::MetaCommand { at, .. }
            | Self::AfterCopy { at }
            | Self::Nul { at } => *at,
        }
    }

    /// Returns the error as seen from a text in which this one begins later.
    #[must_use]
    pub fn shifted(mut self, by: usize) -> Self {
        match &mut self {
            Self::Unclosed { at, .. }
            | Self::MetaCommand { at, .. }
            | Self::AfterCopy { at }
            | Self::Nul { at } => *at += by,
        }
        self
    }
}

impl std::fmt::Display for Enclosure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Quote => "quote",
            Self::DoubleQuote => "double quote",
            Self::DollarQuote => "dollar quote",
            Self::BlockComment => "block comment",
        })
    }
}
