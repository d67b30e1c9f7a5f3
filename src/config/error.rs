//! What can be wrong with a configuration. Holds names, never values.

/// The words are made in `error/config.rs`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("no database host is configured")]
    NoHost,
}

/// Something to say that stops nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigWarning {
    /// Begins with `SEAWORTHY_`, and is no setting.
    UnknownVariable {
        name: String,
        nearest: Option<&'static str>,
    },
}
