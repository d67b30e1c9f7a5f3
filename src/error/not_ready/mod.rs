//! Why an attempt did not bring what is waited for.
//!
//! It gathers the errors of several rooms, and so stands outside of them.

mod words;

pub(super) use words::diagnostic;

use super::Error;
use crate::also::AlsoFailure;
use crate::config::ConfigError;
use crate::postgres::version_table::StateError;
use crate::postgres::{ConnectError, ServerFailure};
use crate::revision::RevisionId;
use crate::wait::{Failure, Verdict};

#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Also(#[from] AlsoFailure),
    /// The state could not be read, and may well be a moment later: the
    /// connection ended, or a role's own timeout did not allow for it.
    #[error("the applied revisions could not be read: {0}")]
    Unread(ServerFailure),
    /// Something is pending, and this server accepts no writes.
    #[error("the server accepts no writes, and revision `{first}` is pending")]
    ReadOnly {
        first: RevisionId,
        count: usize,
        standby: bool,
    },
    /// `wait --schema`: not reached yet.
    #[error("the schema has not reached `{0}`")]
    Behind(String),
    /// `wait --schema`: another tool's heads are others, as far as they tell.
    #[error("the schema has not reached `{target}`: alembic_version holds `{}`", heads.join("`, `"))]
    BehindHeads { target: String, heads: Vec<String> },
    /// `wait --schema`: the state cannot be read, or not yet.
    #[error(transparent)]
    State(StateError),
    /// A secret's file that was there at the start is not, or is empty: it is
    /// being written anew.
    #[error(transparent)]
    Secret(Box<ConfigError>),
    /// No attempt can change this.
    #[error(transparent)]
    Other(Box<Error>),
}

impl NotReady {
    /// Returns what a failure to read the state means: what passes by itself is
    /// tried again, everything else is an error at once.
    pub fn reading(error: StateError) -> Self {
        match error {
            StateError::Server(failure) if failure.is_passing() => Self::Unread(*failure),
            error => Self::Other(Box::new(error.into())),
        }
    }

    /// Returns what a failure to read the secrets again means: whoever writes
    /// a file in place empties it first.
    pub fn rereading(error: ConfigError) -> Self {
        match error {
            error @ (ConfigError::EmptySecret { .. } | ConfigError::Unreadable { .. }) => {
                Self::Secret(Box::new(error))
            }
            error => Self::Other(Box::new(error.into())),
        }
    }
}

impl From<Error> for NotReady {
    fn from(error: Error) -> Self {
        Self::Other(Box::new(error))
    }
}

impl Failure for NotReady {
    fn verdict(&self) -> Verdict {
        match self {
            Self::Connect(error) => error.verdict(),
            Self::Also(error) => error.verdict(),
            Self::Unread(_)
            | Self::ReadOnly { .. }
            | Self::Behind(_)
            | Self::BehindHeads { .. }
            | Self::State(_) => Verdict::Transient,
            Self::Secret(_) => Verdict::Grace,
            Self::Other(_) => Verdict::Permanent,
        }
    }

    fn state(&self) -> String {
        match self {
            Self::Connect(error) => error.state(),
            Self::Also(error) => error.state(),
            Self::ReadOnly { standby: true, .. } => {
                "a standby, and revisions are pending".to_owned()
            }
            Self::ReadOnly { standby: false, .. } => {
                "a read-only server, and revisions are pending".to_owned()
            }
            Self::Unread(_)
            | Self::Behind(_)
            | Self::BehindHeads { .. }
            | Self::State(_)
            | Self::Secret(_)
            | Self::Other(_) => self.to_string(),
        }
    }
}
