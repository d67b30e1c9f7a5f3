//! What is wrong with a command line, told without repeating what may be a
//! secret: an argument in the wrong place is often a URL.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::CommandName;
use super::command::COMMANDS;
use super::kind::Mismatch;
use crate::revision::TargetError;

/// The command line is wrong; exit 2.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{title}")]
pub struct UsageError {
    /// One lower-case fragment.
    pub title: String,
    /// What was probably meant.
    pub tip: Option<String>,
    /// What is wrong with a target, where that is it.
    pub target: Option<TargetError>,
    /// The command whose `--help` says more: `seaworthy run`.
    pub command: String,
}

impl UsageError {
    /// Returns whether a command was meant that was not understood.
    pub fn is_of(&self, command: CommandName) -> bool {
        self.command.strip_prefix("seaworthy ") == Some(command.word())
    }
}

/// Returns what clap found, in our words.
pub(super) fn from_clap(error: clap::Error, argv: &[OsString]) -> UsageError {
    let shown = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(showable(text, argv)),
        Some(ContextValue::Strings(texts)) => {
            let texts: Vec<String> = texts.iter().map(|text| showable(text, argv)).collect();
            Some(texts.join(", "))
        }
        Some(_) | None => None,
    };
    let argument = shown(ContextKind::InvalidArg);
    let named = argument.clone().unwrap_or_else(|| "an argument".to_owned());
    let title = match error.kind() {
        ErrorKind::UnknownArgument => format!("unexpected argument {named}"),
        ErrorKind::InvalidSubcommand => match shown(ContextKind::InvalidSubcommand) {
            Some(name) => format!("there is no command {name}"),
            None => "there is no such command".to_owned(),
        },
        ErrorKind::ArgumentConflict => match shown(ContextKind::PriorArg) {
            Some(other) if other == named => format!("{named} stands more than once"),
            Some(other) => format!("{named} cannot be used together with {other}"),
            None => format!("{named} cannot be used with the other arguments"),
        },
        ErrorKind::MissingRequiredArgument => format!("{named} is missing"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            NO_COMMAND.to_owned()
        }
        ErrorKind::InvalidValue => match error.get(ContextKind::InvalidValue) {
            Some(ContextValue::String(value)) if !value.is_empty() => {
                format!("the value of {named} is not known")
            }
            Some(_) | None => format!("{named} lacks its value"),
        },
        ErrorKind::NoEquals => format!("the value of {named} must follow a `=`"),
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => {
            format!("{named} has the wrong number of values")
        }
        ErrorKind::InvalidUtf8 => "an argument is not UTF-8".to_owned(),
        // The kinds are clap's, and their number may grow.
        _ => "the arguments cannot be understood".to_owned(),
    };
    let command = command_of(argv);
    let tip = tip(&error).or_else(|| switch_with_target(&error, &command, argv));
    UsageError {
        title,
        tip,
        target: None,
        command,
    }
}

/// `wait --schema` takes the revision, and `health --schema` is a switch.
fn switch_with_target(error: &clap::Error, command: &str, argv: &[OsString]) -> Option<String> {
    let is_stray = error.kind() == ErrorKind::UnknownArgument
        && command == "seaworthy health"
        && argv.iter().any(|argument| argument == "--schema");
    is_stray.then(|| "`--schema` is a switch here: name the revision with `--target`".to_owned())
}

pub(super) fn no_command() -> UsageError {
    UsageError {
        title: NO_COMMAND.to_owned(),
        tip: None,
        target: None,
        command: "seaworthy".to_owned(),
    }
}

pub(super) fn bad_target(command: &str, name: &str, mismatch: &Mismatch) -> UsageError {
    UsageError {
        title: format!("`{name}` is not valid: {mismatch}"),
        tip: None,
        target: match mismatch {
            Mismatch::Target(error) => Some(error.clone()),
            _ => None,
        },
        command: format!("seaworthy {command}"),
    }
}

/// A side may be a URL that is written wrong, so it is not repeated.
pub(super) fn bad_side(command: &str, name: &str) -> UsageError {
    bad_argument(
        command,
        name,
        "a schema is named by `revisions`, `revisions@TARGET`, `models`, `database`, `empty`, the URL of a database, or a path such as `./schema.sql`",
    )
}

/// The argument's text is not repeated: it may be a secret in the wrong place.
pub(super) fn bad_argument(command: &str, name: &str, problem: &str) -> UsageError {
    UsageError {
        title: format!("`{name}` is not valid: {problem}"),
        tip: None,
        target: None,
        command: format!("seaworthy {command}"),
    }
}

/// `run --skip-wait true` would skip, and become the command `true`.
pub(super) fn stray_switch(word: &str) -> UsageError {
    UsageError {
        title: format!("`{word}` is no application: the value of a switch follows a `=`"),
        tip: Some(format!(
            "write `--skip-wait={word}`; or `-- {word}` for a command of that name"
        )),
        target: None,
        command: "seaworthy run".to_owned(),
    }
}

/// A downgrade that is printed starts somewhere, and base is not above anything.
pub(super) fn no_range() -> UsageError {
    UsageError {
        title: "`--sql` needs a range: where the downgrade starts, and what stays".to_owned(),
        tip: Some("write `downgrade --sql FROM:TO`; `current:TO` asks the database".to_owned()),
        target: None,
        command: "seaworthy downgrade".to_owned(),
    }
}

const NO_COMMAND: &str = "no command is named";

/// Returns what clap believes was meant: names that it knows, never what was typed.
fn tip(error: &clap::Error) -> Option<String> {
    for kind in [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ] {
        let name = match error.get(kind) {
            Some(ContextValue::String(name)) => Some(name),
            Some(ContextValue::Strings(names)) => names.first(),
            Some(_) | None => None,
        };
        if let Some(name) = name {
            return Some(format!("did you mean `{name}`?"));
        }
    }
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if !values.is_empty() => {
            Some(format!("it is one of {}", values.join(", ")))
        }
        Some(_) | None => None,
    }
}

/// Returns an argument as it may be repeated: a flag without its value, or a
/// word on a command line where nothing looks like a URL.
fn showable(text: &str, argv: &[OsString]) -> String {
    let name = text.split(['=', ' ']).next().unwrap_or_default();
    let is_plain = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    };
    let is_flag = name.starts_with("--") && name.len() <= 40 && is_plain(name);
    // The dots stand behind a placeholder that may be repeated.
    let text = text.strip_suffix("...").unwrap_or(text);
    let is_placeholder = text.starts_with('<') && text.ends_with('>');
    let is_word = text.len() <= 24 && is_plain(text) && !text.starts_with('-');
    let holds_secret = argv.iter().any(|argument| {
        let argument = argument.to_string_lossy();
        argument.contains("://") || argument.contains('@') || argument.contains("password")
    });
    if is_flag {
        format!("`{name}`")
    } else if is_placeholder || (is_word && !holds_secret) {
        format!("`{text}`")
    } else {
        "(not shown: it may hold a secret)".to_owned()
    }
}

/// Returns the command that was named, for a hint.
fn command_of(argv: &[OsString]) -> String {
    let names = COMMANDS.iter().map(|row| row.name.word());
    let named = names
        .filter_map(|name| {
            let at = argv.iter().position(|argument| argument == name)?;
            Some((at, name))
        })
        .min();
    match named {
        Some((_, name)) => format!("seaworthy {name}"),
        None => "seaworthy".to_owned(),
    }
}
