//! Peers that are not the server they should be: the attempt ends in time, and
//! what they say does not fill our memory.

use std::time::Duration;

use seaworthy::config::SslMode;
use seaworthy::postgres::Reason;
use seaworthy::postgres::connect::Stage;
use seaworthy::wait::{Failure, Verdict};
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;

use crate::support::connection::{PATIENCE, attempt, attempt_within, host, reason, to_port};
use crate::support::fake_server::{
    FakeServer, drain, error_response, message, notice, read_startup,
};

/// Short, since the peers here never answer.
const BRIEF: Duration = Duration::from_millis(200);

#[track_caller]
fn assert_brief(begun: Instant) {
    let took = begun.elapsed();
    assert!(took < PATIENCE / 2, "took {took:?}");
}

#[tokio::test]
async fn a_silent_peer_does_not_outlive_the_attempt() {
    let server = FakeServer::start(async |mut stream| drain(&mut stream).await).await;
    let mut connection = to_port(server.port());
    let begun = Instant::now();
    let error = attempt_within(&connection, BRIEF).await.unwrap_err();
    assert_brief(begun);
    assert_eq!(reason(&error), &Reason::TimedOut(Stage::Login));
    assert_eq!(error.verdict(), Verdict::Transient);

    connection.ssl_mode = SslMode::Prefer;
    let error = attempt_within(&connection, BRIEF).await.unwrap_err();
    assert_eq!(reason(&error), &Reason::TimedOut(Stage::Tls));
}

#[tokio::test]
async fn a_silent_host_leaves_time_for_the_next_one() {
    let silent = FakeServer::start(async |mut stream| drain(&mut stream).await).await;
    let busy = FakeServer::saying(error_response("53300", "sorry, too many clients")).await;
    let mut connection = to_port(silent.port());
    connection.hosts.push(host("127.0.0.1", busy.port()));
    let error = attempt_within(&connection, 5 * BRIEF).await.unwrap_err();
    assert_eq!(error.tries.len(), 2, "{error:?}");
    assert_eq!(error.state(), "sorry, too many clients (53300)");
}

#[tokio::test]
async fn libpqs_connect_timeout_bounds_each_address() {
    let silent = FakeServer::start(async |mut stream| drain(&mut stream).await).await;
    let mut connection = to_port(silent.port());
    connection.connect_timeout = Some(BRIEF);
    let begun = Instant::now();
    let error = attempt(&connection).await.unwrap_err();
    assert_brief(begun);
    assert_eq!(reason(&error), &Reason::TimedOut(Stage::Login));
}

