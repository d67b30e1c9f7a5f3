//! Logging in to a real server, and every way in which it refuses.

use seaworthy::config::{Host, HostAddress, Secret, TargetSessionAttrs};
use seaworthy::postgres::session::Ended;
use seaworthy::postgres::{ConnectLimits, Reason, Session, SocketOnly, connect, connect_and_ask};
use seaworthy::wait::{Failure, Verdict};
use tokio::time::Instant;

use crate::support::connection::{
    PATIENCE, attempt, host, reason, sqlstate, to, to_port, to_socket, value,
};
use crate::support::database::Role;
use crate::support::server::{Options, Server, StopMode};
use crate::support::standby;

fn as_role(server: &Server, role: &Role, database: &str) -> seaworthy::config::Connection {
    seaworthy::config::Connection {
        user: role.name.clone(),
        database: database.to_owned(),
        ..to(server)
    }
}

#[tokio::test]
async fn a_session_knows_its_server() {
    let server = Server::shared();
    let session = attempt(&to(server)).await.unwrap();
    let facts = &session.facts;
    assert_eq!(
        facts.version.to_string(),
        value(&session, "SHOW server_version_num").await
    );
    assert_eq!(facts.backend_pid, facts.key_pid);
    assert_eq!(
        facts.backend_pid.to_string(),
        value(&session, "SELECT pg_backend_pid()").await
    );
    assert!(!facts.in_recovery && !facts.read_only && !facts.listens_nowhere);
    assert_eq!(session.host, format!("127.0.0.1:{}", server.port()));
    session.close().await;
}

#[tokio::test]
async fn one_thing_more_is_asked_with_the_login() {
    let connection = to(Server::shared());
    let limits = ConnectLimits {
        deadline: Some(Instant::now() + PATIENCE),
        socket_only: SocketOnly::Refuse,
    };
    let cases = [
        ("'a' || current_database()", Some("apostgres")),
        ("NULL", None),
        // A server that refuses it is as ready as any other.
        ("no_such_function()", None),
    ];
    for (question, expected) in cases {
        let session = connect_and_ask(&connection, &limits, question)
            .await
            .expect("the server accepts the login");
        assert_eq!(session.answer.as_deref(), expected, "{question}");
        assert_eq!(session.facts.backend_pid, session.facts.key_pid);
        session.close().await;
    }
}

#[tokio::test]
async fn a_closed_session_is_gone_and_said_goodbye() {
    let server = Server::start(Options::default().setting("log_disconnections", "on"));
    let database = server.database();
    let session = attempt(&to(&server)).await.unwrap();
    let pid = session.facts.backend_pid;
    session.close().await;
    let gone = format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}");
    // The server's process ends a moment after the socket.
    let deadline = Instant::now() + PATIENCE;
    while database.value(&gone) != "0" {
        assert!(Instant::now() < deadline, "the session is still there");
    }
    let log = server.log();
    assert!(!log.contains("unexpected EOF"), "{log}");
    assert!(!log.contains("could not receive data"), "{log}");
}

#[tokio::test]
async fn nothing_but_the_name_goes_into_the_startup() {
    let server = Server::shared();
    let mut connection = to(server);
    let session = attempt(&connection).await.unwrap();
    let changed = "SELECT string_agg(name, ',' ORDER BY name) FROM pg_settings \
        WHERE source = 'client'";
    assert_eq!(
        value(&session, changed).await,
        "application_name,client_encoding"
    );
    session.close().await;

    connection.options = Some("-c work_mem=1234kB".to_owned());
    let session = attempt(&connection).await.unwrap();
    assert_eq!(value(&session, "SHOW work_mem").await, "1234kB");
    session.close().await;
}

#[tokio::test]
async fn a_wrong_password_may_be_one_that_is_not_set_yet() {
    let mut connection = to(Server::shared());
    connection.hosts[0].password = Some(Secret::new("wrong"));
    let error = attempt(&connection).await.unwrap_err();
    assert_eq!(sqlstate(&error), "28P01");
    assert_eq!(error.verdict(), Verdict::Grace);
    assert!(!format!("{error:?} {error}").contains("wrong\""));
}

#[tokio::test]
async fn a_missing_password_is_said() {
    let mut connection = to(Server::shared());
    connection.hosts[0].password = None;
    let error = attempt(&connection).await.unwrap_err();
    assert_eq!(reason(&error), &Reason::PasswordMissing);
    assert_eq!(error.verdict(), Verdict::Permanent);
}

#[tokio::test]
async fn an_unknown_role_may_be_one_that_is_not_created_yet() {
    let server = Server::shared();
    let mut connection = to(server);
    connection.user = "nobody_of_this_name".to_owned();
    let error = attempt(&connection).await.unwrap_err();
    assert_eq!(sqlstate(&error), "28P01");
    assert_eq!(error.verdict(), Verdict::Grace);
}

