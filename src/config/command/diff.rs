//! `seaworthy diff`: the SQL that turns one schema into another.

use std::path::PathBuf;

use clap::{Arg, ArgMatches};
use seaworthy_schema::Wish;

use super::listing::{json, output};
use super::rename::{rename_option, renames};
use super::{Command, Output, Reach, Row, flag, target};
use crate::config::setting::CommandName;
use crate::config::{Secret, UsageError, usage};
use crate::revision::Target;

const FROM: &str = "FROM";
const TO: &str = "TO";
const EXIT_CODE: &str = "exit-code";
const COLUMN_ORDER: &str = "column-order";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    pub from: Side,
    pub to: Side,
    pub exit_code: ExitCode,
    pub renames: Vec<Wish>,
    pub column_order: ColumnOrder,
    pub output: Output,
}

/// Whether the order of columns counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnOrder {
    Any,
    Same,
}

/// A schema to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// The configured database.
    Database,
    /// A database in which nothing was made.
    Empty,
    /// What the project wants.
    Models,
    /// The revisions, replayed; `None`: all of them.
    Revisions(Option<Target>),
    /// A file of SQL, a directory of such, or a pattern.
    Path(PathBuf),
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
        let side = |name, default, help| Arg::new(name).default_value(default).help(help);
        command
            .about("Prints the SQL that turns one schema into another")
            .arg(side(
                FROM,
                "revisions",
                "What is there: `revisions`, `revisions@TARGET`, `models`, `database`, `empty`, a URL, or a path of SQL",
            ))
            .arg(side(TO, "models", "What shall be there, named likewise"))
            .arg(rename_option())
            .arg(flag(EXIT_CODE, "Exit with 1 when the schemas differ"))
            .arg(column_order_flag())
            .arg(json())
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
        renames: renames(matches, CommandName::Diff)?,
        column_order: column_order(matches),
        output: output(matches),
    }))
}

/// Returns the switch of a command for which the order of columns may count.
pub(super) fn column_order_flag() -> Arg {
    flag(
        COLUMN_ORDER,
        "Take another order of columns for a difference, which no SQL makes good",
    )
}

pub(super) fn column_order(matches: &ArgMatches) -> ColumnOrder {
    if matches.get_flag(COLUMN_ORDER) {
        ColumnOrder::Same
    } else {
        ColumnOrder::Any
    }
}

fn side(matches: &ArgMatches, argument: &'static str) -> Result<Side, UsageError> {
    let text = matches
        .get_one::<String>(argument)
        .ok_or_else(usage::no_command)?;
    if let Some(text) = text.strip_prefix("revisions@") {
        let target = target(text, CommandName::Diff, argument)?;
        return Ok(Side::Revisions(Some(target)));
    }
    Ok(match text.as_str() {
        "database" => Side::Database,
        "empty" => Side::Empty,
        "models" => Side::Models,
        "revisions" => Side::Revisions(None),
        // A path may hold `=`, and a connection string may hold a slash.
        url if url.contains("://") || (url.contains('=') && !url.contains(".sql")) => Side::Url {
            argument,
            url: Secret::new(url),
        },
        path if path.contains(['/', '.', '*']) => Side::Path(PathBuf::from(path)),
        _ => return Err(usage::bad_side(CommandName::Diff.word(), argument)),
    })
}

impl Diff {
    pub(super) fn reach(&self) -> Reach {
        let sides = [&self.from, &self.to];
        let needs_server = |side: &&Side| !matches!(side, Side::Empty | Side::Url { .. });
        if sides.contains(&&Side::Database) {
            Reach::Migrations
        } else if sides.iter().any(needs_server) {
            // Where `--shadow-url` names a server, no other is needed.
            Reach::Shown
        } else {
            Reach::Nothing
        }
    }
}
