//! Where a script's statements begin and end.
//!
//! The rule is psql's: a semicolon ends a statement unless it stands in
//! parentheses or in the `BEGIN ATOMIC ... END` body of a function. An empty
//! statement is none.

use std::ops::Range;

use super::SqlError;
use super::copy::{CopyWatch, Transfer, inline_data_span};
use super::kind::{StatementKind, classify};
use super::token::{Token, TokenKind, tokens};

/// So many tokens of a statement say how it has to be run; a long list of
/// values must not be kept.
const LEADING_TOKENS: usize = 256;

/// One statement of a script. Spans are bytes of the script's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// From the first token to the last one, without the semicolon.
    pub span: Range<usize>,
    pub kind: StatementKind,
}

/// Returns the statements of a script.
///
/// # Errors
///
/// Returns what [`scan`](super::scan()) returns for the same text.
pub fn statements(text: &str) -> Result<Vec<Statement>, SqlError> {
    let mut statements: Vec<Statement> = Vec::new();
    let mut open = Open::default();
    for token in tokens(text) {
        let token = token?;
        match token.kind {
            TokenKind::CopyData => {
                if let Some(statement) = statements.last_mut() {
                    let data = inline_data_span(text, &token.span);
                    statement.kind = StatementKind::CopyIn { data };
                }
            }
            kind if kind.is_separator() => {}
            _ if open.is_ended_by(&token) => statements.extend(open.finish(text)),
            _ => open.push(text, token),
        }
    }
    statements.extend(open.finish(text));
    Ok(statements)
}

/// The statement whose end has not been seen.
#[derive(Debug, Default)]
struct Open {
    leading: Vec<Token>,
    end: usize,
    copy: CopyWatch,
}

impl Open {
    fn is_ended_by(&self, token: &Token) -> bool {
        token.kind == TokenKind::Semicolon && self.copy.is_outermost()
    }

    fn push(&mut self, text: &str, token: Token) {
        self.copy.observe(text, &token);
        self.end = token.span.end;
        if self.leading.len() < LEADING_TOKENS {
            self.leading.push(token);
        }
    }

    /// Returns the statement, unless it is empty, and begins the next one.
    fn finish(&mut self, text: &str) -> Option<Statement> {
        let mut done = std::mem::take(self);
        let start = done.leading.first()?.span.start;
        let kind = match done.copy.finish() {
            // Where the data stands is not known before its token comes.
            Some(Transfer::In) => StatementKind::CopyIn {
                data: text.len()..text.len(),
            },
            Some(Transfer::Out) => StatementKind::CopyOut,
            None => classify(text, &done.leading),
        };
        Some(Statement {
            span: start..done.end,
            kind,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let statements = statements(text).expect("lexically sound");
        let actual: Vec<_> = statements
            .into_iter()
            .map(|statement| &text[statement.span])
            .collect();
        assert_eq!(actual, expected, "{text}");
    }

    #[test]
    fn a_semicolon_ends_a_statement() {
        check("", &[]);
        check(" -- nothing\n;;/* */;", &[]);
        check("select 1; select 2", &["select 1", "select 2"]);
        check("select 1 -- a;\n;select ';' ;", &["select 1", "select ';'"]);
        check("/* a */ select 1 /* b */;", &["select 1"]);
        check(
            "do $$ begin; end $$; select 1",
            &["do $$ begin; end $$", "select 1"],
        );
        check("\u{feff}select 1;", &["select 1"]);
        check("\\restrict k\nselect 1;\n\\unrestrict k\n", &["select 1"]);
    }

    #[test]
    fn not_in_parentheses() {
        let rule = "create rule r as on insert to t do (select 1; select 2)";
        check(&format!("{rule}; select 3"), &[rule, "select 3"]);
        check("select 1); select 2", &["select 1)", "select 2"]);
        check("select (1; select 2;", &["select (1; select 2;"]);
    }

    #[test]
    fn not_in_the_body_of_a_function() {
        for routine in ["function", "or replace function", "PROCEDURE"] {
            let create = format!(
                "CREATE {routine} f(a int) begin ATOMIC select case a when 1 then 2 end; select 3; end"
            );
            check(&format!("{create}; select 4"), &[&create, "select 4"]);
        }
        check(
            "create function begin() returns int return 1; select 2",
            &["create function begin() returns int return 1", "select 2"],
        );
        check("begin atomic; select 1", &["begin atomic", "select 1"]);
        check(
            "create table t (); end; select 1",
            &["create table t ()", "end", "select 1"],
        );
    }

    #[test]
    fn a_copy_in_the_body_of_a_function_has_no_data() {
        let text = "select 1; create function f() begin atomic select 0; copy t from stdin;\n\
                    'a;\n'; end; select 2";
        let found = statements(text).expect("lexically sound");
        let kinds: Vec<_> = found.iter().map(|statement| &statement.kind).collect();
        assert_eq!(kinds, [&StatementKind::Ordinary; 3]);
        assert_eq!(&text[found[2].span.clone()], "select 2");
    }

    #[test]
    fn inline_data_belongs_to_its_copy() {
        let text = "copy t from stdin; -- rows\n1;'\n2\n\\.\nselect 1;\ncopy u from stdin;\n";
        let statements = statements(text).expect("lexically sound");
        assert_eq!(statements.len(), 3);
        let StatementKind::CopyIn { data } = &statements[0].kind else {
            panic!("{:?}", statements[0]);
        };
        assert_eq!(&text[data.clone()], "1;'\n2\n");
        assert_eq!(&text[statements[1].span.clone()], "select 1");
        let StatementKind::CopyIn { data } = &statements[2].kind else {
            panic!("{:?}", statements[2]);
        };
        assert!(data.is_empty());
    }
}
