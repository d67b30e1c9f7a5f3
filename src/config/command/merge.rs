//! `seaworthy merge`: a revision that joins several.

use clap::Arg;

use super::revision::{
    id, id_option, label_option, labels, message, message_option, splice, splice_flag,
};
use super::{Command, JSON, Output, Row, flag, output, target};
use crate::config::setting::CommandName;
use crate::revision::{RevisionId, Target};

const REVISIONS: &str = "REV";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// At least one, such as `heads`.
    pub revisions: Vec<Target>,
    /// `None`: one that names what is merged.
    pub message: Option<String>,
    pub splice: bool,
    pub labels: Vec<String>,
    pub id: Option<RevisionId>,
    pub output: Output,
}

pub(super) const ROW: Row = Row {
    name: CommandName::Merge,
    grammar: |command| {
        command
            .about("Makes the file of a revision that joins several heads, and prints its path")
            .arg(
                Arg::new(REVISIONS)
                    .required(true)
                    .num_args(1..)
                    .help("The heads to join, or `heads` for all of them"),
            )
            .arg(message_option())
            .arg(splice_flag())
            .arg(label_option())
            .arg(id_option())
            .arg(flag(JSON, "Print path and id as JSON"))
    },
    read: |matches| {
        let named = CommandName::Merge;
        let revisions = matches.get_many::<String>(REVISIONS);
        Ok(Command::Merge(Merge {
            revisions: revisions
                .into_iter()
                .flatten()
                .map(|text| target(text, named, REVISIONS))
                .collect::<Result<_, _>>()?,
            message: message(matches, named)?,
            splice: splice(matches),
            labels: labels(matches, named)?,
            id: id(matches, named)?,
            output: output(matches),
        }))
    },
};
