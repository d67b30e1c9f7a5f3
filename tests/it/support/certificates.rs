//! Certificates made for one test.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, SigningKey,
    date_time_ymd,
};
use x509_cert::der::asn1::BitString;
use x509_cert::der::{Any, Decode, Encode, Tag, TagNumber, Tagged};

/// An authority and where its certificate lies.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    directory: tempfile::TempDir,
}

/// A certificate and its key, in PEM.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = params(&[], "seaworthy test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key can be made");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("an authority can be made");
        let directory = tempfile::tempdir().expect("the temporary directory can be written");
        let authority = Self { issuer, directory };
        authority.write("root.crt", &authority.pem());
        authority
    }

    /// Returns the path of the authority's certificate.
    pub(crate) fn root(&self) -> PathBuf {
        self.directory.path().join("root.crt")
    }

    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Writes a file beside the authority's certificate.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        write(self.directory.path(), name, text)
    }

    /// Issues a certificate for these names and addresses.
    pub(crate) fn issue(&self, names: &[&str]) -> Pair {
        self.issue_with(
            params(names, names.first().copied().unwrap_or("nobody")),
            &KeyPair::generate().expect("a key can be made"),
        )
    }

    /// Issues a certificate that only has a common name.
    pub(crate) fn issue_common_name(&self, name: &str) -> Pair {
        self.issue_with(
            params(&[], name),
            &KeyPair::generate().expect("a key can be made"),
        )
    }

    pub(crate) fn issue_expired(&self, name: &str) -> Pair {
        let mut params = params(&[name], name);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
        self.issue_with(params, &KeyPair::generate().expect("a key can be made"))
    }

    /// Issues a certificate of X.509 version 1, as `openssl x509 -req` does.
    pub(crate) fn issue_version_1(&self, name: &str) -> Pair {
        let key = KeyPair::generate().expect("a key can be made");
        let modern = params(&[], name)
            .signed_by(&key, &self.issuer)
            .expect("a certificate can be issued");
        let parts = Vec::<Any>::from_der(modern.der()).expect("it is a sequence");
        let members = Vec::<Any>::from_der(&parts[0].to_der().expect("it was DER"))
            .expect("it is a sequence");
        // Without the tagged members it has no version and no extensions.
        let old: Vec<Any> = members
            .into_iter()
            .filter(|member| !is_tagged(member.tag()))
            .collect();
        let old = old.to_der().expect("it can be encoded");
        let signature = self.issuer.key().sign(&old).expect("the authority signs");
        let signature = BitString::from_bytes(&signature).expect("it is short");
        let whole = vec![
            Any::from_der(&old).expect("it was just encoded"),
            parts[1].clone(),
            Any::encode_from(&signature).expect("it can be encoded"),
        ];
        Pair {
            certificate: pem(&whole.to_der().expect("it can be encoded")),
            key: key.serialize_pem(),
        }
    }

    fn issue_with(&self, params: CertificateParams, key: &KeyPair) -> Pair {
        let certificate = params
            .signed_by(key, &self.issuer)
            .expect("a certificate can be issued");
        Pair {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}

/// Makes a certificate that is its own authority, as PostgreSQL's manual does.
pub(crate) fn self_signed(names: &[&str], common_name: &str) -> Pair {
    self_signed_with(names, common_name, &rcgen::PKCS_ECDSA_P256_SHA256)
}

pub(crate) fn self_signed_with(
    names: &[&str],
    common_name: &str,
    algorithm: &'static rcgen::SignatureAlgorithm,
) -> Pair {
    let key = KeyPair::generate_for(algorithm).expect("a key can be made");
    let mut params = params(names, common_name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).expect("a certificate can be made");
    Pair {
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    }
}

fn params(names: &[&str], common_name: &str) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("the names are valid");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params
}

fn is_tagged(tag: Tag) -> bool {
    [TagNumber(0), TagNumber(3)].iter().any(|number| {
        tag == Tag::ContextSpecific {
            constructed: true,
            number: *number,
        }
    })
}

fn pem(der: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines.join("\n")
    )
}

fn write(directory: &Path, name: &str, text: &str) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, text).expect("the temporary directory can be written");
    path
}
