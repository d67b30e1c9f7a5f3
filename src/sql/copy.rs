//! Inline data: which statements have it, and how far it goes.
//!
//! The rule is psql's. After `COPY ... FROM stdin;` the data begins with the
//! next line and ends before the line `\.`, or with the text.

use std::ops::Range;

use super::SqlError;
use super::routine::RoutineWatch;
use super::token::{Token, TokenKind};

/// What a COPY exchanges with the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    /// `FROM stdin`
    In,
    /// `TO stdout`
    Out,
}

/// Watches the tokens of statements go by and notices a COPY whose other end
/// is the client.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CopyWatch {
    state: State,
    depth: usize,
    routine: RoutineWatch,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Start,
    /// `COPY` was the statement's first word.
    Copy,
    /// The last word, outside of parentheses, was `FROM` or `TO`.
    Direction(Transfer),
    Found(Transfer),
    OtherStatement,
}

impl CopyWatch {
    /// Returns whether words cannot change any more what the statement exchanges.
    pub(super) fn is_decided(&self) -> bool {
        match self.state {
            State::Found(_) | State::OtherStatement => self.routine.is_decided(),
            State::Start | State::Copy | State::Direction(_) => false,
        }
    }

    /// Returns how many parentheses are open, for whoever passes over tokens
    /// that the statement's kind does not depend on any more.
    pub(super) fn depth(&mut self) -> &mut usize {
        &mut self.depth
    }

    /// Returns whether a semicolon would end the statement here: it stands
    /// neither in parentheses nor in the body of a function.
    pub(super) fn is_outermost(&self) -> bool {
        self.depth == 0 && !self.routine.is_in_body()
    }

    /// Takes the next token; at the end of a statement, returns what that
    /// statement exchanges.
    pub(super) fn observe(&mut self, text: &str, token: &Token) -> Option<Transfer> {
        let is = |word: &str| text[token.span.clone()].eq_ignore_ascii_case(word);
        match token.kind {
            kind if kind.is_separator() => return None,
            TokenKind::Semicolon if self.is_outermost() => return self.finish(),
            TokenKind::OpenParenthesis => self.depth += 1,
            TokenKind::CloseParenthesis => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        let word = token.kind == TokenKind::Word && self.depth == 0;
        if word {
            self.routine.word(&text[token.span.clone()]);
        } else {
            self.routine.other();
        }
        self.state = match self.state {
            State::Start if word && is("copy") => State::Copy,
            State::Start => State::OtherStatement,
            State::Copy if word && is("from") => State::Direction(Transfer::In),
            State::Copy if word && is("to") => State::Direction(Transfer::Out),
            // The grammar takes either word for either direction.
            State::Direction(transfer) if word && (is("stdin") || is("stdout")) => {
                State::Found(transfer)
            }
            State::Direction(_) => State::OtherStatement,
            state @ (State::Copy | State::Found(_) | State::OtherStatement) => state,
        };
        None
    }

    /// Ends the statement and returns what it exchanges.
    pub(super) fn finish(&mut self) -> Option<Transfer> {
        match std::mem::take(self).state {
            State::Found(transfer) => Some(transfer),
            State::Start | State::Copy | State::Direction(_) | State::OtherStatement => None,
        }
    }
}

/// Returns the rest of the line of a COPY's semicolon, and its data.
///
/// # Errors
///
/// - [`SqlError::AfterCopy`] when more than a comment follows on that line.
pub(super) fn inline_data(text: &str, semicolon: usize) -> Result<(Token, Token), SqlError> {
    let start = line_end(text, semicolon);
    let rest = &text[semicolon..start];
    let more = rest.trim_start();
    if !more.is_empty() && !more.starts_with("--") {
        return Err(SqlError::AfterCopy {
            at: start - more.len(),
        });
    }
    let rest_of_line = Token {
        kind: if more.is_empty() {
            TokenKind::Blank
        } else {
            TokenKind::LineComment
        },
        span: semicolon..start,
    };
    let mut end = start;
    while end < text.len() {
        let line = end;
        end = line_end(text, line);
        if is_end_mark(&text[line..end]) {
            break;
        }
    }
    let data = Token {
        kind: TokenKind::CopyData,
        span: start..end,
    };
    Ok((rest_of_line, data))
}

/// Returns where the data alone stands, without the line that ends it; all of
/// the token if there is no such line.
pub(crate) fn inline_data_span(text: &str, token: &Range<usize>) -> Range<usize> {
    let last_line = text[token.clone()]
        .strip_suffix('\n')
        .unwrap_or(&text[token.clone()])
        .rfind('\n')
        .map_or(token.start, |at| token.start + at + 1);
    if is_end_mark(&text[last_line..token.end]) {
        token.start..last_line
    } else {
        token.clone()
    }
}

fn is_end_mark(line: &str) -> bool {
    matches!(line, "\\.\n" | "\\.\r\n" | "\\." | "\\.\r")
}

/// Returns where the next line begins.
fn line_end(text: &str, from: usize) -> usize {
    text[from..]
        .find('\n')
        .map_or(text.len(), |at| from + at + 1)
}
