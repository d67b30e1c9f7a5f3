//! One logged-in connection and what the server said about itself.
//!
//! A task drives the connection in the background: it logs what the server
//! notices and keeps the error that ended the connection, which the library
//! otherwise reports only as "connection closed".

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::{AsyncMessage, Client, Connection, SimpleQueryMessage, SimpleQueryStream};
use tracing::{debug, info, warn};

use super::ServerFailure;
use super::cell::cell;
use super::connect::{ConnectError, Reins, Route, ServerError, Wire};

/// A server that does not close in this time is left.
const CLOSE_LIMIT: Duration = Duration::from_millis(300);

/// A request to cancel is one short message to a server that just answered.
const CANCEL_LIMIT: Duration = Duration::from_millis(500);

/// What the first query found out; one round trip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// `server_version_num`, such as 150018.
    pub version: u32,
    pub in_recovery: bool,
    /// `transaction_read_only` of a new transaction.
    pub read_only: bool,
    /// `listen_addresses` is empty: a socket-only server.
    pub listens_nowhere: bool,
    /// `pg_backend_pid()`.
    pub backend_pid: i32,
    /// The pid in the startup's BackendKeyData; another one means a proxy.
    pub key_pid: i32,
}

/// The oldest version that the tests run on, as in `server_version_num`.
const OLDEST_TESTED: u32 = 130_000;

impl Facts {
    /// Says whether the server is older than any that seaworthy is tested with.
    pub fn is_older_than_tested(&self) -> bool {
        self.version < OLDEST_TESTED
    }
}

/// A connection that answered a query on the target database.
pub struct Session {
    pub client: Client,
    pub facts: Facts,
    /// The host that answered, as it may be shown.
    pub host: String,
    /// What the server said to the question that was asked with the login, if
    /// one was, and if it is one that it answers; `None` for NULL as well.
    pub answer: Option<String>,
    canceller: Canceller,
    reins: Arc<Reins>,
    driver: Driver,
}

/// What is needed to ask the server to cancel what a session runs. A value of
/// its own, so that it can be used while the session is busy.
#[derive(Clone)]
pub struct Canceller {
    route: Arc<Route>,
    /// The CancelRequest message with the session's pid and key.
    request: [u8; 16],
}

/// Why a connection ended before we closed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The server said why, such as 57P01.
    Server(ServerError),
    /// The connection broke.
    Lost(String),
}

/// The task that drives a connection, and what it learned at the end. When it
/// is dropped the task says goodbye, and is gone a moment later even if the
/// server never takes notice.
pub(super) struct Driver {
    task: JoinHandle<()>,
    /// Dropped with this value, which is the signal.
    wanted: oneshot::Sender<()>,
    ended: Arc<Mutex<Option<Ended>>>,
    abandoned: Arc<Notify>,
}

impl Session {
    pub(super) fn new(
        client: Client,
        facts: Facts,
        host: String,
        canceller: Canceller,
        reins: Arc<Reins>,
        driver: Driver,
    ) -> Self {
        Self {
            client,
            facts,
            host,
            answer: None,
            canceller,
            reins,
            driver,
        }
    }

    /// Asks the server to cancel what this session runs. The answer comes on
    /// the session itself, as SQLSTATE 57014, if the request came in time.
    ///
    /// # Errors
    ///
    /// [`ConnectError`] when the request could not be delivered.
    pub async fn cancel(&self) -> Result<(), ConnectError> {
        self.canceller.cancel().await
    }

