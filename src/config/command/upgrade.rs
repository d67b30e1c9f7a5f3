//! `seaworthy upgrade`: applies, rehearses, or prints what is pending.

use clap::Arg;

use super::execution::{self, Execution, TARGET};
use super::{Command, Row};
use crate::config::setting::CommandName;
use crate::revision::Target;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// What was typed; `None`: the setting `--target`.
    pub target: Option<Target>,
    pub execution: Execution,
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
            .args(execution::arguments())
    },
    read: |matches| {
        let (target, execution) = execution::read(matches, CommandName::Upgrade)?;
        Ok(Command::Upgrade(Upgrade { target, execution }))
    },
};
