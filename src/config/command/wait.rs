//! `seaworthy wait`: only the waiting.

use clap::Arg;

use super::{Command, Row, target};
use crate::config::setting::{CommandName, Group};
use crate::revision::Target;

const SCHEMA: &str = "schema";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Also until the database has reached it.
    pub schema: Option<Target>,
}

pub(super) const ROW: Row = Row {
    name: CommandName::Wait,
    grammar: |command| {
        command.about("Waits until the database is ready").arg(
            Arg::new(SCHEMA)
                .long(SCHEMA)
                .value_name("TARGET")
                .help("Wait also until the schema has reached this revision, such as `head`")
                .help_heading(Group::Waiting.heading()),
        )
    },
    read: |matches| {
        let schema = matches.get_one::<String>(SCHEMA);
        Ok(Command::Wait(Wait {
            schema: schema
                .map(|text| target(text, CommandName::Wait, "--schema"))
                .transpose()?,
        }))
    },
};
