//! The smallest pieces of a text.
//!
//! The lexer library decides where quotes, comments and numbers end. What
//! needs no decision is cut here: white space, plain words and single
//! characters are most of any script, and every file is read at every start.
//!
//! Any text is tolerated. `standard_conforming_strings` is taken to be on, as
//! it is by default. One rule is added to the library's: a string in escapes
//! (`E'...'`) that goes on after a line break keeps its backslashes there
//! (PostgreSQL's `scan.l`, `quotecontinue`).

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Continuation {
    Impossible,
    AfterLineBreak,
    Possible,
}

/// The lexemes of a text.
#[derive(Clone, Debug)]
pub(super) struct Lexemes<'a> {
    text: &'a str,
    at: usize,
    continuation: Continuation,
}

impl<'a> Lexemes<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            continuation: Continuation::Impossible,
        }
    }

    /// Goes on from an offset that is outside of every quote.
    pub(super) fn seek(&mut self, at: usize) {
        self.at = at;
        self.continuation = Continuation::Impossible;
    }

    /// Goes past white space, words and characters that stand for themselves,
    /// up to a semicolon or whatever needs a closer look, keeps count of the
    /// parentheses that are open, and returns what it passed. Nothing of it is
    /// told apart, which makes it several times as fast as asking for each
    /// lexeme.
    pub(super) fn pass(&mut self, depth: &mut usize) -> Range<usize> {
        let start = self.at;
        if self.continuation != Continuation::Impossible {
            return start..start;
        }
        let bytes = &self.text.as_bytes()[start..];
        let mut end = 0;
        loop {
            let passed = bytes[end..].iter().position(|byte| !is_passed(*byte));
            end = passed.map_or(bytes.len(), |length| end + length);
            match bytes.get(end) {
                Some(b'(') => *depth += 1,
                Some(b')') => *depth = depth.saturating_sub(1),
                Some(b'.') if joins_names(bytes, end) => {}
                None | Some(b';') => break,
                Some(_) => {
                    // Letters may belong to the quote, a number to the point.
                    end -= word_before(bytes, end).len();
                    break;
                }
            }
            end += 1;
        }
        self.at = start + end;
        start..self.at
    }

    /// Notices strings that go on after a line break, and returns what they
    /// really are.
    fn continued(&mut self, kind: LexemeKind, length: usize) -> (LexemeKind, usize) {
        let written = &self.text[self.at..self.at + length];
        let (kind, length, next) = match (self.continuation, kind) {
            (Continuation::Possible, LexemeKind::Quoted(_)) if written.starts_with('\'') => {
                let (end, length) = escaped(&self.text[self.at..]);
                (
                    LexemeKind::Quoted(end),
                    length,
                    Continuation::AfterLineBreak,
                )
            }
            (_, LexemeKind::Quoted(_)) if written.starts_with(['e', 'E']) => {
                (kind, length, Continuation::AfterLineBreak)
            }
            (Continuation::AfterLineBreak, LexemeKind::Blank) if written.contains(['\n', '\r']) => {
                (kind, length, Continuation::Possible)
            }
            (kept, LexemeKind::Blank | LexemeKind::LineComment) => (kind, length, kept),
            _ => (kind, length, Continuation::Impossible),
        };
        self.continuation = next;
        (kind, length)
    }
}

impl Iterator for Lexemes<'_> {
    type Item = Lexeme;

    fn next(&mut self) -> Option<Lexeme> {
        let bytes = self.text.as_bytes().get(self.at..)?;
        let (mut kind, mut length) = match simple(bytes) {
            Some(simple) => simple,
            None => {
                let token = tokenize(&self.text[self.at..]).next()?;
                let length = token.len as usize;
                let written = &self.text[self.at..self.at + length];
                (lexed(token.kind, written), length)
            }
        };
        if self.continuation != Continuation::Impossible || matches!(kind, LexemeKind::Quoted(_)) {
            (kind, length) = self.continued(kind, length);
        }
        let start = self.at;
        self.at += length;
        Some(Lexeme {
            kind,
            span: start..self.at,
        })
    }
}

/// Returns the first lexeme if it can be told from its bytes. Every byte of a
/// character that is not ASCII belongs to a word, as in PostgreSQL.
fn simple(bytes: &[u8]) -> Option<(LexemeKind, usize)> {
    let first = *bytes.first()?;
    let second = bytes.get(1).copied().unwrap_or_default();
    match class(first) {
        Class::Blank => Some((LexemeKind::Blank, run(bytes, Class::Blank))),
        // Letters in front of a quote belong to it.
        Class::Word if starts_word(first) && !matches!(second, b'\'' | b'&') => {
            Some((LexemeKind::Word, run(bytes, Class::Word)))
        }
        Class::Single => Some((single(first), 1)),
        Class::Dash if second == b'-' => {
            let end = bytes
                .iter()
                .position(|byte| matches!(byte, b'\n' | b'\r'))
                .unwrap_or(bytes.len());
            Some((LexemeKind::LineComment, end))
        }
        Class::Dash => Some((LexemeKind::Other, 1)),
        Class::Quote => quoted(bytes).map(|length| (LexemeKind::Quoted(End::Closed), length)),
        Class::Dot if !matches!(second, b'.' | b'0'..=b'9') => Some((LexemeKind::Other, 1)),
        Class::Word | Class::Dot | Class::Undecided => None,
    }
}

