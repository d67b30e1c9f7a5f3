//! `seaworthy downgrade`: takes revisions back, rehearses that, or prints it.

use clap::{Arg, ArgMatches};

use super::execution::{self, Execution, TARGET};
use super::{Command, Row};
use crate::config::setting::CommandName;
use crate::config::{UsageError, usage};
use crate::revision::Target;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downgrade {
    /// What stays.
    pub target: Target,
    pub execution: Execution,
}

pub(super) const ROW: Row = Row {
    name: CommandName::Downgrade,
    grammar: |command| {
        command
            .about("Takes revisions back, down to the one that is named")
            .arg(
                Arg::new(TARGET)
                    .required(true)
                    .allow_negative_numbers(true)
                    .help("What stays: a revision, `base`, `-1`, `LABEL@-1`; with --sql a range `A:B`"),
            )
            .args(execution::arguments())
    },
    read,
};

fn read(matches: &ArgMatches) -> Result<Command, UsageError> {
    let (target, execution) = execution::read(matches, CommandName::Downgrade)?;
    match (target, &execution) {
        (None, _) | (_, Execution::Print { from: None }) => Err(usage::no_range()),
        (Some(target), _) => Ok(Command::Downgrade(Downgrade { target, execution })),
    }
}
