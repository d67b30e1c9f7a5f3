//! Names, addresses and sockets, before any byte of a protocol.
//!
//! Shared by the adapters that reach out; it knows tokio and no protocol.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream, lookup_host};
use tokio::time::{sleep, timeout};

use crate::config::Limit;

/// After this time without an answer the next address is dialled as well, so
/// that one dead address costs no more (RFC 8305, section 5).
const STAGGER: Duration = Duration::from_millis(250);

/// A peer that is gone is noticed after about a minute, whether we are waiting
/// for an answer or sending, so that a lost connection does not hang a migration.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_RETRIES: u32 = 3;
const UNACKNOWLEDGED: Duration = Duration::from_secs(60);

/// A stream of any make.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Socket for T {}

/// What can be dialled without a lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// Why a name gave no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LookupError {
    NotFound,
    /// Any other failure, in the resolver's words.
    Failed(String),
}

impl Address {
    pub(crate) async fn dial(&self) -> io::Result<Box<dyn Socket>> {
        match self {
            Self::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                prepare(&stream)?;
                Ok(Box::new(stream))
            }
            Self::Unix(path) => Ok(Box::new(UnixStream::connect(path).await?)),
        }
    }

    pub(crate) fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Tcp(address) => Some(address.ip()),
            Self::Unix(_) => None,
        }
    }
}

/// Returns the addresses of a name or of a literal address, in the order of
/// the resolver. The lookup runs on a thread of its own, which is left behind
/// when this future is dropped.
///
/// # Errors
///
/// [`LookupError`], also where the resolver has no address at all.
pub(crate) async fn resolve(name: &str, port: u16) -> Result<VecDeque<Address>, LookupError> {
    if let Ok(ip) = name.parse::<IpAddr>() {
        return Ok([Address::Tcp(SocketAddr::new(ip, port))].into());
    }
    let found = lookup_host((name, port)).await;
    let mut addresses = VecDeque::new();
    for address in found.map_err(|error| lookup_failed(&error))? {
        let address = Address::Tcp(address);
        if !addresses.contains(&address) {
            addresses.push_back(address);
        }
    }
    if addresses.is_empty() {
        return Err(LookupError::NotFound);
    }
    Ok(addresses)
}

/// Returns PostgreSQL's socket in a directory; `@name` is an abstract one,
/// which begins with a zero byte.
pub(crate) fn socket_path(directory: &Path, port: u16) -> PathBuf {
    let path = directory.join(format!(".s.PGSQL.{port}"));
    match path.to_str().and_then(|path| path.strip_prefix('@')) {
        Some(rest) => PathBuf::from(format!("\0{rest}")),
        None => path,
    }
}

/// The library tells the resolver's answers apart only by their text: glibc's
/// for a name and for an address that does not exist, and musl's.
fn lookup_failed(error: &io::Error) -> LookupError {
    const NOT_FOUND: [&str; 3] = [
        "Name or service not known",
        "No address associated with hostname",
        "Name does not resolve",
    ];
    let text = error.to_string();
    if NOT_FOUND.iter().any(|known| text.contains(known)) {
        return LookupError::NotFound;
    }
    let prefix = "failed to lookup address information: ";
    LookupError::Failed(text.strip_prefix(prefix).unwrap_or(&text).to_owned())
}

fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_IDLE)
        .with_interval(KEEPALIVE_INTERVAL)
        .with_retries(KEEPALIVE_RETRIES);
    socket.set_tcp_keepalive(&keepalive)?;
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))
}

type Dialling = Pin<Box<dyn Future<Output = Dialled> + Send>>;
type Dialled = (Address, io::Result<Box<dyn Socket>>);

/// Dials the addresses of one host, each a moment after the one before it.
pub(crate) struct Race {
    waiting: VecDeque<Address>,
    running: FuturesUnordered<Dialling>,
    /// The addresses of `running`, to be named if time is up.
    dialled: Vec<Address>,
    connect_timeout: Limit,
}

impl Race {
    pub(crate) fn new(addresses: VecDeque<Address>, connect_timeout: Limit) -> Self {
        Self {
            waiting: addresses,
            running: FuturesUnordered::new(),
            dialled: Vec::new(),
            connect_timeout,
        }
    }

    /// Returns the next address that answered or failed, `None` after the last.
    /// Whoever asks again was not content, so one more address is dialled at once.
    pub(crate) async fn next(&mut self) -> Option<Dialled> {
        self.dial_next();
        loop {
            let more = !self.waiting.is_empty();
            tokio::select! {
                biased;
                dialled = self.running.next() => {
                    let (address, result) = dialled?;
                    self.dialled.retain(|other| *other != address);
                    return Some((address, result));
                }
                () = sleep(STAGGER), if more => self.dial_next(),
            }
        }
    }

