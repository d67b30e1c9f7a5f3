//! Why a connection could not be made: every address that was tried, and how
//! each of them failed. Plain data; what it means is decided in `classify`,
//! and the words for a person in `error/`.

use std::fmt;
use std::io;

use crate::config::{SslMode, TargetSessionAttrs};
use crate::postgres::classify;
use crate::postgres::tls::{CertificateProblem, TlsSetupError};
use crate::wait::{Failure, Verdict};

/// No address led to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectError {
    pub user: String,
    pub database: String,
    pub ssl_mode: SslMode,
    /// In the order in which they failed; never empty.
    pub tries: Vec<Try>,
}

/// One address, or one host whose name gave none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// The host as it was configured and may be shown, such as `db:5432`.
    pub host: String,
    /// The address that was dialled, where it says more than the host.
    pub address: Option<String>,
    pub encryption: Encryption,
    pub reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    Plain,
    Tls,
}

/// How far an attempt had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Looking the name up.
    Resolve,
    /// Opening the socket.
    Dial,
    /// Asking for TLS, and its handshake.
    Tls,
    /// Startup and authentication.
    Login,
    /// The first query.
    Query,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    NameNotFound,
    /// The lookup failed in another way; the resolver's own words.
    NameLookup(String),
    Io {
        stage: Stage,
        kind: io::ErrorKind,
        text: String,
    },
    TimedOut(Stage),
    /// The peer ended the connection without a word.
    Closed(Stage),
    /// Bytes that are not PostgreSQL's protocol.
    NotPostgres(String),
    /// More bytes before the login was complete than any server has to say.
    TooMuchBeforeLogin,
    /// TLS is required and the server answered `N`.
    TlsNotOffered,
    /// The handshake failed for a reason other than the certificate.
    TlsHandshake(String),
    Certificate(CertificateProblem),
    /// The files for TLS could not be used.
    TlsSetup(TlsSetupError),
    Server(ServerError),
    /// The server asks for a password and none is configured.
    PasswordMissing,
    /// The server asks for a method that we do not have, or broke the one we have.
    Authentication(String),
    /// `channel_binding=require` could not be kept.
    ChannelBinding(String),
    /// The server is not the kind that `target_session_attrs` asks for.
    WrongServer {
        wanted: TargetSessionAttrs,
        in_recovery: bool,
        read_only: bool,
    },
    /// A server on a unix socket that listens on no address.
    FirstBoot,
}

/// An ErrorResponse of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerError {
    pub severity: String,
    pub sqlstate: String,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
}

impl ConnectError {
    /// Returns the try that decides what this failure means: a permanent one
    /// or one of the grace class ends the attempt, so it is the last; among
    /// transient ones it is the one that came furthest.
    pub fn decisive(&self) -> Option<&Try> {
        let last = self.tries.last()?;
        match classify::verdict(&last.reason) {
            Verdict::Permanent | Verdict::Grace => Some(last),
            // The later of two equals: `max_by_key` keeps the last maximum.
            Verdict::Transient => self
                .tries
                .iter()
                .filter(|tried| classify::verdict(&tried.reason) == Verdict::Transient)
                .max_by_key(|tried| classify::progress(&tried.reason)),
        }
    }
}

impl Failure for ConnectError {
    fn verdict(&self) -> Verdict {
        self.decisive()
            .map_or(Verdict::Transient, |tried| classify::verdict(&tried.reason))
    }

    fn state(&self) -> String {
        self.decisive()
            .map_or_else(String::new, |tried| classify::state(&tried.reason))
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no connection")?;
        match self.decisive() {
            Some(tried) => write!(f, " to {tried}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ConnectError {}

impl fmt::Display for Try {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        if let Some(address) = &self.address {
            write!(f, " ({address})")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&classify::state(self))
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.severity, self.message, self.sqlstate)?;
        if let Some(detail) = &self.detail {
            write!(f, "\nDETAIL: {detail}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nHINT: {hint}")?;
        }
        Ok(())
    }
}

impl From<&tokio_postgres::error::DbError> for ServerError {
    fn from(error: &tokio_postgres::error::DbError) -> Self {
        Self {
            severity: error.severity().to_owned(),
            sqlstate: error.code().code().to_owned(),
            message: error.message().to_owned(),
            detail: error.detail().map(str::to_owned),
            hint: error.hint().map(str::to_owned),
        }
    }
}
