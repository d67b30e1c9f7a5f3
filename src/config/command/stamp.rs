//! `seaworthy stamp`: records without running.

use clap::{Arg, ArgMatches};

use super::{Command, Reach, Row, flag, target};
use crate::config::UsageError;
use crate::config::setting::CommandName;
use crate::plan::Purge;
use crate::revision::Target;

const TARGETS: &str = "TARGET";
const PURGE: &str = "purge";
const CHECKSUM: &str = "checksum";
const SQL: &str = "sql";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub targets: Vec<Target>,
    pub mode: StampMode,
}

/// What is recorded, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StampMode {
    Record(Purge),
    /// The present text of applied revisions; no head moves.
    AcceptTexts,
    /// `--sql`: prints instead of writing. `from` is the start of a range
    /// `A:B`; `None`: base.
    Print {
        from: Option<Target>,
    },
}

pub(super) const ROW: Row = Row {
    name: CommandName::Stamp,
    grammar: |command| {
        command
            .about("Records revisions as applied, or not applied, without running anything")
            .arg(
                Arg::new(TARGETS)
                    .required(true)
                    .num_args(1..)
                    .allow_negative_numbers(true)
                    .help("What the database is at: revisions, `head`, `heads`, `base`; with --sql also a range `A:B`"),
            )
            .arg(flag(PURGE, "Forget whatever is recorded first, readable or not"))
            .arg(
                flag(CHECKSUM, "Accept the present text of these applied revisions; move no head")
                    .conflicts_with_all([PURGE, SQL]),
            )
            .arg(flag(SQL, "Print the SQL instead of running it").conflicts_with(PURGE))
    },
    read,
};

fn read(matches: &ArgMatches) -> Result<Command, UsageError> {
    let texts: Vec<&str> = matches
        .get_many::<String>(TARGETS)
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let parsed = |text: &str| target(text, CommandName::Stamp, TARGETS);
    if matches.get_flag(SQL) {
        let (from, first) = match texts.first().and_then(|text| text.split_once(':')) {
            None => (None, texts.first().copied()),
            Some((from, to)) => (Some(from).filter(|from| !from.is_empty()), Some(to)),
        };
        let from = from.map(parsed).transpose()?;
        let targets = first.into_iter().chain(texts.iter().skip(1).copied());
        return Ok(Command::Stamp(Stamp {
            targets: targets.map(parsed).collect::<Result<_, _>>()?,
            mode: StampMode::Print { from },
        }));
    }
    let purge = if matches.get_flag(PURGE) {
        Purge::Yes
    } else {
        Purge::No
    };
    Ok(Command::Stamp(Stamp {
        targets: texts.into_iter().map(parsed).collect::<Result<_, _>>()?,
        mode: if matches.get_flag(CHECKSUM) {
            StampMode::AcceptTexts
        } else {
            StampMode::Record(purge)
        },
    }))
}

impl Stamp {
    pub(super) fn reach(&self) -> Reach {
        match &self.mode {
            StampMode::Record(_) | StampMode::AcceptTexts => Reach::Migrations,
            StampMode::Print { from } => Reach::of_start(from.as_ref()),
        }
    }
}
