//! Next steps that name the host, port, role and database at hand.

use std::net::IpAddr;

use crate::config::SslMode;
use crate::postgres::connect::{ConnectError, Try};

/// Whom an attempt wanted to reach, in parts that may be shown.
pub(super) struct Peer<'a> {
    pub(super) name: &'a str,
    port: &'a str,
    pub(super) user: &'a str,
    pub(super) database: &'a str,
    pub(super) ssl_mode: &'static str,
}

impl<'a> Peer<'a> {
    pub(super) fn new(error: &'a ConnectError, tried: &'a Try) -> Self {
        let (name, port) = tried.host.rsplit_once(':').unwrap_or((&tried.host, ""));
        let name = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'))
            .unwrap_or(name);
        Self {
            name,
            port,
            user: &error.user,
            database: &error.database,
            ssl_mode: match error.ssl_mode {
                SslMode::Disable => "disable",
                SslMode::Allow => "allow",
                SslMode::Prefer => "prefer",
                SslMode::Require => "require",
                SslMode::VerifyCa => "verify-ca",
                SslMode::VerifyFull => "verify-full",
            },
        }
    }

    fn is_loopback(&self) -> bool {
        self.name == "localhost"
            || self
                .name
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }

    fn is_path(&self) -> bool {
        self.name.starts_with(['/', '@'])
    }

    pub(super) fn is_it_running(&self) -> String {
        if self.is_loopback() {
            return format!(
                "inside a container `{}` is the container itself: name the database's service \
                 instead, such as `db`",
                self.name
            );
        }
        if self.is_path() {
            return "start the server; its socket is left over from one that ended".to_owned();
        }
        format!(
            "is it running, and is {} its port? `docker compose ps`, or `kubectl get endpoints {}`",
            self.port, self.name
        )
    }

    pub(super) fn same_network(&self) -> String {
        if self.is_path() {
            return "mount the server's socket directory".to_owned();
        }
        format!(
            "is `{0}` on the same network? `docker compose ps` lists the services, \
             `kubectl get service {0}` the one of this name",
            self.name
        )
    }

    pub(super) fn check_port(&self) -> String {
        format!(
            "check host and port: {} should be where PostgreSQL listens, 5432 by default",
            self.port
        )
    }

    pub(super) fn by_hand(&self) -> String {
        format!(
            "try it by hand: `psql \"host={} port={} user={} dbname={}\"`",
            self.name, self.port, self.user, self.database
        )
    }

    pub(super) fn create_database(&self) -> String {
        format!(
            "create it: `createdb -h {} -p {} -U postgres -O {} {}`",
            self.name, self.port, self.user, self.database
        )
    }
}
