//! How to wait, and for what.

use std::path::PathBuf;
use std::time::Duration;

use super::{Limit, Secret};

#[derive(Clone, Debug)]
pub struct WaitConfig {
    pub timeout: Limit,
    pub attempt_timeout: Limit,
    pub max_interval: Duration,
    /// Zero: off.
    pub grace: Duration,
    pub also: Vec<AlsoTarget>,
    pub accept_socket_only: bool,
}

/// Something else that must answer before the application starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlsoTarget {
    Tcp {
        host: String,
        port: u16,
    },
    /// `http` or `https`; a 2xx answer is ready. May hold a password: shown without it.
    Http(HttpTarget),
    Unix(PathBuf),
    File(PathBuf),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpTarget {
    pub tls: bool,
    pub host: String,
    pub port: u16,
    /// Path and query as sent.
    pub path: String,
    /// User and password of the URL, sent as Basic authentication.
    pub credentials: Option<(String, Secret)>,
}
