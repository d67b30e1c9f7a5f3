//! The tokens of a script, with what the server never sees cut out.
//!
//! The lexer library knows SQL. This module adds what it cannot know: the
//! inline data of `COPY ... FROM stdin`, whose quotes mean nothing and which
//! must be cut out before anything lexes it, and the lines that pg_dump
//! writes for psql. It knows no statements.

use std::collections::VecDeque;
use std::ops::Range;

use super::copy::{CopyEnd, CopyWatch, Transfer, inline_data};
use super::lexeme::{End, Lexeme, LexemeKind, lexemes};
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

#[derive(Clone, Debug, PartialEq, Eq)]
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
    CopyData {
        data: Range<usize>,
        end: CopyEnd,
    },
}

impl TokenKind {
    /// Returns whether the token only keeps others apart.
    pub(crate) fn is_separator(&self) -> bool {
        match self {
            Self::Blank | Self::LineComment | Self::BlockComment | Self::Directive => true,
            Self::Word
            | Self::QuotedWord
            | Self::Text
            | Self::Semicolon
            | Self::OpenParenthesis
            | Self::CloseParenthesis
            | Self::Other
            | Self::CopyData { .. } => false,
        }
    }
}

/// Returns the tokens of a script; an error is the last item.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = Result<Token, SqlError>> + '_ {
    let nul = text.as_bytes().contains(&0);
    let mut failed = nul.then(|| SqlError::Nul {
        at: text.find('\0').unwrap_or_default(),
    });
    let mut lexer = lexemes(text, 0);
    let mut watch = CopyWatch::default();
    let mut queue: VecDeque<Token> = VecDeque::new();
    let mut done = false;
    std::iter::from_fn(move || {
        if done {
            return None;
        }
        if let Some(token) = queue.pop_front() {
            return Some(Ok(token));
        }
        let next = match failed.take() {
            Some(error) => Err(error),
            None => token(text, lexer.next()?),
        };
        let next = next.and_then(|token| {
            if matches!(token.kind, TokenKind::Directive) {
                lexer = lexemes(text, token.span.end);
            } else if watch.observe(text, &token) == Some(Transfer::In) {
                let (rest_of_line, data) = inline_data(text, token.span.end)?;
                lexer = lexemes(text, data.span.end);
                queue.extend([rest_of_line, data]);
            }
            Ok(token)
        });
        done = next.is_err();
        Some(next)
    })
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
