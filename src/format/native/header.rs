//! The comment lines that a file begins with, and what they declare.
//!
//! A line `key: value` with a known key declares something; any other line is
//! a comment, and the first of all is the message. A word that is nearly a key
//! is refused where there is a header: a `revise:` that is taken for a comment
//! would make another graph.

use std::sync::Arc;

use super::super::{FormatError, Spot};
use super::marker;
use crate::revision::{IdError, RevisionId};
use crate::source::Source;

const REVISION: &str = "revision";
pub(super) const REVISES: &str = "revises";
pub(super) const DEPENDS_ON: &str = "depends-on";
pub(super) const BRANCH: &str = "branch";
pub(super) const REPLACES: &str = "replaces";
pub(super) const CREATED: &str = "created";

const KEYS: [&str; 6] = [REVISION, REVISES, DEPENDS_ON, BRANCH, REPLACES, CREATED];

/// Keys that shape the graph. They mean nothing without `revision`.
const GRAPH_KEYS: [&str; 4] = [REVISES, DEPENDS_ON, BRANCH, REPLACES];

/// How other tools, Alembic above all, call the same things.
const ALIASES: [(&str, &str); 8] = [
    ("revision-id", REVISION),
    ("down-revision", REVISES),
    ("down-revisions", REVISES),
    ("branch-label", BRANCH),
    ("branch-labels", BRANCH),
    ("labels", BRANCH),
    ("create-date", CREATED),
    ("created-at", CREATED),
];

/// A word of so many letters may differ in one letter from a key to count as
/// nearly one; a longer one in two.
const SHORT_WORD: usize = 6;

/// What the comment lines at the top of a file say.
#[derive(Debug)]
pub(super) struct Header<'a> {
    file: &'a Arc<Source>,
    pub(super) message: &'a str,
    entries: Vec<Entry<'a>>,
    /// Words that look like keys and are none, with the key that was meant.
    near_misses: Vec<(usize, &'a str, &'static str)>,
}

#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    key: &'static str,
    /// Where the line's text begins.
    at: usize,
    value: &'a str,
    value_at: usize,
}

/// What a header declares.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) revision: RevisionId,
    pub(super) revises: Vec<RevisionId>,
    pub(super) depends_on: Vec<String>,
    pub(super) labels: Vec<String>,
    pub(super) replaces: Vec<RevisionId>,
    pub(super) created: Option<String>,
}

impl<'a> Header<'a> {
    /// Reads the comment lines that stand in a part of a file.
    pub(super) fn read(file: &'a Arc<Source>, start: usize, end: usize) -> Self {
        let mut header = Self {
            file,
            message: "",
            entries: Vec::new(),
            near_misses: Vec::new(),
        };
        let mut comments = 0;
        let mut at = start;
        for line in file.text()[start..end].split_inclusive('\n') {
            let written = line.trim_ascii_start().trim_start_matches('-').trim_ascii();
            if !written.is_empty() {
                let written_at = at + (written.as_ptr() as usize - line.as_ptr() as usize);
                if !header.entry(written, written_at) && comments == 0 {
                    header.message = written;
                }
                comments += 1;
            }
            at += line.len();
        }
        header
    }

    /// Takes a line if it declares something, and returns whether it does.
    fn entry(&mut self, written: &'a str, at: usize) -> bool {
        let Some((word, value)) = written.split_once(':') else {
            return false;
        };
        let Some(key) = KEYS.iter().find(|key| word.eq_ignore_ascii_case(key)) else {
            if let Some(known) = nearly(word) {
                self.near_misses.push((at, word, known));
            }
            return false;
        };
        let lead = value.len() - value.trim_ascii_start().len();
        self.entries.push(Entry {
            key,
            at,
            value: value.trim_ascii(),
            value_at: at + word.len() + 1 + lead,
        });
        true
    }

