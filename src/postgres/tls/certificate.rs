//! What has to be known of one certificate beyond what webpki tells.

use std::time::Duration;

use rustls::pki_types::{CertificateDer, UnixTime};
use x509_cert::certificate::Version;
use x509_cert::der::{DateTime, Decode};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use super::CertificateProblem;

/// A parsed certificate.
pub(super) struct Certificate(x509_cert::Certificate);

impl Certificate {
    /// Returns `None` for what is not a certificate.
    pub(super) fn parse(der: &CertificateDer<'_>) -> Option<Self> {
        x509_cert::Certificate::from_der(der).ok().map(Self)
    }

    pub(super) fn is_version_1(&self) -> bool {
        self.0.tbs_certificate().version() == Version::V1
    }

    /// Returns the public key with its algorithm, in DER.
    pub(super) fn public_key(&self) -> Option<Vec<u8>> {
        use x509_cert::der::Encode;
        self.0
            .tbs_certificate()
            .subject_public_key_info()
            .to_der()
            .ok()
    }

    /// Checks the dates.
    pub(super) fn check_time(&self, now: UnixTime) -> Result<(), CertificateProblem> {
        let validity = self.0.tbs_certificate().validity();
        let now = Duration::from_secs(now.as_secs());
        if now < validity.not_before.to_unix_duration() {
            return Err(CertificateProblem::NotYetValid {
                not_before: validity.not_before.to_date_time().to_string(),
            });
        }
        if now > validity.not_after.to_unix_duration() {
            return Err(CertificateProblem::Expired {
                not_after: validity.not_after.to_date_time().to_string(),
            });
        }
        Ok(())
    }

    /// Returns whether it holds DNS names or addresses; the common name counts
    /// only where it does not. An extension that cannot be read counts as one
    /// that does.
    pub(super) fn has_alternative_names(&self) -> bool {
        match self.0.tbs_certificate().get_extension::<SubjectAltName>() {
            Ok(Some((_, names))) => names
                .0
                .iter()
                .any(|name| matches!(name, GeneralName::DnsName(_) | GeneralName::IpAddress(_))),
            Ok(None) => false,
            Err(_) => true,
        }
    }

    /// Checks the common name against a host. A wildcard stands for the first
    /// label, and only for a whole one, as in libpq.
    pub(super) fn check_common_name(&self, host: &str) -> Result<(), CertificateProblem> {
        let name = self.0.tbs_certificate().subject().common_name();
        let name = name.ok().flatten().map(|name| name.value().into_owned());
        if name.as_deref().is_some_and(|name| matches(name, host)) {
            return Ok(());
        }
        Err(CertificateProblem::WrongName {
            expected: host.to_owned(),
            presented: name.into_iter().collect(),
        })
    }

    pub(super) fn inner(&self) -> &x509_cert::Certificate {
        &self.0
    }
}

fn matches(pattern: &str, host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    if pattern.eq_ignore_ascii_case(host) {
        return true;
    }
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    match (pattern.strip_prefix("*."), host.split_once('.')) {
        (Some(domain), Some((label, rest))) => {
            !is_address && !label.is_empty() && domain.eq_ignore_ascii_case(rest)
        }
        _ => false,
    }
}

/// Returns a time as it is shown.
pub(super) fn shown(time: UnixTime) -> String {
    DateTime::from_unix_duration(Duration::from_secs(time.as_secs()))
        .map_or_else(|_| "an unknown date".to_owned(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, host: &str, expected: bool) {
        assert_eq!(matches(pattern, host), expected, "{pattern} {host}");
    }

    #[test]
    fn a_common_name_matches_as_in_libpq() {
        check("db.example.com", "db.example.com", true);
        check("DB.example.com", "db.EXAMPLE.com", true);
        check("db.example.com", "db.example.com.", true);
        check("*.example.com", "db.example.com", true);
        check("*.example.com", "a.db.example.com", false);
        check("*.example.com", "example.com", false);
        check("*.example.com", ".example.com", false);
        check("d*.example.com", "db.example.com", false);
        check("*", "db", false);
        check("*.0.0.1", "127.0.0.1", false);
        check("127.0.0.1", "127.0.0.1", true);
        check("", "db", false);
    }
}
