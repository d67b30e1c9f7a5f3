//! Startup, authentication and the first query, on a stream that is ready.

use std::error::Error as _;
use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, DuplexStream, duplex};
use tokio::time::Instant;
use tokio_postgres::config::{ChannelBinding as LibraryBinding, SslMode, SslNegotiation};
use tokio_postgres::error::Severity;
use tokio_postgres::{Client, Config, SimpleQueryMessage, SimpleQueryRow};

use super::wire::{AsItIs, TooMuch, Wire};
use super::{Encryption, Reason, Route, Stage, within};
use crate::config::{ChannelBinding, Connection, Host};
use crate::postgres::session::{Canceller, Driver, Ended, Facts, Session};

/// Everything that has to be known of a server, in one round trip of the
/// simple protocol. `listen_addresses` may be read by any role.
const FACTS: &str = "SELECT pg_catalog.current_setting('server_version_num'), \
    pg_catalog.pg_is_in_recovery(), \
    pg_catalog.current_setting('transaction_read_only'), \
    pg_catalog.current_setting('listen_addresses'), \
    pg_catalog.pg_backend_pid()";

const FACT_COUNT: usize = 5;

/// The length of the message CancelRequest.
const CANCEL_REQUEST: usize = 16;

/// Where a login leads, over a stream that is open.
pub(super) struct Way<'a> {
    pub(super) host: &'a Host,
    pub(super) route: Arc<Route>,
    pub(super) wire: Wire,
    pub(super) deadline: Option<Instant>,
}

/// Logs in and asks for the facts, and for what somebody wants to know besides.
pub(super) async fn log_in(
    connection: &Connection,
    way: Way<'_>,
    question: Option<&str>,
) -> Result<Session, Reason> {
    let Way {
        host,
        route,
        wire,
        deadline,
    } = way;
    let reins = wire.reins();
    let config = config(connection, host, wire.encryption());
    let starting = async {
        config
            .connect_raw(wire, AsItIs)
            .await
            .map_err(|error| reason(&error, Stage::Login, connection.channel_binding))
    };
    let (client, driven) = within(deadline, Stage::Login, starting).await?;
    let driver = Driver::start(driven);

    let asking = async {
        let answer = ask(&client, question).await;
        answer.map_err(|error| reason(&error, Stage::Query, connection.channel_binding))
    };
    let rows = match within(deadline, Stage::Query, asking).await {
        Ok(rows) => rows,
        Err(reason) => {
            drop(client);
            let ended = driver.ended();
            driver.finish().await;
            return Err(match (reason, ended) {
                // The server's last words say more than the closed connection.
                (Reason::Closed(_), Some(Ended::Server(error))) => Reason::Server(error),
                (reason, _) => reason,
            });
        }
    };
    let request = cancel_request(&client).await?;
    let facts = facts(&rows, &request)
        .ok_or_else(|| Reason::NotPostgres("the answer to the first query".to_owned()))?;
    reins.trust();
    let shown = route.host();
    let canceller = Canceller::new(route, request);
    let mut session = Session::new(client, facts, shown, canceller, reins, driver);
    session.answer = question.and_then(|_| answer(&rows));
    Ok(session)
}

/// Asks for the facts and one thing more. Where the server does not like the
/// question, it is left without an answer: it decides nothing about readiness.
async fn ask(
    client: &Client,
    question: Option<&str>,
) -> Result<Vec<SimpleQueryMessage>, tokio_postgres::Error> {
    if let Some(question) = question {
        match client.simple_query(&format!("{FACTS}, {question}")).await {
            Err(error) if refused(&error) => {}
            outcome => return outcome,
        }
    }
    client.simple_query(FACTS).await
}

/// Returns whether an error leaves the session as it was.
fn refused(error: &tokio_postgres::Error) -> bool {
    error
        .as_db_error()
        .is_some_and(|error| error.parsed_severity() == Some(Severity::Error))
}

