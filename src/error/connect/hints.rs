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
        self.name == "localhost" || self.address().is_some_and(|address| address.is_loopback())
    }

    fn address(&self) -> Option<IpAddr> {
        self.name.parse().ok()
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
        let question = format!("is it running, and is {} its port?", self.port);
        match self.kubectl("endpoints") {
            Some(kubectl) => format!("{question} `docker compose ps`, or `{kubectl}`"),
            None => question,
        }
    }

    pub(super) fn same_network(&self) -> String {
        if self.is_path() {
            return "mount the server's socket directory".to_owned();
        }
        let question = format!("is `{}` on the same network?", self.name);
        match self.kubectl("service") {
            Some(kubectl) if self.address().is_some() => {
                format!("{question} `{kubectl}` shows whose address it is")
            }
            Some(kubectl) => format!(
                "{question} `docker compose ps` lists the services, `{kubectl}` the one of this name"
            ),
            None => format!(
                "is `{}` the right name, and can it be reached from this network?",
                self.name
            ),
        }
    }

    /// Returns the command that shows the Kubernetes Service behind the name;
    /// its namespace is a part of the name where it is not the pod's own:
    /// kubernetes.io/docs/concepts/services-networking/dns-pod-service. `None`:
    /// it is the name of something else.
    fn kubectl(&self, kind: &str) -> Option<String> {
        if self.address().is_some() {
            return Some("kubectl get services,endpoints --all-namespaces".to_owned());
        }
        let labels: Vec<_> = self.name.split('.').collect();
        match labels[..] {
            [service] => Some(format!("kubectl get {kind} {service}")),
            [service, namespace] | [service, namespace, "svc", ..] => Some(format!(
                "kubectl get {kind} {service} --namespace {namespace}"
            )),
            _ => None,
        }
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
