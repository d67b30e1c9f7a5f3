//! `seaworthy config`: the settings in force.

use super::{Command, JSON, Output, Row, flag, output};
use crate::config::setting::CommandName;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub output: Output,
}

pub(super) const ROW: Row = Row {
    name: CommandName::Config,
    grammar: |command| {
        command
            .about("Prints the settings in force, each with its source, without secrets")
            .arg(flag(JSON, "Print them as JSON"))
    },
    read: |matches| {
        Ok(Command::Config(Settings {
            output: output(matches),
        }))
    },
};
