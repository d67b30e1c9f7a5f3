//! What must hold for any text, and a parser's second opinion.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use squawk_syntax::SourceFile;
use squawk_syntax::ast::AstNode;

use super::{SqlError, StatementKind, TokenKind, mask, scan, statements, tokens};

/// Pieces that open, close, escape, continue or end something.
const PIECES: [&str; 44] = [
    "select",
    "a",
    "\"B\"",
    "'c'",
    "'",
    "\"",
    "$$",
    "$x$",
    "$1",
    "E'\\''",
    "e'",
    "U&\"d\"",
    "--",
    "/*",
    "*/",
    "\n",
    "\r\n",
    " ",
    "\t",
    ";",
    "(",
    ")",
    ",",
    ".",
    "1.5",
    "+",
    "-",
    "->>",
    "::",
    "\\",
    "\\.\n",
    "\\restrict k\n",
    "copy t from stdin;\n",
    "copy",
    "from",
    "stdin",
    "create function",
    "begin atomic",
    "case",
    "end",
    "create index concurrently",
    "é",
    "\u{feff}",
    "a$b$c",
];

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24)
        .prop_map(|pieces| pieces.concat())
}

/// Statements that can stand in any order.
fn sound() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "select 1",
        "select 'a;''b', E'\\';', $$;$$, $x$;$$;$x$, \";\" /* ; */ from t -- ;\n",
        "create table t (a int default (1), b text)",
        "create rule r as on insert to t do also (select 1; select 2)",
        "create function f(a int) returns int language sql begin atomic select case a when 1 then 2 end; select 3; end",
        "create or replace procedure p() begin atomic insert into t values (1); end",
        "create function f() returns int language plpgsql as $f$ begin return 1; end $f$",
        "do $$ begin; end $$",
        "begin",
        "commit",
        "create index concurrently if not exists i on only s.t using btree (a) where a > 1",
        "alter table t detach partition s.p concurrently",
        "insert into t values (1, '('), (2, ')')",
        "vacuum (full, analyze) t",
        "update t set a = b->>'c' where d @> '{}' and e <-1",
        "comment on table t is 'it''s'",
        "copy t to stdout",
        "grant select on t to \"Some;one\"",
    ])
}

fn separator() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        ";",
        ";\n",
        " ;\r\n\r\n",
        "; -- why;\n",
        ";/* ; */ ",
        ";;\n",
    ])
}

fn sound_script() -> impl Strategy<Value = String> {
    prop::collection::vec((sound(), separator()), 0..6)
        .prop_map(|parts| parts.into_iter().flat_map(<[&str; 2]>::from).collect())
}

fn texts(text: &str) -> Vec<String> {
    statements(text)
        .expect("lexically sound")
        .into_iter()
        .map(|statement| text[statement.span].to_owned())
        .collect()
}

/// Returns the statements as a parser sees them; `None` if it does not
/// understand all of them.
fn parsed(text: &str) -> Option<Vec<String>> {
    let parse = SourceFile::parse(text);
    if !parse.errors().is_empty() {
        return None;
    }
    let statements = parse.tree().stmts().filter_map(|statement| {
        let range = statement.syntax().text_range();
        let node = &text[usize::from(range.start())..usize::from(range.end())];
        let mut kept = tokens(node)
            .map(|token| token.expect("a part of a sound text"))
            .filter(|token| !token.kind.is_separator() && token.kind != TokenKind::Semicolon);
        let first = kept.next()?.span;
        let end = kept.last().map_or(first.end, |last| last.span.end);
        Some(node[first.start..end].to_owned())
    });
    Some(statements.collect())
}

