//! `seaworthy heads` and `seaworthy branches`: where the graph ends and parts.

use super::{Command, Listing, Row};
use crate::config::setting::CommandName;

pub(super) const HEADS: Row = Row {
    name: CommandName::Heads,
    grammar: |command| {
        command
            .about("Prints the revisions that no other one revises")
            .args(Listing::args())
    },
    read: |matches| Ok(Command::Heads(Listing::read(matches))),
};

pub(super) const BRANCHES: Row = Row {
    name: CommandName::Branches,
    grammar: |command| {
        command
            .about("Prints the revisions that several others revise, and these")
            .args(Listing::args())
    },
    read: |matches| Ok(Command::Branches(Listing::read(matches))),
};
