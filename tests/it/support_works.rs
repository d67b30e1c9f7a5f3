//! The support does what the tests rely on.

use std::net::TcpStream;

use crate::support::database;
use crate::support::proxy::{Behaviour, Proxy};
use crate::support::server::{Options, Server, StopMode};

#[test]
fn each_database_is_empty_and_its_own() {
    let (one, two) = (Server::shared().database(), Server::shared().database());
    one.execute("CREATE TABLE t (n int); INSERT INTO t VALUES (1), (2)");
    assert_eq!(one.column("SELECT n FROM t ORDER BY n"), ["1", "2"]);
    assert_eq!(two.value("SELECT to_regclass('t')"), "null");
    assert_eq!(
        database::query(&one.socket_url(), "SELECT current_database()"),
        [[Some(one.name().to_owned())]]
    );
}

#[tokio::test]
async fn a_role_logs_in_with_its_password() {
    let database = Server::shared().database();
    let role = database.role("CONNECTION LIMIT 1");
    let client = database::client(&role.url).await;
    let row = client.query_one("SELECT current_user::text", &[]).await;
    assert_eq!(row.map(|row| row.get::<_, String>(0)).ok(), Some(role.name));
    assert!(
        tokio_postgres::connect(&role.url, tokio_postgres::NoTls)
            .await
            .is_err()
    );
}

#[test]
fn a_server_of_its_own_stops_and_comes_back() {
    let server = Server::start(Options::default().setting("max_connections", "17"));
    let database = server.database();
    assert_eq!(database.value("SHOW max_connections"), "17");
    for mode in [StopMode::Smart, StopMode::Fast, StopMode::Immediate] {
        server.restart(mode);
        assert_eq!(database.value("SELECT 1"), "1");
    }
    server.kill();
    server.launch();
    assert_eq!(database.value("SELECT 1"), "1");
    let directory = server.socket_directory().to_owned();
    drop(database);
    drop(server);
    assert!(!directory.exists());
}

#[test]
fn a_proxy_forwards_hangs_up_refuses_and_comes_back() {
    let database = Server::shared().database();
    let mut proxy = Proxy::start(database.server().port(), Behaviour::Forward);
    let url = database.url().replace(
        &format!(":{}/", database.server().port()),
        &format!(":{}/", proxy.port()),
    );
    assert_eq!(database::query(&url, "SELECT 1"), [[Some("1".to_owned())]]);

    proxy.behave(Behaviour::HangUp);
    assert!(database::try_query(&url, "SELECT 1").is_err());
    proxy.behave(Behaviour::Refuse);
    assert!(TcpStream::connect(("127.0.0.1", proxy.port())).is_err());
    proxy.behave(Behaviour::Forward);
    assert_eq!(database::query(&url, "SELECT 1"), [[Some("1".to_owned())]]);
    assert_eq!(proxy.accepted(), 3);
}

#[test]
fn a_silent_proxy_keeps_what_was_said() {
    let database = Server::shared().database();
    let mut proxy = Proxy::start(database.server().port(), Behaviour::Silent);
    let url = database.url().replace(
        &format!(":{}/", database.server().port()),
        &format!(":{}/", proxy.port()),
    );
    let rows = std::thread::scope(|scope| {
        let query = scope.spawn(|| database::query(&url, "SELECT 1"));
        proxy.wait_for_accepted(1);
        proxy.behave(Behaviour::Forward);
        query.join()
    });
    assert_eq!(rows.ok(), Some(vec![vec![Some("1".to_owned())]]));
}
