//! What can be wrong with a configuration.
//!
//! These types hold names of settings, paths and positions. They hold no part
//! of a URL, a connection string or an env file: a text that could not be
//! understood cannot be told apart from a password.

use std::io;
use std::path::PathBuf;

use super::hooks::HookProblem;
use super::kind::Mismatch;
use super::setting::Setting;
use super::{Excluded, FilePlace, Origin, Variable};

/// The words that a person sees are made in `error/config.rs`.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the value of `--{}` from {origin} is not valid: {mismatch}", setting.flag)]
    Value {
        setting: &'static Setting,
        origin: Origin,
        /// `None`: not to be shown.
        value: Option<String>,
        mismatch: Mismatch,
    },
    #[error("the value of {variable} is not UTF-8")]
    NotUnicode { variable: Variable },
    #[error("{variable} and {sibling} are both set")]
    BothSet {
        variable: Variable,
        sibling: Variable,
    },
    #[error("{skip} and {run} contradict each other")]
    SkipContradiction { skip: Variable, run: Variable },
    /// A migrate command is in force, and decides this itself.
    #[error("a migrate command from {command} leaves no room for {excluded:?}")]
    WithCommand { excluded: Excluded, command: Origin },
    /// The schema is described in two ways.
    #[error("models from {} and from {} are both configured", first.1, second.1)]
    ManyModels {
        /// The keys of the settings, and where they are set.
        first: (&'static str, Origin),
        second: (&'static str, Origin),
    },
    #[error("{variable} is neither true nor false")]
    Switch { variable: Variable },
    #[error("the {} {} cannot be read", role.noun(), path.display())]
    Unreadable {
        path: PathBuf,
        role: FileRole,
        /// What named it.
        origin: Origin,
        kind: io::ErrorKind,
    },
    #[error("the file {} is empty", path.display())]
    EmptySecret { path: PathBuf, origin: Origin },
    #[error("a line of {} is no assignment", path.display())]
    EnvFileLine { path: PathBuf, line: Option<usize> },
    #[error("{} and {} both configure seaworthy", first.display(), second.display())]
    TwoFiles { first: PathBuf, second: PathBuf },
    #[error("{} has no section `tool.seaworthy`", path.display())]
    NoSection { path: PathBuf, origin: Origin },
    #[error("{place} is not TOML")]
    Toml {
        place: FilePlace,
        /// What the parser expected; it quotes nothing of the file.
        message: String,
    },
    #[error("the key at {place} is not known")]
    UnknownKey {
        /// `None`: not to be shown.
        key: Option<String>,
        nearest: Option<&'static str>,
        place: FilePlace,
    },
    #[error("the key at {place} must be a table")]
    NoTable { key: String, place: FilePlace },
    #[error("the hook at {place} is not valid: {problem}")]
    Hook {
        place: FilePlace,
        problem: HookProblem,
    },
    #[error("`health` has nothing to ask")]
    NothingAsked,
    #[error("no database host is configured")]
    NoHost {
        /// A migration URL is set, and this command passes it over.
        passed_over: Option<Variable>,
        /// The command has settings by which it needs no database.
        is_skippable: bool,
    },
    #[error("the database URL from {origin} is not valid: {problem}")]
    Url { origin: Origin, problem: UrlProblem },
    #[error("the connection parameter `{parameter}` from {origin} is not valid: {problem}")]
    Parameter {
        /// libpq's keyword.
        parameter: &'static str,
        origin: Origin,
        problem: ParameterProblem,
    },
    #[error("the service file {} is not valid: {problem}", path.display())]
    Service {
        path: PathBuf,
        line: usize,
        problem: UrlProblem,
    },
    #[error("the service from {origin} is defined nowhere")]
    NoService {
        origin: Origin,
        looked_in: Vec<PathBuf>,
    },
    #[error("no user is configured, and the uid has no name")]
    NoUser,
    /// The command was resolved without a database, and asks for one; a bug.
    #[error("this command has no database")]
    NoDatabase,
    /// A row of the declaration contradicts itself; a bug.
    #[error("the declaration of the settings is inconsistent")]
    Declaration,
}

/// What a file is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileRole {
    Configuration,
    EnvFile,
    /// What a `*_FILE` variable names.
    Secret,
    Password,
    Service,
}

/// Why a text is no PostgreSQL URL and no connection string.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlProblem {
    #[error("it begins with `jdbc:`")]
    Jdbc,
    #[error("it is a URL for another database")]
    OtherDatabase,
    #[error("its driver is not known")]
    Driver,
    #[error("it is neither a URL nor a list of key=value pairs")]
    Unrecognised,
    #[error("quotes stand around it")]
    Quoted,
    #[error("it holds a variable that nothing replaced")]
    Unexpanded,
    #[error("it holds white space or a control character")]
    WhiteSpace,
    #[error("a character in the user name or the password is not percent-encoded")]
    Userinfo,
    #[error("a `%` is not followed by two hexadecimal digits, or the bytes are not UTF-8")]
    Percent,
    #[error("the brackets of an IPv6 address are not right")]
    Brackets,
    #[error("a parameter has no `=`")]
    NoEquals,
    #[error("a quote is not closed")]
    OpenQuote,
    #[error("a parameter is not known")]
    Unknown {
        /// `None`: not to be shown.
        name: Option<String>,
        nearest: Option<&'static str>,
    },
}

/// Why a parameter's value cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterProblem {
    #[error("it is not a port from 1 to 65535")]
    Port,
    #[error("there is not one port for each host")]
    PortCount,
    #[error("it is not a host name, an address or a directory")]
    Host,
    #[error("a port stands in it")]
    HostWithPort,
    #[error("a host of the list is empty")]
    EmptyHost,
    #[error("it is not an IP address")]
    Address,
    #[error("there is not one address for each host")]
    AddressCount,
    #[error("it is not a whole number of seconds")]
    Seconds,
    #[error("it is none of the values that are known")]
    Choice { allowed: &'static [&'static str] },
    #[error("`sslrootcert=system` needs `sslmode=verify-full`")]
    WeakSslMode,
    #[error("a control character stands in it")]
    ControlCharacter,
    #[error("libpq has it and seaworthy does not")]
    Unsupported { hint: Option<&'static str> },
}

/// Something to say that stops nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigWarning {
    /// Begins with `SEAWORTHY_`, and is no setting.
    UnknownVariable {
        name: String,
        nearest: Option<String>,
    },
    /// In a URL that others read too.
    UnknownUrlParameter {
        /// `None`: not to be shown.
        name: Option<String>,
        origin: Origin,
    },
    /// Typed, and of no use to a migrate command: long flags.
    NoEffect { flags: Vec<&'static str> },
    /// Others may read the password file; libpq passes such a file over.
    PasswordFileReaders { path: PathBuf },
}

impl FileRole {
    pub fn noun(self) -> &'static str {
        match self {
            Self::Configuration => "configuration file",
            Self::EnvFile => "env file",
            Self::Secret => "secret file",
            Self::Password => "password file",
            Self::Service => "service file",
        }
    }
}
