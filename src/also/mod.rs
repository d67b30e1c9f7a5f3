//! What else must answer before the application starts: `--also`.
//!
//! One probe is one attempt; the readiness loop repeats it. A TCP or unix
//! target is ready when it accepts, since nothing is known of its protocol.

mod failure;
mod http;

pub use failure::{AlsoFailure, AlsoReason, AlsoStage, Distrust};

use std::future::Future;
use std::path::Path;

use tokio::time::timeout_at;

use crate::config::AlsoTarget;
use crate::dial::{self, Address, LookupError, Race, Socket};
use crate::wait::Attempt;

/// Returns a target as it may be shown: without credentials, and without the
/// query of a URL, which may hold a token.
pub fn shown(target: &AlsoTarget) -> String {
    match target {
        AlsoTarget::Tcp { host, port } => format!("tcp://{}:{port}", bracketed(host)),
        AlsoTarget::Http(target) => {
            let scheme = if target.tls { "https" } else { "http" };
            let path = target.path.split(['?', '#']).next().unwrap_or_default();
            format!(
                "{scheme}://{}:{}{path}",
                bracketed(&target.host),
                target.port
            )
        }
        AlsoTarget::Unix(path) => format!("unix://{}", path.display()),
        AlsoTarget::File(path) => format!("file://{}", path.display()),
    }
}

/// Tries a target once.
///
/// # Errors
///
/// [`AlsoFailure`] with what was found instead of readiness.
pub async fn probe(target: &AlsoTarget, attempt: Attempt) -> Result<(), AlsoFailure> {
    match target {
        AlsoTarget::Tcp { host, port } => connect(host, *port, attempt).await.map(drop),
        AlsoTarget::Http(target) => http::get(target, attempt).await,
        AlsoTarget::Unix(path) => {
            let address = Address::Unix(path.clone());
            within(attempt, AlsoStage::Dial, async {
                let socket = address.dial().await;
                socket.map_err(|error| AlsoReason::io(AlsoStage::Dial, &error))
            })
            .await
            .map(drop)
        }
        AlsoTarget::File(path) => exists(path),
    }
    .map_err(|reason| AlsoFailure {
        target: shown(target),
        reason,
    })
}

/// Opens a connection to the first address that accepts.
async fn connect(host: &str, port: u16, attempt: Attempt) -> Result<Box<dyn Socket>, AlsoReason> {
    let resolving = async {
        dial::resolve(host, port)
            .await
            .map_err(|error| match error {
                LookupError::NotFound => AlsoReason::NameNotFound,
                LookupError::Failed(text) => AlsoReason::NameLookup(text),
            })
    };
    let addresses = within(attempt, AlsoStage::Resolve, resolving).await?;
    let dialling = async {
        let mut race = Race::new(addresses, None);
        let mut last = AlsoReason::NameNotFound;
        while let Some((_, dialled)) = race.next().await {
            match dialled {
                Ok(socket) => return Ok(socket),
                Err(error) => last = AlsoReason::io(AlsoStage::Dial, &error),
            }
        }
        Err(last)
    };
    within(attempt, AlsoStage::Dial, dialling).await
}

fn exists(path: &Path) -> Result<(), AlsoReason> {
    match path.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => Err(AlsoReason::FileMissing),
        Err(error) => Err(AlsoReason::io(AlsoStage::Dial, &error)),
    }
}

/// Runs one stage within the attempt's deadline.
async fn within<T>(
    attempt: Attempt,
    stage: AlsoStage,
    work: impl Future<Output = Result<T, AlsoReason>>,
) -> Result<T, AlsoReason> {
    match attempt.deadline {
        Some(deadline) => timeout_at(deadline, work)
            .await
            .unwrap_or(Err(AlsoReason::TimedOut(stage))),
        None => work.await,
    }
}

/// Returns a host as it stands in a URL.
fn bracketed(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{HttpTarget, Secret};

    #[track_caller]
    fn check(target: AlsoTarget, expected: &str) {
        assert_eq!(shown(&target), expected);
    }

    #[test]
    fn targets_are_shown_without_what_may_be_secret() {
        check(
            AlsoTarget::Tcp {
                host: "::1".to_owned(),
                port: 6379,
            },
            "tcp://[::1]:6379",
        );
        check(
            AlsoTarget::Http(HttpTarget {
                tls: true,
                host: "api".to_owned(),
                port: 443,
                path: "/ready?token=s3cret".to_owned(),
                credentials: Some(("u".to_owned(), Secret::new("p@ss"))),
            }),
            "https://api:443/ready",
        );
        check(AlsoTarget::Unix("/run/a.sock".into()), "unix:///run/a.sock");
        check(AlsoTarget::File("/run/ready".into()), "file:///run/ready");
    }
}
