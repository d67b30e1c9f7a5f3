//! What a setting is: one row of the declaration, and what follows from it.
//!
//! It knows no value; see `declaration` for the rows and `kind` for how a text
//! is read.

use super::kind::Shape;
use super::users::Users;

/// Before the upper-case name of a flag: its variable.
pub(super) const PREFIX: &str = "SEAWORTHY_";

/// One setting in its spellings, and what is said of it.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The long flag without its hyphens, such as `max-interval`.
    pub flag: &'static str,
    /// Table and key of the configuration file, such as `wait.max_interval`.
    pub key: Option<&'static str>,
    pub shape: Shape,
    /// What stands for the value in `--help`.
    pub placeholder: &'static str,
    pub default: DefaultValue,
    /// Variables that other tools use for the same, after our own.
    pub well_known: &'static [&'static str],
    pub group: Group,
    pub used_by: Users,
    /// A sentence without its final period.
    pub help: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultValue {
    /// Read as if it had been typed.
    Text(&'static str),
    /// No value; the text says what happens then.
    Nothing(&'static str),
}

/// The headings of `--help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Database,
    Waiting,
    Handover,
    Probes,
    Revisions,
    Applying,
    Writing,
    Schema,
    Health,
    Configuration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandName {
    Run,
    Wait,
    Upgrade,
    Downgrade,
    Stamp,
    Status,
    Current,
    History,
    Heads,
    Branches,
    Show,
    Check,
    Diff,
    Dump,
    Health,
    Serve,
    Revision,
    Merge,
    Squash,
    Init,
    Config,
    Completions,
    Man,
}

impl Setting {
    /// Returns the variable's name: `SEAWORTHY_MAX_INTERVAL` for `--max-interval`.
    pub fn variable(&self) -> String {
        format!(
            "{PREFIX}{}",
            self.flag.to_ascii_uppercase().replace('-', "_")
        )
    }
}

impl Group {
    pub fn heading(self) -> &'static str {
        match self {
            Self::Database => "Database",
            Self::Waiting => "Waiting",
            Self::Handover => "Handing over",
            Self::Probes => "Probes",
            Self::Revisions => "Revisions",
            Self::Applying => "Applying",
            Self::Writing => "New files",
            Self::Schema => "Comparing schemas",
            Self::Health => "Health",
            Self::Configuration => "Configuration and logging",
        }
    }
}

impl CommandName {
    pub fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Wait => "wait",
            Self::Upgrade => "upgrade",
            Self::Downgrade => "downgrade",
            Self::Stamp => "stamp",
            Self::Status => "status",
            Self::Current => "current",
            Self::History => "history",
            Self::Heads => "heads",
            Self::Branches => "branches",
            Self::Show => "show",
            Self::Check => "check",
            Self::Diff => "diff",
            Self::Dump => "dump",
            Self::Health => "health",
            Self::Serve => "serve",
            Self::Revision => "revision",
            Self::Merge => "merge",
            Self::Squash => "squash",
            Self::Init => "init",
            Self::Config => "config",
            Self::Completions => "completions",
            Self::Man => "man",
        }
    }
}

impl DefaultValue {
    pub fn shown(self) -> &'static str {
        match self {
            Self::Text(text) | Self::Nothing(text) => text,
        }
    }
}
