//! The certificate files, as libpq finds them: what is configured, else the
//! files in `~/.postgresql`, if they exist.

use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::TlsSetupError;
use crate::config::{Connection, RootCertificates, SslMode};

/// Whom to trust.
pub(super) enum Trust {
    /// Anyone: the certificate is not looked at.
    Anyone,
    Roots {
        store: RootCertStore,
        /// The certificates of `sslrootcert` themselves; one of them may be the server's own.
        pinned: Vec<CertificateDer<'static>>,
    },
}

/// The client's own certificate.
pub(super) struct Identity {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
    pub(super) cert_path: PathBuf,
    pub(super) key_path: PathBuf,
}

/// Returns whom to trust. As in libpq, roots that are there are used in every
/// mode, so `require` with roots verifies the chain.
pub(super) fn trust(connection: &Connection) -> Result<Trust, TlsSetupError> {
    let mode = connection.ssl_mode;
    match &connection.ssl_root_cert {
        Some(RootCertificates::System) if mode == SslMode::VerifyFull => Ok(Trust::Roots {
            store: crate::tls::system_roots(),
            pinned: Vec::new(),
        }),
        Some(RootCertificates::System) => Err(TlsSetupError::WeakMode(mode)),
        Some(RootCertificates::File(path)) => roots(path),
        None => match default_file("root.crt") {
            Some(path) => roots(&path),
            None if matches!(mode, SslMode::VerifyCa | SslMode::VerifyFull) => {
                Err(TlsSetupError::NoRoots(mode))
            }
            None => Ok(Trust::Anyone),
        },
    }
}

fn roots(path: &Path) -> Result<Trust, TlsSetupError> {
    let pinned = certificates("sslrootcert", path)?;
    let mut store = RootCertStore::empty();
    // One that cannot be a root may still be the server's own certificate.
    store.add_parsable_certificates(pinned.iter().cloned());
    Ok(Trust::Roots { store, pinned })
}

/// Returns the client's certificate and key, if there are any.
pub(super) fn identity(connection: &Connection) -> Result<Option<Identity>, TlsSetupError> {
    let configured = connection.ssl_cert.clone();
    let Some(cert_path) = configured.or_else(|| default_file("postgresql.crt")) else {
        return Ok(None);
    };
    let key_path = connection.ssl_key.clone();
    let Some(key_path) = key_path.or_else(|| default_file("postgresql.key")) else {
        return Err(TlsSetupError::CertificateWithoutKey(cert_path));
    };
    Ok(Some(Identity {
        chain: certificates("sslcert", &cert_path)?,
        key: private_key(&key_path)?,
        cert_path,
        key_path,
    }))
}

fn certificates(
    setting: &'static str,
    path: &Path,
) -> Result<Vec<CertificateDer<'static>>, TlsSetupError> {
    let unreadable = |error: pem::Error| unreadable(setting, path, &error);
    let found: Vec<_> = CertificateDer::pem_file_iter(path)
        .map_err(unreadable)?
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    if found.is_empty() {
        return Err(TlsSetupError::NoCertificate {
            setting,
            path: path.to_owned(),
        });
    }
    Ok(found)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsSetupError> {
    match PrivateKeyDer::from_pem_file(path) {
        Ok(key) => Ok(key),
        // One of the older kind has lines in it that are not Base64.
        Err(pem::Error::NoItemsFound | pem::Error::Base64Decode(_)) if is_encrypted(path) => {
            Err(TlsSetupError::EncryptedKey(path.to_owned()))
        }
        Err(pem::Error::NoItemsFound) => Err(TlsSetupError::NoKey(path.to_owned())),
        Err(error) => Err(unreadable("sslkey", path, &error)),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "certificate files belong to the connection, not to the revisions directory"
)]
fn is_encrypted(path: &Path) -> bool {
    const SIGNS: [&str; 2] = ["BEGIN ENCRYPTED PRIVATE KEY", "Proc-Type: 4,ENCRYPTED"];
    std::fs::read_to_string(path).is_ok_and(|text| SIGNS.iter().any(|sign| text.contains(sign)))
}

fn unreadable(setting: &'static str, path: &Path, error: &pem::Error) -> TlsSetupError {
    TlsSetupError::Unreadable {
        setting,
        path: path.to_owned(),
        text: match error {
            pem::Error::Io(error) => error.to_string(),
            other => other.to_string(),
        },
    }
}

fn default_file(name: &str) -> Option<PathBuf> {
    let path = std::env::home_dir()?.join(".postgresql").join(name);
    path.exists().then_some(path)
}
