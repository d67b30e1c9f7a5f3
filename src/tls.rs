//! What every TLS client here shares: the cryptography and the roots of trust
//! of the system. Who is trusted for which host is decided by its users.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

/// Returns the one implementation of cryptography that is compiled in.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Returns a configuration for TLS 1.2 and 1.3 that lacks a verifier.
///
/// # Errors
///
/// When the cryptography supports neither version: a fault of the build.
pub fn client_config() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, rustls::Error> {
    ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()
}

/// Returns the roots of the system: the file or directory in `SSL_CERT_FILE`
/// or `SSL_CERT_DIR`, else the image's store, else, in an image that has
/// none, the roots compiled in. A certificate in a store that cannot be parsed is passed over.
pub fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}