#[tokio::test]
async fn a_peer_that_hangs_up_is_said() {
    let server = FakeServer::start(async |stream| drop(stream)).await;
    let error = attempt(&to_port(server.port())).await.unwrap_err();
    assert_eq!(error.verdict(), Verdict::Transient);
    assert!(
        ["connected, then closed without a word", "connection reset"]
            .contains(&error.state().as_str()),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_server_that_starts_up_is_waited_for() {
    let starting = error_response("57P03", "the database system is starting up");
    let server = FakeServer::saying(starting).await;
    let error = attempt(&to_port(server.port())).await.unwrap_err();
    assert_eq!(error.verdict(), Verdict::Transient);
    assert_eq!(error.state(), "the database system is starting up (57P03)");
}

#[tokio::test]
async fn half_a_message_is_an_end() {
    let server = FakeServer::start(async |mut stream| {
        read_startup(&mut stream).await;
        let whole = error_response("57P03", "the database system is starting up");
        stream.write_all(&whole[..12]).await.unwrap();
    })
    .await;
    let error = attempt(&to_port(server.port())).await.unwrap_err();
    assert_eq!(reason(&error), &Reason::Closed(Stage::Login));
}

#[tokio::test]
async fn another_protocol_is_said() {
    let server = FakeServer::saying(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()).await;
    let error = attempt_within(&to_port(server.port()), BRIEF)
        .await
        .unwrap_err();
    assert_eq!(error.verdict(), Verdict::Transient);

    let server = FakeServer::start(async |mut stream| {
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n")
            .await
            .unwrap();
        drain(&mut stream).await;
    })
    .await;
    let mut connection = to_port(server.port());
    connection.ssl_mode = SslMode::Prefer;
    let error = attempt(&connection).await.unwrap_err();
    assert_eq!(
        error.state(),
        "the answer is not PostgreSQL's protocol: `H` in answer to the request for TLS"
    );
}

#[tokio::test]
async fn an_impossible_message_is_said() {
    // A length that does not count itself, and an answer out of order.
    for bytes in [vec![b'R', 0, 0, 0, 1], message(b'Z', b"I")] {
        let server = FakeServer::saying(bytes).await;
        let error = attempt(&to_port(server.port())).await.unwrap_err();
        assert!(
            matches!(reason(&error), Reason::NotPostgres(_)),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_huge_length_takes_no_memory_and_no_longer_than_the_attempt() {
    let mut header = vec![b'R'];
    header.extend(0x7fff_fff0_u32.to_be_bytes());
    let server = FakeServer::saying(header.clone()).await;
    let error = attempt_within(&to_port(server.port()), BRIEF)
        .await
        .unwrap_err();
    assert_eq!(reason(&error), &Reason::TimedOut(Stage::Login));

    // Followed by what it announced, it ends with the budget, not the time.
    let endless = FakeServer::start(move |mut stream| {
        let header = header.clone();
        async move {
            read_startup(&mut stream).await;
            let mut sent = stream.write_all(&header).await;
            while sent.is_ok() {
                sent = stream.write_all(&[0; 8192]).await;
            }
        }
    })
    .await;
    let begun = Instant::now();
    let error = attempt(&to_port(endless.port())).await.unwrap_err();
    assert_brief(begun);
    assert_eq!(reason(&error), &Reason::TooMuchBeforeLogin);
}

#[tokio::test]
async fn endless_notices_end_with_the_budget() {
    let server = FakeServer::start(async |mut stream| {
        read_startup(&mut stream).await;
        // AuthenticationOk, so that the library keeps the notices.
        let mut sent = stream.write_all(&message(b'R', &[0, 0, 0, 0])).await;
        while sent.is_ok() {
            sent = stream.write_all(&notice("are you still there?")).await;
        }
    })
    .await;
    let begun = Instant::now();
    let error = attempt(&to_port(server.port())).await.unwrap_err();
    assert_brief(begun);
    assert_eq!(reason(&error), &Reason::TooMuchBeforeLogin);
    assert_eq!(error.verdict(), Verdict::Transient);
    assert_eq!(server.accepted(), 1);
}

#[tokio::test]
async fn a_server_without_tls_is_a_refusal_where_tls_is_required() {
    let server = FakeServer::saying(Vec::new()).await;
    let mut connection = to_port(server.port());
    connection.ssl_mode = SslMode::Require;
    let error = attempt(&connection).await.unwrap_err();
    assert_eq!(reason(&error), &Reason::TlsNotOffered);
    assert_eq!(error.verdict(), Verdict::Permanent);
}

#[tokio::test]
async fn nothing_is_left_of_an_attempt_that_was_given_up() {
    let (left, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let server = FakeServer::start(move |mut stream| {
        let left = left.clone();
        async move {
            read_startup(&mut stream).await;
            // AuthenticationOk and ReadyForQuery, but no answer to a query.
            let mut ready = message(b'R', &[0, 0, 0, 0]);
            ready.extend(message(b'Z', b"I"));
            stream.write_all(&ready).await.expect("the client is there");
            drain(&mut stream).await;
            left.send(()).expect("the test waits for this");
        }
    })
    .await;
    let connection = to_port(server.port());
    let error = attempt_within(&connection, BRIEF).await.unwrap_err();
    assert_eq!(reason(&error), &Reason::TimedOut(Stage::Query));
    let gone = tokio::time::timeout(PATIENCE, seen.recv()).await;
    assert_eq!(gone, Ok(Some(())));

    // An attempt that is dropped in the middle leaves nothing either.
    let dropped = tokio::time::timeout(BRIEF, attempt(&connection)).await;
    assert!(dropped.is_err());
    let gone = tokio::time::timeout(PATIENCE, seen.recv()).await;
    assert_eq!(gone, Ok(Some(())));
}
