//! The checksum of a script's tokens, by which an applied file that changed
//! is noticed.
//!
//! Rule 1, which may never change, since databases hold its results:
//!
//! - Comments, white space, line endings, a byte order mark and the
//!   `\restrict` lines of pg_dump do not count.
//! - A string, a quoted name and inline COPY data count byte for byte, with
//!   their prefix and quotes; only a line ending inside them that is CR LF
//!   counts as LF, so that the settings of a checkout change nothing.
//! - The rest is cut into names, numbers and operators as PostgreSQL cuts
//!   them, and ASCII letters in it count as lower case: the server folds
//!   keywords and unquoted names, too.
//! - Semicolons count once between statements, not before the first one, not
//!   after the last one and not after inline data.
//! - Each of these units goes into SHA-256 as its bytes and one byte that no
//!   UTF-8 text holds: FF after a name, number, operator or other character,
//!   FE after a string or quoted name, FD after inline data. The first 16
//!   bytes of the result are written in hexadecimal after `1:`. That is enough
//!   to notice a change; it is no protection against somebody who wants one.
//!
//! The lexer library only says where white space, comments and quotes begin
//! and end, which SQL has settled. How everything else is cut is written down
//! here, so that a newer lexer cannot change a checksum.

use std::fmt::{self, Display};

use sha2::{Digest, Sha256};

use crate::sql::{TokenKind, inline_data_span, tokens};

/// The number of the rule, and what separates it from the rest.
const RULE: &str = "1:";

/// So many bytes of the hash are kept.
const KEPT_BYTES: usize = 16;

const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";

/// Units are collected to about so many bytes before they are hashed. That is
/// some blocks of SHA-256, and little enough for the allocator's quick path.
const HASHED_AT_ONCE: usize = 960;

/// The operator characters that allow an operator of several characters to end
/// in `+` or `-` (`scan.l`).
const SPECIAL: &[u8] = b"~!@#%^&|`?";

/// A checksum with the number of its rule, such as `1:9f86...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checksum(String);

/// How a recorded checksum compares with one of this version's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Same,
    Different,
    /// It was made by a rule that this version does not know.
    OtherRule,
}

/// Returns the checksum of a script.
pub fn checksum(sql: &str) -> Checksum {
    checksum_of([sql])
}

/// Returns the checksum of several scripts one after another, as if a
/// semicolon stood between them.
pub fn checksum_of<'a>(scripts: impl IntoIterator<Item = &'a str>) -> Checksum {
    let mut units = Units::default();
    for sql in scripts {
        units.script(sql);
        units.semicolon();
    }
    let mut text = String::with_capacity(RULE.len() + 2 * KEPT_BYTES);
    text.push_str(RULE);
    for byte in &units.finish()[..KEPT_BYTES] {
        for digit in [byte >> 4, byte & 0x0f] {
            text.push(char::from(HEXADECIMAL[usize::from(digit)]));
        }
    }
    Checksum(text)
}

impl Checksum {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares with a checksum that the database holds.
    pub fn compare(&self, recorded: &str) -> Comparison {
        if !recorded.starts_with(RULE) {
            Comparison::OtherRule
        } else if recorded == self.0 {
            Comparison::Same
        } else {
            Comparison::Different
        }
    }
}

impl Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The class of a unit: the byte that ends it.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Class {
    /// A name, number, operator or single character.
    Plain = 0xff,
    /// A string or a quoted name.
    Quoted = 0xfe,
    /// Inline data.
    Data = 0xfd,
}

/// What has to be framed before the next unit.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    /// A semicolon would say nothing: there was no unit yet, or inline data
    /// has ended its statement.
    #[default]
    NoSemicolon,
    Nothing,
    Semicolon,
}

#[derive(Default)]
struct Units {
    before: Before,
    /// Framed and not hashed.
    framed: Vec<u8>,
    hasher: Sha256,
}

