//! From settings to a session: names, sockets, TLS, login, one query.
//!
//! The socket is dialled and TLS agreed on here, as libpq does it; the
//! library takes over at the startup message. One call is one attempt: it tries every
//! address once, keeps how each failed, and never waits for anything to change.

mod bound;
mod error;
mod login;
mod reins;
mod route;
mod wire;

pub use error::{ConnectError, Encryption, Reason, ServerError, Stage, Try};
pub(crate) use reins::Reins;
pub(crate) use route::Route;
pub(crate) use wire::Wire;

use std::collections::VecDeque;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tracing::debug;

use super::classify;
use super::session::Session;
use super::tls::TlsClient;
use crate::config::{Connection, Host, HostAddress, Limit, SslMode, TargetSessionAttrs};
use crate::dial::{self, Address, LookupError, Race, Socket};
use crate::wait::Verdict;

/// The bounds of one attempt.
#[derive(Clone, Copy, Debug)]
pub struct ConnectLimits {
    /// Shared out among the hosts and addresses, so that one that is silent
    /// does not use up the time of the others; `None`: no limit.
    pub deadline: Option<Instant>,
    pub socket_only: SocketOnly,
}

/// Whether a server behind a unix socket that listens on no address is ready.
/// The `postgres` image starts one like that for its first boot, and ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketOnly {
    Accept,
    Refuse,
}

/// Logs in to the first host that is ready and of the kind that
/// `target_session_attrs` asks for.
///
/// # Errors
///
/// [`ConnectError`] with each address that was tried.
pub async fn connect(
    connection: &Connection,
    limits: &ConnectLimits,
) -> Result<Session, ConnectError> {
    open(connection, limits, None).await
}

/// Logs in like [`connect`] and asks one thing more in the same round trip, an
/// expression of SQL whose value is then [`Session::answer`].
///
/// # Errors
///
/// Those of [`connect`].
pub async fn connect_and_ask(
    connection: &Connection,
    limits: &ConnectLimits,
    question: &str,
) -> Result<Session, ConnectError> {
    open(connection, limits, Some(question)).await
}

async fn open(
    connection: &Connection,
    limits: &ConnectLimits,
    question: Option<&str>,
) -> Result<Session, ConnectError> {
    let mut error = ConnectError {
        user: connection.user.clone(),
        database: connection.database.clone(),
        ssl_mode: connection.ssl_mode,
        tries: Vec::new(),
    };
    let needs_tls = connection.ssl_mode != SslMode::Disable
        && connection.hosts.iter().any(|host| !host.is_unix());
    let tls = match needs_tls.then(|| TlsClient::load(connection)).transpose() {
        Ok(tls) => tls,
        Err(problem) => {
            error.tries = connection
                .hosts
                .first()
                .map(|host| tried(host, None, Encryption::Tls, Reason::TlsSetup(problem)))
                .into_iter()
                .collect();
            return Err(error);
        }
    };

    // A standby is preferred by asking everyone for one first.
    let passes: &[TargetSessionAttrs] = match connection.target_session_attrs {
        TargetSessionAttrs::PreferStandby => {
            &[TargetSessionAttrs::Standby, TargetSessionAttrs::Any]
        }
        TargetSessionAttrs::Any => &[TargetSessionAttrs::Any],
        TargetSessionAttrs::ReadWrite => &[TargetSessionAttrs::ReadWrite],
        TargetSessionAttrs::ReadOnly => &[TargetSessionAttrs::ReadOnly],
        TargetSessionAttrs::Primary => &[TargetSessionAttrs::Primary],
        TargetSessionAttrs::Standby => &[TargetSessionAttrs::Standby],
    };
    for (index, wanted) in passes.iter().enumerate() {
        let deadline = share(limits.deadline, passes.len() - index);
        let attempt = Attempt {
            connection,
            tls: tls.as_ref(),
            wanted: *wanted,
            socket_only: limits.socket_only,
            question,
        };
        error.tries.clear();
        if let Some(session) = attempt.any_host(deadline, &mut error.tries).await {
            return Ok(session);
        }
    }
    Err(error)
}

/// What stays the same for every address of an attempt.
struct Attempt<'a> {
    connection: &'a Connection,
    tls: Option<&'a TlsClient>,
    wanted: TargetSessionAttrs,
    socket_only: SocketOnly,
    question: Option<&'a str>,
}

