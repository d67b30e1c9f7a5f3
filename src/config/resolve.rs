//! Layers to one value each: flag, variable, file, default.

use super::{
    ConfigError, ConfigWarning, Databases, Environment, Files, LogConfig, MigrationsConfig,
    RunConfig, Typed, WaitConfig,
};

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Config {
    pub log: LogConfig,
    pub wait: WaitConfig,
    pub migrations: MigrationsConfig,
    pub run: RunConfig,
    /// `None` for a command that connects to nothing (`upgrade --sql`, `completions`,
    /// `man`, and `run` with both skips).
    pub databases: Option<Databases>,
    pub warnings: Vec<ConfigWarning>,
}

/// Resolves every setting: flag, `SEAWORTHY_*` variable, well-known variable,
/// configuration file, default.
///
/// # Errors
///
/// The first thing that is wrong, with where it stands.
pub fn resolve(
    _typed: &Typed,
    _environment: &Environment,
    _files: &dyn Files,
) -> Result<Config, ConfigError> {
    Err(ConfigError::NoHost)
}

/// Returns how to log. Never fails, so that whatever else is wrong is shown in
/// the right format: a value that does not parse counts as not set here.
pub fn log(_typed: Option<&Typed>, _environment: &Environment, _files: &dyn Files) -> LogConfig {
    LogConfig::default()
}
