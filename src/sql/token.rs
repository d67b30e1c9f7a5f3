//! The tokens of a script, with what the server never sees cut out.
//!
//! The lexer library knows SQL. This module adds what it cannot know: the
//! inline data of `COPY ... FROM stdin`, whose quotes mean nothing and which
//! must be cut out before anything lexes it, and the lines that pg_dump
//! writes for psql. It knows no statements.

use std::collections::VecDeque;
use std::ops::Range;

use super::copy::{CopyWatch, Transfer, inline_data};
use super::lexeme::{End, Lexeme, LexemeKind, Lexemes};
use super::{Enclosure, SqlError};

/// The commands of psql that pg_dump writes around a dump since its versions
/// of August 2025; they mean nothing to a server.
const DIRECTIVES: [&str; 2] = ["restrict", "unrestrict"];

/// A piece of a script. Tokens cover the whole text, without gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// White space, or a byte order mark at the start.
    Blank,
    LineComment,
    BlockComment,
    /// A keyword or an unquoted identifier.
    Word,
    /// `"name"` or `U&"name"`.
    QuotedWord,
    /// A string of any kind, with its prefix and its quotes.
    Text,
    Semicolon,
    OpenParenthesis,
    CloseParenthesis,
    /// A number, a parameter, a comma, one character of an operator.
    Other,
    /// A `\restrict` or `\unrestrict` of pg_dump, to the end of its line.
    Directive,
    /// Inline data, with the line that ends it.
    CopyData,
}

impl TokenKind {
    /// Returns whether the token only keeps others apart.
    pub(crate) fn is_separator(self) -> bool {
        match self {
            Self::Blank | Self::LineComment | Self::BlockComment | Self::Directive => true,
            Self::Word
            | Self::QuotedWord
            | Self::Text
            | Self::Semicolon
            | Self::OpenParenthesis
            | Self::CloseParenthesis
            | Self::Other
            | Self::CopyData => false,
        }
    }
}

/// The tokens of a script; an error is the last item.
#[derive(Clone, Debug)]
pub(crate) struct Tokens<'a> {
    text: &'a str,
    lexemes: Lexemes<'a>,
    watch: CopyWatch,
    /// What was found together with the token before it.
    queue: VecDeque<Token>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The text holds a character that no query can hold.
    Nul(usize),
    Reading,
    Done,
}

/// Returns the tokens of a script.
pub(crate) fn tokens(text: &str) -> Tokens<'_> {
    // Hardly any text has one: the quick question comes first.
    let nul = text
        .as_bytes()
        .contains(&0)
        .then(|| text.find('\0'))
        .flatten();
    Tokens {
        text,
        lexemes: Lexemes::new(text),
        watch: CopyWatch::default(),
        queue: VecDeque::new(),
        state: nul.map_or(State::Reading, State::Nul),
    }
}

impl Iterator for Tokens<'_> {
    type Item = Result<Token, SqlError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.state {
            State::Reading => {}
            State::Nul(at) => {
                self.state = State::Done;
                return Some(Err(SqlError::Nul { at }));
            }
            State::Done => return None,
        }
        if let Some(token) = self.queue.pop_front() {
            return Some(Ok(token));
        }
        let next = token(self.text, self.lexemes.next()?).and_then(|token| self.cut_out(token));
        if next.is_err() {
            self.state = State::Done;
        }
        Some(next)
    }
}

impl Tokens<'_> {
    /// Goes past some white space, words and other characters, for readers who
    /// need not tell them apart, and returns where they stand. What is left
    /// begins with a token.
    pub(crate) fn pass(&mut self) -> Range<usize> {
        if self.state == State::Reading && self.queue.is_empty() && self.watch.is_decided() {
            self.lexemes.pass(self.watch.depth())
        } else {
            0..0
        }
    }

    /// Goes past what may not be lexed and follows this token.
    fn cut_out(&mut self, token: Token) -> Result<Token, SqlError> {
        if token.kind == TokenKind::Directive {
            self.lexemes.seek(token.span.end);
        } else if self.watch.observe(self.text, &token) == Some(Transfer::In) {
            let (rest_of_line, data) = inline_data(self.text, token.span.end)?;
            self.lexemes.seek(data.span.end);
            self.queue.extend([rest_of_line, data]);
        }
        Ok(token)
    }
}

fn token(text: &str, lexeme: Lexeme) -> Result<Token, SqlError> {
    let span = lexeme.span;
    let closed = |enclosure, end, kind| match end {
        End::Closed => Ok(kind),
        End::Missing => Err(SqlError::Unclosed {
            at: span.start,
            enclosure,
        }),
    };
    let kind = match lexeme.kind {
        LexemeKind::Blank => Ok(TokenKind::Blank),
        LexemeKind::LineComment => Ok(TokenKind::LineComment),
        LexemeKind::BlockComment(end) => {
            closed(Enclosure::BlockComment, end, TokenKind::BlockComment)
        }
        LexemeKind::Word => Ok(TokenKind::Word),
        LexemeKind::QuotedWord(end) => closed(Enclosure::DoubleQuote, end, TokenKind::QuotedWord),
        LexemeKind::Quoted(end) => closed(Enclosure::Quote, end, TokenKind::Text),
        LexemeKind::DollarQuoted(end) => closed(Enclosure::DollarQuote, end, TokenKind::Text),
        LexemeKind::Semicolon => Ok(TokenKind::Semicolon),
        LexemeKind::OpenParenthesis => Ok(TokenKind::OpenParenthesis),
        LexemeKind::CloseParenthesis => Ok(TokenKind::CloseParenthesis),
        LexemeKind::Number | LexemeKind::Other => Ok(TokenKind::Other),
        LexemeKind::Backslash => return directive(text, span.start),
    }?;
    Ok(Token { kind, span })
}

/// Returns the token of a backslash command that may be passed over.
fn directive(text: &str, at: usize) -> Result<Token, SqlError> {
    let line = text[at..].lines().next().unwrap_or_default();
    let name = line[1..]
        .split(char::is_whitespace)
        .next()
        .unwrap_or_default();
    if DIRECTIVES.contains(&name) {
        return Ok(Token {
            kind: TokenKind::Directive,
            span: at..at + line.len(),
        });
    }
    Err(SqlError::MetaCommand {
        at,
        command: format!("\\{name}"),
    })
}
