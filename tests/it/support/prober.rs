//! Whoever asks a probe's port: requests as bytes, well formed or not, and what
//! the kernel knows of the port.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

/// A test that waits longer than this for an answer has failed.
const DEADLINE: Duration = Duration::from_secs(60);

/// Below the ports that the kernel gives to clients, so that no connection of
/// another test can be in the way; where each run begins is up to its process id.
static NEXT_PORT: AtomicU16 = AtomicU16::new(0);
const FIRST_PORT: u16 = 12_000;
const PORTS: u16 = 20_000;

/// An answer, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Opens a connection and says nothing.
#[track_caller]
pub(crate) fn connect(port: u16) -> TcpStream {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let stream = TcpStream::connect(address).expect("the port accepts");
    let limited = stream.set_read_timeout(Some(DEADLINE));
    limited.expect("a timeout can be set");
    stream
}

/// Opens a connection and sends these bytes.
#[track_caller]
pub(crate) fn send(port: u16, bytes: &[u8]) -> TcpStream {
    let mut stream = connect(port);
    stream.write_all(bytes).expect("the port takes it");
    stream
}

/// Asks for a path as a probe does, and closes first.
#[track_caller]
pub(crate) fn get(port: u16, path: &str) -> Answered {
    let request = format!("GET {path} HTTP/1.1\r\nHost: pod\r\nConnection: close\r\n\r\n");
    answer(&mut send(port, request.as_bytes()))
}

/// Reads one answer by its length, as clients do that close first.
#[track_caller]
pub(crate) fn answer(stream: &mut TcpStream) -> Answered {
    let head = head(stream);
    let mut body = vec![0; length(&head)];
    stream.read_exact(&mut body).expect("the whole body comes");
    Answered {
        status: status(&head),
        head,
        body: String::from_utf8(body).expect("a body is text"),
    }
}

/// Reads the head of an answer, and nothing behind it.
#[track_caller]
pub(crate) fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).expect("the whole head comes");
        head.extend(byte);
    }
    String::from_utf8(head).expect("a head is text")
}

/// Reads to the end, whether it is an end or a reset.
pub(crate) fn rest(stream: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => rest.extend(&buffer[..read]),
            Err(error) => {
                let timed_out = matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                );
                assert!(!timed_out, "the connection does not end");
                break;
            }
        }
    }
    String::from_utf8_lossy(&rest).into_owned()
}

/// Returns the states of the sockets on a local port, as the kernel numbers them
/// (`include/net/tcp_states.h`); those of clients have another local port.
pub(crate) fn states(port: u16) -> Vec<String> {
    let mut states = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let Ok(text) = std::fs::read_to_string(table) else {
            continue;
        };
        for line in text.lines().skip(1) {
            let mut words = line.split_whitespace().skip(1);
            let local = words.next().and_then(|address| address.rsplit_once(':'));
            let state = words.nth(1);
            if let (Some((_, hex)), Some(state)) = (local, state)
                && u16::from_str_radix(hex, 16) == Ok(port)
            {
                states.push(state.to_owned());
            }
        }
    }
    states
}

/// Returns a port that nobody uses, and that is given to no other test.
#[track_caller]
pub(crate) fn free_port() -> u16 {
    let begin = u16::try_from(std::process::id() * 97 % u32::from(PORTS)).unwrap_or_default();
    (0..PORTS)
        .map(|_| NEXT_PORT.fetch_add(1, Ordering::Relaxed))
        .map(|next| FIRST_PORT + begin.wrapping_add(next) % PORTS)
        .find(|port| bind_plainly(*port).is_ok())
        .expect("there is a free port")
}

/// Binds a port as an application does that does not set `SO_REUSEADDR`.
pub(crate) fn bind_plainly(port: u16) -> std::io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    assert!(!SockRef::from(&socket).reuse_address()?);
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)).into())?;
    socket.listen(1)?;
    Ok(socket)
}

fn status(head: &str) -> u16 {
    let word = head.split(' ').nth(1);
    word.and_then(|word| word.parse().ok())
        .unwrap_or_else(|| panic!("no status in {head:?}"))
}

fn length(head: &str) -> usize {
    let lines = head.to_ascii_lowercase();
    let value = lines
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    value.map_or(0, |value| value.parse().expect("a length is a number"))
}