    /// Returns what the header declares; `None` if the file has no header.
    ///
    /// # Errors
    ///
    /// - [`FormatError::UnknownKey`], [`FormatError::DuplicateKey`] and
    ///   [`FormatError::Id`] for a header that is there but wrong.
    /// - [`FormatError::NoRevision`] for one that lacks its `revision`.
    pub(super) fn declared(&self) -> Result<Option<Declared>, FormatError> {
        if !self.entries.iter().any(|entry| entry.key == REVISION) {
            return self.without_revision().map(|()| None);
        }
        if let Some((at, written, known)) = self.near_misses.first() {
            return Err(FormatError::UnknownKey {
                spot: self.spot(*at),
                written: (*written).to_owned(),
                known,
            });
        }
        for (index, entry) in self.entries.iter().enumerate() {
            let first = self.entries[..index].iter().find(|e| e.key == entry.key);
            if let Some(first) = first {
                return Err(FormatError::DuplicateKey {
                    first: self.spot(first.at),
                    second: self.spot(entry.at),
                    key: entry.key,
                });
            }
        }
        let revision = self.value(REVISION).map_or(Ok(None), |entry| {
            self.id(entry.value, entry.value_at).map(Some)
        })?;
        let Some(revision) = revision else {
            return Ok(None);
        };
        let names = |ids: Vec<RevisionId>| ids.iter().map(ToString::to_string).collect();
        Ok(Some(Declared {
            revision,
            revises: self.ids(REVISES)?,
            depends_on: names(self.ids(DEPENDS_ON)?),
            labels: names(self.ids(BRANCH)?),
            replaces: self.ids(REPLACES)?,
            created: self
                .value(CREATED)
                .filter(|entry| !entry.value.is_empty())
                .map(|entry| entry.value.to_owned()),
        }))
    }

    /// In a file without `revision` every line is a comment, unless it can
    /// hardly be anything but a part of a header: ids after a key.
    fn without_revision(&self) -> Result<(), FormatError> {
        let graph = self.entries.iter().find(|entry| {
            GRAPH_KEYS.contains(&entry.key)
                && entry
                    .value
                    .split(',')
                    .all(|id| RevisionId::new(id.trim()).is_ok())
        });
        match graph {
            Some(entry) => Err(FormatError::NoRevision {
                spot: self.spot(entry.at),
                key: entry.key,
            }),
            None => Ok(()),
        }
    }

    fn value(&self, key: &str) -> Option<Entry<'a>> {
        self.entries.iter().find(|entry| entry.key == key).copied()
    }

    /// Returns the ids of a comma-separated list; nothing is an empty list.
    fn ids(&self, key: &str) -> Result<Vec<RevisionId>, FormatError> {
        let Some(entry) = self.value(key).filter(|entry| !entry.value.is_empty()) else {
            return Ok(Vec::new());
        };
        let mut at = entry.value_at;
        let mut ids = Vec::new();
        for part in entry.value.split(',') {
            let lead = part.len() - part.trim_start().len();
            ids.push(self.id(part.trim(), at + lead)?);
            at += part.len() + 1;
        }
        Ok(ids)
    }

    fn id(&self, id: &str, at: usize) -> Result<RevisionId, FormatError> {
        RevisionId::new(id).map_err(|error: IdError| FormatError::Id {
            spot: self.spot(at),
            error,
        })
    }

    fn spot(&self, at: usize) -> Spot {
        Spot::new(self.file, at)
    }
}

/// Returns whether a line of text, as the first comment of a file, is read as
/// its message and nothing else.
pub(super) fn is_message(text: &str) -> bool {
    let is_key = text.split_once(':').is_some_and(|(word, _)| {
        KEYS.iter().any(|key| word.eq_ignore_ascii_case(key)) || nearly(word).is_some()
    });
    !is_key && marker::meant(&format!("-- {text}")).is_none()
}

/// Returns the key that a word was probably meant to be.
fn nearly(word: &str) -> Option<&'static str> {
    let plain = |c: char| c.is_ascii_alphabetic() || matches!(c, '-' | '_' | ' ');
    if !word.chars().all(plain) {
        return None;
    }
    let word = word.trim().to_ascii_lowercase().replace(['_', ' '], "-");
    if let Some((_, key)) = ALIASES.iter().find(|(alias, _)| *alias == word) {
        return Some(key);
    }
    let allowed = if word.len() <= SHORT_WORD { 1 } else { 2 };
    KEYS.into_iter()
        .map(|key| (strsim::damerau_levenshtein(&word, key), key))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, key)| key)
}
