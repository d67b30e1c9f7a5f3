//! `seaworthy check`: whether anything is left to do, or wrong.

use super::listing::{json, output};
use super::{Command, Row};
use crate::config::setting::CommandName;

pub(super) const ROW: Row = Row {
    name: CommandName::Check,
    grammar: |command| {
        command
            .about("Exits with 1 when revisions are pending, or differ from the database")
            .arg(json())
    },
    read: |matches| Ok(Command::Check(output(matches))),
};