#[tokio::test]
async fn an_unknown_role_under_trust_is_told_from_a_refusal() {
    let server = Server::start(Options::default().hba("host all ghost 127.0.0.1/32 trust"));
    let mut connection = to(&server);
    connection.user = "ghost".to_owned();
    let error = attempt(&connection).await.unwrap_err();
    assert_eq!(sqlstate(&error), "28000");
    assert_eq!(error.verdict(), Verdict::Grace);
}

#[tokio::test]
async fn a_missing_database_may_be_one_that_is_not_created_yet() {
    let mut connection = to(Server::shared());
    connection.database = "no_database_of_this_name".to_owned();
    let error = attempt(&connection).await.unwrap_err();
    assert_eq!(sqlstate(&error), "3D000");
    assert_eq!(error.verdict(), Verdict::Grace);
}

#[tokio::test]
async fn a_role_without_login_is_refused() {
    let database = Server::shared().database();
    let role = database.role("");
    database.execute(&format!("ALTER ROLE {} NOLOGIN", role.name));
    let connection = as_role(Server::shared(), &role, database.name());
    let error = attempt(&connection).await.unwrap_err();
    assert_eq!(sqlstate(&error), "28000");
    assert_eq!(error.verdict(), Verdict::Permanent);
}

#[tokio::test]
async fn a_role_without_connect_is_refused() {
    let database = Server::shared().database();
    let role = database.role("");
    database.execute(&format!(
        "REVOKE CONNECT ON DATABASE {} FROM PUBLIC",
        database.name()
    ));
    let connection = as_role(Server::shared(), &role, database.name());
    let error = attempt(&connection).await.unwrap_err();
    assert_eq!(sqlstate(&error), "42501");
    assert_eq!(error.verdict(), Verdict::Permanent);
}

#[tokio::test]
async fn a_database_that_takes_no_connections_is_a_refusal() {
    let mut connection = to(Server::shared());
    connection.database = "template0".to_owned();
    let error = attempt(&connection).await.unwrap_err();
    assert_eq!(sqlstate(&error), "55000");
    assert_eq!(error.verdict(), Verdict::Permanent);
}

#[tokio::test]
async fn a_limit_of_connections_passes() {
    let database = Server::shared().database();
    let role = database.role("CONNECTION LIMIT 1");
    let connection = as_role(Server::shared(), &role, database.name());
    let first = attempt(&connection).await.unwrap();
    let error = attempt(&connection).await.unwrap_err();
    assert_eq!(sqlstate(&error), "53300");
    assert_eq!(error.verdict(), Verdict::Transient);
    first.close().await;
}

#[tokio::test]
async fn the_next_host_is_tried_where_one_does_not_answer() {
    let server = Server::shared();
    let mut connection = to(server);
    connection.hosts.insert(0, host("127.0.0.1", 1));
    let session = attempt(&connection).await.unwrap();
    assert_eq!(session.host, format!("127.0.0.1:{}", server.port()));
    session.close().await;
}

#[tokio::test]
async fn the_next_host_is_not_tried_where_one_refuses() {
    let mut connection = to(Server::shared());
    connection.hosts.push(host("127.0.0.1", 1));
    connection.database = "no_database_of_this_name".to_owned();
    let error = attempt(&connection).await.unwrap_err();
    assert_eq!(error.tries.len(), 1);
    assert_eq!(sqlstate(&error), "3D000");
}

