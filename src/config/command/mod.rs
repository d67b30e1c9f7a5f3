//! The commands of the command line: one file each, and one row in a table.

mod check;
mod current;
mod diff;
mod downgrade;
mod dump;
mod execution;
mod heads;
mod health;
mod history;
mod init;
mod itself;
mod listing;
mod merge;
mod rename;
mod revision;
mod run;
mod serve;
mod settings;
mod show;
mod squash;
mod stamp;
mod status;
mod upgrade;
mod wait;

pub use check::{Check, CheckDrift, CheckModels};
pub use current::{Current, CurrentHeads};
pub use diff::{ColumnOrder, Diff, ExitCode, Side};
pub use downgrade::Downgrade;
pub use execution::Execution;
pub use health::Health;
pub use history::{CurrentMark, History};
pub use init::{FirstRevision, Init};
pub use listing::Listing;
pub use merge::Merge;
pub use revision::{Against, Content, NewRevision};
pub use run::Run;
pub use settings::Settings;
pub use show::Show;
pub use squash::{Exchange, Squash};
pub use stamp::{Stamp, StampMode};
pub use upgrade::Upgrade;
pub use wait::Wait;

use clap::{Arg, ArgAction, ArgMatches};
use clap_complete::Shell;

use super::kind;
use super::setting::CommandName;
use super::{UsageError, usage};
use crate::revision::{Point, Target};

/// The switch that makes a result a document.
const JSON: &str = "json";

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Run(Run),
    Wait(Wait),
    Upgrade(Upgrade),
    Downgrade(Downgrade),
    Stamp(Stamp),
    Status(Output),
    Current(Current),
    History(History),
    Heads(Listing),
    Branches(Listing),
    Show(Show),
    Check(Check),
    Diff(Diff),
    Dump,
    Health(Health),
    Serve,
    Revision(NewRevision),
    Merge(Merge),
    Squash(Squash),
    Init(Init),
    Config(Settings),
    Completions(Shell),
    Man,
}

/// The database that a command works with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It connects to nothing.
    Nothing,
    /// The application's.
    Application,
    /// That of the migrations, which may have a URL of its own.
    Migrations,
    /// Both, if there are any.
    Shown,
}

impl Reach {
    /// Returns what a printed script reaches that starts there: only the state
    /// of the database has to be asked for.
    fn of_start(from: Option<&Target>) -> Self {
        match from {
            Some(from) if from.point == Point::Current => Self::Migrations,
            Some(_) | None => Self::Nothing,
        }
    }
}

/// How a command's line is built and read.
pub(super) struct Row {
    pub(super) name: CommandName,
    /// Adds its own arguments to a command that has its settings already.
    pub(super) grammar: fn(clap::Command) -> clap::Command,
    pub(super) read: fn(&ArgMatches) -> Result<Command, UsageError>,
}

/// Every command, in the order of `--help`.
pub(super) const COMMANDS: [Row; 23] = [
    run::ROW,
    wait::ROW,
    upgrade::ROW,
    downgrade::ROW,
    stamp::ROW,
    status::ROW,
    current::ROW,
    history::ROW,
    heads::HEADS,
    heads::BRANCHES,
    show::ROW,
    check::ROW,
    diff::ROW,
    dump::ROW,
    health::ROW,
    serve::ROW,
    revision::ROW,
    merge::ROW,
    squash::ROW,
    init::ROW,
    settings::ROW,
    itself::COMPLETIONS,
    itself::MAN,
];

impl Command {
    /// Returns which database the command works with, whatever the settings.
    pub fn reach(&self) -> Reach {
        match self {
            Self::Run(_) => Reach::Migrations,
            Self::Wait(_) | Self::Health(_) | Self::Serve => Reach::Application,
            Self::Upgrade(upgrade) => upgrade.execution.reach(),
            Self::Downgrade(downgrade) => downgrade.execution.reach(),
            Self::Stamp(stamp) => stamp.reach(),
            Self::Status(_) | Self::Current(_) | Self::Check(_) | Self::Dump => Reach::Migrations,
            Self::History(history) => history.reach(),
            Self::Show(show) => show.reach(),
            Self::Diff(diff) => diff.reach(),
            Self::Revision(revision) => revision.reach(),
            Self::Init(init) => init.reach(),
            Self::Squash(squash) => squash.reach(),
            Self::Config(_) => Reach::Shown,
            Self::Heads(_)
            | Self::Branches(_)
            | Self::Merge(_)
            | Self::Completions(_)
            | Self::Man => Reach::Nothing,
        }
    }
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    Text,
    Json,
}

/// Returns a switch that is no setting.
fn flag(id: &'static str, help: &'static str) -> Arg {
    Arg::new(id).long(id).action(ArgAction::SetTrue).help(help)
}

/// Returns an option that takes a text and is no setting.
fn option(id: &'static str, placeholder: &'static str, help: &'static str) -> Arg {
    Arg::new(id).long(id).value_name(placeholder).help(help)
}

/// Returns how a result is printed, for a command with the switch `json`.
fn output(matches: &ArgMatches) -> Output {
    if matches.get_flag(JSON) {
        Output::Json
    } else {
        Output::Text
    }
}

/// Returns the target that an argument means.
fn target(text: &str, command: CommandName, argument: &str) -> Result<Target, UsageError> {
    kind::target(text).map_err(|mismatch| usage::bad_target(command.word(), argument, &mismatch))
}
