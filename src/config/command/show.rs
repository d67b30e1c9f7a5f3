//! `seaworthy show`: all that is known of a revision.

use clap::Arg;

use super::{Command, Listing, Reach, Row, target};
use crate::config::setting::CommandName;
use crate::config::usage;
use crate::revision::{Point, Target};

const REV: &str = "REV";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Show {
    pub target: Target,
    /// Lines are not enough here: they are shown as blocks.
    pub listing: Listing,
}

pub(super) const ROW: Row = Row {
    name: CommandName::Show,
    grammar: |command| {
        command
            .about("Prints all that is known of a revision")
            .arg(
                Arg::new(REV)
                    .required(true)
                    .allow_negative_numbers(true)
                    .help("A revision, `head`, `heads`; `current`: where the database is"),
            )
            .args(Listing::args())
    },
    read: |matches| {
        let text = matches
            .get_one::<String>(REV)
            .ok_or_else(usage::no_command)?;
        Ok(Command::Show(Show {
            target: target(text, CommandName::Show, REV)?,
            listing: Listing::read(matches),
        }))
    },
};

impl Show {
    pub(super) fn reach(&self) -> Reach {
        match self.target.point {
            Point::Current => Reach::Migrations,
            Point::Head | Point::Heads | Point::Base | Point::Named(_) => Reach::Nothing,
        }
    }
}
