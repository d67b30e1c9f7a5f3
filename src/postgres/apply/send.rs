//! Sends a message and finds out how far it came.

use std::ops::Range;
use std::pin::pin;

use bytes::Bytes;
use futures_util::{SinkExt, TryStreamExt};
use tokio_postgres::{Client, SimpleQueryMessage};

use super::message::{Block, Message, Spot};
use crate::plan::Script;
use crate::postgres::ServerFailure;
use crate::postgres::failure::FailureKind;

/// COPY data goes in pieces of this size.
const COPY_CHUNK: usize = 64 * 1024;

/// A message that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) failure: ServerFailure,
    pub(super) spot: Spot,
    pub(super) block: Block,
}

/// Sends a message and returns when all of it is done. `before` is the block
/// that the session is in already.
///
/// # Errors
///
/// [`Failed`]
pub(super) async fn send(client: &Client, message: &Message, before: Block) -> Result<(), Failed> {
    let mut finished = 0;
    let answer = async {
        let stream = client.simple_query_raw(message.text()).await?;
        let mut stream = pin!(stream);
        while let Some(answer) = stream.try_next().await? {
            if let SimpleQueryMessage::CommandComplete(_) = answer {
                finished += 1;
            }
        }
        Ok::<(), tokio_postgres::Error>(())
    };
    let outcome = match answer.await {
        // Without this, work that nobody has done would be told as done.
        Ok(()) if finished < message.least_answers() => Err(ServerFailure::unanswered(finished)),
        Ok(()) => Ok(()),
        Err(error) => Err(ServerFailure::from(error)),
    };
    outcome.map_err(|failure| Failed {
        spot: message.spot(finished, failure.position),
        block: if failure.ends_session() {
            Block::Closed
        } else {
            message.block_after(finished, before)
        },
        failure,
    })
}

/// Runs `COPY ... FROM stdin` inside the open block, with its inline data.
///
/// The statement goes by the extended protocol, the only one in which the
/// library copies; the block's next command frees its portal.
///
/// # Errors
///
/// [`Failed`]
pub(super) async fn copy(
    client: &Client,
    script: &Script,
    statement: &Range<usize>,
    data: &Range<usize>,
) -> Result<(), Failed> {
    let copied = async {
        let sink = client
            .copy_in::<str, Bytes>(&script.text(statement))
            .await?;
        let mut sink = pin!(sink);
        for chunk in script.text(data).as_bytes().chunks(COPY_CHUNK) {
            // What the server did not like is said at the end.
            if sink.send(Bytes::copy_from_slice(chunk)).await.is_err() {
                break;
            }
        }
        sink.finish().await
    };
    copied.await.map(|_| ()).map_err(|error| {
        let failure = ServerFailure::from(error);
        let character = failure.position.map_or(1, |position| position as usize);
        Failed {
            spot: Spot::Script(script.offset(statement, character)),
            block: match failure.kind {
                FailureKind::Lost => Block::Closed,
                FailureKind::Server(_) | FailureKind::Protocol => Block::Open,
            },
            failure,
        }
    })
}
