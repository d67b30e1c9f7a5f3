//! `[[migrations.post_write_hooks]]`: the one setting that is a list of tables,
//! and has neither flag nor variable.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::kind;
use super::{ConfigError, FilePlace, Hook};

/// The full key.
pub(super) const KEY: &str = "migrations.post_write_hooks";

const NAME: &str = "name";
const COMMAND: &str = "command";

/// What is wrong with a hook.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HookProblem {
    #[error("it is no list of tables")]
    NoTables,
    #[error("a key is not known")]
    Key {
        /// `None`: not to be shown.
        key: Option<String>,
        nearest: Option<&'static str>,
    },
    #[error("it has no `name`, or one that is not a string")]
    Name,
    #[error("it has no `command`, or one that is not an array of strings")]
    Command,
}

/// Reads the list; `at` is where its key stands.
///
/// # Errors
///
/// - [`ConfigError::Hook`] with the place of what is wrong.
pub(super) fn read(
    value: &Spanned<DeValue<'_>>,
    at: &FilePlace,
    place: impl Fn(Range<usize>) -> FilePlace,
) -> Result<Vec<Hook>, ConfigError> {
    let no_tables = || wrong(at.clone(), HookProblem::NoTables);
    let items = value.get_ref().as_array().ok_or_else(no_tables)?;
    items
        .iter()
        .map(|item| {
            let table = item.get_ref().as_table().ok_or_else(no_tables)?;
            hook(table, place(item.span()), &place)
        })
        .collect()
}

fn hook(
    table: &DeTable<'_>,
    at: FilePlace,
    place: impl Fn(Range<usize>) -> FilePlace,
) -> Result<Hook, ConfigError> {
    for (key, _) in table {
        let written = key.get_ref();
        if written != NAME && written != COMMAND {
            let problem = HookProblem::Key {
                key: super::file::showable_key(written),
                nearest: kind::nearest(written, [NAME, COMMAND]),
            };
            return Err(wrong(place(key.span()), problem));
        }
    }
    let text = |value: &Spanned<DeValue<'_>>| value.get_ref().as_str().map(str::to_owned);
    let name = table
        .get(NAME)
        .and_then(text)
        .filter(|name| !name.is_empty() && !name.chars().any(char::is_control))
        .ok_or_else(|| wrong(at.clone(), HookProblem::Name))?;
    let command = table
        .get(COMMAND)
        .and_then(|value| value.get_ref().as_array())
        .and_then(|items| items.iter().map(text).collect::<Option<Vec<String>>>())
        .filter(|words| words.first().is_some_and(|program| !program.is_empty()))
        .ok_or_else(|| wrong(at.clone(), HookProblem::Command))?;
    Ok(Hook {
        name,
        command,
        place: at,
    })
}

fn wrong(place: FilePlace, problem: HookProblem) -> ConfigError {
    ConfigError::Hook { place, problem }
}
