//! The readiness loop in front of real servers.

use std::time::Duration;

use seaworthy::config::{Connection, WaitConfig};
use seaworthy::postgres::{ConnectError, ConnectLimits, Session, SocketOnly, connect};
use seaworthy::wait::{Attempt, GaveUp, Limits, WaitError, wait};

use crate::support::connection::{PATIENCE, sqlstate, to};
use crate::support::fake_server::{FakeServer, drain};
use crate::support::server::{Options, Server, StopMode};

const MOMENT: Duration = Duration::from_millis(300);

fn config() -> WaitConfig {
    WaitConfig {
        timeout: Some(PATIENCE),
        attempt_timeout: Some(PATIENCE / 4),
        max_interval: Duration::from_millis(50),
        grace: PATIENCE,
        also: Vec::new(),
        accept_socket_only: false,
    }
}

/// Waits for a login; before each attempt something may be done.
async fn log_in(
    config: &WaitConfig,
    connection: &Connection,
    before: impl Fn(u32),
) -> Result<Session, WaitError<ConnectError>> {
    let limits = Limits::starting_now(config);
    wait(&limits, "the database", |attempt: Attempt| {
        before(attempt.number);
        let limits = ConnectLimits {
            deadline: attempt.deadline,
            socket_only: SocketOnly::Refuse,
        };
        async move { connect(connection, &limits).await }
    })
    .await
}

#[tokio::test]
async fn a_server_that_comes_late_is_met() {
    let server = Server::start(Options::default());
    server.stop(StopMode::Fast);
    let session = log_in(&config(), &to(&server), |attempt| {
        if attempt == 3 {
            server.launch();
        }
    })
    .await
    .unwrap();
    session.close().await;
}

#[tokio::test]
async fn a_database_that_is_created_during_grace_is_met() {
    let server = Server::start(Options::default());
    let setup = server.database();
    let connection = Connection {
        database: "late".to_owned(),
        ..to(&server)
    };
    let session = log_in(&config(), &connection, |attempt| {
        if attempt == 3 {
            setup.execute("CREATE DATABASE late");
        }
    })
    .await
    .unwrap();
    session.close().await;
}

#[tokio::test]
async fn grace_ends() {
    let connection = Connection {
        database: "no_database_of_this_name".to_owned(),
        ..to(Server::shared())
    };
    let config = WaitConfig {
        grace: MOMENT,
        ..config()
    };
    let error = log_in(&config, &connection, |_| ()).await.unwrap_err();
    assert_eq!(error.gave_up, GaveUp::GraceOver);
    assert!(error.elapsed >= MOMENT && error.elapsed < PATIENCE / 2);
    assert_eq!(sqlstate(&error.last.unwrap()), "3D000");
}

#[tokio::test]
async fn a_silent_peer_ends_with_the_deadline() {
    let silent = FakeServer::start(async |mut stream| drain(&mut stream).await).await;
    let config = WaitConfig {
        timeout: Some(3 * MOMENT),
        attempt_timeout: Some(MOMENT),
        ..config()
    };
    let connection = crate::support::connection::to_port(silent.port());
    let error = log_in(&config, &connection, |_| ()).await.unwrap_err();
    assert_eq!(error.gave_up, GaveUp::Deadline);
    assert!(error.elapsed >= 3 * MOMENT && error.elapsed < PATIENCE / 2);
    assert_eq!(error.seen[0].state, "connected, but no answer");
}
