//! Why another target is not ready.

use std::io;

use crate::wait::{Failure, Verdict};

/// A target, as it may be shown, and what was found there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{target}: {reason}")]
pub struct AlsoFailure {
    pub target: String,
    pub reason: AlsoReason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlsoStage {
    Resolve,
    Dial,
    Tls,
    Answer,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AlsoReason {
    #[error("name not found")]
    NameNotFound,
    #[error("name lookup failed: {0}")]
    NameLookup(String),
    #[error("{text}")]
    Io {
        stage: AlsoStage,
        kind: io::ErrorKind,
        text: String,
    },
    #[error("no answer")]
    TimedOut(AlsoStage),
    #[error("connected, then closed without a word")]
    Closed,
    #[error("no such file")]
    FileMissing,
    #[error("answered with status {0}")]
    Status(u16),
    #[error("answered with status {0}, a redirect, which is not followed")]
    Redirect(u16),
    #[error("the answer is not HTTP: {0}")]
    NotHttp(String),
    #[error("TLS failed: {0}")]
    Tls(String),
    #[error("the certificate is not accepted: {text}")]
    Certificate { distrust: Distrust, text: String },
    /// The host, path or credentials make no valid request.
    #[error("the URL makes no request: {0}")]
    BadUrl(String),
}

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distrust {
    Issuer,
    Name,
    /// Expired, or not yet valid.
    Dates,
    Other,
}

impl AlsoReason {
    pub(super) fn io(stage: AlsoStage, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Closed,
            io::ErrorKind::TimedOut => Self::TimedOut(stage),
            kind => Self::Io {
                stage,
                kind,
                text: match kind {
                    io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
                    io::ErrorKind::ConnectionReset => "connection reset".to_owned(),
                    io::ErrorKind::NotFound => "no such socket".to_owned(),
                    _ => error.to_string(),
                },
            },
        }
    }
}

impl Failure for AlsoFailure {
    /// Whatever another service says may change once it is up, its status and
    /// its protocol included; a certificate or a URL does not change by waiting.
    fn verdict(&self) -> Verdict {
        match &self.reason {
            AlsoReason::Certificate { .. } | AlsoReason::BadUrl(_) => Verdict::Permanent,
            AlsoReason::NameNotFound
            | AlsoReason::NameLookup(_)
            | AlsoReason::Io { .. }
            | AlsoReason::TimedOut(_)
            | AlsoReason::Closed
            | AlsoReason::FileMissing
            | AlsoReason::Status(_)
            | AlsoReason::Redirect(_)
            | AlsoReason::NotHttp(_)
            | AlsoReason::Tls(_) => Verdict::Transient,
        }
    }

    fn state(&self) -> String {
        self.reason.to_string()
    }
}
