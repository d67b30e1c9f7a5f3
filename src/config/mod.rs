//! The settings in force: what was typed, the environment and the
//! configuration file in, one [`Config`] out.
//!
//! Pure: argv, variables and the text of files are handed in. A value that
//! does not parse is an error that names the setting, never a default.

mod also;
pub mod args;
mod command;
mod connect_values;
mod connection;
mod conninfo;
mod database;
mod declaration;
mod described;
mod env_file;
mod environment;
mod error;
mod example;
mod file;
mod file_template;
mod grammar;
mod health;
mod hooks;
mod hosts;
mod kind;
mod layers;
mod listen;
mod log;
mod migrate_command;
mod migrations;
mod object_pattern;
mod origin;
mod parameter;
mod password_file;
mod resolve;
mod run;
mod schema;
mod secret;
mod service;
mod setting;
mod shown;
mod url;
mod usage;
mod users;
mod variables;
mod wait;
mod writing;

pub use also::AlsoProblem;
pub use args::{Parsed, Typed};
pub use command::{
    Against, Check, CheckDrift, CheckModels, ColumnOrder, Command, Content, Current, CurrentHeads,
    CurrentMark, Diff, Downgrade, Exchange, Execution, ExitCode, FirstRevision, Health, History,
    Init, Listing, Merge, NewRevision, Output, Reach, Run, Settings, Show, Side, Squash, Stamp,
    StampMode, Upgrade, Wait,
};
pub use connection::{
    ChannelBinding, Connection, Host, HostAddress, RootCertificates, SslMode, TargetSessionAttrs,
};
pub use database::{DatabaseSource, Databases};
pub use declaration::{SETTINGS, Values};
pub use described::Described;
pub use environment::{Account, Environment, Files, Readers};
pub use error::{ConfigError, ConfigWarning, FileRole, ParameterProblem, UrlProblem};
pub use example::example_file;
pub use file_template::{FileNameParts, FileTemplate, FileTemplateProblem};
pub use grammar::{completions, manual};
pub use health::{HealthConfig, health_timeout};
pub use hooks::HookProblem;
pub use kind::{Mismatch, Shape};
pub use listen::{ListenAddress, ListenProblem};
pub use log::{LogConfig, LogFormat};
pub use migrate_command::{Excluded, MigrateCommand};
pub use migrations::{FormatChoice, MigrationsConfig, TransactionScope};
pub use object_pattern::ObjectPattern;
pub use origin::{EnvFilePlace, FilePlace, Origin, Sourced, Variable};
pub use resolve::{Config, log, resolve, settings_table};
pub use run::RunConfig;
pub use schema::{Metadata, Models, SchemaConfig};
pub use secret::Secret;
pub use setting::{CommandName, DefaultValue, Group, Setting};
pub use shown::{ShownSetting, ShownValue};
pub use usage::UsageError;
pub use users::Users;
pub use wait::{AlsoTarget, HttpTarget, WaitConfig};
pub use writing::{Hook, WritingConfig};

use std::time::Duration;

/// How long a wait or a try may go on before it ends.
/// `None` is "no limit" wherever an `Option<Duration>` stands for a timeout.
pub type Limit = Option<Duration>;

#[cfg(test)]
pub(crate) mod tests;
