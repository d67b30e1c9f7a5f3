//! `seaworthy history`: the revisions, newest first.

use clap::{Arg, ArgMatches};

use super::{Command, Listing, Reach, Row, flag};
use crate::config::UsageError;
use crate::config::setting::CommandName;
use crate::config::usage;
use crate::revision::TargetRange;

const RANGE: &str = "rev-range";
const INDICATE_CURRENT: &str = "indicate-current";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Open at both ends where nothing was typed.
    pub range: TargetRange,
    pub current: CurrentMark,
    pub listing: Listing,
}

/// Whether the lines say where the database is, which has to be asked then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurrentMark {
    Absent,
    /// `--indicate-current`
    Shown,
}

pub(super) const ROW: Row = Row {
    name: CommandName::History,
    grammar: |command| {
        command
            .about("Prints the revisions, newest first")
            .arg(
                Arg::new(RANGE)
                    .long(RANGE)
                    .short('r')
                    .value_name("A:B")
                    .allow_hyphen_values(true)
                    .help("Only from A to B, both included: `a1:`, `:current`, `-3:head`, `a1:+2`"),
            )
            .arg(
                flag(INDICATE_CURRENT, "Mark where the database is")
                    .short('i')
                    .conflicts_with("json"),
            )
            .args(Listing::args())
    },
    read,
};

fn read(matches: &ArgMatches) -> Result<Command, UsageError> {
    let range = matches.get_one::<String>(RANGE).map(|text| range(text));
    Ok(Command::History(History {
        range: range.transpose()?.unwrap_or(TargetRange {
            from: None,
            to: None,
        }),
        current: if matches.get_flag(INDICATE_CURRENT) {
            CurrentMark::Shown
        } else {
            CurrentMark::Absent
        },
        listing: Listing::read(matches),
    }))
}

fn range(text: &str) -> Result<TargetRange, UsageError> {
    text.parse().map_err(|error: crate::revision::TargetError| {
        usage::bad_target(CommandName::History.word(), "--rev-range", &error.into())
    })
}

impl History {
    pub(super) fn reach(&self) -> Reach {
        if self.current == CurrentMark::Shown || self.range.asks_the_database() {
            Reach::Migrations
        } else {
            Reach::Nothing
        }
    }
}
