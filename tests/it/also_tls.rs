//! `--also https://`: whose certificate is accepted, and what is said of others.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::binary::{Binary, Finished};
use crate::support::certificates::{Authority, Pair};
use crate::support::fake_server::FakeServer;
use crate::support::server::Server;
use crate::support::tls_server::acceptor;

async fn https(pair: &Pair) -> FakeServer {
    let acceptor = acceptor(pair);
    FakeServer::start(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            // A client that does not like the certificate hangs up.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            if let Ok(1..) = stream.read(&mut [0; 4096]).await {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
                let _ = stream.shutdown().await;
            }
        }
    })
    .await
}

async fn waited(pair: &Pair, trusted: &Authority) -> Finished {
    let server = https(pair).await;
    let also = format!("https://127.0.0.1:{}/ready", server.port());
    let call = Binary::new(["wait", "--timeout=10s", "--also", &also])
        .env("DATABASE_URL", Server::shared().url("postgres"))
        .env("SSL_CERT_FILE", trusted.root());
    tokio::task::spawn_blocking(move || call.run())
        .await
        .expect("the call does not panic")
}

#[track_caller]
fn refused(finished: Finished, cause: &str, hint: &str) {
    let Finished { stderr, took, .. } = finished.expect_code(69);
    assert!(took < std::time::Duration::from_secs(9), "{took:?}");
    for part in ["also-not-ready", cause, hint] {
        assert!(stderr.contains(part), "no `{part}` in:\n{stderr}");
    }
}

#[tokio::test]
async fn a_certificate_is_accepted_or_it_is_said_why_not() {
    let authority = Authority::new();
    let stranger = Authority::new();
    let good = authority.issue(&["127.0.0.1"]);
    waited(&good, &authority).await.expect_code(0);
    refused(
        waited(&good, &stranger).await,
        "the certificate is not accepted",
        "SSL_CERT_FILE",
    );
    let other = authority.issue(&["api.test"]);
    refused(
        waited(&other, &authority).await,
        "not valid for name",
        "by a name that its certificate holds",
    );
    let expired = authority.issue_expired("127.0.0.1");
    refused(waited(&expired, &authority).await, "expired", "renew it");
}