impl Units {
    fn script(&mut self, sql: &str) {
        self.framed.reserve(HASHED_AT_ONCE);
        let mut plain_start = None;
        let mut at = 0;
        let mut tokens = tokens(sql);
        loop {
            let passed = tokens.pass();
            if !passed.is_empty() {
                plain_start.get_or_insert(passed.start);
                at = passed.end;
            }
            let Some(token) = tokens.next() else { break };
            // A script that a scan refuses has no tokens from there on; what
            // is left counts byte for byte.
            let Ok(token) = token else { break };
            at = token.span.end;
            match &token.kind {
                TokenKind::Word
                | TokenKind::OpenParenthesis
                | TokenKind::CloseParenthesis
                | TokenKind::Other => {
                    plain_start.get_or_insert(token.span.start);
                    continue;
                }
                _ => {}
            }
            if let Some(start) = plain_start.take() {
                self.plain(&sql.as_bytes()[start..token.span.start]);
            }
            match token.kind {
                TokenKind::Semicolon => self.semicolon(),
                TokenKind::QuotedWord | TokenKind::Text => {
                    self.verbatim(Class::Quoted, &sql[token.span]);
                }
                TokenKind::CopyData => {
                    let data = inline_data_span(sql, &token.span);
                    self.verbatim(Class::Data, &sql[data]);
                }
                TokenKind::Blank
                | TokenKind::LineComment
                | TokenKind::BlockComment
                | TokenKind::Directive
                | TokenKind::Word
                | TokenKind::OpenParenthesis
                | TokenKind::CloseParenthesis
                | TokenKind::Other => {}
            }
        }
        if let Some(start) = plain_start {
            self.plain(&sql.as_bytes()[start..at]);
        }
        if at < sql.len() {
            self.verbatim(Class::Quoted, &sql[at..]);
        }
    }

    fn semicolon(&mut self) {
        if self.before != Before::NoSemicolon {
            self.before = Before::Semicolon;
        }
    }

    /// Cuts text without comments and quotes into its units.
    fn plain(&mut self, mut text: &[u8]) {
        loop {
            let blank = run(text, |kind| kind == Kind::Blank);
            text = &text[blank..];
            let Some(length) = unit(text) else { break };
            let (unit, rest) = text.split_at(length);
            self.begin();
            self.framed.extend(unit.iter().map(u8::to_ascii_lowercase));
            self.end(Class::Plain);
            text = rest;
        }
    }

    fn verbatim(&mut self, class: Class, text: &str) {
        if class != Class::Data {
            self.begin();
        }
        let mut parts = text.split("\r\n");
        self.framed
            .extend_from_slice(parts.next().unwrap_or_default().as_bytes());
        for part in parts {
            self.framed.push(b'\n');
            self.framed.extend_from_slice(part.as_bytes());
        }
        self.end(class);
    }

    /// Frames the semicolon that ended the statement before.
    fn begin(&mut self) {
        if self.before == Before::Semicolon {
            self.framed.extend_from_slice(&[b';', Class::Plain as u8]);
        }
    }

    fn end(&mut self, class: Class) {
        self.framed.push(class as u8);
        self.before = match class {
            Class::Plain | Class::Quoted => Before::Nothing,
            Class::Data => Before::NoSemicolon,
        };
        if self.framed.len() >= HASHED_AT_ONCE {
            self.hasher.update(&self.framed);
            self.framed.clear();
        }
    }

    fn finish(mut self) -> [u8; 32] {
        self.hasher.update(&self.framed);
        self.hasher.finalize().into()
    }
}

/// What a byte outside of quotes can be the start of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// White space is what PostgreSQL's lexer takes for it.
    Blank,
    Digit,
    /// A letter, `_`, `$` or a byte of a character that is not ASCII.
    Letter,
    /// One of PostgreSQL's operator characters.
    Operator,
    Other,
}

const fn kind(byte: u8) -> Kind {
    const KINDS: [Kind; 256] = {
        let mut kinds = [Kind::Other; 256];
        let mut byte = 0_u8;
        loop {
            kinds[byte as usize] = match byte {
                b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => Kind::Blank,
                b'0'..=b'9' => Kind::Digit,
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | 0x80.. => Kind::Letter,
                b'+' | b'-' | b'*' | b'/' | b'<' | b'>' | b'=' | b'~' | b'!' | b'@' | b'#'
                | b'%' | b'^' | b'&' | b'|' | b'`' | b'?' => Kind::Operator,
                _ => Kind::Other,
            };
            if byte == u8::MAX {
                break kinds;
            }
            byte += 1;
        }
    };
    KINDS[byte as usize]
}

/// Measures how many bytes of some kinds a text begins with.
fn run(text: &[u8], belongs: impl Fn(Kind) -> bool) -> usize {
    let end = text.iter().position(|byte| !belongs(kind(*byte)));
    end.unwrap_or(text.len())
}

