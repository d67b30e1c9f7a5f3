//! `seaworthy health`: one look, for a probe.

use super::listing::{json, output};
use super::{Command, Output, Row};
use crate::config::setting::CommandName;

/// What is asked is in the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    pub output: Output,
}

pub(super) const ROW: Row = Row {
    name: CommandName::Health,
    grammar: |command| {
        command
            .about(
                "Asks once whether database, schema and application are well: exit 0 or 1, for a \
                 readiness probe",
            )
            .arg(json())
    },
    read: |matches| {
        Ok(Command::Health(Health {
            output: output(matches),
        }))
    },
};
