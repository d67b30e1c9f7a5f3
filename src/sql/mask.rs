//! A query as it may be shown to somebody who may not see its values.

use super::lexeme::{End, LexemeKind, Lexemes};

/// What stands for a string, whatever it held.
const TEXT: &str = "'…'";

/// What stands for a quoted name that does not end.
const NAME: &str = "\"…";

/// What stands for a number.
const NUMBER: &str = "?";

/// Returns a query without comments and on one line, each literal replaced,
/// in at most `max` characters. Any text is accepted: a query that another
/// session runs may be cut off in the middle.
pub fn mask(text: &str, max: usize) -> String {
    let mut shown = String::new();
    let mut characters = 0;
    let mut gap = "";
    for lexeme in Lexemes::new(text) {
        let written = &text[lexeme.span];
        let piece = match lexeme.kind {
            LexemeKind::Blank | LexemeKind::LineComment | LexemeKind::BlockComment(_) => {
                if !shown.is_empty() {
                    gap = " ";
                }
                continue;
            }
            LexemeKind::Quoted(_) | LexemeKind::DollarQuoted(_) => TEXT,
            LexemeKind::Number => NUMBER,
            // The name may go on over several lines.
            LexemeKind::QuotedWord(End::Closed) => &written.replace(['\n', '\r'], " "),
            // Without its end it may hold anything.
            LexemeKind::QuotedWord(End::Missing) => NAME,
            // A line of psql's own, whose quotes are none of SQL's: what
            // follows may be a string that looks like none.
            LexemeKind::Backslash => {
                shown.push('…');
                break;
            }
            LexemeKind::Word
            | LexemeKind::Semicolon
            | LexemeKind::OpenParenthesis
            | LexemeKind::CloseParenthesis
            | LexemeKind::Other => written,
        };
        characters += gap.len() + piece.chars().count();
        shown.push_str(std::mem::take(&mut gap));
        shown.push_str(piece);
        // In a session without standard_conforming_strings this quote does
        // not end the string, and what follows would be its text.
        if matches!(lexeme.kind, LexemeKind::Quoted(_)) && written.ends_with("\\'") {
            shown.push('…');
            break;
        }
        if characters > max {
            break;
        }
    }
    cut(shown, max)
}

/// Cuts a text to so many characters, the last of which says that it was cut.
fn cut(mut text: String, max: usize) -> String {
    if text.chars().count() > max {
        let kept = text
            .char_indices()
            .nth(max.saturating_sub(1))
            .map_or(0, |(at, _)| at);
        text.truncate(kept);
        if max > 0 {
            text.push('…');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(mask(text, 120), expected);
    }

    #[test]
    fn literals_are_replaced_and_names_are_kept() {
        check(
            "  UPDATE \"Users\" -- why\n SET  name = 'x''y', n = 1.5e3\n WHERE id=$1;",
            "UPDATE \"Users\" SET name = '…', n = ? WHERE id=$1;",
        );
        check(
            "select $a$ secret $a$, E'\\'s', X'ff'",
            "select '…', '…', '…'",
        );
        check("select \"a\r\nb\"\n, 1", "select \"a  b\" , ?");
        check("", "");
        check(" /* only */ ", "");
    }

    #[test]
    fn what_is_cut_off_shows_nothing() {
        check("select 'secr", "select '…'");
        check("select $$secr", "select '…'");
        check("select 1 /* secr", "select ?");
        check("select a.\"secr; 'et'", "select a.\"…");
        check(r"select 'it\'s secret', 2", "select '…'…");
    }

    #[test]
    fn what_follows_a_line_of_psql_shows_nothing() {
        check("select 1,\n\\restrict \"\n'\"secret'", "select ?,…");
        check("select 1,\n\\restrict '\n'secret'", "select ?,…");
    }

    #[test]
    fn the_length_counts_characters() {
        assert_eq!(mask("select äöü from t", 10), "select äö…");
        assert_eq!(mask("select 1", 8), "select ?");
        assert_eq!(mask("select 1", 7), "select…");
        assert_eq!(mask("select 1", 0), "");
    }
}