/// Measures the first unit of a text that begins with no white space, in bytes.
fn unit(text: &[u8]) -> Option<usize> {
    let first = *text.first()?;
    let second = || text.get(1).copied().unwrap_or_default();
    let length = match kind(first) {
        Kind::Digit => number(text),
        Kind::Letter => run(text, is_word),
        Kind::Operator => operator(text),
        Kind::Other if first == b'.' && second().is_ascii_digit() => number(text),
        Kind::Other if first == b':' && matches!(second(), b':' | b'=') => 2,
        Kind::Other | Kind::Blank => 1,
    };
    Some(length)
}

/// Names may hold digits.
fn is_word(kind: Kind) -> bool {
    matches!(kind, Kind::Letter | Kind::Digit)
}

/// Measures a number: digits, letters, `_` and `.`, and a sign after the `e`
/// of a decimal one.
fn number(text: &[u8]) -> usize {
    let hexadecimal = text.len() > 1 && text[0] == b'0' && text[1].eq_ignore_ascii_case(&b'x');
    let mut length = 1;
    while let Some(byte) = text.get(length) {
        let exponent = !hexadecimal
            && text[length - 1].eq_ignore_ascii_case(&b'e')
            && text.get(length + 1).is_some_and(u8::is_ascii_digit);
        let belongs = is_word(kind(*byte)) && *byte != b'$'
            || *byte == b'.'
            || (matches!(byte, b'+' | b'-') && exponent);
        if !belongs {
            break;
        }
        length += 1;
    }
    length
}

