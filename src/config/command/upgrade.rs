//! `seaworthy upgrade`: applies, rehearses, or prints what is pending.

use clap::{Arg, ArgMatches};

use super::{Command, Output, Reach, Row, flag, target};
use crate::config::UsageError;
use crate::config::setting::CommandName;
use crate::revision::{Point, Target};

const TARGET: &str = "TARGET";
const SQL: &str = "sql";
const DRY_RUN: &str = "dry-run";
const JSON: &str = "json";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// What was typed; `None`: the setting `--target`.
    pub target: Option<Target>,
    pub mode: UpgradeMode,
}

/// What `upgrade` does with its plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpgradeMode {
    Apply,
    /// Runs everything and rolls back.
    DryRun(Output),
    /// `--sql`: prints instead of running. `from` is the start of a range
    /// `A:B`; `None`: base.
    Print {
        from: Option<Target>,
    },
}

pub(super) const ROW: Row = Row {
    name: CommandName::Upgrade,
    grammar: |command| {
        command
            .about("Applies the pending revisions")
            .arg(
                Arg::new(TARGET)
                    .conflicts_with("target")
                    .allow_negative_numbers(true)
                    .help("`head`, `heads`, a revision, `+1`; with --sql also a range `A:B` [default: --target]"),
            )
            .arg(flag(SQL, "Print the SQL instead of running it").conflicts_with(DRY_RUN))
            .arg(flag(DRY_RUN, "Run everything, then roll back"))
            .arg(flag(JSON, "Print the steps of --dry-run as JSON").requires(DRY_RUN))
    },
    read,
};

fn read(matches: &ArgMatches) -> Result<Command, UsageError> {
    let text = matches.get_one::<String>(TARGET).map(String::as_str);
    let parsed = |text: Option<&str>| {
        text.map(|text| target(text, CommandName::Upgrade, TARGET))
            .transpose()
    };
    if matches.get_flag(SQL) {
        let (from, to) = match text.map(|text| text.split_once(':').ok_or(text)) {
            None => (None, None),
            Some(Err(to)) => (None, Some(to)),
            Some(Ok((from, to))) => (Some(from), Some(to)),
        };
        let named = |end: Option<&str>| parsed(end.filter(|text| !text.is_empty()));
        return Ok(Command::Upgrade(Upgrade {
            target: named(to)?,
            mode: UpgradeMode::Print { from: named(from)? },
        }));
    }
    let mode = match (matches.get_flag(DRY_RUN), matches.get_flag(JSON)) {
        (false, _) => UpgradeMode::Apply,
        (true, false) => UpgradeMode::DryRun(Output::Text),
        (true, true) => UpgradeMode::DryRun(Output::Json),
    };
    Ok(Command::Upgrade(Upgrade {
        target: parsed(text)?,
        mode,
    }))
}

impl Upgrade {
    pub(super) fn reach(&self) -> Reach {
        match &self.mode {
            UpgradeMode::Apply | UpgradeMode::DryRun(_) => Reach::Migrations,
            UpgradeMode::Print { from: Some(from) } if from.point == Point::Current => {
                Reach::Migrations
            }
            UpgradeMode::Print { .. } => Reach::Nothing,
        }
    }
}
