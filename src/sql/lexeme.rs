//! What the lexer library says about a text, in this crate's words.
//!
//! It tolerates any text. `standard_conforming_strings` is taken to be on, as
//! it is by default. One rule is added: a string in escapes (`E'...'`) that
//! goes on after a line break keeps its backslashes there, too, and the
//! library starts each part anew (PostgreSQL's `scan.l`, `quotecontinue`).

use std::ops::Range;

use squawk_lexer::{LiteralKind, TokenKind, tokenize};

/// A piece of a text. Lexemes cover it without gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub(super) kind: LexemeKind,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LexemeKind {
    Blank,
    LineComment,
    BlockComment(End),
    Word,
    QuotedWord(End),
    Quoted(End),
    DollarQuoted(End),
    Number,
    Semicolon,
    OpenParenthesis,
    CloseParenthesis,
    Backslash,
    Other,
}

/// Whether something that was opened is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Closed,
    Missing,
}

/// How far a string in escapes may still go on.
#[derive(Clone, Copy)]
enum Continuation {
    Impossible,
    AfterLineBreak,
    Possible,
}

/// Returns the lexemes of a text from an offset on, which must be a character
/// boundary outside of every quote.
pub(super) fn lexemes(text: &str, from: usize) -> impl Iterator<Item = Lexeme> + '_ {
    let mut lexer = tokenize(&text[from..]);
    let mut at = from;
    let mut continuation = Continuation::Impossible;
    std::iter::from_fn(move || {
        let lexed = lexer.next()?;
        let start = at;
        at += lexed.len as usize;
        let mut kind = kind(lexed.kind, &text[start..at]);
        continuation = match (continuation, kind) {
            (Continuation::Possible, LexemeKind::Quoted(_)) if text[start..].starts_with('\'') => {
                let (end, length) = escaped(&text[start..]);
                kind = LexemeKind::Quoted(end);
                at = start + length;
                lexer = tokenize(&text[at..]);
                Continuation::AfterLineBreak
            }
            (_, LexemeKind::Quoted(_)) if text[start..].starts_with(['e', 'E']) => {
                Continuation::AfterLineBreak
            }
            (Continuation::AfterLineBreak, LexemeKind::Blank)
                if text[start..at].contains(['\n', '\r']) =>
            {
                Continuation::Possible
            }
            (kept, LexemeKind::Blank | LexemeKind::LineComment) => kept,
            _ => Continuation::Impossible,
        };
        Some(Lexeme {
            kind,
            span: start..at,
        })
    })
}

/// Measures a quoted text with backslash escapes, both quotes included.
fn escaped(text: &str) -> (End, usize) {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match (byte, bytes.get(at + 1)) {
            (b'\'', Some(b'\'')) => at += 2,
            (b'\'', _) => return (End::Closed, at + 1),
            // A backslash and an ASCII character; the bytes of a longer one
            // are none that mean anything here.
            (b'\\', Some(_)) => at += 2,
            _ => at += 1,
        }
    }
    (End::Missing, text.len())
}