/// Measures an operator. One of several characters ends in `+` or `-` only if
/// it holds a character that no operator of the SQL standard has.
fn operator(text: &[u8]) -> usize {
    let mut length = run(text, |kind| kind == Kind::Operator);
    if !text[..length].iter().any(|byte| SPECIAL.contains(byte)) {
        while length > 1 && matches!(text[length - 1], b'+' | b'-') {
            length -= 1;
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    /// Golden vectors: databases hold such values. None may ever change.
    #[test]
    fn rule_1_never_changes() {
        let vectors = [
            ("", "1:e3b0c44298fc1c149afbf4c8996fb924"),
            ("select 1", "1:06afd69c7fa7fdf2585da4d64c930fa4"),
            (
                "CREATE TABLE \"Users\" (\n  id bigint PRIMARY KEY, -- why\n  name text DEFAULT 'it''s'\n);\n",
                "1:080bd6f57dc24442937cdc8b15d8db0c",
            ),
            (
                "create function f() returns int language plpgsql as $body$\nbegin return 1; end $body$;",
                "1:9cbdb069c1cd8f5547b5f3c4beba8915",
            ),
            (
                "select a->>'b', c::int, d@-1, e=-1, 1.5e-3, .5, $1;",
                "1:ead0f9d2c379cef0fec89b439436b4a8",
            ),
            (
                "copy t (a) from stdin;\n1\tit's\n\\.\nselect E'\\'', U&\"\\0061\";",
                "1:5d79bfa7b8199504f2374131d1b123d4",
            ),
        ];
        for (sql, expected) in vectors {
            assert_eq!(checksum(sql).as_str(), expected, "{sql}");
        }
    }

    #[track_caller]
    fn same(a: &str, b: &str) {
        assert_eq!(checksum(a), checksum(b), "{a:?} {b:?}");
    }

    #[track_caller]
    fn different(a: &str, b: &str) {
        assert_ne!(checksum(a), checksum(b), "{a:?} {b:?}");
    }

    #[test]
    fn what_the_server_does_not_see_does_not_count() {
        same("select 1", "-- why\nselect /* a */ 1;\r\n\n;");
        same("select 1", "\u{feff}select 1");
        same("select 1; select 2", ";select 1;;\nselect 2;");
        same("select 1", "\\restrict a\nselect 1;\n\\unrestrict a\n");
        same("a=-1", "a = - 1");
        same("f(a,b)", "f ( a , b )");
        same("a::int[1:2]", "a :: int [ 1 : 2 ]");
        same("1.5e-3*x", "1.5e-3 * x");
        same("SELECT A FROM b", "select a from B");
        same("select a--b\n", "select a");
    }

    #[test]
    fn what_the_server_sees_counts() {
        different("select 1", "select 2");
        different("select 1", "select 1; select 1");
        different("a b", "ab");
        different("a < = b", "a <= b");
        different("a @ -1", "a @-1");
        different("a - -1", "a --1");
        different("1 .5", "1.5");
        different("select 'a'", "select 'A'");
        different("select 'a '", "select 'a'");
        different("select \"a\"", "select a");
        different("select E'a'", "select 'a'");
        different("select $$a$$", "select 'a'");
        different("select ';'", "select '';'");
        different("select 1", "");
        different(
            "copy t from stdin;\n1\n\\.\n",
            "copy t from stdin;\n2\n\\.\n",
        );
        different(
            "copy t from stdin;\n1\n\\.\n",
            "copy t from stdin;\n1 \n\\.\n",
        );
    }

    #[test]
    fn only_line_endings_change_inside_quotes() {
        same("select 'a\r\nb'", "select 'a\nb'");
        same("do $$\r\nx\r\n$$", "do $$\nx\n$$");
        same(
            "copy t from stdin;\r\n1\r\n\\.\r\n",
            "copy t from stdin;\n1\n\\.\n",
        );
        different("select 'a\rb'", "select 'a\nb'");
        different("do $$ x $$", "do $$x$$");
    }

    #[test]
    fn several_scripts_count_like_one() {
        assert_eq!(
            checksum_of(["select 1", "select 2"]),
            checksum("select 1; select 2")
        );
        assert_eq!(checksum_of(["select 1;", ""]), checksum("select 1"));
        assert_eq!(checksum_of([]), checksum(""));
    }

    #[test]
    fn a_broken_script_has_a_checksum_all_the_same() {
        different("select 'a", "select 'b");
        different("select \\x", "select \\y");
    }

    #[test]
    fn checksums_of_other_rules_cannot_be_compared() {
        let sum = checksum("select 1");
        assert_eq!(sum.compare(sum.as_str()), Comparison::Same);
        assert_eq!(sum.compare("1:00"), Comparison::Different);
        assert_eq!(sum.compare("2:00"), Comparison::OtherRule);
        assert_eq!(sum.compare(""), Comparison::OtherRule);
        assert_eq!(sum.to_string(), sum.as_str());
    }

    /// Tokens that stay what they are with anything blank between them.
    const TOKENS: [&str; 20] = [
        "select", "a", "\"A\"", "'x'", "'x y'", "E'\\n'", "$$ x $$", "$1", "1.5e-3", "42", "(",
        ")", ",", "::", "->>", "=", ";", "U&'y'", "é", "a$b",
    ];

    const BLANKS: [&str; 7] = [
        " ",
        "\n",
        "\r\n",
        "\t ",
        " -- it's\n",
        "/* ; /* */ */",
        "\n\n\n",
    ];

    fn written(tokens: &[&str], blanks: &[&str]) -> String {
        let mut text = String::new();
        for (token, blank) in tokens.iter().zip(blanks.iter().cycle()) {
            text.push_str(blank);
            text.push_str(token);
        }
        text + blanks[0]
    }

    proptest! {
        #[test]
        fn blank_text_never_counts(
            tokens in vec(select(&TOKENS[..]), 0..12),
            one in vec(select(&BLANKS[..]), 1..12),
            other in vec(select(&BLANKS[..]), 1..12),
        ) {
            prop_assert_eq!(
                checksum(&written(&tokens, &one)),
                checksum(&written(&tokens, &other))
            );
        }

        #[test]
        fn every_token_counts(
            tokens in vec(select(&TOKENS[..]), 1..12),
            others in vec(select(&TOKENS[..]), 1..12),
        ) {
            // Semicolons count only between statements.
            let counted = |tokens: &[&str]| {
                let mut counted: Vec<_> = tokens.to_vec();
                counted.dedup_by(|a, b| *a == ";" && *b == ";");
                counted.join(" ").trim_matches([';', ' ']).to_owned()
            };
            prop_assert_eq!(
                checksum(&written(&tokens, &[" "])) == checksum(&written(&others, &["\n"])),
                counted(&tokens) == counted(&others)
            );
            let (_, changed) = tokens.split_last().unwrap_or((&"", &[]));
            prop_assert_eq!(
                checksum(&written(&tokens, &[" "])) == checksum(&written(changed, &[" "])),
                counted(&tokens) == counted(changed)
            );
        }

        #[test]
        fn any_text_has_a_checksum(text in any::<String>()) {
            prop_assert_eq!(checksum(&text).as_str().len(), RULE.len() + 2 * KEPT_BYTES);
        }
    }
}
