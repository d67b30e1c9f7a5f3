//! How `upgrade` and `downgrade` go through their plan, and the arguments that
//! say so.

use clap::{Arg, ArgMatches};

use super::{JSON, Output, Reach, flag, target};
use crate::config::UsageError;
use crate::config::setting::CommandName;
use crate::revision::Target;

pub(super) const TARGET: &str = "TARGET";
const SQL: &str = "sql";
const DRY_RUN: &str = "dry-run";

/// What is done with a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Execution {
    Apply,
    /// Runs everything and rolls back.
    DryRun(Output),
    /// `--sql`: prints instead of running. `from` is the start of a range
    /// `A:B`; `None`: base.
    Print {
        from: Option<Target>,
    },
}

impl Execution {
    pub(super) fn reach(&self) -> Reach {
        match self {
            Self::Apply | Self::DryRun(_) => Reach::Migrations,
            Self::Print { from } => Reach::of_start(from.as_ref()),
        }
    }
}

/// Returns the switches.
pub(super) fn arguments() -> [Arg; 3] {
    [
        flag(SQL, "Print the SQL instead of running it").conflicts_with(DRY_RUN),
        flag(DRY_RUN, "Run everything, then roll back"),
        flag(JSON, "Print the steps of --dry-run as JSON").requires(DRY_RUN),
    ]
}

/// Returns the target that was typed, and the execution.
pub(super) fn read(
    matches: &ArgMatches,
    command: CommandName,
) -> Result<(Option<Target>, Execution), UsageError> {
    let text = matches.get_one::<String>(TARGET).map(String::as_str);
    let parsed = |text: Option<&str>| text.map(|text| target(text, command, TARGET)).transpose();
    if matches.get_flag(SQL) {
        let (from, to) = match text.map(|text| text.split_once(':').ok_or(text)) {
            None => (None, None),
            Some(Err(to)) => (None, Some(to)),
            Some(Ok((from, to))) => (Some(from), Some(to)),
        };
        let named = |end: Option<&str>| parsed(end.filter(|text| !text.is_empty()));
        return Ok((named(to)?, Execution::Print { from: named(from)? }));
    }
    let execution = match (matches.get_flag(DRY_RUN), matches.get_flag(JSON)) {
        (false, _) => Execution::Apply,
        (true, false) => Execution::DryRun(Output::Text),
        (true, true) => Execution::DryRun(Output::Json),
    };
    Ok((parsed(text)?, execution))
}
