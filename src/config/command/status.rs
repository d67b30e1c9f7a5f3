//! `seaworthy status`: the database beside the revisions.

use super::listing::{json, output};
use super::{Command, Row};
use crate::config::setting::CommandName;

pub(super) const ROW: Row = Row {
    name: CommandName::Status,
    grammar: |command| {
        command
            .about("Prints what is applied and pending, and who holds the migration lock")
            .arg(json())
    },
    read: |matches| Ok(Command::Status(output(matches))),
};
