//! What can be wrong with certificates and their files.

use std::path::PathBuf;

use crate::config::SslMode;

/// Why the server's certificate is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateProblem {
    #[error("the server's certificate is for another name than `{expected}`")]
    WrongName {
        expected: String,
        /// The names it holds.
        presented: Vec<String>,
    },
    #[error("the server's certificate expired on {not_after}")]
    Expired { not_after: String },
    #[error("the server's certificate is not valid before {not_before}")]
    NotYetValid { not_before: String },
    #[error("the server's certificate was issued by an authority that is not trusted")]
    UnknownIssuer,
    /// X.509 version 1 has no extensions, so it can hold neither names nor a purpose.
    #[error("the server's certificate is of the obsolete X.509 version 1")]
    Version1,
    #[error("the server's certificate was revoked")]
    Revoked,
    #[error("the server's certificate cannot be used: {0}")]
    Other(String),
}

/// Why the files that TLS needs cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsSetupError {
    #[error("cannot read `{setting}` {}: {text}", path.display())]
    Unreadable {
        setting: &'static str,
        path: PathBuf,
        text: String,
    },
    #[error("`{setting}` {} holds no certificate in PEM form", path.display())]
    NoCertificate {
        setting: &'static str,
        path: PathBuf,
    },
    #[error("`sslkey` {} holds no private key in PEM form", .0.display())]
    NoKey(PathBuf),
    #[error("`sslkey` {} is encrypted, which is not supported", .0.display())]
    EncryptedKey(PathBuf),
    #[error("`sslcert` {} is set, but `sslkey` is not", .0.display())]
    CertificateWithoutKey(PathBuf),
    #[error("`sslcert` {} and `sslkey` {} cannot be used together: {text}", cert.display(), key.display())]
    Unusable {
        cert: PathBuf,
        key: PathBuf,
        text: String,
    },
    #[error("`sslmode={}` needs `sslrootcert`", name(*.0))]
    NoRoots(SslMode),
    #[error("`sslrootcert=system` needs `sslmode=verify-full`, not `{}`", name(*.0))]
    WeakMode(SslMode),
    #[error("`{0}` cannot be the name in a certificate")]
    BadName(String),
    #[error("TLS cannot be set up: {0}")]
    Library(String),
}

/// Returns the spelling of a mode in settings.
pub(crate) fn name(mode: SslMode) -> &'static str {
    match mode {
        SslMode::Disable => "disable",
        SslMode::Allow => "allow",
        SslMode::Prefer => "prefer",
        SslMode::Require => "require",
        SslMode::VerifyCa => "verify-ca",
        SslMode::VerifyFull => "verify-full",
    }
}
