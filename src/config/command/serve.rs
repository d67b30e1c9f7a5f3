//! `seaworthy serve`: the sidecar.

use super::{Command, Row};
use crate::config::setting::CommandName;

pub(super) const ROW: Row = Row {
    name: CommandName::Serve,
    grammar: |command| {
        command.about(
            "Stays up beside the application and answers /livez, /readyz and /metrics: whether \
             database and schema are well",
        )
    },
    read: |_| Ok(Command::Serve),
};
