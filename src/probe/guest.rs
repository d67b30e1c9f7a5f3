//! One connection, from its request to its end.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::ready;
use std::rc::Rc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::Answer;
use super::answer::respond;

/// How long a client may take to say what it wants, and to take the answer.
const DEADLINE: Duration = Duration::from_secs(5);

/// The request line and all headers; the least that the library can be told.
const MAX_HEAD: usize = 8 * 1024;

/// How long a client that has its answer may take to close.
const PARTING: Duration = Duration::from_secs(1);

/// How much more of a client that has its answer is read, and thrown away.
const MAX_REST: usize = 64 * 1024;

/// How long an end that both sides have sent may take to be acknowledged.
const ACKNOWLEDGEMENT: Duration = Duration::from_millis(100);

/// What is answered to a path.
pub(super) type Answers = Rc<dyn Fn(&str) -> Answer>;

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing has been answered.
    Asking,
    /// The answer is sent; the client is to close.
    Answered,
    /// It has closed, and so have we.
    Parted,
}

/// Answers one request, and ends the connection so that no trace of it stays on
/// the port.
///
/// The client closes first and gets the TIME_WAIT. One that does not is reset:
/// the socket does not linger, so that dropping it, at any point, is a reset and
/// frees the port at once. A reset comes after the answer, which the client can
/// still read.
pub(super) async fn attend(mut stream: TcpStream, answers: Answers, stage: Rc<Cell<Stage>>) {
    let set = stream.set_zero_linger();
    if set.and(stream.set_nodelay(true)).is_err() {
        return;
    }
    let service = service_fn(|request| ready(Ok::<_, Infallible>(respond(&request, &*answers))));
    let connection = http1::Builder::new()
        .keep_alive(false)
        // Who sends a request and then its end still waits for the answer.
        .half_close(true)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(&mut stream), service)
        .without_shutdown();
    // What was wrong with a request is told to the client, and to nobody else.
    let Ok(_answered_or_not) = timeout(DEADLINE, connection).await else {
        return;
    };
    stage.set(Stage::Answered);
    if let Ok(Parting::Closed) = timeout(PARTING, parting(&mut stream)).await {
        // Our end is the last, and waits for nothing but its acknowledgement;
        // a client that is gone by now must not hold the port.
        if stream.shutdown().await.is_ok() {
            stage.set(Stage::Parted);
            sleep(ACKNOWLEDGEMENT).await;
        }
    }
}

/// How a client that has its answer behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parting {
    Closed,
    /// Reset, or it goes on talking.
    Broken,
}

async fn parting(stream: &mut TcpStream) -> Parting {
    let mut rest = [0; 1024];
    let mut read = 0;
    while read < MAX_REST {
        match stream.read(&mut rest).await {
            Ok(0) => return Parting::Closed,
            Ok(more) => read += more,
            Err(_) => return Parting::Broken,
        }
    }
    Parting::Broken
}
