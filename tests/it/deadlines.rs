//! `--timeout` is hard: no peer keeps us longer, whatever it says or does not.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::binary::{Binary, Finished};
use crate::support::fake_server::{FakeServer, drain, message, notice, read_startup};

/// What a second may become.
const BOUND: Duration = Duration::from_millis(1200);

/// A machine under load may hold one call up, not each of them.
const CALLS: usize = 3;

/// Waits in vain for a second, and for no more than that.
async fn check_wait(args: Vec<String>) {
    let mut finished = waited(&args).await;
    for _ in 1..CALLS {
        if finished.took < BOUND {
            break;
        }
        finished = waited(&args).await;
    }
    assert!(
        finished.took < BOUND,
        "{:?}: {}",
        finished.took,
        finished.stderr
    );
    finished.expect_code(69);
}

async fn waited(args: &[String]) -> Finished {
    let call = Binary::new(["wait", "--timeout", "1s"]).args(args);
    tokio::task::spawn_blocking(move || call.run())
        .await
        .expect("the call does not panic")
}

async fn check(server: &FakeServer, sslmode: &str) {
    let url = format!(
        "postgres://u:p@127.0.0.1:{}/d?sslmode={sslmode}",
        server.port()
    );
    for attempt in ["5s", "300ms", "0"] {
        let limit = format!("--attempt-timeout={attempt}");
        check_wait(vec![format!("--database-url={url}"), limit]).await;
    }
}

#[tokio::test]
async fn a_silent_peer() {
    let server = FakeServer::start(async |mut stream| drain(&mut stream).await).await;
    check(&server, "disable").await;
    check(&server, "require").await;
    let also = |scheme: &str| format!("--also={scheme}://127.0.0.1:{}/", server.port());
    for scheme in ["http", "https"] {
        let real = crate::support::server::Server::shared().url("postgres");
        check_wait(vec![format!("--database-url={real}"), also(scheme)]).await;
    }
}

#[tokio::test]
async fn an_endless_talker() {
    let server = FakeServer::start(async |mut stream: TcpStream| {
        read_startup(&mut stream).await;
        let notices = notice("still here").repeat(100);
        while stream.write_all(&notices).await.is_ok() {}
    })
    .await;
    check(&server, "disable").await;
}

#[tokio::test]
async fn a_peer_that_says_a_byte_at_a_time() {
    let server = FakeServer::start(async |mut stream: TcpStream| {
        read_startup(&mut stream).await;
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        for byte in message(b'R', &[0; 4]).into_iter().chain([b'S', 0, 0, 255]) {
            ticks.tick().await;
            if stream.write_all(&[byte]).await.is_err() {
                return;
            }
        }
        drain(&mut stream).await;
    })
    .await;
    check(&server, "disable").await;
}

#[tokio::test]
async fn a_peer_that_stops_in_the_middle_of_the_tls_handshake() {
    let server = FakeServer::start(async |mut stream: TcpStream| {
        let _ = stream.write_all(b"S\x16\x03\x03").await;
        drain(&mut stream).await;
    })
    .await;
    check(&server, "require").await;
}
