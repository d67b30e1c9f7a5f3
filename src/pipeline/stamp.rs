//! Recording without running: wait, lock, read, write.

use tracing::info;

use super::{arrival, queue, until_signal};
use crate::config::{Config, StampMode};
use crate::error::Error;
use crate::plan::{self, AppliedState, Purge, Stamp};
use crate::postgres::lock::{Locked, Patience};
use crate::postgres::stamp::{self, Change, Forget};
use crate::postgres::version_table::{self, Location, Neighbours, Presence};
use crate::process::Signals;
use crate::revision::{Graph, RevisionId, Target};
use crate::wait::Limits;

/// Writes what the targets say, under the migration lock.
///
/// # Errors
///
/// Whatever went wrong, a signal included.
pub async fn stamp(
    config: &Config,
    graph: &Graph,
    targets: &[Target],
    mode: &StampMode,
    signals: &Signals,
) -> Result<(), Error> {
    let locked = until_signal(signals, locked(config)).await?;
    let outcome = until_signal(signals, write(config, graph, targets, mode, &locked)).await;
    if let Err(Error::Signal(_)) = &outcome {
        // Nothing of it is a revision that could be told as interrupted.
        let _heard_or_not = locked.cancel_and_release().await;
    } else {
        locked.release().await;
    }
    outcome
}

/// Waits for a database that accepts writes, and takes the migration lock.
pub(super) async fn locked(config: &Config) -> Result<Locked, Error> {
    let limits = Limits::starting_now(&config.wait);
    let session = arrival::writable(config, &limits).await?;
    let patience = Patience::starting_now(config.migrations.lock_wait, config.wait.attempt_timeout);
    queue::lock(config, session, patience).await
}

/// Returns the change as a script for psql; connects to nothing.
///
/// # Errors
///
/// What is wrong with a target.
pub fn stamp_offline(
    config: &Config,
    graph: &Graph,
    targets: &[Target],
    state: &AppliedState,
) -> Result<String, Error> {
    let stamp = plan::stamp(graph, state, targets, Purge::No)?;
    let presence = if state.rows.is_empty() {
        Presence::Absent
    } else {
        Presence::Present
    };
    let table = arrival::version_table(&config.migrations);
    let from = plan::heads(graph, state);
    let to = plan::heads(graph, &stamp.after(state.clone()));
    let names = |ids: Vec<RevisionId>| {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        ids.join(", ")
    };
    let ends = (&*names(from), &*names(to));
    let change = rows(stamp, Purge::No);
    Ok(stamp::script(graph, &table, presence, &change, ends))
}

async fn write(
    config: &Config,
    graph: &Graph,
    targets: &[Target],
    mode: &StampMode,
    locked: &Locked,
) -> Result<(), Error> {
    let table = arrival::version_table(&config.migrations);
    let location = version_table::locate(locked.session(), &table, Neighbours::PassOver).await?;
    let state = match mode {
        // A row that cannot be read is a reason to purge.
        StampMode::Record(Purge::Yes) => AppliedState::default(),
        StampMode::Record(Purge::No) | StampMode::AcceptTexts | StampMode::Print { .. } => {
            version_table::read(locked.session(), &location).await?
        }
    };
    let change = change(graph, &state, targets, mode)?;
    if is_nothing(&change) && location.state_table == Presence::Present {
        info!("nothing is to be recorded: the database says so already");
        return Ok(());
    }
    stamp::stamp(locked, graph, &location, &change).await?;
    tell(&change, &location);
    Ok(())
}

/// Writes a stamp where nothing else has to be decided.
pub(super) async fn record(
    locked: &Locked,
    graph: &Graph,
    location: &Location,
    stamp: Stamp,
) -> Result<(), Error> {
    let change = rows(stamp, Purge::No);
    stamp::stamp(locked, graph, location, &change).await?;
    tell(&change, location);
    Ok(())
}

fn change(
    graph: &Graph,
    state: &AppliedState,
    targets: &[Target],
    mode: &StampMode,
) -> Result<Change, Error> {
    let purge = match mode {
        StampMode::AcceptTexts => {
            let accepted = plan::accept_texts(graph, state, targets)?;
            return Ok(Change::AcceptTexts(accepted));
        }
        StampMode::Record(purge) => *purge,
        StampMode::Print { .. } => Purge::No,
    };
    Ok(rows(plan::stamp(graph, state, targets, purge)?, purge))
}

fn rows(stamp: Stamp, purge: Purge) -> Change {
    Change::Rows {
        forget: match purge {
            Purge::No => Forget::Rows(stamp.forget),
            Purge::Yes => Forget::Everything,
        },
        record: stamp.record,
    }
}

fn is_nothing(change: &Change) -> bool {
    match change {
        Change::Rows { forget, record } => *forget == Forget::Rows(Vec::new()) && record.is_empty(),
        Change::AcceptTexts(ids) => ids.is_empty(),
    }
}

fn tell(change: &Change, location: &Location) {
    match change {
        Change::Rows { forget, record } => {
            match forget {
                Forget::Everything => info!("{location} was emptied"),
                Forget::Rows(ids) => {
                    for id in ids {
                        info!(revision = %id, "forgotten");
                    }
                }
            }
            for id in record {
                info!(revision = %id, "recorded without running");
            }
        }
        Change::AcceptTexts(ids) => {
            for id in ids {
                info!(revision = %id, "the present text is accepted");
            }
        }
    }
}
