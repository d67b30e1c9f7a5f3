//! `seaworthy init`: starts a project.

use super::{Command, Row};
use crate::config::setting::CommandName;

pub(super) const ROW: Row = Row {
    name: CommandName::Init,
    grammar: |command| {
        command.about("Starts a project: directory, configuration file, example revision")
    },
    read: |_| Ok(Command::Init),
};