impl Attempt<'_> {
    async fn any_host(&self, deadline: Option<Instant>, tries: &mut Vec<Try>) -> Option<Session> {
        let hosts = &self.connection.hosts;
        for (index, host) in hosts.iter().enumerate() {
            let deadline = share(deadline, hosts.len() - index);
            let session = self.any_address(host, deadline, tries).await;
            if session.is_some() || is_final(tries) {
                return session;
            }
        }
        None
    }

    async fn any_address(
        &self,
        host: &Host,
        deadline: Option<Instant>,
        tries: &mut Vec<Try>,
    ) -> Option<Session> {
        let mut fail = |address: Option<&Address>, reason| {
            tries.push(tried(host, address, Encryption::Plain, reason));
        };
        let addresses = match within(deadline, Stage::Resolve, addresses(host)).await {
            Ok(addresses) => addresses,
            Err(reason) => {
                fail(None, reason);
                return None;
            }
        };
        let mut race = Race::new(addresses, self.connection.connect_timeout);
        loop {
            let next = within(deadline, Stage::Dial, async { Ok(race.next().await) }).await;
            let (address, socket) = match next {
                Ok(Some((address, Ok(socket)))) => (address, socket),
                Ok(Some((address, Err(error)))) => {
                    let reason = Reason::io(Stage::Dial, &error);
                    tries.push(tried(host, Some(&address), Encryption::Plain, reason));
                    continue;
                }
                Ok(None) => return None,
                Err(reason) => {
                    for address in race.unanswered() {
                        let reason = reason.clone();
                        tries.push(tried(host, Some(&address), Encryption::Plain, reason));
                    }
                    return None;
                }
            };
            let deadline = share(deadline, race.left() + 1);
            let deadline = earliest(deadline, after(self.connection.connect_timeout));
            let session = self.log_in(host, address, socket, deadline, tries).await;
            if session.is_some() || is_final(tries) {
                return session;
            }
        }
    }

    /// Logs in at an address that answered, in the ways that `sslmode` allows.
    async fn log_in(
        &self,
        host: &Host,
        address: Address,
        socket: Box<dyn Socket>,
        deadline: Option<Instant>,
        tries: &mut Vec<Try>,
    ) -> Option<Session> {
        let mode = match &address {
            Address::Tcp(_) => self.connection.ssl_mode,
            // There is no TLS on unix sockets, whatever `sslmode` says.
            Address::Unix(_) => SslMode::Disable,
        };
        let route = |encryption| {
            Arc::new(Route::new(
                self.connection,
                host,
                address.clone(),
                encryption,
                self.tls.cloned(),
            ))
        };
        let (first, second) = match mode {
            SslMode::Disable => (Encryption::Plain, None),
            SslMode::Allow => (Encryption::Plain, Some(Encryption::Tls)),
            SslMode::Prefer => (Encryption::Tls, Some(Encryption::Plain)),
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => (Encryption::Tls, None),
        };
        let failed = match self.at(route(first), host, Some(socket), deadline).await {
            Ok(session) => return Some(session),
            Err(reason) => reason,
        };
        let again = second.filter(|_| other_way_may_help(&failed));
        tries.push(tried(host, Some(&address), first, failed));
        let encryption = again?;
        debug!(target: "postgres", "trying {} again with {encryption:?}", host.shown());
        match self.at(route(encryption), host, None, deadline).await {
            Ok(session) => Some(session),
            Err(reason) => {
                tries.push(tried(host, Some(&address), encryption, reason));
                None
            }
        }
    }

    /// Logs in over one route and looks at what answers there.
    async fn at(
        &self,
        route: Arc<Route>,
        host: &Host,
        socket: Option<Box<dyn Socket>>,
        deadline: Option<Instant>,
    ) -> Result<Session, Reason> {
        let wire = route.open(socket, deadline).await?;
        let way = login::Way {
            host,
            route,
            wire,
            deadline,
        };
        let session = login::log_in(self.connection, way, self.question).await?;
        match self.suits(&session, host) {
            Ok(()) => Ok(session),
            Err(reason) => {
                session.close().await;
                Err(reason)
            }
        }
    }

    fn suits(&self, session: &Session, host: &Host) -> Result<(), Reason> {
        let facts = &session.facts;
        if host.is_unix() && facts.listens_nowhere && self.socket_only == SocketOnly::Refuse {
            return Err(Reason::FirstBoot);
        }
        let takes_writes = !facts.in_recovery && !facts.read_only;
        let suits = match self.wanted {
            TargetSessionAttrs::Any | TargetSessionAttrs::PreferStandby => true,
            TargetSessionAttrs::ReadWrite => takes_writes,
            TargetSessionAttrs::ReadOnly => !takes_writes,
            TargetSessionAttrs::Primary => !facts.in_recovery,
            TargetSessionAttrs::Standby => facts.in_recovery,
        };
        if suits {
            return Ok(());
        }
        Err(Reason::WrongServer {
            wanted: self.wanted,
            in_recovery: facts.in_recovery,
            read_only: facts.read_only,
        })
    }
}

