//! `seaworthy dump`: the schema of the database as SQL.

use super::{Command, Row};
use crate::config::setting::CommandName;

pub(super) const ROW: Row = Row {
    name: CommandName::Dump,
    grammar: |command| {
        command
            .about("Prints the database's schema as SQL, in an order that never changes by itself")
    },
    read: |_| Ok(Command::Dump),
};
