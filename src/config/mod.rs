//! The settings in force: what was typed, the environment and the
//! configuration file in, one [`Config`] out.
//!
//! Pure: argv, variables and the text of files are handed in. A value that
//! does not parse is an error that names the setting, never a default.

mod also;
pub mod args;
mod connect_values;
mod connection;
mod conninfo;
mod database;
mod declaration;
mod env_file;
mod environment;
mod error;
mod file;
mod grammar;
mod hosts;
mod kind;
mod layers;
mod log;
mod origin;
mod parameter;
mod password_file;
mod resolve;
mod secret;
mod service;
mod setting;
mod url;
mod usage;
mod variables;

pub use also::AlsoProblem;
pub use args::{Command, Output, Parsed, Typed, UpgradeMode};
pub use connection::{
    ChannelBinding, Connection, Host, HostAddress, RootCertificates, SslMode, TargetSessionAttrs,
};
pub use database::{DatabaseSource, Databases};
pub use declaration::{SETTINGS, Values};
pub use environment::{Account, Environment, Files, Readers};
pub use error::{ConfigError, ConfigWarning, FileRole, ParameterProblem, UrlProblem};
pub use grammar::{completions, manual};
pub use kind::{Mismatch, Shape};
pub use log::{LogConfig, LogFormat};
pub use origin::{EnvFilePlace, FilePlace, Origin, Sourced, Variable};
pub use resolve::{Config, log, resolve, settings_table};
pub use secret::Secret;
pub use setting::{CommandName, DefaultValue, Group, Setting};
pub use usage::UsageError;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::plan::OnAhead;
use crate::revision::Target;

/// How long a wait or a try may go on before it ends.
/// `None` is "no limit" wherever an `Option<Duration>` stands for a timeout.
pub type Limit = Option<Duration>;

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

#[derive(Clone, Debug)]
pub struct MigrationsConfig {
    pub dir: PathBuf,
    pub format: FormatChoice,
    pub target: Target,
    /// Where the state table stands; `None`: found along the search path, or `current_schema()`.
    pub version_schema: Option<String>,
    pub version_table: String,
    pub on_ahead: OnAhead,
    pub allow_divergent: bool,
    pub allow_out_of_order: bool,
    pub transaction: TransactionScope,
    /// Zero: one try.
    pub lock_wait: Duration,
    pub lock_timeout: Limit,
    /// Zero: one try.
    pub lock_retry: Duration,
    pub statement_timeout: Limit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatChoice {
    Auto,
    Native,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionScope {
    /// One transaction a revision.
    Revision,
    /// One transaction for the whole run.
    All,
}

/// What `run` does besides waiting and migrating.
#[derive(Clone, Debug)]
pub struct RunConfig {
    /// The setting that asked for it, such as `SKIP_WAIT`.
    pub skip_wait: Option<String>,
    pub skip_migration: Option<String>,
    pub unset: Vec<OsString>,
    /// Program and arguments; empty: end with 0 instead of handing over.
    pub command: Vec<OsString>,
}

#[cfg(test)]
pub(crate) mod tests;
