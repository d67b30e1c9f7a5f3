//! One database connection, every parameter resolved.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::Secret;

/// What is needed to log in. Built anew for each attempt, since secrets in
/// files may change while we wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// In the order in which they are tried; never empty.
    pub hosts: Vec<Host>,
    pub user: String,
    pub database: String,
    pub ssl_mode: SslMode,
    /// `None`: `~/.postgresql/root.crt` if it exists, as in libpq.
    pub ssl_root_cert: Option<RootCertificates>,
    pub ssl_cert: Option<PathBuf>,
    pub ssl_key: Option<PathBuf>,
    pub channel_binding: ChannelBinding,
    /// Command-line options for the server, as in `PGOPTIONS`.
    pub options: Option<String>,
    pub application_name: String,
    /// libpq's `connect_timeout`, for each address; the attempt's deadline counts besides it.
    pub connect_timeout: Option<Duration>,
    pub target_session_attrs: TargetSessionAttrs,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    pub address: HostAddress,
    pub port: u16,
    /// From the URL, a variable, or the password file's line for this host.
    pub password: Option<Secret>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostAddress {
    /// A name or a literal address; with libpq's `hostaddr`, `ip` is dialled and
    /// `name` is what the certificate must hold.
    Tcp { name: String, ip: Option<IpAddr> },
    /// The directory of the socket `.s.PGSQL.<port>`, or `@name` for an abstract one.
    Unix(PathBuf),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SslMode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RootCertificates {
    File(PathBuf),
    /// `SSL_CERT_FILE`, the image's store, else the roots compiled in.
    System,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelBinding {
    Disable,
    Prefer,
    Require,
}

/// libpq's `target_session_attrs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetSessionAttrs {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

impl Connection {
    /// Returns hosts and database as they may be shown: `db:5432/app`.
    pub fn shown(&self) -> String {
        let hosts: Vec<String> = self.hosts.iter().map(Host::shown).collect();
        format!("{}/{}", hosts.join(","), self.database)
    }
}

impl Host {
    /// Returns the host as it may be shown: `db:5432`, `[::1]:5432`, `/run/postgresql:5432`.
    pub fn shown(&self) -> String {
        match &self.address {
            HostAddress::Tcp { name, .. } if name.contains(':') => {
                format!("[{name}]:{}", self.port)
            }
            HostAddress::Tcp { name, .. } => format!("{name}:{}", self.port),
            HostAddress::Unix(directory) => format!("{}:{}", directory.display(), self.port),
        }
    }
}
