//! Answers whoever connects, until it is closed.

use std::cell::Cell;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::guest::{Answers, Stage, attend};
use super::{Answer, Listener};

/// So many connections at once; more wait in the kernel's queue.
const MOST_GUESTS: usize = 32;

/// A full house sends away who has been there for so long: a client that has
/// asked is answered sooner, and one that is silent must not keep others out.
const SHORTEST_STAY: Duration = Duration::from_millis(100);

/// How long nobody is let in after the system could not: most often there is
/// no descriptor left.
const PAUSE: Duration = Duration::from_millis(100);

/// How long clients that have their answer may take to close at the very end.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// A listener at work. Everything runs where [`Server::run`] is polled; what is
/// dropped is closed.
pub struct Server {
    listener: TcpListener,
    guests: VecDeque<Guest>,
    answers: Answers,
}

struct Guest {
    came: Instant,
    stage: Rc<Cell<Stage>>,
    attended: Pin<Box<dyn Future<Output = ()>>>,
}

impl Server {
    /// Opens a listener on the runtime of the caller.
    ///
    /// # Errors
    ///
    /// What the system says when the runtime cannot watch the socket.
    pub fn open(listener: Listener, answer: impl Fn(&str) -> Answer + 'static) -> io::Result<Self> {
        Ok(Self {
            listener: TcpListener::from_std(listener.socket)?,
            guests: VecDeque::new(),
            answers: Rc::new(answer),
        })
    }

    /// Answers for as long as it is polled. It can be dropped and called again.
    pub async fn run(&mut self) -> Infallible {
        loop {
            let has_room = self.guests.len() < MOST_GUESTS;
            let oldest = self
                .guests
                .front()
                .map_or_else(Instant::now, |guest| guest.came);
            tokio::select! {
                stream = accepted(&self.listener), if has_room => self.let_in(stream),
                () = sleep_until(oldest + SHORTEST_STAY), if !has_room => self.send_away(),
                () = poll_fn(|context| left(&mut self.guests, context)) => {}
            }
        }
    }

    /// Closes the port. Requests that have come are answered, and their clients
    /// may close first; that takes a moment at most, and none where nobody is
    /// connected.
    pub async fn close(mut self) {
        // What has come to the sockets is seen when the runtime looks.
        yield_now().await;
        while self.guests.len() < MOST_GUESTS
            && let Some(Ok((stream, _))) = self.listener.accept().now_or_never()
        {
            self.let_in(stream);
        }
        drop(self.listener);
        yield_now().await;
        let parted = poll_fn(|context| parted(&mut self.guests, context));
        let _or_reset = timeout(LAST_WORDS, parted).await;
    }

    fn let_in(&mut self, stream: TcpStream) {
        let stage = Rc::new(Cell::new(Stage::Asking));
        let attended = attend(stream, Rc::clone(&self.answers), Rc::clone(&stage));
        self.guests.push_back(Guest {
            came: Instant::now(),
            stage,
            attended: Box::pin(attended),
        });
    }

    fn send_away(&mut self) {
        let now = Instant::now();
        self.guests
            .retain(|guest| now.duration_since(guest.came) < SHORTEST_STAY);
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("listener", &self.listener)
            .field("guests", &self.guests.len())
            .finish_non_exhaustive()
    }
}

/// Waits for a connection that can be had.
async fn accepted(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(_) => sleep(PAUSE).await,
        }
    }
}

/// Moves every connection on, drops those that have not asked or have closed
/// already, and is ready when there is no other.
fn parted(guests: &mut VecDeque<Guest>, context: &mut Context<'_>) -> Poll<()> {
    let _whoever_has_left = left(guests, context);
    guests.retain(|guest| guest.stage.get() == Stage::Answered);
    if guests.is_empty() {
        Poll::Ready(())
    } else {
        Poll::Pending
    }
}

/// Moves every connection on, and is ready when one of them has ended.
fn left(guests: &mut VecDeque<Guest>, context: &mut Context<'_>) -> Poll<()> {
    let before = guests.len();
    guests.retain_mut(|guest| guest.attended.as_mut().poll(context).is_pending());
    if guests.len() < before {
        Poll::Ready(())
    } else {
        Poll::Pending
    }
}
