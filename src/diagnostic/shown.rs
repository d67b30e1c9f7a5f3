//! Text of others as a terminal may have it.
//!
//! Names of files, lines of scripts and the words of a server can hold what a
//! terminal would obey instead of show, and can be of any length. Each
//! character stays one character, so that columns stay right.

use std::iter;

use unicode_width::UnicodeWidthChar;

/// So much of a sentence is shown; the rest says nothing new.
const SENTENCE: usize = 1000;

/// So much of a cause or hint is shown, which may have lines.
const PARAGRAPH: usize = 8000;

/// So many characters of a line are shown, around its caret.
const EXCERPT: usize = 120;

/// Stands for what was left out.
const CUT: char = '…';

/// Returns a text on one line, without what a terminal would obey.
pub fn sentence(text: &str) -> String {
    cut(text.chars().map(visible), SENTENCE)
}

/// Returns a text with its lines, the further ones under the first.
pub(super) fn paragraph(text: &str) -> String {
    let kept = |c| {
        if matches!(c, '\n' | '\t') {
            c
        } else {
            visible(c)
        }
    };
    // A server may be on a system whose lines end otherwise.
    let text = text.trim_end().replace("\r\n", "\n");
    cut(text.chars().map(kept), PARAGRAPH).replace('\n', "\n         ")
}

/// Returns a part of a line, and what stands under it before the caret.
pub(super) fn excerpt(line: &str, column: usize) -> (String, String) {
    let before = column.saturating_sub(1);
    let hidden = if line.chars().nth(EXCERPT).is_none() {
        0
    } else {
        before.saturating_sub(EXCERPT / 2)
    };
    let kept = |c| if c == '\t' { c } else { visible(c) };
    let part = line.chars().skip(hidden).map(kept);
    let shown = if hidden == 0 {
        cut(part, EXCERPT)
    } else {
        let marked: Vec<char> = iter::once(CUT).chain(part.skip(1)).collect();
        cut(marked.into_iter(), EXCERPT)
    };
    // Each character gets the room it takes, and a tab stays a tab, so that
    // the two lines align.
    let mut lead = String::new();
    for c in shown.chars().chain(iter::repeat(' ')).take(before - hidden) {
        match c {
            '\t' => lead.push('\t'),
            c => lead.extend(iter::repeat_n(' ', c.width().unwrap_or(1))),
        }
    }
    (shown, lead)
}

/// Returns a character that says what it is instead of doing it.
fn visible(c: char) -> char {
    match c {
        '\0'..='\x1f' => {
            char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        '\x7f' => '\u{2421}',
        // C1, and what turns the direction of the text around.
        '\u{80}'..='\u{9f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            char::REPLACEMENT_CHARACTER
        }
        c => c,
    }
}

fn cut(text: impl Iterator<Item = char>, max: usize) -> String {
    let mut text = text.peekable();
    let mut shown: String = text.by_ref().take(max).collect();
    if text.peek().is_some() {
        shown.pop();
        shown.push(CUT);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_told_nothing() {
        assert_eq!(
            sentence("a\nb\x1b[31m\u{9b}2J\x7f\u{202e}é"),
            "a␊b␛[31m\u{fffd}2J␡\u{fffd}é"
        );
        assert_eq!(
            paragraph("ERROR\x07:\r\n\tdetail\x1b]0;x\n"),
            "ERROR␇:\n         \tdetail␛]0;x"
        );
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(sentence(&"é".repeat(SENTENCE)), "é".repeat(SENTENCE));
        let shown = sentence(&"é".repeat(SENTENCE + 1));
        assert_eq!(shown, "é".repeat(SENTENCE - 1) + "…");
        assert_eq!(
            paragraph(&"a".repeat(2 * PARAGRAPH)).chars().count(),
            PARAGRAPH
        );
    }

    #[track_caller]
    fn check(line: &str, column: usize, shown: &str, lead: &str) {
        assert_eq!(excerpt(line, column), (shown.to_owned(), lead.to_owned()));
    }

    #[test]
    fn a_line_is_cut_around_its_caret() {
        check("select 1", 8, "select 1", &" ".repeat(7));
        check("a\t\x1bb", 4, "a\t␛b", " \t ");
        check("a", 3, "a", "  ");
        // Two columns wide, and none: a combining accent.
        check("日本 x", 4, "日本 x", "     ");
        check("e\u{301}x", 3, "e\u{301}x", " ");
        check("", 1, "", "");
        let line = "a".repeat(70) + "B" + &"c".repeat(1_000_000);
        let shown = format!("…{}B{}…", "a".repeat(59), "c".repeat(58));
        check(&line, 71, &shown, &" ".repeat(60));
        let start = format!("{}B{}…", "a".repeat(70), "c".repeat(48));
        check(&line, 1, &start, "");
        let end = format!("…{}", "c".repeat(59));
        check(&line, 1_000_072, &end, &" ".repeat(60));
    }
}
