//! What a statement may not do in a database that is made to be thrown away:
//! reach beyond it, change rows, or end a transaction that is not its own.
//!
//! Told from the words, like everything here: from the first ones of a
//! statement, and from all of a body that is only run, or put together, later.

use super::token::{TokenKind, tokens};

/// How far a statement reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Objects of this database.
    Schema,
    /// Rows of tables.
    Data,
    /// Whatever all databases of a server share: roles, databases, tablespaces,
    /// settings, replication.
    Server,
    /// The transaction itself.
    Transaction,
    /// The session: settings, for the statements after it.
    Session,
}

/// Functions that do it, whatever calls them.
const SERVER_FUNCTIONS: [&str; 10] = [
    "pg_copy_logical_replication_slot",
    "pg_copy_physical_replication_slot",
    "pg_create_logical_replication_slot",
    "pg_create_physical_replication_slot",
    "pg_drop_replication_slot",
    "pg_promote",
    "pg_reload_conf",
    "pg_replication_origin_create",
    "pg_replication_origin_drop",
    "pg_terminate_backend",
];

/// Returns how far a statement reaches.
pub fn scope(statement: &str) -> Scope {
    let words = leading_words(statement);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if is_of_server(&words) || words.iter().any(|word| SERVER_FUNCTIONS.contains(word)) {
        return Scope::Server;
    }
    match words.as_slice() {
        [
            "begin" | "start" | "commit" | "end" | "rollback" | "abort" | "savepoint" | "release",
            ..,
        ]
        | ["prepare", "transaction", ..] => Scope::Transaction,
        [
            "insert" | "update" | "delete" | "merge" | "truncate" | "copy",
            ..,
        ] => Scope::Data,
        ["set" | "reset", ..] => Scope::Session,
        ["select", "pg_catalog" | "set_config", rest @ ..]
            if words[1] == "set_config" || rest.first() == Some(&"set_config") =>
        {
            Scope::Session
        }
        _ => Scope::Schema,
    }
}

/// Says whether a statement may change rows, by itself or by what it calls.
pub fn may_change_rows(statement: &str) -> bool {
    match scope(statement) {
        Scope::Data => return true,
        Scope::Schema | Scope::Server => {}
        Scope::Transaction | Scope::Session => return false,
    }
    let words = leading_words(statement);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["do" | "call" | "select" | "with" | "execute", ..] => true,
        ["create", rest @ ..] => {
            let kind = rest.iter().find(|word| {
                !matches!(
                    **word,
                    "global" | "local" | "temp" | "temporary" | "unlogged"
                )
            });
            let filled = rest.windows(2).any(|pair| {
                matches!(
                    pair,
                    ["as", "select" | "table" | "values" | "with" | "execute"]
                )
            });
            kind == Some(&"table") && filled
        }
        _ => false,
    }
}

/// Returns what a statement makes, such as `extension`; the word behind CREATE.
pub fn made(statement: &str) -> Option<&'static str> {
    let words: Vec<String> = words(statement).take(2).collect();
    match [words.first()?.as_str(), words.get(1)?.as_str()] {
        ["create", "extension"] => Some("extension"),
        ["create", "schema"] => Some("schema"),
        _ => None,
    }
}

/// Says whether words that begin a statement reach beyond the database.
fn is_of_server(words: &[&str]) -> bool {
    match words {
        // A user mapping is an object of the database.
        ["create" | "alter" | "drop", "user", "mapping", ..] => false,
        [
            "create" | "alter" | "drop",
            "role" | "user" | "group" | "database" | "tablespace" | "system" | "subscription",
            ..,
        ]
        | [
            "comment",
            "on",
            "role" | "database" | "tablespace" | "subscription",
            ..,
        ]
        | ["reassign" | "drop", "owned", ..] => true,
        ["security", "label", rest @ ..] => rest.windows(2).any(|pair| {
            matches!(
                pair,
                ["on", "role" | "database" | "tablespace" | "subscription"]
            )
        }),
        // Nothing is granted ON anything: membership in a role.
        ["grant" | "revoke", rest @ ..] => match rest.iter().position(|word| *word == "on") {
            None => true,
            Some(on) => matches!(
                rest.get(on + 1),
                Some(&("database" | "tablespace" | "parameter"))
            ),
        },
        // A program of the server's, or a file of it.
        ["copy", rest @ ..] => {
            rest.contains(&"program") || rest.contains(&"to") && !rest.contains(&"stdout")
        }
        _ => false,
    }
}

/// Says whether a script sets what new objects allow.
pub fn sets_default_privileges(script: &str) -> bool {
    let words = all_words(script);
    let mut threes = words.windows(3);
    threes.any(|three| three == ["alter", "default", "privileges"])
}

/// Says whether a block, or the body of a function, may reach beyond the
/// database. What it puts together from pieces cannot be seen.
pub fn may_hide_server(statement: &str) -> bool {
    let words = leading_words(statement);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let has_body = match words.as_slice() {
        ["do", ..] => true,
        ["create", rest @ ..] => {
            let rest = match rest {
                ["or", "replace", rest @ ..] => rest,
                rest => rest,
            };
            matches!(rest, ["function" | "procedure", ..])
        }
        _ => false,
    };
    has_body && texts(statement).any(|text| reaches_server(&text))
}

/// Says whether anything in the text of a body begins like a statement that
/// reaches beyond the database.
fn reaches_server(body: &str) -> bool {
    body.split(';').any(|statement| {
        let words = all_words(statement);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        (0..words.len())
            .any(|at| is_of_server(&words[at..]) || SERVER_FUNCTIONS.contains(&words[at]))
    }) || texts(body).any(|text| scope(&text) == Scope::Server || reaches_server(&text))
}

