//! One revision inside a transaction: its own, or one that it shares with the
//! whole run.

use std::time::Duration;

use tokio::time::Instant;

use super::frame::{Ending, Frame};
use super::message::{Block, Message, Purpose, Spot};
use super::send::{Failed, copy, send};
use super::task::Task;
use crate::plan::Piece;

/// What a step's transaction is to the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// The step begins a transaction.
    Begin,
    /// A transaction is open, begun by an earlier step.
    Join,
}

/// A failure, and whether a COMMIT was on its way when it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) failed: Failed,
    pub(super) commit: CommitSent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CommitSent {
    Yes,
    No,
}

/// Runs a step as far as `ending` says and returns how long it took.
///
/// A step without COPY is one message, and so one round trip.
///
/// # Errors
///
/// [`Broken`]
pub(super) async fn run(
    frame: &Frame<'_>,
    task: &Task<'_>,
    opening: Opening,
    ending: Ending,
) -> Result<Duration, Broken> {
    let began = Instant::now();
    let client = &frame.session().client;
    let mut block = match opening {
        Opening::Begin => Block::Closed,
        Opening::Join => Block::Open,
    };
    let mut message = Message::default();
    frame.open(&mut message, task, opening);
    if let Some(script) = &task.script {
        // Statements outside a transaction have a way of their own.
        for piece in script.pieces().unwrap_or_default() {
            match piece {
                Piece::Text(range) => message.script(&script.text(range), range.start),
                Piece::Copy { statement, data } => {
                    let before = std::mem::take(&mut message);
                    send(client, &before, block).await.map_err(unsent)?;
                    block = Block::Open;
                    let copied = copy(client, script, statement, data).await;
                    copied.map_err(unsent)?;
                }
            }
        }
    }
    // What the pieces before the last message took is ours to add.
    let elapsed = match block {
        Block::Open if opening == Opening::Begin => began.elapsed(),
        Block::Open | Block::Closed => Duration::ZERO,
    };
    frame.close(&mut message, task, elapsed, ending);
    let commit = match ending {
        Ending::Commit => CommitSent::Yes,
        Ending::StayOpen | Ending::CheckConstraints => CommitSent::No,
    };
    send(client, &message, block)
        .await
        .map_err(|failed| Broken { failed, commit })?;
    Ok(began.elapsed())
}

/// Rolls back what a failure has left open. That this fails as well changes
/// nothing: then the session is gone, and the server rolls back by itself.
pub(super) async fn roll_back(frame: &Frame<'_>, block: Block) {
    if block == Block::Open {
        frame.session().client.simple_query("ROLLBACK").await.ok();
    }
}

/// Ends the transaction of a whole run.
///
/// # Errors
///
/// [`Broken`]
pub(super) async fn commit(frame: &Frame<'_>) -> Result<(), Broken> {
    let mut message = Message::default();
    message.ours(Purpose::Ownership, &frame.locked.key().proof());
    message.ours(Purpose::Commit, "COMMIT");
    send(&frame.session().client, &message, Block::Open)
        .await
        .map_err(|failed| Broken {
            failed,
            commit: CommitSent::Yes,
        })
}

fn unsent(failed: Failed) -> Broken {
    Broken {
        failed,
        commit: CommitSent::No,
    }
}

impl Broken {
    pub(super) fn spot(&self) -> Spot {
        self.failed.spot
    }
}
