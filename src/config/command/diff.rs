//! `seaworthy diff`: the SQL that turns one schema into another.

use clap::{Arg, ArgMatches};

use super::{Command, Reach, Row, flag};
use crate::config::setting::CommandName;
use crate::config::{Secret, UsageError, usage};

const FROM: &str = "FROM";
const TO: &str = "TO";
const EXIT_CODE: &str = "exit-code";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    pub from: Side,
    pub to: Side,
    pub exit_code: ExitCode,
}

/// A schema to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// The configured database.
    Database,
    /// A database in which nothing was made.
    Empty,
    /// The database of a URL; `argument` is what it was typed for.
    Url { argument: &'static str, url: Secret },
}

/// What a difference means for the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// Nothing.
    Plain,
    /// 1.
    Tells,
}

pub(super) const ROW: Row = Row {
    name: CommandName::Diff,
    grammar: |command| {
        let side = |name, help| Arg::new(name).required(true).help(help);
        command
            .about("Prints the SQL that turns one schema into another")
            .arg(side(FROM, "What is there: `database`, `empty`, or the URL of a database"))
            .arg(side(TO, "What shall be there: `database`, `empty`, or the URL of a database"))
            .arg(flag(EXIT_CODE, "Exit with 1 when the schemas differ"))
    },
    read,
};

fn read(matches: &ArgMatches) -> Result<Command, UsageError> {
    Ok(Command::Diff(Diff {
        from: side(matches, FROM)?,
        to: side(matches, TO)?,
        exit_code: if matches.get_flag(EXIT_CODE) {
            ExitCode::Tells
        } else {
            ExitCode::Plain
        },
    }))
}

fn side(matches: &ArgMatches, argument: &'static str) -> Result<Side, UsageError> {
    let text = matches
        .get_one::<String>(argument)
        .ok_or_else(usage::no_command)?;
    match text.as_str() {
        "database" => Ok(Side::Database),
        "empty" => Ok(Side::Empty),
        // A word is no connection string, and may be a mistyped name.
        word if !word.contains("://") && !word.contains('=') => {
            Err(usage::bad_side(CommandName::Diff.word(), argument))
        }
        url => Ok(Side::Url {
            argument,
            url: Secret::new(url),
        }),
    }
}

impl Diff {
    pub(super) fn reach(&self) -> Reach {
        if [&self.from, &self.to].contains(&&Side::Database) {
            Reach::Migrations
        } else {
            Reach::Nothing
        }
    }
}
