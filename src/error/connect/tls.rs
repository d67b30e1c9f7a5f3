//! What is said about certificates.

use super::hints::Peer;
use crate::diagnostic::{Diagnostic, Place};
use crate::exit::Exit;
use crate::postgres::tls::{CertificateProblem, TlsSetupError};

/// Returns what is said about the server's certificate.
pub(super) fn certificate(problem: &CertificateProblem, peer: &Peer<'_>, host: &str) -> Diagnostic {
    let say = |code, title: String| Diagnostic::error(code, Exit::Refused, title);
    match problem {
        CertificateProblem::WrongName {
            expected,
            presented,
        } => {
            let diagnostic = say(
                "certificate-wrong-name",
                format!("the certificate of `{host}` does not hold the name `{expected}`"),
            );
            match presented.first() {
                Some(name) => diagnostic
                    .cause(format!("it is for {}", presented.join(", ")))
                    .hint(format!(
                        "connect by a name that it holds, such as `{}`; `hostaddr` may give the address",
                        name
                    )),
                None => diagnostic
                    .cause("it holds no name at all")
                    .hint(with_name(peer.name)),
            }
        }
        CertificateProblem::Expired { not_after } => say(
            "certificate-expired",
            format!("the certificate of `{host}` expired on {not_after}"),
        )
        .hint("renew it, then let the server read it: `SELECT pg_reload_conf()`"),
        CertificateProblem::NotYetValid { not_before } => say(
            "certificate-not-yet-valid",
            format!("the certificate of `{host}` is not valid before {not_before}"),
        )
        .hint("compare the clocks of this machine and of the one that issued it: `date -u`"),
        CertificateProblem::UnknownIssuer => say(
            "certificate-unknown-issuer",
            format!("the certificate of `{host}` was issued by an authority that is not trusted"),
        )
        .hint("put the certificate of that authority into the file that `sslrootcert` names")
        .hint(format!(
            "see who issued it: `openssl s_client -starttls postgres -connect {host} -showcerts`"
        )),
        CertificateProblem::Version1 => say(
            "certificate-version-1",
            format!("the certificate of `{host}` is of X.509 version 1, which cannot be verified"),
        )
        .cause("version 1 holds no names and no purpose; `openssl x509 -req` makes one by default")
        .hint(with_name(peer.name))
        .hint(
            "then issue it again as version 3: `openssl x509 -req -in server.csr -copy_extensions \
             copy -days 365 -CA root.crt -CAkey root.key -CAcreateserial -out server.crt`",
        ),
        CertificateProblem::Revoked => say(
            "certificate-revoked",
            format!("the certificate of `{host}` was revoked"),
        )
        .hint("issue a new one for the server"),
        CertificateProblem::Other(text) => say(
            "certificate-unusable",
            format!("the certificate of `{host}` cannot be used"),
        )
        .cause(text)
        .hint(format!(
            "look at it: `openssl s_client -starttls postgres -connect {host} -showcerts`"
        )),
    }
}

/// Returns what is said about the files of ours.
pub(super) fn setup(problem: &TlsSetupError) -> Diagnostic {
    let diagnostic = Diagnostic::error("tls-files", Exit::Config, problem.to_string());
    match problem {
        TlsSetupError::Unreadable { setting, path, .. } => diagnostic
            .place(Place::named(format!("`{setting}`")))
            .hint(format!(
                "check that it is mounted, and that this user may read it: `ls -l {}`",
                path.display()
            )),
        TlsSetupError::NoCertificate { setting, path } => diagnostic
            .place(Place::named(format!("`{setting}`")))
            .hint(format!(
                "turn one in DER form into PEM: `openssl x509 -inform der -in {}`",
                path.display()
            )),
        TlsSetupError::NoKey(path) => diagnostic.hint(format!(
            "turn one in DER form into PEM: `openssl pkey -inform der -in {}`",
            path.display()
        )),
        TlsSetupError::EncryptedKey(path) => diagnostic.hint(format!(
            "store it without a password, as a secret: `openssl pkey -in {} -out client.key`",
            path.display()
        )),
        TlsSetupError::CertificateWithoutKey(_) => {
            diagnostic.hint("name the file with its private key in `sslkey` or `PGSSLKEY`")
        }
        TlsSetupError::Unusable { cert, key, .. } => diagnostic
            .hint(format!(
                "compare the public key in the one, `openssl x509 -noout -pubkey -in {}`",
                cert.display()
            ))
            .hint(format!(
                "with that of the other, `openssl pkey -pubout -in {}`",
                key.display()
            )),
        TlsSetupError::NoRoots(_) => diagnostic
            .hint("name the authority's certificate in `sslrootcert` or `PGSSLROOTCERT`")
            .hint("for a server with a public certificate, set `sslrootcert=system`"),
        TlsSetupError::WeakMode(_) => diagnostic.hint(
            "anybody can get a certificate from a public authority, so the name must be verified: \
             set `sslmode=verify-full`",
        ),
        TlsSetupError::BadName(_) => {
            diagnostic.hint("connect by a DNS name or an address, or set `sslmode=verify-ca`")
        }
        TlsSetupError::Library(_) => diagnostic.hint("this is a fault of seaworthy: report it"),
    }
}

fn with_name(name: &str) -> String {
    let kind = if name.parse::<std::net::IpAddr>().is_ok() {
        "IP"
    } else {
        "DNS"
    };
    format!(
        "ask for one with the name in it: `openssl req -new -nodes -subj /CN={name} -addext \
         subjectAltName={kind}:{name} -keyout server.key -out server.csr`"
    )
}
