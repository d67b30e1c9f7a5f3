//! Settings of a connection, and one attempt to make it.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use seaworthy::config::{
    ChannelBinding, Connection, Host, HostAddress, Secret, SslMode, TargetSessionAttrs,
};
use seaworthy::postgres::{ConnectError, ConnectLimits, Reason, Session, SocketOnly, connect};
use tokio::time::Instant;

use super::server::{PASSWORD, SUPERUSER, Server};

/// Long enough for a machine under load; what should fail at once does.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Returns the superuser's way to a port of 127.0.0.1, without TLS.
pub(crate) fn to_port(port: u16) -> Connection {
    Connection {
        hosts: vec![host("127.0.0.1", port)],
        user: SUPERUSER.to_owned(),
        database: "postgres".to_owned(),
        ssl_mode: SslMode::Disable,
        ssl_root_cert: None,
        ssl_cert: None,
        ssl_key: None,
        channel_binding: ChannelBinding::Prefer,
        options: None,
        application_name: "seaworthy".to_owned(),
        connect_timeout: None,
        target_session_attrs: TargetSessionAttrs::Any,
    }
}

pub(crate) fn to(server: &Server) -> Connection {
    to_port(server.port())
}

/// Returns a host with the superuser's password. A name that is no address
/// is that of 127.0.0.1.
pub(crate) fn host(name: &str, port: u16) -> Host {
    let ip = match name {
        "localhost" => None,
        name if name.parse::<IpAddr>().is_ok() => None,
        _ => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
    };
    Host {
        address: HostAddress::Tcp {
            name: name.to_owned(),
            ip,
        },
        port,
        password: Some(Secret::new(PASSWORD)),
    }
}

/// Returns the superuser's way to the unix socket, without a password.
pub(crate) fn to_socket(server: &Server) -> Connection {
    let host = Host {
        address: HostAddress::Unix(server.socket_directory().to_owned()),
        port: server.port(),
        password: None,
    };
    Connection {
        hosts: vec![host],
        ..to(server)
    }
}

/// Makes one attempt.
pub(crate) async fn attempt(connection: &Connection) -> Result<Session, ConnectError> {
    attempt_within(connection, PATIENCE).await
}

pub(crate) async fn attempt_within(
    connection: &Connection,
    time: Duration,
) -> Result<Session, ConnectError> {
    let limits = ConnectLimits {
        deadline: Some(Instant::now() + time),
        socket_only: SocketOnly::Refuse,
    };
    connect(connection, &limits).await
}

/// Makes one attempt, which must fail, and returns why.
#[track_caller]
pub(crate) fn reason(error: &ConnectError) -> &Reason {
    &error.decisive().expect("an address was tried").reason
}

/// Returns the SQLSTATE of a refusal.
#[track_caller]
pub(crate) fn sqlstate(error: &ConnectError) -> &str {
    match reason(error) {
        Reason::Server(error) => &error.sqlstate,
        other => panic!("no answer of the server: {other:?}"),
    }
}

/// Returns the one value of a query that has one row and one column.
pub(crate) async fn value(session: &Session, query: &str) -> String {
    session
        .client
        .simple_query(query)
        .await
        .expect("the query runs")
        .iter()
        .find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
        .expect("the query returns a value")
}
