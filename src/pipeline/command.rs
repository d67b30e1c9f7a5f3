//! The command that migrates in the place of the revisions, while we hold the
//! lock for it: its lines, its end, and what may come before that.

use std::pin::pin;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tracing::{info, warn};

use super::passage::{Passage, Way};
use crate::config::{Config, MigrateCommand};
use crate::error::Error;
use crate::phase::{self, News};
use crate::postgres::ServerFailure;
use crate::postgres::lock::Locked;
use crate::process::{CommandError, Incoming, RunningCommand, Signal, Signals};

/// How often long work is logged.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// A command that goes on for so long without the lock is killed.
const GRACE: Duration = Duration::from_secs(10);

/// How long lines may come after the end: a process that the command has left
/// behind may keep its streams open for ever.
const LAST_LINES: Duration = Duration::from_millis(200);

/// How long the server may take to prove that the lock is ours.
const PROOF: Duration = Duration::from_secs(5);

/// What came while the command ran.
#[derive(Debug, Default)]
struct Incidents {
    /// The first signal that was passed on.
    signal: Option<Signal>,
    lost: Option<Box<ServerFailure>>,
}

/// Runs a command to its end. Never to be dropped before that: whoever wants it
/// to end earlier sends a signal.
pub(super) async fn run(
    config: &Config,
    locked: &Locked,
    command: &MigrateCommand,
    signals: &Signals,
) -> Result<(), Error> {
    // One that comes from here on is passed on.
    let mut incoming = signals.incoming().map_err(Error::Signals)?;
    if let Some(signal) = signals.noted() {
        return Err(Error::Signal(signal));
    }
    let (mut running, output) = RunningCommand::start(command)?;
    let program = command.program.as_str();
    info!(command = program, "the migrate command runs");
    phase::tell(|| News::Runs { program });
    let began = Instant::now();
    let mut passage = Passage::new(config.log.format, program, output);
    let mut incidents = Incidents::default();
    let status = watch(
        &mut running,
        &mut passage,
        locked,
        &mut incoming,
        &mut incidents,
        program,
    )
    .await?;
    let way = passage.finish(incidents.patience()).await;
    if way == Way::Open && incidents.happened() {
        running.signal(Signal::KILL);
    }
    // One that came with the end, or since, has nobody to be passed on to.
    if let Some(signal) = incidents.signal.or(signals.noted()) {
        return Err(Error::CommandInterrupted {
            signal,
            program: program.to_owned(),
            status,
        });
    }
    let lost = match incidents.lost {
        None if status.success() => {
            let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            info!(command = program, took_ms, "the migrate command is done");
            return Ok(());
        }
        // A server that went away took the command's connections with ours.
        None => locked.prove(PROOF).await.err().map(Box::new),
        lost => lost,
    };
    Err(match lost {
        Some(failure) => Error::CommandUnlocked {
            program: program.to_owned(),
            failure,
            status,
        },
        None => CommandError::Failed {
            program: program.to_owned(),
            status,
        }
        .into(),
    })
}

/// Waits for the end of the command itself, and tells it to end where it must.
async fn watch(
    running: &mut RunningCommand,
    passage: &mut Passage<'_>,
    locked: &Locked,
    incoming: &mut Incoming,
    incidents: &mut Incidents,
    program: &str,
) -> Result<ExitStatus, CommandError> {
    let began = Instant::now();
    let mut lost = pin!(locked.lost());
    let mut way = Way::Open;
    let mut heartbeat = began + HEARTBEAT;
    let mut kill = None;
    loop {
        tokio::select! {
            status = running.ended() => return status,
            next = passage.step(), if way == Way::Open => way = next,
            signal = incoming.next() => {
                info!(command = program, "{signal} is passed on to the migrate command");
                running.signal(signal);
                incidents.signal.get_or_insert(signal);
            }
            failure = &mut lost, if incidents.lost.is_none() => {
                warn!(
                    command = program,
                    "the migration lock is lost: {failure}; the migrate command is told to end"
                );
                running.signal(Signal::TERM);
                incidents.lost = Some(Box::new(failure));
                kill = Some(Instant::now() + GRACE);
            }
            () = until(kill) => {
                warn!(command = program, "the migrate command did not end, and is killed");
                running.signal(Signal::KILL);
                kill = None;
            }
            () = sleep_until(heartbeat) => {
                heartbeat += HEARTBEAT;
                info!(command = program, running_s = began.elapsed().as_secs(), "still running");
            }
        }
    }
}

/// Never completes without an instant.
async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

impl Incidents {
    fn happened(&self) -> bool {
        self.signal.is_some() || self.lost.is_some()
    }

    /// How long lines may still come. A shell that a signal has ended leaves
    /// behind what it ran, which puts things in order for a moment longer, and
    /// has the streams until then.
    fn patience(&self) -> Duration {
        if self.happened() { GRACE } else { LAST_LINES }
    }
}
