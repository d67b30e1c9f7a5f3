//! Looking at a database for as long as the process lives, and answering probes
//! with what was seen last.

mod kept;

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::info;

use super::health::Health;
use crate::config::{Config, ListenAddress, Origin, RunConfig, Sourced};
use crate::error::Error;
use crate::plan;
use crate::probe::{Answer, Listener, Server};
use crate::process::Signals;
use crate::revision::{Graph, Target};
use crate::wait::{Backoff, Failure, Verdict};
use kept::Kept;

/// Where a sidecar listens if nothing else is configured.
const PORT: u16 = 9808;

/// How often a database that answers is asked, and the longest pause before one
/// that does not is tried again.
const INTERVAL: Duration = Duration::from_secs(5);

/// What one look has found.
#[derive(Debug)]
pub struct Round {
    pub found: Health,
    pub took: Duration,
}

/// Binds the port of a sidecar.
///
/// # Errors
///
/// [`Error::Listen`] for a port that cannot be bound.
pub fn sidecar(config: &RunConfig) -> Result<Listener, Error> {
    let everywhere = ListenAddress::Everywhere { port: PORT };
    let everywhere = || Sourced::new(everywhere, Origin::Default);
    let wanted = config.listen.clone().unwrap_or_else(everywhere);
    let listener = Listener::bind(&wanted)?;
    info!(target: "probe", "answering probes on {}", listener.address());
    Ok(listener)
}

/// Looks at the database until a signal comes, and answers probes meanwhile.
/// `tell` gets what each look has found.
///
/// # Errors
///
/// The signal that ended it; what is wrong with the target; that the port
/// cannot be watched.
pub async fn serve(
    config: &Config,
    (graph, target): (&Graph, &Target),
    listener: Listener,
    answer: impl Fn(&str) -> Answer + 'static,
    tell: impl FnMut(Round),
    signals: &Signals,
) -> Result<Infallible, Error> {
    plan::check_awaited(graph, target)?;
    let mut server = Server::open(listener, answer).map_err(Error::Runtime)?;
    let mut kept = Kept::new(config, graph, target);
    let ended = tokio::select! {
        signal = signals.received() => signal.map_or_else(Error::Signals, Error::Signal),
        never = look(&mut kept, tell) => match never {},
        never = server.run() => match never {},
    };
    tokio::join!(server.close(), kept.close());
    Err(ended)
}

async fn look(kept: &mut Kept<'_>, mut tell: impl FnMut(Round)) -> Infallible {
    let mut pauses = Backoff::new(INTERVAL);
    loop {
        let began = Instant::now();
        let found = kept.ask().await;
        let pause = match &found.connection {
            Some(Err(error)) => match error.verdict() {
                Verdict::Transient => pauses.next_delay(),
                // Each try is a line in the server's log.
                Verdict::Permanent | Verdict::Grace => INTERVAL,
            },
            Some(Ok(())) | None => {
                pauses = Backoff::new(INTERVAL);
                INTERVAL
            }
        };
        let took = began.elapsed();
        tell(Round { found, took });
        sleep(pause).await;
    }
}