/// What a byte can be the start of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    /// A letter, a digit, `_` or a byte that is not ASCII.
    Word,
    /// Stands for itself, whatever follows.
    Single,
    Dash,
    Dot,
    Quote,
    Undecided,
}

const fn class(byte: u8) -> Class {
    const CLASSES: [Class; 256] = {
        let mut classes = [Class::Undecided; 256];
        let mut byte = 0_u8;
        loop {
            classes[byte as usize] = match byte {
                b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => Class::Blank,
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => Class::Word,
                b';' | b'(' | b')' | b',' | b'=' | b'[' | b']' | b':' | b'<' | b'>' | b'+'
                | b'*' => Class::Single,
                b'-' => Class::Dash,
                b'.' => Class::Dot,
                b'\'' => Class::Quote,
                0x80.. => Class::Word,
                _ => Class::Undecided,
            };
            if byte == u8::MAX {
                break classes;
            }
            byte += 1;
        }
    };
    CLASSES[byte as usize]
}

/// Returns whether a byte is white space, part of a word or number, or stands
/// for itself and means nothing to a reader who looks for statements.
fn is_passed(byte: u8) -> bool {
    const PASSED: [bool; 256] = {
        let mut passed = [false; 256];
        let mut byte = 0_u8;
        while byte < 0x80 {
            passed[byte as usize] = match class(byte) {
                Class::Blank | Class::Word => true,
                Class::Single => !matches!(byte, b';' | b'(' | b')'),
                Class::Dash | Class::Dot | Class::Quote | Class::Undecided => false,
            };
            byte += 1;
        }
        passed
    };
    PASSED[usize::from(byte)]
}

/// Returns whether a point stands between two names, as in `schema.table`.
fn joins_names(bytes: &[u8], at: usize) -> bool {
    let follows = bytes.get(at + 1).copied().is_some_and(starts_word);
    let before = word_before(bytes, at).first().copied();
    follows && before.is_some_and(starts_word)
}

/// Returns the word or number that ends at an offset.
fn word_before(bytes: &[u8], at: usize) -> &[u8] {
    let before = &bytes[..at];
    let gap = before.iter().rposition(|byte| class(*byte) != Class::Word);
    &before[gap.map_or(0, |gap| gap + 1)..]
}

/// Digits begin a number, and other characters may be a byte order mark.
fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

/// Measures a run of one class; a dollar may stand inside a word.
fn run(bytes: &[u8], expected: Class) -> usize {
    bytes
        .iter()
        .position(|byte| class(*byte) != expected && !(*byte == b'$' && expected == Class::Word))
        .unwrap_or(bytes.len())
}

fn single(byte: u8) -> LexemeKind {
    match byte {
        b';' => LexemeKind::Semicolon,
        b'(' => LexemeKind::OpenParenthesis,
        b')' => LexemeKind::CloseParenthesis,
        _ => LexemeKind::Other,
    }
}

/// Measures a string without escapes, both quotes included, if it is closed.
fn quoted(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += bytes[at..].iter().position(|byte| *byte == b'\'')? + 1;
        if bytes.get(at) != Some(&b'\'') {
            return Some(at);
        }
        at += 1;
    }
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

fn lexed(kind: TokenKind, text: &str) -> LexemeKind {
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
        let actual: Vec<_> = Lexemes::new(text)
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

    /// What is cut here is cut as the library cuts it.
    #[track_caller]
    fn check_library(text: &str) {
        let mut at = 0;
        for token in tokenize(text) {
            let end = at + token.len as usize;
            let written = &text[at..end];
            let expected = (lexed(token.kind, written), written.len());
            if let Some(simple) = simple(&text.as_bytes()[at..]) {
                assert_eq!(simple, expected, "{written:?} in {text:?}");
            }
            at = end;
        }
    }

    #[test]
    fn what_needs_no_decision_is_cut_as_the_library_cuts_it() {
        check_library(
            "select a1$é.b_2, \t\r\n\u{b}\u{c}(c)[1:2] <= >= -- d\r-- e\n;-1+2*3..4 .5 5. a.5",
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_cut_as_the_library_cuts_it(text in "[a-zA-Z0-9_$'\"&.;:,(){}\\[\\]<>=+*/% \t\r\n\\-é\\\\]{0,40}") {
            check_library(&text);
        }
    }
}
