//! The text of a revision's file, and places in it.
//!
//! A revision whose two directions are in two files has one source as well:
//! both texts, one after the other, so that an offset alone names a place.
//!
//! Errors about a file name a line and a column. Both count from one; a column
//! counts characters, as editors and PostgreSQL do, not bytes. A byte order
//! mark is none of them.

use std::ops::Range;
use std::path::{Path, PathBuf};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A file's path and its whole text; or those of two files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    path: PathBuf,
    text: String,
    second: Option<Box<Second>>,
}

/// The file whose text stands after that of the first one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Second {
    path: PathBuf,
    start: usize,
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
            second: None,
        }
    }

    /// Returns one source of two files, each of which is a whole one.
    #[must_use]
    pub fn pair(first: Self, second: &Self) -> Self {
        // The line ending between them keeps the end of the first one apart
        // from the start of the second.
        let start = first.text.len() + 1;
        Self {
            path: first.path,
            text: first.text + "\n" + &second.text,
            second: Some(Box::new(Second {
                path: second.path.clone(),
                start,
            })),
        }
    }

    /// Returns a source of the same files with blanks in some places. Nothing
    /// else moves: line endings stay, and so do all offsets.
    #[must_use]
    pub fn blanked(&self, spans: impl IntoIterator<Item = Range<usize>>) -> Self {
        let mut text = self.text.clone();
        for span in spans {
            let blank = |byte| if byte == b'\n' { '\n' } else { ' ' };
            let blanks: String = self.text[span.clone()].bytes().map(blank).collect();
            text.replace_range(span, &blanks);
        }
        Self {
            text,
            ..self.clone()
        }
    }

    /// Returns the path of the only, or the first, file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the path of the file that holds a byte offset.
    pub fn path_at(&self, offset: usize) -> &Path {
        match &self.second {
            Some(second) if offset >= second.start => &second.path,
            Some(_) | None => &self.path,
        }
    }

    /// Returns the position of a byte offset in its file. An offset past the
    /// end, or inside a character, is taken as the next boundary before it.
    pub fn position(&self, offset: usize) -> Position {
        let start = self.file_start(offset);
        let end = self.text.floor_char_boundary(offset).max(start);
        let before = &self.text[start..end];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// Returns a line of the only, or the first, file without its ending;
    /// empty past the end.
    pub fn line(&self, number: usize) -> &str {
        number
            .checked_sub(1)
            .and_then(|index| self.text.lines().nth(index))
            .unwrap_or_default()
    }

    /// Returns the text of the line of a byte offset, without its ending.
    pub fn line_at(&self, offset: usize) -> &str {
        let file = self.file_start(offset);
        let offset = self.text.floor_char_boundary(offset).max(file);
        let start = self.text[file..offset]
            .rfind('\n')
            .map_or(file, |at| file + at + 1);
        self.text[start..].lines().next().unwrap_or_default()
    }

    /// Returns where the first character of an offset's file stands.
    fn file_start(&self, offset: usize) -> usize {
        let start = match &self.second {
            Some(second) if offset >= second.start => second.start,
            Some(_) | None => 0,
        };
        if self.text[start..].starts_with(BYTE_ORDER_MARK) {
            start + BYTE_ORDER_MARK.len_utf8()
        } else {
            start
        }
    }
}

/// Returns where a character of a text begins, counted from zero; the end of the text
/// if it has not so many. Servers count characters, and slices count bytes.
pub fn byte_of(text: &str, character: usize) -> usize {
    let found = text.char_indices().nth(character);
    found.map_or(text.len(), |(at, _)| at)
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
    fn a_byte_order_mark_is_no_character_of_the_first_line() {
        check("\u{feff}ab\ncd", 0, 1, 1);
        check("\u{feff}ab\ncd", 3, 1, 1);
        check("\u{feff}ab\ncd", 4, 1, 2);
        check("\u{feff}ab\ncd", 7, 2, 2);
        let source = Source::new("a.sql", "\u{feff}ab\ncd");
        assert_eq!(source.line_at(0), "ab");
        assert_eq!(source.line_at(4), "ab");
    }

    #[test]
    fn blanks_move_nothing() {
        let source = Source::new("a.sql", "one äö\ntwo\nthree");
        let blanked = source.blanked([0..2, 6..10]);
        assert_eq!(blanked.text(), "  e ä  \n wo\nthree");
    }

    #[test]
    fn an_offset_inside_a_character_is_its_start() {
        check("äb", 1, 1, 1);
    }

    #[test]
    fn lines_come_without_their_ending() {
        let source = Source::new("a.sql", "one\r\ntwo\n");
        assert_eq!(source.line_at(0), "one");
        assert_eq!(source.line_at(4), "one");
        assert_eq!(source.line_at(5), "two");
        assert_eq!(source.line_at(9), "");
        assert_eq!(source.line_at(99), "");
        assert_eq!(source.line(1), "one");
        assert_eq!(source.line(2), "two");
        assert_eq!(source.line(3), "");
        assert_eq!(source.line(0), "");
    }

    #[test]
    fn a_place_in_the_second_file_of_a_pair_is_one_of_that_file() {
        let up = Source::new("a.up.sql", "one\nt");
        let source = Source::pair(up, &Source::new("a.down.sql", "two\nthree"));
        assert_eq!(source.path_at(5), Path::new("a.up.sql"));
        assert_eq!(source.path_at(6), Path::new("a.down.sql"));
        assert_eq!(source.position(6), Position { line: 1, column: 1 });
        assert_eq!(source.position(11), Position { line: 2, column: 2 });
        assert_eq!(source.line_at(6), "two");
        assert_eq!(source.line_at(11), "three");
    }
}
