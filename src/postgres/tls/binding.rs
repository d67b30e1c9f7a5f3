//! SCRAM's channel binding `tls-server-end-point` (RFC 5929, section 4.1).

use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode, Encode};
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::certificate::Certificate;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

const RSASSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");

/// Signature algorithms and hashes, with the hash that binds the channel. For
/// MD5 and SHA-1 the RFC wants SHA-256.
const HASHES: [(ObjectIdentifier, Hash); 18] = [
    (oid("1.2.840.113549.1.1.4"), Hash::Sha256),
    (oid("1.2.840.113549.1.1.5"), Hash::Sha256),
    (oid("1.2.840.113549.1.1.11"), Hash::Sha256),
    (oid("1.2.840.113549.1.1.12"), Hash::Sha384),
    (oid("1.2.840.113549.1.1.13"), Hash::Sha512),
    (oid("1.2.840.113549.1.1.14"), Hash::Sha224),
    (oid("1.2.840.10045.4.1"), Hash::Sha256),
    (oid("1.2.840.10045.4.3.1"), Hash::Sha224),
    (oid("1.2.840.10045.4.3.2"), Hash::Sha256),
    (oid("1.2.840.10045.4.3.3"), Hash::Sha384),
    (oid("1.2.840.10045.4.3.4"), Hash::Sha512),
    // The hashes themselves, as RSASSA-PSS names them in its parameters.
    (oid("1.2.840.113549.2.5"), Hash::Sha256),
    (oid("1.3.14.3.2.26"), Hash::Sha256),
    (oid("2.16.840.1.101.3.4.2.1"), Hash::Sha256),
    (oid("2.16.840.1.101.3.4.2.2"), Hash::Sha384),
    (oid("2.16.840.1.101.3.4.2.3"), Hash::Sha512),
    (oid("2.16.840.1.101.3.4.2.4"), Hash::Sha224),
    // `id-dsa-with-sha256`.
    (oid("2.16.840.1.101.3.4.3.2"), Hash::Sha256),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// Returns the hash of the server's certificate by its signature's algorithm;
/// `None` where the RFC defines none, such as for Ed25519.
pub(super) fn tls_server_end_point(leaf: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let certificate = Certificate::parse(leaf)?;
    let hash = hash(certificate.inner().signature_algorithm())?;
    Some(match hash {
        Hash::Sha224 => Sha224::digest(leaf).to_vec(),
        Hash::Sha256 => Sha256::digest(leaf).to_vec(),
        Hash::Sha384 => Sha384::digest(leaf).to_vec(),
        Hash::Sha512 => Sha512::digest(leaf).to_vec(),
    })
}

fn hash(algorithm: &AlgorithmIdentifierOwned) -> Option<Hash> {
    let oid = if algorithm.oid == RSASSA_PSS {
        pss_hash(algorithm)?
    } else {
        algorithm.oid
    };
    HASHES
        .iter()
        .find(|(known, _)| *known == oid)
        .map(|(_, hash)| *hash)
}

/// Returns the hash in the parameters of RSASSA-PSS (RFC 4055, section 3.1):
/// a sequence whose first member, tagged zero, is the hash; SHA-1 by default.
fn pss_hash(algorithm: &AlgorithmIdentifierOwned) -> Option<ObjectIdentifier> {
    const SHA_1: ObjectIdentifier = oid("1.3.14.3.2.26");
    let Some(parameters) = &algorithm.parameters else {
        return Some(SHA_1);
    };
    let members = Vec::<x509_cert::der::Any>::from_der(&parameters.to_der().ok()?).ok()?;
    match members.first() {
        Some(first) if first.value().first() == Some(&0x30) && tag_number(first) == Some(0) => {
            AlgorithmIdentifierOwned::from_der(first.value())
                .ok()
                .map(|hash| hash.oid)
        }
        _ => Some(SHA_1),
    }
}

fn tag_number(value: &x509_cert::der::Any) -> Option<u8> {
    // 0xA0 is the context-specific, constructed tag zero.
    value.to_der().ok()?.first().map(|byte| byte ^ 0xA0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(algorithm: &str, expected: Option<Hash>) {
        let der: Vec<u8> = (0..algorithm.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&algorithm[at..at + 2], 16).unwrap())
            .collect();
        let algorithm = AlgorithmIdentifierOwned::from_der(&der).unwrap();
        assert_eq!(hash(&algorithm), expected);
    }

    #[test]
    fn the_hash_is_that_of_the_signature() {
        // sha1WithRSAEncryption, sha512WithRSAEncryption, ecdsa-with-SHA384.
        check("300d06092a864886f70d0101050500", Some(Hash::Sha256));
        check("300d06092a864886f70d01010d0500", Some(Hash::Sha512));
        check("300a06082a8648ce3d040303", Some(Hash::Sha384));
        // Ed25519 has none.
        check("300506032b6570", None);
    }

    #[test]
    fn rsassa_pss_names_its_hash() {
        check(
            "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a86\
             4886f70d010108300d06096086480165030402010500a203020120",
            Some(Hash::Sha256),
        );
        check(
            "304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a86\
             4886f70d010108300d06096086480165030402020500a203020130",
            Some(Hash::Sha384),
        );
        // Without parameters it is SHA-1, for which SHA-256 stands in.
        check("300d06092a864886f70d01010a3000", Some(Hash::Sha256));
    }
}