    /// Returns how many addresses are left besides the ones already returned.
    pub(crate) fn left(&self) -> usize {
        self.waiting.len() + self.running.len()
    }

    /// Returns the addresses that have not answered.
    pub(crate) fn unanswered(self) -> impl Iterator<Item = Address> {
        self.dialled.into_iter().chain(self.waiting)
    }

    fn dial_next(&mut self) {
        let Some(address) = self.waiting.pop_front() else {
            return;
        };
        self.dialled.push(address.clone());
        let limit = self.connect_timeout;
        self.running.push(Box::pin(async move {
            let dialling = address.dial();
            let result = match limit {
                Some(limit) => timeout(limit, dialling).await,
                None => Ok(dialling.await),
            };
            let result = result.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
            (address, result)
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(directory: &str, expected: &str) {
        assert_eq!(
            socket_path(Path::new(directory), 5432),
            PathBuf::from(expected)
        );
    }

    #[test]
    fn a_socket_stands_in_its_directory_or_is_abstract() {
        check("/run/postgresql", "/run/postgresql/.s.PGSQL.5432");
        check("/run/postgresql/", "/run/postgresql/.s.PGSQL.5432");
        check("@app", "\0app/.s.PGSQL.5432");
    }

    /// Returns the address of a listener that answers nobody: it takes one
    /// connection into its queue, and the kernel drops what comes after.
    async fn stuck() -> (Address, socket2::Socket, Vec<TcpStream>) {
        use socket2::{Domain, Socket, Type};
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        socket.bind(&any.into()).unwrap();
        socket.listen(0).unwrap();
        let address = socket.local_addr().unwrap().as_socket().unwrap();
        let mut queue = Vec::new();
        while let Ok(stream) = timeout(STAGGER, TcpStream::connect(address)).await {
            queue.push(stream.unwrap());
        }
        (Address::Tcp(address), socket, queue)
    }

    #[tokio::test]
    async fn an_address_that_does_not_answer_costs_a_moment() {
        let (stuck, _socket, _queue) = stuck().await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let good = Address::Tcp(listener.local_addr().unwrap());
        let mut race = Race::new([stuck.clone(), good.clone()].into(), None);
        let (address, dialled) = race.next().await.unwrap();
        assert_eq!(address, good);
        assert!(dialled.is_ok());
        assert_eq!(race.left(), 1);
        assert_eq!(race.unanswered().collect::<Vec<_>>(), [stuck]);
    }

    #[tokio::test]
    async fn an_address_that_refuses_costs_nothing() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let good = Address::Tcp(listener.local_addr().unwrap());
        let refused = Address::Tcp(SocketAddr::from(([127, 0, 0, 1], 1)));
        let begun = tokio::time::Instant::now();
        let mut race = Race::new([refused.clone(), good.clone()].into(), None);
        let (address, dialled) = race.next().await.unwrap();
        assert_eq!(address, refused);
        assert!(dialled.is_err());
        assert_eq!(race.next().await.unwrap().0, good);
        assert!(race.next().await.is_none());
        assert!(begun.elapsed() < STAGGER);
    }

    #[tokio::test]
    async fn libpqs_connect_timeout_ends_the_dial() {
        let (stuck, _socket, _queue) = stuck().await;
        let limit = Some(Duration::from_millis(20));
        let (_, dialled) = Race::new([stuck].into(), limit).next().await.unwrap();
        let error = dialled.err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_peer_that_is_gone_is_noticed_in_a_minute() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await;
        let stream = stream.unwrap();
        prepare(&stream).unwrap();
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap());
        let idle = socket.tcp_keepalive_time().unwrap();
        let interval = socket.tcp_keepalive_interval().unwrap();
        let retries = socket.tcp_keepalive_retries().unwrap();
        let minute = Duration::from_secs(60);
        assert_eq!(idle + interval * retries, minute);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(minute));
    }

    #[test]
    fn answers_of_the_resolver_are_told_apart() {
        let failed = |text: &str| {
            lookup_failed(&io::Error::other(format!(
                "failed to lookup address information: {text}"
            )))
        };
        assert_eq!(failed("Name or service not known"), LookupError::NotFound);
        assert_eq!(failed("Name does not resolve"), LookupError::NotFound);
        assert_eq!(
            failed("No address associated with hostname"),
            LookupError::NotFound
        );
        assert_eq!(
            failed("Temporary failure in name resolution"),
            LookupError::Failed("Temporary failure in name resolution".to_owned())
        );
    }
}