proptest! {
    #[test]
    fn any_text_has_tokens_without_gaps(text in prop_oneof![soup(), any::<String>()]) {
        let mut at = 0;
        for token in tokens(&text) {
            match token {
                Ok(token) => {
                    prop_assert_eq!(token.span.start, at);
                    at = token.span.end;
                }
                Err(error) => {
                    prop_assert!(error.at() <= text.len());
                    at = text.len();
                }
            }
        }
        prop_assert_eq!(at, text.len());
    }

    #[test]
    fn what_is_passed_is_whole_tokens_that_mean_nothing_here(
        text in prop_oneof![soup(), sound_script(), any::<String>()],
    ) {
        let mut expected = tokens(&text);
        let mut passing = tokens(&text);
        loop {
            let passed = passing.pass();
            let mut at = passed.start;
            while at < passed.end {
                let token = expected.next().expect("not the end")?;
                prop_assert_eq!(token.span.start, at);
                prop_assert!(matches!(
                    token.kind,
                    TokenKind::Blank
                        | TokenKind::Word
                        | TokenKind::Other
                        | TokenKind::OpenParenthesis
                        | TokenKind::CloseParenthesis
                ));
                at = token.span.end;
            }
            prop_assert_eq!(at, passed.end);
            let next = passing.next();
            prop_assert_eq!(&next, &expected.next());
            if next.is_none() {
                break;
            }
        }
    }

    #[test]
    fn a_scan_and_a_split_refuse_the_same(text in prop_oneof![soup(), any::<String>()]) {
        let scanned: Result<(), SqlError> = scan(&text, |_, _| {}).map(|_| ());
        prop_assert_eq!(scanned, statements(&text).map(|_| ()));
    }

    #[test]
    fn nothing_is_lost_between_statements(text in soup()) {
        let Ok(statements) = statements(&text) else { return Ok(()) };
        let mut at = 0;
        for statement in &statements {
            prop_assert!(at <= statement.span.start && !statement.span.is_empty());
            prop_assert!(says_nothing(&text[at..statement.span.start]));
            at = match &statement.kind {
                StatementKind::CopyIn { data } => data.end.max(statement.span.end),
                _ => statement.span.end,
            };
            if at < text.len() && text[at..].starts_with("\\.") {
                at += 2;
            }
        }
        prop_assert!(says_nothing(&text[at..]));
    }

    #[test]
    fn statements_that_are_joined_are_split_again(
        parts in prop::collection::vec((sound(), separator()), 0..6)
    ) {
        let expected: Vec<_> = parts
            .iter()
            .map(|(statement, _)| texts(statement).concat())
            .collect();
        let text: String = parts.into_iter().flat_map(<[&str; 2]>::from).collect();
        prop_assert_eq!(texts(&text), expected);
    }

    #[test]
    fn a_parser_sees_the_same_boundaries(text in prop_oneof![sound_script(), soup()]) {
        if statements(&text).is_ok_and(|found| found.iter().all(|s| !takes_data(&s.kind)))
            && !text.contains("\\restrict")
            && let Some(parsed) = parsed(&text)
        {
            prop_assert_eq!(texts(&text), parsed);
        }
    }

    #[test]
    fn a_masked_query_shows_no_value(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "select", "'s3cr3t'", "E'\\'s3cr3t'", "$$s3cr3t$$", "$t$ s3cr3t $$ $t$", "-- s3cr3t\n",
                "/* s3cr3t */", "777333", "U&'s3cr3t'", "a", "=", ",", "'it''s3cr3t'", "E'a'\n'\\'s3cr3t'",
            ]),
            0..12,
        ),
        cut in any::<prop::sample::Index>(),
        max in 0_usize..130,
    ) {
        // The server cuts a long query wherever it happens to be.
        let text = parts.join(" ");
        let text = &text[..text.floor_char_boundary(cut.index(text.len() + 1))];
        let shown = mask(text, max);
        prop_assert!(shown.chars().count() <= max);
        prop_assert!(!shown.contains("s3c") && !shown.contains("777"), "{shown}");
    }
}

fn takes_data(kind: &StatementKind) -> bool {
    matches!(kind, StatementKind::CopyIn { .. })
}

/// Returns whether a text holds neither a statement nor inline data.
fn says_nothing(text: &str) -> bool {
    tokens(text).all(|token| {
        token.is_ok_and(|token| token.kind.is_separator() || token.kind == TokenKind::Semicolon)
    })
}

#[test]
fn the_parser_understands_most_of_the_statements_here() {
    // Otherwise its opinion would be no test at all.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let understood = (0..100)
        .filter(|_| {
            let tree = sound_script().new_tree(&mut runner).expect("a script");
            parsed(&tree.current()).is_some()
        })
        .count();
    assert!(understood > 30, "{understood} of 100");
}