fn kind(kind: TokenKind, text: &str) -> LexemeKind {
    let end = |terminated| {
        if terminated {
            End::Closed
        } else {
            End::Missing
        }
    };
    match kind {
        TokenKind::Whitespace | TokenKind::Eof => LexemeKind::Blank,
        TokenKind::LineComment => LexemeKind::LineComment,
        TokenKind::BlockComment { terminated } => LexemeKind::BlockComment(end(terminated)),
        TokenKind::Ident => LexemeKind::Word,
        TokenKind::QuotedIdent { terminated, .. } => LexemeKind::QuotedWord(end(terminated)),
        TokenKind::Literal { kind } => match kind {
            LiteralKind::Int { .. } | LiteralKind::Numeric { .. } => LexemeKind::Number,
            LiteralKind::DollarQuotedString { terminated } => {
                LexemeKind::DollarQuoted(end(terminated))
            }
            LiteralKind::Str { terminated }
            | LiteralKind::NationalStr { terminated }
            | LiteralKind::ByteStr { terminated }
            | LiteralKind::BitStr { terminated }
            | LiteralKind::UnicodeEscStr { terminated }
            | LiteralKind::EscStr { terminated } => LexemeKind::Quoted(end(terminated)),
        },
        TokenKind::Semi => LexemeKind::Semicolon,
        TokenKind::OpenParen => LexemeKind::OpenParenthesis,
        TokenKind::CloseParen => LexemeKind::CloseParenthesis,
        TokenKind::Unknown if text == "\\" => LexemeKind::Backslash,
        // Operators and the rest: what they mean is the server's business.
        _ => LexemeKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares the lexemes that are neither blank nor comment.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let actual: Vec<_> = lexemes(text, 0)
            .filter(|lexeme| {
                !matches!(
                    lexeme.kind,
                    LexemeKind::Blank | LexemeKind::LineComment | LexemeKind::BlockComment(_)
                )
            })
            .map(|lexeme| &text[lexeme.span])
            .collect();
        assert_eq!(actual, expected, "{text}");
    }

    #[test]
    fn quotes_end_where_the_server_ends_them() {
        check("'a''b' c", &["'a''b'", "c"]);
        check(r"E'\'' c", &[r"E'\''", "c"]);
        check(r"e'a\\' c", &[r"e'a\\'", "c"]);
        check(r"'a\' c", &[r"'a\'", "c"]);
        check("U&'\\0061' U&\"x\"", &["U&'\\0061'", "U&\"x\""]);
        check("N'a' B'1' X'f'", &["N'a'", "B'1'", "X'f'"]);
        check(r#""a""b" c"#, &[r#""a""b""#, "c"]);
        check("fooE'a'", &["fooE", "'a'"]);
        check("'a\nb'", &["'a\nb'"]);
    }

    #[test]
    fn dollars_quote_bind_or_belong_to_a_name() {
        check("$$a'b$$ c", &["$$a'b$$", "c"]);
        check("$t$ $$ $u$ $t$ c", &["$t$ $$ $u$ $t$", "c"]);
        check("$ab$ $a$ab$ c", &["$ab$ $a$ab$", "c"]);
        check("$$ $x$$ c", &["$$ $x$$", "c"]);
        check("$1 c", &["$1", "c"]);
        check("a$b$c 'x'", &["a$b$c", "'x'"]);
        check("$1$$x$$", &["$1", "$$x$$"]);
        check("$é$x$é$", &["$é$x$é$"]);
    }

    #[test]
    fn comments_nest_and_end_with_the_line() {
        check("/* /* */ ' */ a", &["a"]);
        check("/*/ */ a", &["a"]);
        check("/***/ a", &["a"]);
        check("a -- it's", &["a"]);
        check("a --b\rc", &["a", "c"]);
        check("a+--b\n1", &["a", "+", "1"]);
        check("a*/*b*/c", &["a", "*", "c"]);
    }

    #[test]
    fn operators_open_no_quote() {
        check("a->>'b'", &["a", "-", ">", ">", "'b'"]);
        check("a@-1", &["a", "@", "-", "1"]);
        check("a?|b", &["a", "?", "|", "b"]);
    }

    #[test]
    fn a_string_in_escapes_goes_on_after_a_line_break() {
        check("E'a'\n'b\\'c' d", &["E'a'", "'b\\'c'", "d"]);
        check("E'a' -- why\n '\\'' '\\'", &["E'a'", "'\\''", "'\\'"]);
        check("E'a'\n'b'\n'\\'c'", &["E'a'", "'b'", "'\\'c'"]);
        check("E'a' 'b\\' c", &["E'a'", "'b\\'", "c"]);
        check("'a'\n'b\\' c", &["'a'", "'b\\'", "c"]);
        check("E'a'\n, 'b\\' c", &["E'a'", ",", "'b\\'", "c"]);
    }
}