#[tokio::test]
async fn every_address_of_a_name_is_tried_and_named() {
    let server = Server::shared();
    let mut connection = to(server);
    connection.hosts = vec![host("localhost", server.port())];
    let session = attempt(&connection).await.unwrap();
    session.close().await;

    connection.hosts = vec![host("localhost", 1)];
    let error = attempt(&connection).await.unwrap_err();
    assert!(
        error
            .tries
            .iter()
            .all(|tried| tried.host == "localhost:1" && tried.address.is_some()),
        "{error:?}"
    );
    assert_eq!(error.state(), "connection refused");
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_said() {
    let mut connection = to_port(5432);
    connection.hosts[0].address = HostAddress::Tcp {
        name: "no-such-host.invalid".to_owned(),
        ip: None,
    };
    let error = attempt(&connection).await.unwrap_err();
    assert_eq!(error.verdict(), Verdict::Transient);
    // Without a network the resolver can only say that it does not know.
    assert!(
        matches!(reason(&error), Reason::NameNotFound | Reason::NameLookup(_)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_socket_leads_to_a_server_that_listens_elsewhere_too() {
    let session = attempt(&to_socket(Server::shared())).await.unwrap();
    assert!(!session.facts.listens_nowhere);
    session.close().await;
}

#[tokio::test]
async fn a_socket_that_is_not_there_is_said() {
    let mut connection = to_port(5432);
    connection.hosts = vec![Host {
        address: HostAddress::Unix("/nonexistent".into()),
        port: 5432,
        password: None,
    }];
    let error = attempt(&connection).await.unwrap_err();
    assert_eq!(error.state(), "no such socket");
    assert_eq!(error.verdict(), Verdict::Transient);
}

#[tokio::test]
async fn the_server_of_a_first_boot_is_not_ready() {
    let server = Server::start(Options::default().setting("listen_addresses", ""));
    let connection = to_socket(&server);
    let error = attempt(&connection).await.unwrap_err();
    assert_eq!(reason(&error), &Reason::FirstBoot);
    assert_eq!(error.verdict(), Verdict::Transient);

    let limits = ConnectLimits {
        deadline: Some(Instant::now() + PATIENCE),
        socket_only: SocketOnly::Accept,
    };
    let session = connect(&connection, &limits).await.unwrap();
    assert!(session.facts.listens_nowhere);
    session.close().await;
}

#[tokio::test]
async fn a_session_that_was_ended_knows_why() {
    let server = Server::shared();
    let database = server.database();
    let session = attempt(&to(server)).await.unwrap();
    assert_eq!(session.ended(), None);
    database.execute(&format!(
        "SELECT pg_terminate_backend({})",
        session.facts.backend_pid
    ));
    while !session.client.is_closed() {
        tokio::task::yield_now().await;
    }
    match session.ended() {
        Some(Ended::Server(error)) => assert_eq!(error.sqlstate, "57P01"),
        other => panic!("not told why: {other:?}"),
    }
    session.close().await;
}

/// Runs a long query, cancels it, and returns the SQLSTATE.
pub(crate) async fn cancelled(session: &Session) -> String {
    let canceller = session.canceller();
    let query = session.client.simple_query("SELECT pg_sleep(60)");
    let mut query = std::pin::pin!(query);
    // A request that comes before the query has begun cancels nothing.
    let error = loop {
        tokio::select! {
            result = &mut query => break result.expect_err("it is cancelled"),
            result = canceller.cancel() => result.expect("the server takes the request"),
        }
    };
    error.code().expect("the server says why").code().to_owned()
}

#[tokio::test]
async fn a_running_query_can_be_cancelled() {
    let session = attempt(&to(Server::shared())).await.unwrap();
    assert_eq!(cancelled(&session).await, "57014");
    assert_eq!(value(&session, "SELECT 1").await, "1");
    session.close().await;
    let session = attempt(&to_socket(Server::shared())).await.unwrap();
    assert_eq!(cancelled(&session).await, "57014");
    session.close().await;
}

#[tokio::test]
async fn a_server_of_the_kind_that_is_asked_for() {
    let primary = Server::start(Options::default());
    let replica = standby::start(&primary, Options::default());
    let attrs = async |wanted, hosts: &[&Server]| {
        let mut connection = to(&primary);
        connection.hosts = hosts
            .iter()
            .map(|server| host("127.0.0.1", server.port()))
            .collect();
        connection.target_session_attrs = wanted;
        match attempt(&connection).await {
            Ok(session) => {
                let in_recovery = session.facts.in_recovery;
                session.close().await;
                Ok(in_recovery)
            }
            Err(error) => Err(error),
        }
    };
    use TargetSessionAttrs::{Any, PreferStandby, Primary, ReadOnly, ReadWrite, Standby};
    let both = [&replica, &primary];
    assert_eq!(attrs(Any, &both).await.ok(), Some(true));
    assert_eq!(attrs(Primary, &both).await.ok(), Some(false));
    assert_eq!(attrs(ReadWrite, &both).await.ok(), Some(false));
    let both = [&primary, &replica];
    assert_eq!(attrs(Any, &both).await.ok(), Some(false));
    assert_eq!(attrs(Standby, &both).await.ok(), Some(true));
    assert_eq!(attrs(ReadOnly, &both).await.ok(), Some(true));
    assert_eq!(attrs(PreferStandby, &both).await.ok(), Some(true));
    assert_eq!(attrs(PreferStandby, &[&primary]).await.ok(), Some(false));

    let error = attrs(ReadWrite, &[&replica]).await.unwrap_err();
    assert_eq!(error.verdict(), Verdict::Transient);
    assert_eq!(
        error.state(),
        "the server is a standby, one that takes writes is wanted"
    );
}

#[tokio::test]
async fn a_standby_that_is_not_hot_is_waited_for() {
    let primary = Server::start(Options::default());
    let cold = Options::default().setting("hot_standby", "off");
    let replica = standby::start(&primary, cold);
    let error = attempt(&to(&replica)).await.unwrap_err();
    assert_eq!(sqlstate(&error), "57P03");
    assert_eq!(error.verdict(), Verdict::Transient);
    // Before version 14 the server says the same as one that starts up.
    let said = if replica.version() < 14 {
        "the database system is starting up (57P03)"
    } else {
        "a standby with hot_standby=off accepts no connections until it is promoted"
    };
    assert_eq!(error.state(), said);
}

#[tokio::test]
async fn a_stopped_server_refuses_the_connection() {
    let server = Server::start(Options::default());
    server.stop(StopMode::Fast);
    let error = attempt(&to(&server)).await.unwrap_err();
    assert_eq!(error.state(), "connection refused");
    assert_eq!(error.verdict(), Verdict::Transient);
}