    /// Returns the first field of a question's answer; empty if it has none.
    pub(super) async fn ask(&self, question: &str) -> Result<String, ServerFailure> {
        let messages = self.client.simple_query(question).await?;
        let answer = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => cell(row, 0),
            _ => None,
        });
        Ok(answer.unwrap_or_default().to_owned())
    }

    /// Sends statements all at once, each for itself, and returns their answers, to
    /// be read in order: however far away the server is, the way is taken one time.
    pub(super) async fn send_all<'a>(
        &self,
        statements: impl Iterator<Item = &'a str>,
    ) -> Vec<Result<SimpleQueryStream, tokio_postgres::Error>> {
        let mut answers = Vec::new();
        for statement in statements {
            answers.push(self.client.simple_query_raw(statement).await);
        }
        answers
    }

    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// Returns why the connection ended, if it did.
    pub fn ended(&self) -> Option<Ended> {
        self.driver.ended()
    }

    /// Passes over rows and notices that are too long to be kept, from now on:
    /// for one who reads none but its own.
    pub(super) fn skip_long_rows(&self) {
        self.reins.skip_long_rows();
    }

    /// Ends the connection, whatever still runs on it, for a reason that the
    /// network does not tell. What was asked hears that it is closed.
    pub(super) fn abandon(&self, why: &str) {
        self.driver.abandon(why);
    }

    /// Says goodbye and waits, for a short time, until the socket is closed.
    pub async fn close(self) {
        let Self { client, driver, .. } = self;
        drop(client);
        driver.finish().await;
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("host", &self.host)
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}

impl Canceller {
    pub(super) fn new(route: Arc<Route>, request: [u8; 16]) -> Self {
        Self { route, request }
    }

    /// Asks the server to cancel what the session runs, within half a second.
    ///
    /// # Errors
    ///
    /// [`ConnectError`] when the request could not be delivered.
    pub async fn cancel(&self) -> Result<(), ConnectError> {
        self.route.deliver(&self.request, CANCEL_LIMIT).await
    }
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canceller").finish_non_exhaustive()
    }
}

impl Driver {
    /// Starts the task.
    pub(super) fn start(mut connection: Connection<Wire, Wire>) -> Self {
        let ended = Arc::new(Mutex::new(None));
        let end = Arc::clone(&ended);
        let abandoned = Arc::new(Notify::new());
        let given_up = Arc::clone(&abandoned);
        let (wanted, unwanted) = oneshot::channel();
        let driving = async move {
            while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
                match message {
                    Ok(AsyncMessage::Notice(notice)) => log(&notice),
                    // Notifications are of no interest, other kinds unknown.
                    Ok(_) => {}
                    Err(error) => {
                        let why = Ended::from(&error);
                        debug!(target: "postgres", "the connection ended: {why}");
                        *end.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
                        return;
                    }
                }
            }
        };
        let task = tokio::spawn(async move {
            tokio::select! {
                () = driving => {}
                () = past(unwanted) => {}
                () = given_up.notified() => {}
            }
        });
        Self {
            task,
            wanted,
            ended,
            abandoned,
        }
    }

    fn abandon(&self, why: &str) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.get_or_insert_with(|| Ended::Lost(why.to_owned()));
        self.abandoned.notify_one();
    }

    pub(super) fn ended(&self) -> Option<Ended> {
        self.ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits for the end of a connection whose client is dropped.
    pub(super) async fn finish(self) {
        let Self { task, wanted, .. } = self;
        drop(wanted);
        // A task that panicked is as gone as one that ended.
        let _ = task.await;
    }
}

/// Ends when the connection is not wanted any more and had time to close.
async fn past(unwanted: oneshot::Receiver<()>) {
    // Nothing is ever sent; the end of the sender is what is waited for.
    let _ = unwanted.await;
    sleep(CLOSE_LIMIT).await;
}

impl From<&tokio_postgres::Error> for Ended {
    fn from(error: &tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(error) => Self::Server(error.into()),
            None => {
                let cause = std::error::Error::source(error);
                Self::Lost(cause.map_or_else(|| error.to_string(), ToString::to_string))
            }
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(error) => error.fmt(f),
            Self::Lost(text) => f.write_str(text),
        }
    }
}

/// Logs what the server noticed, with its SQLSTATE.
fn log(notice: &DbError) {
    let (sqlstate, message) = (notice.code().code(), notice.message());
    let (detail, hint) = (notice.detail(), notice.hint());
    match notice.parsed_severity() {
        Some(Severity::Warning) => warn!(target: "postgres", sqlstate, detail, hint, "{message}"),
        Some(Severity::Debug) => debug!(target: "postgres", sqlstate, detail, hint, "{message}"),
        _ => info!(target: "postgres", sqlstate, detail, hint, "{message}"),
    }
}
