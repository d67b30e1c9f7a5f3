//! Whether the server's certificate is accepted.
//!
//! webpki builds and checks chains. Two kinds of certificate that it refuses
//! are made by recipes in PostgreSQL's manual, and libpq takes them: a
//! self-signed one that is an authority too, and one of X.509 version 1. The
//! first is accepted here if it stands in `sslrootcert` itself; the second
//! gets an error of its own. The server's signature over the handshake is checked in
//! every mode, since channel binding rests on it.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    CryptoProvider, verify_tls12_signature, verify_tls13_signature,
    verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};
use std::sync::Arc;

use super::CertificateProblem;
use super::certificate::{self, Certificate};
use super::files::Trust;

/// Whether the host's name must stand in the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameCheck {
    Full,
    Skip,
}

pub(super) struct Verifier {
    trust: Trust,
    names: NameCheck,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    pub(super) fn new(trust: Trust, names: NameCheck) -> Self {
        Self {
            trust,
            names,
            provider: crate::tls::provider(),
        }
    }

    fn check_name(
        &self,
        leaf: &CertificateDer<'_>,
        certificate: &Certificate,
        name: &ServerName<'_>,
    ) -> Result<(), rustls::Error> {
        match self.names {
            NameCheck::Skip => Ok(()),
            NameCheck::Full if certificate.has_alternative_names() => {
                verify_server_name(&ParsedCertificate::try_from(leaf)?, name)
            }
            NameCheck::Full => certificate
                .check_common_name(&name.to_str())
                .map_err(refused),
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Trust::Roots { store, pinned } = &self.trust else {
            return Ok(ServerCertVerified::assertion());
        };
        let certificate = Certificate::parse(leaf).ok_or(CertificateError::BadEncoding)?;
        if pinned.iter().any(|trusted| trusted == leaf) {
            certificate.check_time(now).map_err(refused)?;
        } else if certificate.is_version_1() {
            return Err(refused(CertificateProblem::Version1));
        } else {
            verify_server_cert_signed_by_trust_anchor(
                &ParsedCertificate::try_from(leaf)?,
                store,
                intermediates,
                now,
                self.provider.signature_verification_algorithms.all,
            )
            .map_err(|error| match error {
                // The name of a trusted authority over the signature of another:
                // one that was made anew, whose old certificate is trusted here.
                rustls::Error::InvalidCertificate(CertificateError::BadSignature) => {
                    CertificateError::UnknownIssuer.into()
                }
                error => error,
            })?;
        }
        self.check_name(leaf, &certificate, name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        // webpki reads the key only out of a certificate of version 3, and
        // TLS 1.2 leaves no other way to check the signature.
        if Certificate::parse(leaf).is_some_and(|leaf| leaf.is_version_1()) {
            return Err(refused(CertificateProblem::Version1));
        }
        verify_tls12_signature(message, leaf, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        match Certificate::parse(leaf).filter(Certificate::is_version_1) {
            Some(certificate) => {
                let key = certificate
                    .public_key()
                    .ok_or(CertificateError::BadEncoding)?;
                let key = SubjectPublicKeyInfoDer::from(key);
                verify_tls13_signature_with_raw_key(message, &key, signed, algorithms)
            }
            None => verify_tls13_signature(message, leaf, signed, algorithms),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier")
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

/// Wraps a problem of ours so that it survives the way through rustls.
fn refused(problem: CertificateProblem) -> rustls::Error {
    CertificateError::Other(OtherError(Arc::new(problem))).into()
}

/// Returns what rustls found as a problem of ours.
pub(super) fn problem(error: &CertificateError) -> CertificateProblem {
    match error {
        CertificateError::Other(OtherError(inner)) => inner
            .downcast_ref::<CertificateProblem>()
            .cloned()
            .unwrap_or_else(|| CertificateProblem::Other(inner.to_string())),
        CertificateError::ExpiredContext { not_after, .. } => CertificateProblem::Expired {
            not_after: certificate::shown(*not_after),
        },
        CertificateError::NotValidYetContext { not_before, .. } => {
            CertificateProblem::NotYetValid {
                not_before: certificate::shown(*not_before),
            }
        }
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => CertificateProblem::WrongName {
            expected: expected.to_str().into_owned(),
            presented: presented.iter().map(|name| plain(name)).collect(),
        },
        CertificateError::UnknownIssuer => CertificateProblem::UnknownIssuer,
        CertificateError::Revoked => CertificateProblem::Revoked,
        other => CertificateProblem::Other(other.to_string()),
    }
}

/// Returns a name as it is; webpki shows it as `DnsName("db")`.
fn plain(shown: &str) -> String {
    let inner = shown.split_once('(').map_or(shown, |(_, inner)| inner);
    inner.trim_end_matches(')').trim_matches('"').to_owned()
}
