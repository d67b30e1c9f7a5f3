//! Where a file says what an error is about.

use std::sync::Arc;

use crate::revision::{Revision, RevisionId};
use crate::source::Source;

/// A revision and the place of its file that an error speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub revision: RevisionId,
    pub source: Arc<Source>,
    /// A byte offset; `None` where the file has no such header line.
    pub offset: Option<usize>,
}

impl Mention {
    /// Returns the mention of a value in the header line with this key.
    pub(super) fn of(revision: &Revision, key: &str, value: &str) -> Self {
        Self {
            revision: revision.id.clone(),
            source: Arc::clone(&revision.source),
            offset: header_value(revision.source.text(), key, value),
        }
    }

    /// Returns the mention of a revision's own id.
    pub(super) fn of_id(revision: &Revision) -> Self {
        Self::of(revision, "revision", revision.id.as_str())
    }
}

/// Returns where a value stands in the comma-separated list of a header line.
fn header_value(text: &str, key: &str, value: &str) -> Option<usize> {
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start_matches('\u{feff}').trim();
        if !trimmed.is_empty() {
            let (name, list) = trimmed
                .strip_prefix("--")?
                .split_once(':')
                .unwrap_or(("", ""));
            if name.trim().eq_ignore_ascii_case(key) {
                let list_start = line_start + (list.as_ptr() as usize - line.as_ptr() as usize);
                if let Some(offset) = list_item(list, value) {
                    return Some(list_start + offset);
                }
            }
        }
        line_start += line.len();
    }
    None
}

/// Returns where an item of a comma-separated list begins.
fn list_item(list: &str, value: &str) -> Option<usize> {
    let mut start = 0;
    for item in list.split(',') {
        if item.trim() == value {
            return Some(start + item.len() - item.trim_start().len());
        }
        start += item.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, key: &str, value: &str, line_and_column: Option<(usize, usize)>) {
        let source = Source::new("a.sql", text);
        let found = header_value(text, key, value).map(|offset| {
            let position = source.position(offset);
            (position.line, position.column)
        });
        assert_eq!(found, line_and_column);
    }

    #[test]
    fn a_value_is_found_in_its_header_line_only() {
        let text = "-- add b\n--\n-- revision: b\n--Revises: ab, b ,c\r\n\n-- migrate:up\nselect 1;\n-- depends-on: x\n";
        check(text, "revision", "b", Some((3, 14)));
        check(text, "revises", "b", Some((4, 16)));
        check(text, "revises", "c", Some((4, 19)));
        check(text, "revises", "a", None);
        check(text, "depends-on", "x", None);
        check("\u{feff}-- revision: b", "revision", "b", Some((1, 14)));
        check("", "revision", "b", None);
    }
}
