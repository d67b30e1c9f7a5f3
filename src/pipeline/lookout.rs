//! Answers probes while the voyage lasts, so that nobody takes one that is long
//! for one that hangs.

use tracing::info;

use crate::config::RunConfig;
use crate::error::Error;
use crate::phase::Bulletin;
use crate::probe::{Answer, Listener, Server, StatusCode};

/// A port that was bound before anything else was begun, and the paths that ask
/// for nothing but life.
#[derive(Debug)]
pub struct Lookout {
    listener: Listener,
    live_paths: Vec<String>,
}

impl Lookout {
    /// Binds the port where one is configured. Clients are answered from
    /// [`attended`] on, and wait in the kernel's queue until then.
    ///
    /// # Errors
    ///
    /// [`Error::Listen`] for a port that cannot be bound.
    pub fn open(config: &RunConfig) -> Result<Option<Self>, Error> {
        let Some(wanted) = &config.listen else {
            return Ok(None);
        };
        let listener = Listener::bind(wanted)?;
        info!(target: "probe", "answering probes on {}", listener.address());
        Ok(Some(Self {
            listener,
            live_paths: config.live_paths.clone(),
        }))
    }
}

/// Runs a voyage and answers probes meanwhile; the port is free when it ends.
///
/// # Errors
///
/// Those of the voyage, and [`Error::Runtime`] where the port cannot be watched.
pub async fn attended<T>(
    lookout: Option<Lookout>,
    voyage: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(lookout) = lookout else {
        return voyage.await;
    };
    let bulletin = Bulletin::starting_now();
    let news = bulletin.clone();
    let live_paths = lookout.live_paths;
    let mut server = Server::open(lookout.listener, move |path| {
        answer(&live_paths, &news, path)
    })
    .map_err(Error::Runtime)?;
    // Not `biased`: a voyage that is never at rest must not leave probes waiting.
    let result = tokio::select! {
        result = bulletin.during(voyage) => result,
        never = server.run() => match never {},
    };
    if result.is_ok() {
        server.close().await;
    }
    result
}

fn answer(live_paths: &[String], news: &Bulletin, path: &str) -> Answer {
    let status = if live_paths.iter().any(|live| live == path) {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    Answer {
        status,
        content_type: "application/json",
        body: format!("{}\n", news.document()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn live_paths_are_200_and_all_others_503() {
        let live_paths = ["/livez".to_owned(), "/up".to_owned()];
        let news = Bulletin::starting_now();
        for (path, status) in [
            ("/livez", 200),
            ("/up", 200),
            ("/", 503),
            ("/readyz", 503),
            ("/livez/", 503),
            ("/LIVEZ", 503),
            ("livez", 503),
        ] {
            let answer = answer(&live_paths, &news, path);
            assert_eq!(answer.status.as_u16(), status, "{path}");
            assert_eq!(answer.body, "{\"for_seconds\":0,\"phase\":\"starting\"}\n");
        }
    }
}
