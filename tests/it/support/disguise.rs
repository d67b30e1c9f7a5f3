//! A proxy that passes a server off as one of another version.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::spawn;

use super::database::query;
use super::server::{SUPERUSER, Server};

/// Listens on 127.0.0.1 for as long as the test runs.
#[derive(Debug)]
pub(crate) struct Disguise {
    port: u16,
}

impl Disguise {
    /// Starts a proxy before a server. `version` is a `server_version_num`, as
    /// long as the server's own.
    pub(crate) fn start(server: &Server, version: &'static str) -> Self {
        let rows = query(&server.url(SUPERUSER), "SHOW server_version_num");
        let own = rows[0][0].clone().expect("a server has a version");
        assert_eq!(own.len(), version.len(), "messages keep their length");
        let target = server.port();
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let port = listener.local_addr().expect("it has an address").port();
        spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", target)) else {
                    return;
                };
                let own = own.clone();
                let (from, to) = (
                    client.try_clone().expect("a handle"),
                    server.try_clone().expect("a handle"),
                );
                spawn(move || pass_on(from, to, |_| {}));
                spawn(move || pass_on(server, client, |said| replace(said, &own, version)));
            }
        });
        Self { port }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

/// Copies one direction, changed, until either side ends.
fn pass_on(mut from: TcpStream, mut to: TcpStream, change: impl Fn(&mut [u8])) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        change(&mut buffer[..read]);
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    // Nobody minds if one of them is gone already.
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

fn replace(said: &mut [u8], own: &str, version: &str) {
    for at in 0..said.len().saturating_sub(own.len() - 1) {
        if said[at..].starts_with(own.as_bytes()) {
            said[at..at + version.len()].copy_from_slice(version.as_bytes());
        }
    }
}
