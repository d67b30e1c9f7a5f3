//! The server's side of TLS, for peers that are not PostgreSQL.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::certificates::Pair;

/// Returns what answers a handshake with a certificate.
pub(crate) fn acceptor(pair: &Pair) -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_slice(pair.certificate.as_bytes());
    let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes());
    let config = ServerConfig::builder_with_provider(seaworthy::tls::provider())
        .with_safe_default_protocol_versions()
        .expect("the provider has TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.expect("it is PEM")],
            key.expect("it is PEM"),
        )
        .expect("the key belongs to the certificate");
    TlsAcceptor::from(Arc::new(config))
}
