//! `seaworthy revision`: a new revision's file.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, ValueHint};

use super::{Command, JSON, Output, Row, flag, option, output, target};
use crate::config::setting::CommandName;
use crate::config::{UsageError, usage};
use crate::revision::{IdError, RevisionId, Target};

const MESSAGE: &str = "message";
const EMPTY: &str = "empty";
const HEAD: &str = "head";
const SPLICE: &str = "splice";
const BRANCH_LABEL: &str = "branch-label";
const DEPENDS_ON: &str = "depends-on";
const REV_ID: &str = "rev-id";
const VERSION_PATH: &str = "version-path";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRevision {
    pub message: String,
    /// What it revises; `None`: the single head.
    pub head: Option<Target>,
    pub splice: bool,
    pub labels: Vec<String>,
    pub depends_on: Vec<Target>,
    pub id: Option<RevisionId>,
    /// One of the directories of revisions.
    pub version_path: Option<PathBuf>,
    pub output: Output,
}

pub(super) const ROW: Row = Row {
    name: CommandName::Revision,
    grammar: |command| {
        command
            .about("Makes the file of a new revision and prints its path")
            .arg(message_option().required(true))
            .arg(flag(EMPTY, "Without statements; there is no other kind"))
            .arg(option(
                HEAD,
                "REV",
                "What it revises, or `base` [default: the only head]",
            ))
            .arg(splice_flag())
            .arg(label_option())
            .arg(
                option(
                    DEPENDS_ON,
                    "REV",
                    "A revision or a branch label that must be applied before it [repeatable]",
                )
                .action(ArgAction::Append),
            )
            .arg(id_option())
            .arg(
                option(
                    VERSION_PATH,
                    "PATH",
                    "Which of several directories it goes into [default: that of what it revises]",
                )
                .value_hint(ValueHint::DirPath),
            )
            .arg(flag(JSON, "Print path and id as JSON"))
    },
    read: |matches| {
        let named = CommandName::Revision;
        let head = matches.get_one::<String>(HEAD);
        let depends_on = matches.get_many::<String>(DEPENDS_ON);
        Ok(Command::Revision(NewRevision {
            message: message(matches, named)?.unwrap_or_default(),
            head: head.map(|text| target(text, named, "--head")).transpose()?,
            splice: matches.get_flag(SPLICE),
            labels: labels(matches, named)?,
            depends_on: depends_on
                .into_iter()
                .flatten()
                .map(|text| target(text, named, "--depends-on"))
                .collect::<Result<_, _>>()?,
            id: id(matches, named)?,
            version_path: matches.get_one::<String>(VERSION_PATH).map(PathBuf::from),
            output: output(matches),
        }))
    },
};

pub(super) fn message_option() -> Arg {
    option(
        MESSAGE,
        "TEXT",
        "What it is for; the first line of the file",
    )
    .short('m')
}

pub(super) fn splice_flag() -> Arg {
    flag(SPLICE, "Let it revise what others revise: a new branch")
}

pub(super) fn label_option() -> Arg {
    option(
        BRANCH_LABEL,
        "NAME",
        "A name for the branch that it is on [repeatable]",
    )
    .action(ArgAction::Append)
}

pub(super) fn id_option() -> Arg {
    option(
        REV_ID,
        "ID",
        "Its id [default: 12 random digits, or the next number]",
    )
}

pub(super) fn splice(matches: &ArgMatches) -> bool {
    matches.get_flag(SPLICE)
}

/// Returns the message as one line: whatever separates its words is a space.
pub(super) fn message(
    matches: &ArgMatches,
    command: CommandName,
) -> Result<Option<String>, UsageError> {
    let Some(text) = matches.get_one::<String>(MESSAGE) else {
        return Ok(None);
    };
    let separates = |c: char| c.is_whitespace() || c.is_control();
    let words: Vec<&str> = text
        .split(separates)
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        return Err(usage::bad_argument(
            command.word(),
            "--message",
            "it is empty",
        ));
    }
    Ok(Some(words.join(" ")))
}

pub(super) fn labels(
    matches: &ArgMatches,
    command: CommandName,
) -> Result<Vec<String>, UsageError> {
    let mut labels: Vec<String> = Vec::new();
    for label in matches
        .get_many::<String>(BRANCH_LABEL)
        .into_iter()
        .flatten()
    {
        name(label, "--branch-label", command)?;
        if !labels.contains(label) {
            labels.push(label.clone());
        }
    }
    Ok(labels)
}

pub(super) fn id(
    matches: &ArgMatches,
    command: CommandName,
) -> Result<Option<RevisionId>, UsageError> {
    let id = matches.get_one::<String>(REV_ID);
    id.map(|text| name(text, "--rev-id", command)).transpose()
}

fn name(text: &str, argument: &str, command: CommandName) -> Result<RevisionId, UsageError> {
    RevisionId::new(text).map_err(|error| {
        let problem = match error {
            IdError::Empty => "it is empty".to_owned(),
            IdError::Character { character, .. } if character.is_control() => {
                "a control character stands in it".to_owned()
            }
            IdError::Character { character, .. } => format!("`{character}` stands in it"),
            IdError::Word(word) => format!("`{word}` means a target"),
        };
        usage::bad_argument(command.word(), argument, &problem)
    })
}
