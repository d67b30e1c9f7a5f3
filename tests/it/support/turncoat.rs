//! A proxy that passes everything on until the client says a certain word, and
//! then answers itself, whatever the test wants.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::spawn;

/// What the client is told instead of the server's answer.
#[derive(Clone, Debug)]
pub(crate) struct Treason {
    pub(crate) first: Vec<u8>,
    /// Said again and again; empty: nothing more is said.
    pub(crate) then: Vec<u8>,
}

/// Listens on 127.0.0.1 for as long as the test runs.
#[derive(Debug)]
pub(crate) struct Turncoat {
    port: u16,
    said: Arc<AtomicUsize>,
    struck: Arc<AtomicUsize>,
}

impl Turncoat {
    /// Starts a proxy before the server on this port, which turns when a
    /// client's message holds `word`.
    pub(crate) fn start(server: u16, word: &'static str, treason: Treason) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let port = listener.local_addr().expect("it has an address").port();
        let said = Arc::<AtomicUsize>::default();
        let struck = Arc::<AtomicUsize>::default();
        let counters = (Arc::clone(&said), Arc::clone(&struck));
        spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else {
                    return;
                };
                let (said, struck) = (Arc::clone(&counters.0), Arc::clone(&counters.1));
                let treason = treason.clone();
                let answers = (
                    server.try_clone().expect("a handle"),
                    client.try_clone().expect("a handle"),
                );
                spawn(move || forward(answers.0, answers.1));
                spawn(move || {
                    if serve(&client, &server, word) {
                        struck.fetch_add(1, Ordering::SeqCst);
                        betray(&client, &treason, &said);
                    }
                    // Nobody minds if one of them is gone already.
                    let _ = server.shutdown(Shutdown::Both);
                    let _ = client.shutdown(Shutdown::Both);
                });
            }
        });
        Self { port, said, struck }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Returns how many bytes clients have taken since it turned.
    pub(crate) fn said(&self) -> usize {
        self.said.load(Ordering::SeqCst)
    }

    /// Returns how many connections it has turned on.
    pub(crate) fn struck(&self) -> usize {
        self.struck.load(Ordering::SeqCst)
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream) {
    // Either end may hang up; the other one notices.
    let _ = std::io::copy(&mut from, &mut to);
}

/// Passes the client's messages on; says whether the word was among them.
fn serve(mut client: &TcpStream, mut server: &TcpStream, word: &str) -> bool {
    let mut buffer = [0; 64 * 1024];
    loop {
        let Ok(length @ 1..) = client.read(&mut buffer) else {
            return false;
        };
        let message = &buffer[..length];
        if message
            .windows(word.len())
            .any(|part| part == word.as_bytes())
        {
            return true;
        }
        if server.write_all(message).is_err() {
            return false;
        }
    }
}

fn betray(mut client: &TcpStream, treason: &Treason, said: &AtomicUsize) {
    let mut sent = client.write_all(&treason.first);
    while sent.is_ok() && !treason.then.is_empty() {
        said.fetch_add(treason.then.len(), Ordering::SeqCst);
        sent = client.write_all(&treason.then);
    }
    let mut buffer = [0; 4096];
    loop {
        match client.read(&mut buffer) {
            Ok(1..) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => return,
        }
    }
}
