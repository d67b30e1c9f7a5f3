//! The marker lines: `-- migrate:up transaction:false lock-timeout:2s`.

use std::sync::Arc;
use std::time::Duration;

use super::super::{FormatError, Half, Spot};
use crate::duration;
use crate::revision::{Section, SectionLimit, Transactional};
use crate::source::Source;

/// What every marker begins with, after the dashes.
const PREFIX: &str = "migrate:";

const TRANSACTION: &str = "transaction";
const LOCK_TIMEOUT: &str = "lock-timeout";
const STATEMENT_TIMEOUT: &str = "statement-timeout";

const OPTIONS: [&str; 3] = [TRANSACTION, LOCK_TIMEOUT, STATEMENT_TIMEOUT];

/// A marker line that has been read.
#[derive(Clone, Debug)]
pub(super) struct Marker {
    pub(super) half: Half,
    /// Where its line begins.
    pub(super) start: usize,
    /// Where the next line begins.
    pub(super) end: usize,
    pub(super) options: Options,
}

/// How a section has to be run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    transaction: Transactional,
    lock_timeout: SectionLimit,
    statement_timeout: SectionLimit,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            transaction: Transactional::Yes,
            lock_timeout: SectionLimit::Configured,
            statement_timeout: SectionLimit::Configured,
        }
    }
}

impl Options {
    pub(super) fn section(self, start: usize, end: usize) -> Section {
        Section {
            span: start..end,
            transaction: self.transaction,
            lock_timeout: self.lock_timeout,
            statement_timeout: self.statement_timeout,
        }
    }
}

/// Returns what a line comment says after its dashes if it is meant as a marker.
pub(super) fn meant(comment: &str) -> Option<&str> {
    let written = comment.trim_ascii().strip_prefix("--")?.trim_ascii_start();
    let prefix = written.get(..PREFIX.len())?;
    prefix.eq_ignore_ascii_case(PREFIX).then_some(written)
}

/// Returns the marker that stands at an offset of a file, if the line comment
/// there is meant as one.
///
/// # Errors
///
/// What is wrong with it: its place, its word or an option.
pub(super) fn marker(
    file: &Arc<Source>,
    at: usize,
    comment: &str,
) -> Result<Option<Marker>, FormatError> {
    let Some(written) = meant(comment) else {
        return Ok(None);
    };
    let text = file.text();
    let start = text[..at].rfind('\n').map_or(0, |line| line + 1);
    let before = text[start..at].trim_start_matches('\u{feff}');
    let comment_at = at + (comment.len() - comment.trim_start().len());
    if !before.trim().is_empty() {
        return Err(FormatError::MarkerNotAlone {
            spot: Spot::new(file, comment_at),
        });
    }
    let written_at = at + (written.as_ptr() as usize - comment.as_ptr() as usize);
    let rest = &written[PREFIX.len()..];
    let word = rest.split(char::is_whitespace).next().unwrap_or_default();
    let name = &written[..PREFIX.len() + word.len()];
    let half = match name {
        "migrate:up" => Half::Up,
        "migrate:down" => Half::Down,
        _ => {
            return Err(FormatError::UnknownMarker {
                spot: Spot::new(file, written_at),
                written: name.to_owned(),
            });
        }
    };
    let options_at = written_at + PREFIX.len() + word.len();
    Ok(Some(Marker {
        half,
        start,
        end: text[at..]
            .find('\n')
            .map_or(text.len(), |line| at + line + 1),
        options: options(file, &rest[word.len()..], options_at)?,
    }))
}

fn options(file: &Arc<Source>, written: &str, at: usize) -> Result<Options, FormatError> {
    let mut options = Options::default();
    let mut given: Vec<&str> = Vec::new();
    for word in written.split_whitespace() {
        let spot = Spot::new(
            file,
            at + (word.as_ptr() as usize - written.as_ptr() as usize),
        );
        let (name, value) = word.split_once(':').unwrap_or((word, ""));
        let Some(option) = OPTIONS.into_iter().find(|option| *option == name) else {
            return Err(FormatError::UnknownOption {
                spot,
                written: word.to_owned(),
                known: nearest(name),
            });
        };
        if given.contains(&option) {
            return Err(FormatError::DuplicateOption { spot, option });
        }
        given.push(option);
        match option {
            TRANSACTION => options.transaction = transaction(value, spot)?,
            LOCK_TIMEOUT => options.lock_timeout = limit(value, option, spot)?,
            _ => options.statement_timeout = limit(value, option, spot)?,
        }
    }
    Ok(options)
}

fn transaction(value: &str, spot: Spot) -> Result<Transactional, FormatError> {
    match value {
        "true" => Ok(Transactional::Yes),
        "false" => Ok(Transactional::No),
        _ => Err(FormatError::TransactionValue {
            spot,
            written: value.to_owned(),
        }),
    }
}

fn limit(value: &str, option: &'static str, spot: Spot) -> Result<SectionLimit, FormatError> {
    match duration::parse(value) {
        Ok(Duration::ZERO) => Ok(SectionLimit::Limit(None)),
        Ok(limit) => Ok(SectionLimit::Limit(Some(limit))),
        Err(error) => Err(FormatError::LimitValue {
            spot,
            option,
            error,
        }),
    }
}

fn nearest(written: &str) -> Option<&'static str> {
    let written = written.to_ascii_lowercase().replace('_', "-");
    OPTIONS
        .into_iter()
        .map(|option| (strsim::damerau_levenshtein(&written, option), option))
        .filter(|(distance, option)| *distance <= option.len() / 3)
        .min()
        .map(|(_, option)| option)
}
