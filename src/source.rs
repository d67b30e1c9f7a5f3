//! The text of one file, and places in it.
//!
//! Errors about a file name a line and a column. Both count from one; a column
//! counts characters, as editors and PostgreSQL do, not bytes.

use std::path::{Path, PathBuf};

/// A file's path and its whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    path: PathBuf,
    text: String,
}

/// A line and a column of a file, both counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Source {
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the position of a byte offset. An offset past the end, or
    /// inside a character, is taken as the next boundary before it.
    pub fn position(&self, offset: usize) -> Position {
        let before = &self.text[..self.text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// Returns a line's text without its line ending; empty past the end.
    pub fn line(&self, number: usize) -> &str {
        number
            .checked_sub(1)
            .and_then(|index| self.text.lines().nth(index))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, offset: usize, line: usize, column: usize) {
        let source = Source::new("a.sql", text);
        assert_eq!(source.position(offset), Position { line, column });
    }

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        check("", 0, 1, 1);
        check("ab\ncd", 0, 1, 1);
        check("ab\ncd", 2, 1, 3);
        check("ab\ncd", 3, 2, 1);
        check("äb\nöd", 2, 1, 2);
        check("äb\nöd", 6, 2, 2);
        check("ab\ncd", 99, 2, 3);
    }

    #[test]
    fn an_offset_inside_a_character_is_its_start() {
        check("äb", 1, 1, 1);
    }

    #[test]
    fn lines_come_without_their_ending() {
        let source = Source::new("a.sql", "one\r\ntwo\n");
        assert_eq!(source.line(1), "one");
        assert_eq!(source.line(2), "two");
        assert_eq!(source.line(3), "");
        assert_eq!(source.line(0), "");
    }
}
