//! Other targets: what is ready and what is said of what is not.

use std::path::PathBuf;
use std::time::Duration;

use seaworthy::also::{AlsoFailure, AlsoReason, AlsoStage, probe};
use seaworthy::config::{AlsoTarget, HttpTarget, Secret};
use seaworthy::wait::Attempt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixListener};
use tokio::time::Instant;

use crate::support::connection::PATIENCE;
use crate::support::fake_server::{FakeServer, drain};

async fn probed(target: &AlsoTarget) -> Result<(), AlsoReason> {
    within(target, PATIENCE).await
}

async fn within(target: &AlsoTarget, time: Duration) -> Result<(), AlsoReason> {
    let attempt = Attempt {
        number: 1,
        deadline: Some(Instant::now() + time),
    };
    let result = probe(target, attempt).await;
    result.map_err(|AlsoFailure { reason, .. }| reason)
}

fn tcp(port: u16) -> AlsoTarget {
    AlsoTarget::Tcp {
        host: "localhost".to_owned(),
        port,
    }
}

fn http(port: u16) -> HttpTarget {
    HttpTarget {
        tls: false,
        host: "127.0.0.1".to_owned(),
        port,
        path: "/ready?deep=1".to_owned(),
        credentials: None,
    }
}

/// Reads a request and answers it.
async fn answer(mut stream: TcpStream, answer: &'static str) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => request.push(byte),
            Err(_) => return,
        }
    }
    let request = String::from_utf8(request).expect("a request is ASCII");
    let expected = answer.contains("200");
    // The request is asserted where the answer says that it was good.
    assert!(!expected || request.starts_with("GET /ready?deep=1 HTTP/1.1\r\n"));
    assert!(
        !expected || request.contains("host: 127.0.0.1:"),
        "{request}"
    );
    let _ = stream.write_all(answer.as_bytes()).await;
}

#[tokio::test]
async fn a_port_is_ready_when_it_accepts() {
    let server = FakeServer::start(async |mut stream| drain(&mut stream).await).await;
    assert_eq!(probed(&tcp(server.port())).await, Ok(()));
    let refused = probed(&tcp(1)).await.unwrap_err();
    assert_eq!(refused.to_string(), "connection refused");
}

#[tokio::test]
async fn a_status_of_200_is_ready_and_no_other() {
    let cases = [
        ("HTTP/1.1 200 OK\r\n\r\n", Ok(())),
        ("HTTP/1.1 204 No Content\r\n\r\n", Ok(())),
        (
            "HTTP/1.1 503 Service Unavailable\r\n\r\n",
            Err(AlsoReason::Status(503)),
        ),
        (
            "HTTP/1.1 302 Found\r\nlocation: /login\r\n\r\n",
            Err(AlsoReason::Redirect(302)),
        ),
        ("", Err(AlsoReason::Closed)),
    ];
    for (text, expected) in cases {
        let server = FakeServer::start(move |stream| answer(stream, text)).await;
        let target = AlsoTarget::Http(http(server.port()));
        assert_eq!(probed(&target).await, expected, "{text}");
    }
}

#[tokio::test]
async fn what_is_not_http_is_said() {
    let server = FakeServer::start(|stream| answer(stream, "-ERR unknown command\r\n\r\n")).await;
    let target = AlsoTarget::Http(http(server.port()));
    let reason = probed(&target).await.unwrap_err();
    assert!(matches!(reason, AlsoReason::NotHttp(_)), "{reason:?}");
}

#[tokio::test]
async fn what_does_not_speak_tls_is_said() {
    let server = FakeServer::start(|stream| answer(stream, "HTTP/1.1 400 No\r\n\r\n")).await;
    let target = AlsoTarget::Http(HttpTarget {
        tls: true,
        ..http(server.port())
    });
    let reason = within(&target, Duration::from_millis(300))
        .await
        .unwrap_err();
    assert!(
        matches!(
            reason,
            AlsoReason::Tls(_) | AlsoReason::Closed | AlsoReason::TimedOut(AlsoStage::Tls)
        ),
        "{reason:?}"
    );
}

#[tokio::test]
async fn credentials_are_sent() {
    let server = FakeServer::start(async |mut stream: TcpStream| {
        let mut request = [0; 4096];
        let read = stream.read(&mut request).await.unwrap();
        let request = String::from_utf8_lossy(&request[..read]).to_lowercase();
        // "u:p" in Base64, in lower case like the rest.
        let answer: &[u8] = if request.contains("authorization: basic dtpw") {
            b"HTTP/1.1 200 OK\r\n\r\n"
        } else {
            b"HTTP/1.1 401 Unauthorized\r\n\r\n"
        };
        stream.write_all(answer).await.unwrap();
    })
    .await;
    let mut target = http(server.port());
    let anonymous = probed(&AlsoTarget::Http(target.clone())).await;
    assert_eq!(anonymous, Err(AlsoReason::Status(401)));
    target.credentials = Some(("u".to_owned(), Secret::new("p")));
    assert_eq!(probed(&AlsoTarget::Http(target)).await, Ok(()));
}

#[tokio::test]
async fn a_silent_peer_does_not_outlive_the_attempt() {
    let server = FakeServer::start(async |mut stream| drain(&mut stream).await).await;
    let target = AlsoTarget::Http(http(server.port()));
    let reason = within(&target, Duration::from_millis(100)).await;
    assert_eq!(reason, Err(AlsoReason::TimedOut(AlsoStage::Answer)));
}

#[tokio::test]
async fn sockets_and_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| -> PathBuf { directory.path().join(name) };
    let socket = AlsoTarget::Unix(path("app.sock"));
    assert_eq!(
        probed(&socket).await.unwrap_err().to_string(),
        "no such socket"
    );
    let listener = UnixListener::bind(path("app.sock")).unwrap();
    assert_eq!(probed(&socket).await, Ok(()));
    drop(listener);

    let file = AlsoTarget::File(path("ready"));
    assert_eq!(probed(&file).await, Err(AlsoReason::FileMissing));
    std::fs::write(path("ready"), "").unwrap();
    assert_eq!(probed(&file).await, Ok(()));
}
