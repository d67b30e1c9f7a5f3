//! What a setting is: one row of the declaration, and what follows from it.
//!
//! It knows no value; see `declaration` for the rows and `kind` for how a text
//! is read.

use super::kind::Shape;

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
    pub used_by: &'static [CommandName],
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
    Health,
    Serve,
    Revision,
    Merge,
    Init,
    Config,
    Completions,
    Man,
}

pub(super) const ALL: &[CommandName] = &[
    CommandName::Run,
    CommandName::Wait,
    CommandName::Upgrade,
    CommandName::Downgrade,
    CommandName::Stamp,
    CommandName::Status,
    CommandName::Current,
    CommandName::History,
    CommandName::Heads,
    CommandName::Branches,
    CommandName::Show,
    CommandName::Check,
    CommandName::Diff,
    CommandName::Health,
    CommandName::Serve,
    CommandName::Revision,
    CommandName::Merge,
    CommandName::Init,
    CommandName::Config,
    CommandName::Completions,
    CommandName::Man,
];
/// Whatever may connect, and so read the state.
pub(super) const READING: &[CommandName] = &[
    CommandName::Run,
    CommandName::Wait,
    CommandName::Upgrade,
    CommandName::Downgrade,
    CommandName::Stamp,
    CommandName::Status,
    CommandName::Current,
    CommandName::History,
    CommandName::Show,
    CommandName::Check,
    CommandName::Diff,
    CommandName::Revision,
    CommandName::Health,
    CommandName::Serve,
];
/// Whatever waits until it may connect.
pub(super) const WAITING: &[CommandName] = &[
    CommandName::Run,
    CommandName::Wait,
    CommandName::Upgrade,
    CommandName::Downgrade,
    CommandName::Stamp,
    CommandName::Status,
    CommandName::Current,
    CommandName::History,
    CommandName::Show,
    CommandName::Check,
    CommandName::Diff,
    CommandName::Revision,
];
/// Whatever ends when its time is up.
pub(super) const TIMED: &[CommandName] = &[
    CommandName::Run,
    CommandName::Wait,
    CommandName::Upgrade,
    CommandName::Downgrade,
    CommandName::Stamp,
    CommandName::Status,
    CommandName::Current,
    CommandName::History,
    CommandName::Show,
    CommandName::Check,
    CommandName::Diff,
    CommandName::Revision,
    CommandName::Health,
];
/// Whatever tries again.
pub(super) const ATTEMPTING: &[CommandName] = &[
    CommandName::Run,
    CommandName::Wait,
    CommandName::Upgrade,
    CommandName::Downgrade,
    CommandName::Stamp,
    CommandName::Status,
    CommandName::Current,
    CommandName::History,
    CommandName::Show,
    CommandName::Check,
    CommandName::Diff,
    CommandName::Revision,
    CommandName::Serve,
];
/// What looks at the revisions' directory.
pub(super) const GRAPH: &[CommandName] = &[
    CommandName::Run,
    CommandName::Wait,
    CommandName::Upgrade,
    CommandName::Downgrade,
    CommandName::Stamp,
    CommandName::Status,
    CommandName::Current,
    CommandName::History,
    CommandName::Heads,
    CommandName::Branches,
    CommandName::Show,
    CommandName::Check,
    CommandName::Diff,
    CommandName::Health,
    CommandName::Serve,
    CommandName::Revision,
    CommandName::Merge,
    CommandName::Init,
];
/// What makes files.
pub(super) const WRITING: &[CommandName] =
    &[CommandName::Init, CommandName::Revision, CommandName::Merge];
pub(super) const RUN_WAIT: &[CommandName] = &[CommandName::Run, CommandName::Wait];
/// What may take so long that others ask how it is going.
pub(super) const LISTENING: &[CommandName] = &[
    CommandName::Run,
    CommandName::Wait,
    CommandName::Upgrade,
    CommandName::Serve,
];
pub(super) const UPGRADING: &[CommandName] = &[CommandName::Run, CommandName::Upgrade];
/// What has a target without being told one.
pub(super) const AIMING: &[CommandName] = &[
    CommandName::Run,
    CommandName::Upgrade,
    CommandName::Health,
    CommandName::Serve,
];
pub(super) const HEALTH: &[CommandName] = &[CommandName::Health];
pub(super) const APPLYING: &[CommandName] = &[
    CommandName::Run,
    CommandName::Upgrade,
    CommandName::Downgrade,
];
pub(super) const LOCKING: &[CommandName] = &[
    CommandName::Run,
    CommandName::Upgrade,
    CommandName::Downgrade,
    CommandName::Stamp,
];
/// What compares schemas.
pub(super) const COMPARING: &[CommandName] =
    &[CommandName::Check, CommandName::Diff, CommandName::Revision];
pub(super) const RUN: &[CommandName] = &[CommandName::Run];

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
            Self::Health => "health",
            Self::Serve => "serve",
            Self::Revision => "revision",
            Self::Merge => "merge",
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
