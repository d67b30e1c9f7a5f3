//! `seaworthy current`: where the database stands.

use super::{Command, Listing, Row, flag};
use crate::config::setting::CommandName;

const CHECK_HEADS: &str = "check-heads";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Current {
    pub listing: Listing,
    pub heads: CurrentHeads,
}

/// What a database that is not at every head means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurrentHeads {
    /// It is shown like any other.
    Shown,
    /// `--check-heads`: exit 1.
    Required,
}

pub(super) const ROW: Row = Row {
    name: CommandName::Current,
    grammar: |command| {
        command
            .about("Prints the revisions at which the database is")
            .arg(flag(
                CHECK_HEADS,
                "Exit with 1 unless every head of the directory is applied",
            ))
            .args(Listing::args())
    },
    read: |matches| {
        Ok(Command::Current(Current {
            listing: Listing::read(matches),
            heads: if matches.get_flag(CHECK_HEADS) {
                CurrentHeads::Required
            } else {
                CurrentHeads::Shown
            },
        }))
    },
};
