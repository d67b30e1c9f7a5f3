//! `seaworthy squash`: one revision in the place of a range.

use clap::Arg;

use super::revision::{id, id_option, message, message_option};
use super::{Command, Reach, Row, flag};
use crate::config::setting::CommandName;
use crate::config::usage;
use crate::revision::{RevisionId, TargetError, TargetRange};

const RANGE: &str = "A:B";
const DRY_RUN: &str = "dry-run";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Squash {
    pub range: TargetRange,
    pub message: String,
    pub id: Option<RevisionId>,
    pub exchange: Exchange,
}

/// Whether the files are exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    Done,
    /// `--dry-run`
    Shown,
}

pub(super) const ROW: Row = Row {
    name: CommandName::Squash,
    grammar: |command| {
        command
            .about("Puts one revision in the place of several, proved to make the same schema")
            .arg(
                Arg::new(RANGE)
                    .required(true)
                    .allow_hyphen_values(true)
                    .help("From A to B, both included: `a1:b2`, `:b2` from the base, `a1:` to the head"),
            )
            .arg(message_option().required(true))
            .arg(id_option())
            .arg(flag(DRY_RUN, "Prove it and print it; change no file"))
    },
    read: |matches| {
        let named = CommandName::Squash;
        let range = matches.get_one::<String>(RANGE);
        let range = range.map_or("", String::as_str);
        Ok(Command::Squash(Squash {
            range: range.parse().map_err(|error: TargetError| {
                usage::bad_target(named.word(), RANGE, &error.into())
            })?,
            message: message(matches, named)?.unwrap_or_default(),
            id: id(matches, named)?,
            exchange: if matches.get_flag(DRY_RUN) {
                Exchange::Shown
            } else {
                Exchange::Done
            },
        }))
    },
};

impl Squash {
    pub(super) fn reach(&self) -> Reach {
        if self.range.asks_the_database() {
            Reach::Migrations
        } else {
            // Where `--shadow-url` names a server, no other is needed.
            Reach::Shown
        }
    }
}
