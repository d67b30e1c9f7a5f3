//! What went wrong on the server, or on the way to it, as plain data.
//!
//! The library's error says only "db error" when it is shown; everything the
//! server told is kept here, and nothing that could hold a password.

use std::error::Error as _;
use std::time::Duration;

use tokio_postgres::error::ErrorPosition;

use super::Session;
use super::session::Ended;

/// A statement that failed, or a connection that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFailure {
    pub kind: FailureKind,
    /// The server's message, or the outermost cause of a lost connection.
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// CONTEXT: the functions and statements it happened in.
    pub context: Option<String>,
    /// Where in the message we sent, counted in characters from one.
    pub position: Option<u32>,
    /// What a function ran, where the error is in that and not in what we sent.
    pub internal_query: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The server answered with this SQLSTATE.
    Server(String),
    /// The connection ended before the answer.
    Lost,
    /// The server answered something that the protocol does not foresee here.
    Protocol,
}

impl ServerFailure {
    /// Returns the SQLSTATE; empty when the server did not answer.
    pub fn sqlstate(&self) -> &str {
        match &self.kind {
            FailureKind::Server(code) => code,
            FailureKind::Lost | FailureKind::Protocol => "",
        }
    }

    /// Returns the failure of a server that went on to the next message before
    /// it had answered to every statement of this one.
    pub(super) fn unanswered(answered: usize) -> Self {
        Self {
            kind: FailureKind::Protocol,
            message: format!("the server was ready again after {answered} statements of more"),
            detail: None,
            hint: None,
            context: None,
            position: None,
            internal_query: None,
        }
    }

    /// Returns the failure of a session that does not hold the lock any more.
    pub(super) fn not_held() -> Self {
        Self {
            kind: FailureKind::Protocol,
            message: "the session does not hold the migration lock any more".to_owned(),
            detail: None,
            hint: None,
            context: None,
            position: None,
            internal_query: None,
        }
    }

    /// Returns the failure of a server that says nothing any more, or of the way
    /// to it.
    pub(super) fn silent(waited: Duration) -> Self {
        Self {
            kind: FailureKind::Lost,
            message: format!("no answer within {waited:?}"),
            detail: None,
            hint: None,
            context: None,
            position: None,
            internal_query: None,
        }
    }

    /// Adds why the connection ended, where the session knows: what a request
    /// hears of it is only that it is closed.
    pub(super) fn explain(&mut self, session: &Session) {
        if self.kind != FailureKind::Lost {
            return;
        }
        if let Some(ended) = session.ended() {
            self.ended_by(&ended);
        }
    }

    /// A server that ended an idle session read nothing that came after: it is
    /// the answer to what was sent in the meantime.
    fn ended_by(&mut self, ended: &Ended) {
        if let Ended::Server(error) = ended {
            let answer = Self {
                kind: FailureKind::Server(error.sqlstate.clone()),
                message: error.message.clone(),
                detail: error.detail.clone(),
                hint: error.hint.clone(),
                ..self.clone()
            };
            if answer.ends_session() {
                *self = answer;
                return;
            }
        }
        let ended = ended.to_string();
        if ended != self.message {
            self.message = format!("{}: {ended}", self.message);
        }
    }

    /// Says whether the session is gone: by a lost connection, or because the
    /// server ended it (57P01 to 57P03, 57P05, and the class of connection errors).
    pub fn ends_session(&self) -> bool {
        match &self.kind {
            FailureKind::Lost => true,
            FailureKind::Protocol => false,
            FailureKind::Server(code) => {
                code.starts_with("08")
                    || matches!(
                        code.as_str(),
                        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04"
                    )
            }
        }
    }

    /// Says whether the same question may well be answered a moment later: the
    /// session is gone, the server lacks something for now (class 53), somebody
    /// intervened or a role's own timeout did (57), a device failed (58), or a
    /// fight for locks was lost.
    pub fn is_passing(&self) -> bool {
        match &self.kind {
            FailureKind::Lost | FailureKind::Protocol => true,
            FailureKind::Server(code) => {
                self.ends_session()
                    || ["40", "53", "57", "58"].contains(&code.get(..2).unwrap_or_default())
                    || code == "55P03"
            }
        }
    }
}

impl From<&tokio_postgres::Error> for ServerFailure {
    fn from(error: &tokio_postgres::Error) -> Self {
        if let Some(answer) = error.as_db_error() {
            return Self {
                kind: FailureKind::Server(answer.code().code().to_owned()),
                message: answer.message().to_owned(),
                detail: answer.detail().map(str::to_owned),
                hint: answer.hint().map(str::to_owned),
                context: answer.where_().map(str::to_owned),
                position: match answer.position() {
                    Some(ErrorPosition::Original(at)) => Some(*at),
                    Some(ErrorPosition::Internal { .. }) | None => None,
                },
                internal_query: match answer.position() {
                    Some(ErrorPosition::Internal { query, .. }) => Some(query.clone()),
                    Some(ErrorPosition::Original(_)) | None => None,
                },
            };
        }
        let cause = error.source();
        let io = cause.is_some_and(|cause| cause.is::<std::io::Error>());
        Self {
            kind: if error.is_closed() || io {
                FailureKind::Lost
            } else {
                FailureKind::Protocol
            },
            message: cause.map_or_else(|| error.to_string(), ToString::to_string),
            detail: None,
            hint: None,
            context: None,
            position: None,
            internal_query: None,
        }
    }
}

impl From<tokio_postgres::Error> for ServerFailure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::from(&error)
    }
}

impl std::fmt::Display for ServerFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            FailureKind::Server(code) => write!(f, "{} ({code})", self.message),
            FailureKind::Lost | FailureKind::Protocol => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for ServerFailure {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::ServerError;

    #[track_caller]
    fn check(sqlstate: &str, passing: bool, ends_session: bool) {
        let failure = ServerFailure {
            kind: FailureKind::Server(sqlstate.to_owned()),
            message: String::new(),
            detail: None,
            hint: None,
            context: None,
            position: None,
            internal_query: None,
        };
        assert_eq!(failure.is_passing(), passing, "{sqlstate}");
        assert_eq!(failure.ends_session(), ends_session, "{sqlstate}");
    }

    #[test]
    fn some_failures_pass_and_some_end_the_session() {
        check("57014", true, false);
        check("57P01", true, true);
        check("53100", true, false);
        check("55P03", true, false);
        check("40P01", true, false);
        check("08006", true, true);
        check("25P03", true, true);
        check("42501", false, false);
        check("42P01", false, false);
        check("", false, false);
    }

    #[track_caller]
    fn check_end(ended: &Ended, expected: &str) {
        let mut failure = ServerFailure {
            kind: FailureKind::Lost,
            message: "connection closed".to_owned(),
            detail: None,
            hint: None,
            context: None,
            position: None,
            internal_query: None,
        };
        failure.ended_by(ended);
        assert_eq!(failure.to_string(), expected);
        assert!(failure.ends_session());
    }

    #[test]
    fn a_server_that_ends_a_session_has_answered() {
        let server = |sqlstate: &str| {
            Ended::Server(ServerError {
                severity: "FATAL".to_owned(),
                sqlstate: sqlstate.to_owned(),
                message: "no more".to_owned(),
                detail: None,
                hint: None,
            })
        };
        check_end(&server("57P01"), "no more (57P01)");
        check_end(
            &server("XX000"),
            "connection closed: FATAL: no more (XX000)",
        );
        check_end(
            &Ended::Lost("reset by peer".to_owned()),
            "connection closed: reset by peer",
        );
    }
}
