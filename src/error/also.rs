//! What is said about another target that is not ready.

use crate::also::{AlsoFailure, AlsoReason, Distrust};
use crate::diagnostic::{Diagnostic, Place};
use crate::exit::Exit;

pub fn diagnostic(error: &AlsoFailure) -> Diagnostic {
    let AlsoFailure { target, reason } = error;
    let diagnostic = Diagnostic::error(
        "also-not-ready",
        Exit::Unavailable,
        format!("`{target}` is not ready"),
    )
    .place(Place::named("`--also`").note(target))
    .cause(reason.to_string());
    let hint = match reason {
        AlsoReason::NameNotFound => {
            "is it on the same network? `docker compose ps` and `kubectl get services` show it"
        }
        AlsoReason::NameLookup(_) => {
            "check `/etc/resolv.conf` and that the name server can be reached"
        }
        AlsoReason::Io { .. } | AlsoReason::TimedOut(_) | AlsoReason::Closed => {
            "is it running, and is this its address? `docker compose ps` shows its port"
        }
        AlsoReason::FileMissing => "check that its directory is mounted into this container",
        AlsoReason::Status(_) => "see its log, and whether this is the path of its health check",
        AlsoReason::Redirect(_) => "name the address that it redirects to",
        AlsoReason::NotHttp(_) => "wait for its port only: `--also tcp://HOST:PORT`",
        AlsoReason::Tls(_) => "if it does not speak TLS on this port, write `http://`",
        AlsoReason::Certificate { distrust, .. } => match distrust {
            Distrust::Issuer | Distrust::Other => {
                "name a file with the certificate of its authority in `SSL_CERT_FILE`"
            }
            Distrust::Name => "reach it by a name that its certificate holds",
            Distrust::Dates => "renew it, or compare the clocks of both machines: `date -u`",
        },
        AlsoReason::BadUrl(_) => "correct the URL; what is not ASCII must be percent-encoded",
    };
    diagnostic.hint(hint)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;
    use crate::also::AlsoStage;

    fn said(reason: AlsoReason) -> String {
        let diagnostic = diagnostic(&AlsoFailure {
            target: "http://api:80/ready".to_owned(),
            reason,
        });
        assert_eq!(diagnostic.exit.code(), 69);
        diagnostic.to_string()
    }

    #[test]
    fn the_whole_text() {
        insta::assert_snapshot!(said(AlsoReason::Status(503)), @"
        seaworthy: error[also-not-ready]: `http://api:80/ready` is not ready
          --> `--also`   http://api:80/ready
          cause: answered with status 503

          hint: see its log, and whether this is the path of its health check
        ");
    }

    #[test]
    fn each_reason_has_its_cause_and_its_hint() {
        let reasons = [
            AlsoReason::NameNotFound,
            AlsoReason::NameLookup("try again".to_owned()),
            AlsoReason::Io {
                stage: AlsoStage::Dial,
                kind: ErrorKind::ConnectionRefused,
                text: "connection refused".to_owned(),
            },
            AlsoReason::TimedOut(AlsoStage::Answer),
            AlsoReason::Closed,
            AlsoReason::FileMissing,
            AlsoReason::Status(503),
            AlsoReason::Redirect(302),
            AlsoReason::NotHttp("invalid HTTP version parsed".to_owned()),
            AlsoReason::Tls("received corrupt message".to_owned()),
            AlsoReason::Certificate {
                distrust: Distrust::Dates,
                text: "expired".to_owned(),
            },
            AlsoReason::Certificate {
                distrust: Distrust::Issuer,
                text: "UnknownIssuer".to_owned(),
            },
            AlsoReason::BadUrl("invalid uri character".to_owned()),
        ];
        let lines: Vec<String> = reasons
            .into_iter()
            .flat_map(|reason| {
                let said = said(reason);
                let lines = said
                    .lines()
                    .filter(|line| line.contains("cause:") || line.contains("hint:"));
                lines.map(|line| line.trim().to_owned()).collect::<Vec<_>>()
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        cause: name not found
        hint: is it on the same network? `docker compose ps` and `kubectl get services` show it
        cause: name lookup failed: try again
        hint: check `/etc/resolv.conf` and that the name server can be reached
        cause: connection refused
        hint: is it running, and is this its address? `docker compose ps` shows its port
        cause: no answer
        hint: is it running, and is this its address? `docker compose ps` shows its port
        cause: connected, then closed without a word
        hint: is it running, and is this its address? `docker compose ps` shows its port
        cause: no such file
        hint: check that its directory is mounted into this container
        cause: answered with status 503
        hint: see its log, and whether this is the path of its health check
        cause: answered with status 302, a redirect, which is not followed
        hint: name the address that it redirects to
        cause: the answer is not HTTP: invalid HTTP version parsed
        hint: wait for its port only: `--also tcp://HOST:PORT`
        cause: TLS failed: received corrupt message
        hint: if it does not speak TLS on this port, write `http://`
        cause: the certificate is not accepted: expired
        hint: renew it, or compare the clocks of both machines: `date -u`
        cause: the certificate is not accepted: UnknownIssuer
        hint: name a file with the certificate of its authority in `SSL_CERT_FILE`
        cause: the URL makes no request: invalid uri character
        hint: correct the URL; what is not ASCII must be percent-encoded
        ");
    }
}
