//! Why an attempt did not bring what is waited for, and what is said about it.
//!
//! It gathers the errors of several rooms, and so stands outside of them.

use crate::also::AlsoFailure;
use crate::diagnostic::Diagnostic;
use crate::exit::Exit;
use crate::postgres::version_table::StateError;
use crate::postgres::{ConnectError, ServerFailure};
use crate::revision::RevisionId;
use crate::wait::{Failure, Verdict};

use super::{Error, also, connect, state};

#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Also(#[from] AlsoFailure),
    /// The connection ended while the state was read.
    #[error("the connection was lost while the applied revisions were read: {0}")]
    Lost(ServerFailure),
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
    /// `wait --schema`: the state cannot be read, or not yet.
    #[error(transparent)]
    State(StateError),
    /// No attempt can change this.
    #[error(transparent)]
    Other(Box<Error>),
}

impl NotReady {
    /// Returns what a failure to read the state means: a connection that ended
    /// is tried again, everything else is an error at once.
    pub fn reading(error: StateError) -> Self {
        match error {
            StateError::Server(failure) if failure.ends_session() => Self::Lost(*failure),
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
            Self::Lost(_) | Self::ReadOnly { .. } | Self::Behind(_) | Self::State(_) => {
                Verdict::Transient
            }
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
            Self::Lost(_) | Self::Behind(_) | Self::State(_) | Self::Other(_) => self.to_string(),
        }
    }
}

pub(super) fn diagnostic(error: &NotReady) -> Diagnostic {
    match error {
        NotReady::Connect(error) => connect::diagnostic(error),
        NotReady::Also(error) => also::diagnostic(error),
        NotReady::Lost(failure) => Diagnostic::error(
            "connection-lost",
            Exit::Unavailable,
            "the connection was lost while the applied revisions were read",
        )
        .cause(failure.to_string()),
        NotReady::ReadOnly {
            first,
            count,
            standby,
        } => {
            let server = if *standby { "a standby" } else { "read-only" };
            let diagnostic = Diagnostic::error(
                "read-only-server",
                Exit::Unavailable,
                format!("the server is {server}, and {count} revisions are pending"),
            )
            .cause(format!("the first of them is `{first}`"));
            if *standby {
                diagnostic.hint(
                    "name the primary in `MIGRATION_DATABASE_URL`, or all hosts with \
                     `target_session_attrs=primary`",
                )
            } else {
                diagnostic.hint(
                    "look at `default_transaction_read_only` of the server, the database and \
                     the role",
                )
            }
        }
        NotReady::Behind(target) => Diagnostic::error(
            "schema-behind",
            Exit::Unavailable,
            format!("the schema has not reached `{target}`"),
        )
        .hint("look at the process that applies the revisions, such as the migration Job")
        .hint("run `seaworthy upgrade` if there is none"),
        NotReady::State(error) => state::diagnostic(error),
        NotReady::Other(error) => error.diagnostic(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn said(error: &NotReady) -> String {
        let diagnostic = diagnostic(error);
        assert_eq!(diagnostic.exit.code(), 69);
        diagnostic.to_string()
    }

    #[test]
    fn a_standby() {
        let error = NotReady::ReadOnly {
            first: RevisionId::recorded("a1"),
            count: 3,
            standby: true,
        };
        insta::assert_snapshot!(said(&error), @"
        seaworthy: error[read-only-server]: the server is a standby, and 3 revisions are pending
          cause: the first of them is `a1`

          hint: name the primary in `MIGRATION_DATABASE_URL`, or all hosts with `target_session_attrs=primary`
        ");
    }

    #[test]
    fn a_read_only_server() {
        let error = NotReady::ReadOnly {
            first: RevisionId::recorded("a1"),
            count: 3,
            standby: false,
        };
        insta::assert_snapshot!(said(&error), @"
        seaworthy: error[read-only-server]: the server is read-only, and 3 revisions are pending
          cause: the first of them is `a1`

          hint: look at `default_transaction_read_only` of the server, the database and the role
        ");
    }

    #[test]
    fn a_schema_that_is_behind() {
        insta::assert_snapshot!(said(&NotReady::Behind("head".to_owned())), @"
        seaworthy: error[schema-behind]: the schema has not reached `head`

          hint: look at the process that applies the revisions, such as the migration Job
          hint: run `seaworthy upgrade` if there is none
        ");
    }
}
