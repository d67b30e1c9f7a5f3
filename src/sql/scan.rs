//! The look at a script when it is loaded: are its quotes closed, and what do
//! its comments say? It is run on every file of every start, so it knows no
//! statements and keeps nothing.

use std::ops::Range;

use super::token::{TokenKind, tokens};
use super::{SqlError, inline_data_span};

/// What a look at a whole text found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Where inline data begins that no line `\.` ends: it goes on to the end
    /// of the text.
    pub open_data: Option<usize>,
}

/// Checks a script's quotes and hands over its line comments, each with its
/// offset, from the first to the last.
///
/// # Errors
///
/// - [`SqlError::Unclosed`] for a quote or block comment without an end.
/// - [`SqlError::MetaCommand`] for a command of psql other than those that
///   pg_dump writes.
/// - [`SqlError::AfterCopy`] for more on the line of a `COPY ... FROM stdin;`.
/// - [`SqlError::Nul`] for a character that no query can hold.
pub fn scan(text: &str, mut on_comment: impl FnMut(usize, &str)) -> Result<Scan, SqlError> {
    let mut open_data = None;
    let mut tokens = tokens(text);
    loop {
        tokens.pass();
        let Some(token) = tokens.next() else { break };
        let token = token?;
        match token.kind {
            TokenKind::LineComment => on_comment(token.span.start, &text[token.span]),
            TokenKind::CopyData if inline_data_span(text, &token.span) == token.span => {
                open_data = Some(token.span.start);
            }
            _ => {}
        }
    }
    Ok(Scan { open_data })
}

/// Returns where the lines stand that pg_dump wrote for psql.
///
/// # Errors
///
/// Returns what [`scan`] returns for the same text.
pub fn directives(text: &str) -> Result<Vec<Range<usize>>, SqlError> {
    // Hardly any script has one.
    if !text.contains("restrict") {
        return Ok(Vec::new());
    }
    tokens(text)
        .filter_map(|token| match token {
            Ok(token) if token.kind == TokenKind::Directive => Some(Ok(token.span)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
        .collect()
}

/// Returns whether a text holds nothing but white space and comments.
pub fn is_blank(text: &str) -> bool {
    tokens(text).all(|token| token.is_ok_and(|token| token.kind.is_separator()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Enclosure;

    #[track_caller]
    fn check(text: &str, expected: Result<(), SqlError>) {
        assert_eq!(scan(text, |_, _| {}).map(|_| ()), expected, "{text}");
    }

    #[test]
    fn what_is_opened_must_be_closed() {
        let unclosed = |at, enclosure| Err(SqlError::Unclosed { at, enclosure });
        check("select 1", Ok(()));
        check("select 'a''", unclosed(7, Enclosure::Quote));
        check("select E'a\\'", unclosed(7, Enclosure::Quote));
        check("select \"a", unclosed(7, Enclosure::DoubleQuote));
        check("do $a$ $b$", unclosed(3, Enclosure::DollarQuote));
        check("é /* /* */", unclosed(3, Enclosure::BlockComment));
        check("select (1;", Ok(()));
    }

    #[test]
    fn commands_of_psql_are_no_sql() {
        let command = |at, command: &str| {
            Err(SqlError::MetaCommand {
                at,
                command: command.to_owned(),
            })
        };
        check("select 1;\n\\i other.sql", command(10, "\\i"));
        check("select 1 \\gset", command(9, "\\gset"));
        check("\\.\n", command(0, "\\."));
        check("\\", command(0, "\\"));
        check("select '\\i', \"\\i\", $$\\i$$ -- \\i\n/* \\i */", Ok(()));
        check("\\restrict kE'y\nselect 1;\n\\unrestrict kE'y\n", Ok(()));
        check("\\restricted x", command(0, "\\restricted"));
    }

    #[test]
    fn a_character_that_no_query_can_hold_is_found_first() {
        check("select 'a\0", Err(SqlError::Nul { at: 9 }));
    }

    #[test]
    fn quotes_in_inline_data_mean_nothing() {
        check("COPY t FROM stdin;\nit's \\N $$\n\\.\nselect 1;", Ok(()));
        check(
            "copy s.t (a, \"b\") from StdIn with (format csv); -- rows\n'\n\\.\r\n",
            Ok(()),
        );
        check("copy t from stdout;\n'", Ok(()));
        check(
            "COPY t FROM stdin; select 1;\n\\.\n",
            Err(SqlError::AfterCopy { at: 19 }),
        );
        check(
            "COPY t TO stdout;\n\\.",
            Err(SqlError::MetaCommand {
                at: 18,
                command: "\\.".into(),
            }),
        );
        check(
            "COPY t FROM 'stdin';\n'\n",
            Err(SqlError::Unclosed {
                at: 21,
                enclosure: Enclosure::Quote,
            }),
        );
        check(
            "COPY t FROM PROGRAM 'x';\n'",
            Err(SqlError::Unclosed {
                at: 25,
                enclosure: Enclosure::Quote,
            }),
        );
    }

    #[test]
    fn data_without_an_end_is_reported() {
        let found = scan("COPY t FROM stdin;\n1\n", |_, _| {});
        assert_eq!(
            found,
            Ok(Scan {
                open_data: Some(19)
            })
        );
    }

    #[test]
    fn only_comments_are_comments() {
        let mut comments = Vec::new();
        let text = "-- a\nselect '-- b', $$\n-- c\n$$;\nCOPY t FROM stdin; -- d\n-- e\n\\.\n-- f";
        let result = scan(text, |at, comment| {
            assert_eq!(&text[at..at + comment.len()], comment);
            comments.push(comment.trim().to_owned());
        });
        assert_eq!(result, Ok(Scan { open_data: None }));
        assert_eq!(comments, ["-- a", "-- d", "-- f"]);
    }
}
