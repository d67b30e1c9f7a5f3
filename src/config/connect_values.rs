//! The values of connection parameters that are words or numbers.
//!
//! None is repeated in an error: a word in the wrong place may be a part of a
//! password that was not quoted.

use std::time::Duration;

use super::database::Given;
use super::parameter::Parameter;
use super::variables;
use super::{
    ChannelBinding, ConfigError, ParameterProblem, RootCertificates, SslMode, TargetSessionAttrs,
};

const SSL_MODES: [&str; 6] = [
    "disable",
    "allow",
    "prefer",
    "require",
    "verify-ca",
    "verify-full",
];
const BINDINGS: [&str; 3] = ["disable", "prefer", "require"];
const SESSIONS: [&str; 6] = [
    "any",
    "read-write",
    "read-only",
    "primary",
    "standby",
    "prefer-standby",
];

/// Returns the TLS mode. As in libpq, `sslrootcert=system` makes `verify-full`
/// the default, and accepts nothing weaker.
///
/// # Errors
///
/// - [`ParameterProblem::Choice`] and [`ParameterProblem::WeakSslMode`].
pub(super) fn ssl_mode(
    given: Option<&Given>,
    roots: Option<&RootCertificates>,
) -> Result<SslMode, ConfigError> {
    let is_system = roots == Some(&RootCertificates::System);
    let Some(given) = given else {
        return Ok(if is_system {
            SslMode::VerifyFull
        } else {
            SslMode::Prefer
        });
    };
    let mode = match given.word() {
        "disable" => SslMode::Disable,
        "allow" => SslMode::Allow,
        "prefer" => SslMode::Prefer,
        "require" => SslMode::Require,
        "verify-ca" => SslMode::VerifyCa,
        "verify-full" => SslMode::VerifyFull,
        _ => {
            let allowed = &SSL_MODES;
            return Err(given.problem(Parameter::SslMode, ParameterProblem::Choice { allowed }));
        }
    };
    if is_system && mode != SslMode::VerifyFull {
        return Err(given.problem(Parameter::SslMode, ParameterProblem::WeakSslMode));
    }
    Ok(mode)
}

/// # Errors
///
/// - [`ParameterProblem::Choice`] for an unknown word.
pub(super) fn channel_binding(given: Option<&Given>) -> Result<ChannelBinding, ConfigError> {
    let Some(given) = given else {
        return Ok(ChannelBinding::Prefer);
    };
    match given.word() {
        "disable" => Ok(ChannelBinding::Disable),
        "prefer" => Ok(ChannelBinding::Prefer),
        "require" => Ok(ChannelBinding::Require),
        _ => {
            let allowed = &BINDINGS;
            Err(given.problem(
                Parameter::ChannelBinding,
                ParameterProblem::Choice { allowed },
            ))
        }
    }
}

/// # Errors
///
/// - [`ParameterProblem::Choice`] for an unknown word.
pub(super) fn session(given: Option<&Given>) -> Result<TargetSessionAttrs, ConfigError> {
    let Some(given) = given else {
        return Ok(TargetSessionAttrs::Any);
    };
    match given.word() {
        "any" => Ok(TargetSessionAttrs::Any),
        "read-write" => Ok(TargetSessionAttrs::ReadWrite),
        "read-only" => Ok(TargetSessionAttrs::ReadOnly),
        "primary" => Ok(TargetSessionAttrs::Primary),
        "standby" => Ok(TargetSessionAttrs::Standby),
        "prefer-standby" => Ok(TargetSessionAttrs::PreferStandby),
        _ => {
            let allowed = &SESSIONS;
            let problem = ParameterProblem::Choice { allowed };
            Err(given.problem(Parameter::TargetSessionAttrs, problem))
        }
    }
}

/// Returns libpq's `connect_timeout`: whole seconds; zero or less is no limit.
///
/// # Errors
///
/// - [`ParameterProblem::Seconds`] for anything else.
pub(super) fn connect_timeout(given: Option<&Given>) -> Result<Option<Duration>, ConfigError> {
    let Some(given) = given else {
        return Ok(None);
    };
    let seconds: i32 = given
        .word()
        .parse()
        .map_err(|_| given.problem(Parameter::ConnectTimeout, ParameterProblem::Seconds))?;
    Ok(u64::try_from(seconds)
        .ok()
        .filter(|seconds| *seconds > 0)
        .map(Duration::from_secs))
}

/// Returns a text that goes to the server or names a file, without the newline
/// that `echo` leaves behind.
///
/// # Errors
///
/// - [`ParameterProblem::ControlCharacter`], which no name or path has.
pub(super) fn text(parameter: Parameter, given: &Given) -> Result<String, ConfigError> {
    let text = variables::without_newlines(given.text.expose());
    if text.chars().any(char::is_control) {
        return Err(given.problem(parameter, ParameterProblem::ControlCharacter));
    }
    Ok(text.to_owned())
}

impl Given {
    pub(super) fn word(&self) -> &str {
        self.text.expose().trim()
    }

    pub(super) fn problem(&self, parameter: Parameter, problem: ParameterProblem) -> ConfigError {
        ConfigError::Parameter {
            parameter: parameter.keyword(),
            origin: self.origin.clone(),
            problem,
        }
    }
}