/// Only `application_name` goes into the startup packet besides what the
/// protocol wants, since a pooler refuses or shares what it does not know;
/// `options` where somebody asked for them.
fn config(connection: &Connection, host: &Host, encryption: Encryption) -> Config {
    let mut config = Config::new();
    config
        .user(&connection.user)
        .dbname(&connection.database)
        .application_name(&connection.application_name)
        .channel_binding(match connection.channel_binding {
            ChannelBinding::Disable => LibraryBinding::Disable,
            ChannelBinding::Prefer => LibraryBinding::Prefer,
            ChannelBinding::Require => LibraryBinding::Require,
        });
    match encryption {
        Encryption::Plain => config.ssl_mode(SslMode::Disable),
        Encryption::Tls => config
            .ssl_mode(SslMode::Require)
            .ssl_negotiation(SslNegotiation::Direct),
    };
    if let Some(options) = &connection.options {
        config.options(options);
    }
    if let Some(password) = &host.password {
        config.password(password.expose());
    }
    config
}

/// Returns the message CancelRequest for a client. The library keeps the pid
/// and the key to itself and only writes them down, so it writes them here.
async fn cancel_request(client: &Client) -> Result<[u8; CANCEL_REQUEST], Reason> {
    let failed = |error: io::Error| Reason::io(Stage::Query, &error);
    let (near, mut far): (DuplexStream, DuplexStream) = duplex(CANCEL_REQUEST);
    client
        .cancel_token()
        .cancel_query_raw(Wire::plain(Box::new(near)), AsItIs)
        .await
        .map_err(|error| reason(&error, Stage::Query, ChannelBinding::Prefer))?;
    let mut request = [0; CANCEL_REQUEST];
    far.read_exact(&mut request).await.map_err(failed)?;
    Ok(request)
}

fn row(messages: &[SimpleQueryMessage]) -> Option<&SimpleQueryRow> {
    messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    })
}

/// Returns what stands behind the facts.
fn answer(messages: &[SimpleQueryMessage]) -> Option<String> {
    let value = row(messages)?.try_get(FACT_COUNT).ok()??;
    Some(value.to_owned())
}

fn facts(messages: &[SimpleQueryMessage], request: &[u8; CANCEL_REQUEST]) -> Option<Facts> {
    let row = row(messages)?;
    // Length, code, pid and key are four bytes each.
    let key_pid = i32::from_be_bytes(request.get(8..12)?.try_into().ok()?);
    Some(Facts {
        version: row.try_get(0).ok()??.parse().ok()?,
        in_recovery: row.try_get(1).ok()?? == "t",
        read_only: row.try_get(2).ok()?? == "on",
        listens_nowhere: row.try_get(3).ok()??.trim().is_empty(),
        backend_pid: row.try_get(4).ok()??.parse().ok()?,
        key_pid,
    })
}

/// Returns what a library error means. Its kinds are private: those without a
/// cause are known by their words.
fn reason(error: &tokio_postgres::Error, stage: Stage, binding: ChannelBinding) -> Reason {
    if let Some(error) = error.as_db_error() {
        return Reason::Server(error.into());
    }
    if error.is_closed() {
        return Reason::Closed(stage);
    }
    let cause = error.source();
    let io = cause.and_then(|cause| cause.downcast_ref::<io::Error>());
    let said = error.to_string();
    let text = cause.map_or_else(|| said.clone(), ToString::to_string);
    match (said.as_str(), io) {
        ("authentication error", _) if binding == ChannelBinding::Require => {
            Reason::ChannelBinding(text)
        }
        ("authentication error", _) => Reason::Authentication(text),
        ("invalid configuration", _) => Reason::PasswordMissing,
        ("error parsing response from server", _) => Reason::NotPostgres(text),
        (_, Some(error)) => Reason::io(stage, error),
        _ => Reason::NotPostgres(text),
    }
}

impl Reason {
    /// Returns what an I/O error means at a stage.
    pub(super) fn io(stage: Stage, error: &io::Error) -> Self {
        let inner = error.get_ref();
        if inner.is_some_and(|inner| inner.is::<TooMuch>()) {
            return Self::TooMuchBeforeLogin;
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Closed(stage),
            // An end in the middle of a message, in the codec's words.
            io::ErrorKind::Other if error.to_string() == "bytes remaining on stream" => {
                Self::Closed(stage)
            }
            io::ErrorKind::TimedOut => Self::TimedOut(stage),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput if stage >= Stage::Login => {
                Self::NotPostgres(error.to_string())
            }
            kind => Self::Io {
                stage,
                kind,
                text: error.to_string(),
            },
        }
    }
}
