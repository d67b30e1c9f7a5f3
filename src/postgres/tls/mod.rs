//! TLS to PostgreSQL by rustls, with libpq's meaning of `sslmode`,
//! `sslrootcert`, `sslcert` and `sslkey`.
//!
//! It does not ask the server for TLS; that is part of connecting.

mod binding;
mod certificate;
mod error;
mod files;
mod verify;

pub use error::{CertificateProblem, TlsSetupError};

use std::io;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::config::{Connection, SslMode};
use verify::{NameCheck, Verifier};

/// TLS as configured for a connection, for any of its hosts.
#[derive(Clone)]
pub(crate) struct TlsClient {
    config: Arc<ClientConfig>,
    mode: SslMode,
}

/// Why a handshake failed.
pub(crate) enum HandshakeError {
    Certificate(CertificateProblem),
    Setup(TlsSetupError),
    /// The peer or the library gave up.
    Refused(String),
    Io(io::Error),
}

impl TlsClient {
    /// Reads the files that the connection names. Files are read anew for
    /// each attempt, as they may be mounted or renewed while we wait.
    ///
    /// # Errors
    ///
    /// [`TlsSetupError`] when a file cannot be used or settings contradict.
    pub(crate) fn load(connection: &Connection) -> Result<Self, TlsSetupError> {
        let library = |error: rustls::Error| TlsSetupError::Library(error.to_string());
        let trust = files::trust(connection)?;
        let names = match connection.ssl_mode {
            SslMode::VerifyFull => NameCheck::Full,
            SslMode::Disable
            | SslMode::Allow
            | SslMode::Prefer
            | SslMode::Require
            | SslMode::VerifyCa => NameCheck::Skip,
        };
        let verifier = Verifier::new(trust, names);
        let builder = crate::tls::client_config()
            .map_err(library)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let config = match files::identity(connection)? {
            Some(identity) => {
                let (cert, key) = (identity.cert_path, identity.key_path);
                builder
                    .with_client_auth_cert(identity.chain, identity.key)
                    .map_err(|error| TlsSetupError::Unusable {
                        cert,
                        key,
                        text: error.to_string(),
                    })?
            }
            None => builder.with_no_client_auth(),
        };
        Ok(Self {
            config: Arc::new(config),
            mode: connection.ssl_mode,
        })
    }

    /// Shakes hands with a server that agreed to TLS.
    ///
    /// # Errors
    ///
    /// [`HandshakeError`]
    pub(crate) async fn handshake<S>(
        &self,
        host: &str,
        stream: S,
    ) -> Result<(TlsStream<S>, Option<Vec<u8>>), HandshakeError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let (config, name) = self.for_host(host)?;
        let stream = TlsConnector::from(config)
            .connect(name, stream)
            .await
            .map_err(HandshakeError::from)?;
        let leaf = stream
            .get_ref()
            .1
            .peer_certificates()
            .and_then(<[_]>::first);
        let binding = leaf.and_then(|leaf| binding::tls_server_end_point(leaf));
        Ok((stream, binding))
    }

    /// Returns the name to ask for. One that no certificate can hold matters
    /// only where names are compared; elsewhere the server is asked without a name.
    fn for_host(
        &self,
        host: &str,
    ) -> Result<(Arc<ClientConfig>, ServerName<'static>), HandshakeError> {
        match ServerName::try_from(host.to_owned()) {
            Ok(name) => Ok((Arc::clone(&self.config), name)),
            Err(_) if self.mode != SslMode::VerifyFull => {
                let mut config = ClientConfig::clone(&self.config);
                config.enable_sni = false;
                let unspecified = std::net::Ipv4Addr::UNSPECIFIED;
                let name = ServerName::IpAddress(std::net::IpAddr::V4(unspecified).into());
                Ok((Arc::new(config), name))
            }
            Err(_) => Err(HandshakeError::Setup(TlsSetupError::BadName(
                host.to_owned(),
            ))),
        }
    }
}

impl From<io::Error> for HandshakeError {
    fn from(error: io::Error) -> Self {
        let inner = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match inner {
            Some(rustls::Error::InvalidCertificate(problem)) => {
                Self::Certificate(verify::problem(problem))
            }
            Some(other) => Self::Refused(other.to_string()),
            None => Self::Io(error),
        }
    }
}
