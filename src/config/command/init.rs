//! `seaworthy init`: starts a project.

use super::revision::{id, id_option, message, message_option};
use super::{Command, Reach, Row, flag};
use crate::config::setting::CommandName;
use crate::revision::RevisionId;

const FROM_DATABASE: &str = "from-database";

/// What a project begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Init {
    /// An example.
    Example,
    /// The schema of the configured database.
    Database(FirstRevision),
}

/// What is said of a revision that begins a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstRevision {
    pub message: Option<String>,
    pub id: Option<RevisionId>,
}

pub(super) const ROW: Row = Row {
    name: CommandName::Init,
    grammar: |command| {
        command
            .about("Starts a project: directory, configuration file, and without models an example revision")
            .arg(flag(
                FROM_DATABASE,
                "Make the schema of the database the first revision, proved, and record it as applied",
            ))
            .arg(message_option().requires(FROM_DATABASE))
            .arg(id_option().requires(FROM_DATABASE))
    },
    read: |matches| {
        let first = FirstRevision {
            message: message(matches, CommandName::Init)?,
            id: id(matches, CommandName::Init)?,
        };
        Ok(Command::Init(if matches.get_flag(FROM_DATABASE) {
            Init::Database(first)
        } else {
            Init::Example
        }))
    },
};

impl Init {
    pub(super) fn reach(&self) -> Reach {
        match self {
            Self::Example => Reach::Nothing,
            Self::Database(_) => Reach::Migrations,
        }
    }
}
