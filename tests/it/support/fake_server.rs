//! A server that says what the test wants instead of what PostgreSQL would.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The code in the message SSLRequest.
const SSL_REQUEST: u32 = 80_877_103;

/// Listens on 127.0.0.1 until it is dropped.
#[derive(Debug)]
pub(crate) struct FakeServer {
    port: u16,
    accepted: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl FakeServer {
    /// Starts a server that holds this conversation with everyone.
    pub(crate) async fn start<C, F>(conversation: C) -> Self
    where
        C: Fn(TcpStream) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback has a free port");
        let port = listener.local_addr().expect("it has an address").port();
        let accepted = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&accepted);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(conversation(stream));
            }
        });
        Self {
            port,
            accepted,
            task,
        }
    }

    /// Starts a server that reads the startup message, sends these bytes and
    /// then waits until the client leaves.
    pub(crate) async fn saying(bytes: Vec<u8>) -> Self {
        let bytes = Arc::new(bytes);
        Self::start(move |mut stream| {
            let bytes = Arc::clone(&bytes);
            async move {
                read_startup(&mut stream).await;
                // The client may hang up before the end.
                let _ = stream.write_all(&bytes).await;
                drain(&mut stream).await;
            }
        })
        .await
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reads the startup message, and says `N` to a request for TLS before it.
pub(crate) async fn read_startup(stream: &mut TcpStream) {
    loop {
        let Ok(length) = stream.read_u32().await else {
            return;
        };
        let mut rest = vec![0; length.saturating_sub(4).min(10_000) as usize];
        if stream.read_exact(&mut rest).await.is_err() {
            return;
        }
        if !rest.starts_with(&SSL_REQUEST.to_be_bytes()) {
            return;
        }
        if stream.write_all(b"N").await.is_err() {
            return;
        }
    }
}

/// Reads until the client leaves.
pub(crate) async fn drain(stream: &mut TcpStream) {
    let mut buffer = [0; 1024];
    while let Ok(1..) = stream.read(&mut buffer).await {}
}

/// Returns the message ErrorResponse.
pub(crate) fn error_response(sqlstate: &str, message: &str) -> Vec<u8> {
    report(b'E', "FATAL", sqlstate, message)
}

/// Returns the message NoticeResponse.
pub(crate) fn notice(message: &str) -> Vec<u8> {
    report(b'N', "NOTICE", "00000", message)
}

/// Returns a message: its tag, its length, its contents.
pub(crate) fn message(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u32::try_from(contents.len() + 4).expect("messages are short");
    let mut bytes = vec![tag];
    bytes.extend(length.to_be_bytes());
    bytes.extend(contents);
    bytes
}

fn report(tag: u8, severity: &str, sqlstate: &str, text: &str) -> Vec<u8> {
    let contents = format!("S{severity}\0V{severity}\0C{sqlstate}\0M{text}\0\0");
    message(tag, contents.as_bytes())
}