/// Returns the addresses of a host: its socket, the address that is configured
/// besides its name, or what the name resolves to.
async fn addresses(host: &Host) -> Result<VecDeque<Address>, Reason> {
    let (name, ip) = match &host.address {
        HostAddress::Unix(directory) => {
            let path = dial::socket_path(directory, host.port);
            return Ok([Address::Unix(path)].into());
        }
        HostAddress::Tcp { name, ip } => (name, ip),
    };
    if let Some(ip) = ip {
        let address = SocketAddr::new(*ip, host.port);
        return Ok([Address::Tcp(address)].into());
    }
    dial::resolve(name, host.port)
        .await
        .map_err(|error| match error {
            LookupError::NotFound => Reason::NameNotFound,
            LookupError::Failed(text) => Reason::NameLookup(text),
        })
}

/// Returns whether what failed last ends the attempt. Other addresses are only
/// tried after a failure that will pass: a server that refuses was reached.
fn is_final(tries: &[Try]) -> bool {
    tries.last().is_some_and(|tried| {
        matches!(
            classify::verdict(&tried.reason),
            Verdict::Permanent | Verdict::Grace
        )
    })
}

/// Returns whether the same server may accept with TLS what it refused
/// without it, or the other way round.
fn other_way_may_help(reason: &Reason) -> bool {
    match reason {
        // What pg_hba.conf says depends on TLS.
        Reason::Server(error) => error.sqlstate == "28000",
        Reason::TlsHandshake(_) | Reason::Certificate(_) => true,
        Reason::Io { stage, .. } | Reason::Closed(stage) => *stage == Stage::Tls,
        Reason::NameNotFound
        | Reason::NameLookup(_)
        | Reason::TimedOut(_)
        | Reason::NotPostgres(_)
        | Reason::TooMuchBeforeLogin
        | Reason::TlsNotOffered
        | Reason::TlsSetup(_)
        | Reason::PasswordMissing
        | Reason::Authentication(_)
        | Reason::ChannelBinding(_)
        | Reason::WrongServer { .. }
        | Reason::FirstBoot => false,
    }
}

fn tried(host: &Host, address: Option<&Address>, encryption: Encryption, reason: Reason) -> Try {
    let literal = match &host.address {
        HostAddress::Tcp { name, .. } => name.parse().ok(),
        HostAddress::Unix(_) => None,
    };
    Try {
        host: host.shown(),
        address: address
            .and_then(Address::ip)
            .filter(|ip| Some(*ip) != literal)
            .map(|ip| ip.to_string()),
        encryption,
        reason,
    }
}

/// Runs one stage within the deadline.
async fn within<T>(
    deadline: Option<Instant>,
    stage: Stage,
    work: impl Future<Output = Result<T, Reason>>,
) -> Result<T, Reason> {
    match deadline {
        Some(deadline) => timeout_at(deadline, work)
            .await
            .unwrap_or(Err(Reason::TimedOut(stage))),
        None => work.await,
    }
}

/// Returns the deadline of the first of so many that share what time is left.
fn share(deadline: Option<Instant>, among: usize) -> Option<Instant> {
    let deadline = deadline?;
    let now = Instant::now();
    let left = deadline.saturating_duration_since(now);
    let among = u32::try_from(among).unwrap_or(u32::MAX).max(1);
    Some(if among == 1 {
        deadline
    } else {
        now + left / among
    })
}

fn after(limit: Limit) -> Option<Instant> {
    Instant::now().checked_add(limit.filter(|limit| *limit > Duration::ZERO)?)
}

fn earliest(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

impl Host {
    fn is_unix(&self) -> bool {
        matches!(self.address, HostAddress::Unix(_))
    }
}