/// Returns what stands in the quotes of a text.
fn texts(text: &str) -> impl Iterator<Item = String> + '_ {
    tokens(text)
        .map_while(Result::ok)
        .filter(|token| matches!(token.kind, TokenKind::Text | TokenKind::QuotedWord))
        .map(|token| unquoted(&text[token.span]).to_owned())
}

/// Returns a quoted text without its prefix and its quotes; what is doubled
/// in it stays so.
fn unquoted(text: &str) -> &str {
    let opened = text.trim_start_matches(|c: char| !matches!(c, '\'' | '"' | '$'));
    let quote = match opened.strip_prefix('$').and_then(|rest| rest.find('$')) {
        Some(tag) => tag + 2,
        None => 1,
    };
    let end = opened.len().saturating_sub(quote);
    opened.get(quote..end).unwrap_or_default()
}

/// So many words say what a statement is; a GRANT may name many roles before.
const LEADING_WORDS: usize = 64;

fn leading_words(statement: &str) -> Vec<String> {
    words(statement).take(LEADING_WORDS).collect()
}

fn all_words(text: &str) -> Vec<String> {
    words(text).collect()
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    tokens(text)
        .map_while(Result::ok)
        .filter(|token| token.kind == TokenKind::Word)
        .map(|token| text[token.span].to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(statement: &str, expected: Scope) {
        assert_eq!(scope(statement), expected, "{statement}");
    }

    #[test]
    fn most_statements_make_objects() {
        check("CREATE TABLE t ()", Scope::Schema);
        check("/* x */ create view v as select 1", Scope::Schema);
        check("CREATE USER MAPPING FOR public SERVER s", Scope::Schema);
        check("grant select on t to r", Scope::Schema);
        check("GRANT USAGE ON SCHEMA s TO r", Scope::Schema);
        check("create extension citext", Scope::Schema);
        check(
            "alter default privileges grant select on tables to r",
            Scope::Schema,
        );
        check("select create_hypertable('t')", Scope::Schema);
    }

    #[test]
    fn some_reach_beyond_the_database() {
        for statement in [
            "create role r",
            "DROP USER u",
            "alter system set x = 1",
            "create database d",
            "grant a to b",
            "revoke admin option for a from b",
            "reassign owned by a to b",
            "drop owned by a",
            "create subscription s connection '' publication p",
            "comment on database d is 'x'",
            "security label for p on role r is 'x'",
            "grant connect on database d to r",
            "copy t to program 'sh'",
            "copy t to '/tmp/x'",
            "select pg_catalog.pg_drop_replication_slot('s')",
        ] {
            check(statement, Scope::Server);
        }
        check("security label on table t is 'x'", Scope::Schema);
        check("copy t to stdout", Scope::Data);
        check("comment on table role is 'x'", Scope::Schema);
    }

    #[track_caller]
    fn check_body(statement: &str, may: bool) {
        assert_eq!(may_hide_server(statement), may, "{statement}");
    }

    #[test]
    fn a_body_may_hide_what_reaches_beyond_the_database() {
        check_body("do $$ begin create role r; end $$", true);
        check_body("DO 'begin if true then DROP USER u; end if; end'", true);
        check_body("do $$ begin execute 'drop owned by a'; end $$", true);
        check_body("do 'begin execute ''drop role a''; end'", true);
        check_body(
            "do $$ begin execute format($f$alter role %I$f$, 'r'); end $$",
            true,
        );
        check_body(
            "create or replace function f() returns void language sql as 'select pg_reload_conf()'",
            true,
        );
        check_body(
            "create procedure p() language sql as $$ grant a to b $$",
            true,
        );
    }

    #[test]
    fn most_bodies_hide_nothing() {
        check_body(
            "do $$ begin create table t (); grant select on t to r; end $$",
            false,
        );
        check_body(
            "do $$ begin drop user mapping for a server s; end $$",
            false,
        );
        check_body(
            "create function f() returns text language sql as $$ select 'to a role' $$",
            false,
        );
        check_body("create table t (note text default 'drop role r')", false);
        check_body("select 'create role r'", false);
    }

    #[test]
    fn rows_change_by_more_than_their_own_statements() {
        for (statement, may) in [
            ("update t set a = 1", true),
            ("DO $$ BEGIN NULL; END $$", true),
            ("call p()", true),
            ("SELECT setval('s', 7)", true),
            ("with gone as (delete from t returning 1) select 1", true),
            ("CREATE UNLOGGED TABLE t AS SELECT 1 AS a", true),
            ("create table t as (values (1))", true),
            ("create view v as select 1", false),
            ("create table t (a int generated always as identity)", false),
            (
                "create function f() returns void language sql as 'delete from t'",
                false,
            ),
            ("select set_config('search_path', '', false)", false),
            ("set search_path = a", false),
            ("commit", false),
        ] {
            assert_eq!(may_change_rows(statement), may, "{statement}");
        }
    }

    #[test]
    fn some_change_rows_transactions_or_the_session() {
        check("insert into t values (1)", Scope::Data);
        check("COPY t FROM stdin", Scope::Data);
        check("begin", Scope::Transaction);
        check("set search_path = a", Scope::Session);
        check(
            "SELECT pg_catalog.set_config('search_path', '', false)",
            Scope::Session,
        );
        check("select set_config('a.b', '', false)", Scope::Session);
    }
}
