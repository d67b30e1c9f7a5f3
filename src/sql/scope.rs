//! What a statement of a model may not do: reach beyond its database, change
//! rows, or end a transaction that is not its own.
//!
//! Told from the first words, like everything here.

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

/// Returns how far a statement reaches.
pub fn scope(statement: &str) -> Scope {
    let words = leading_words(statement);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
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
        [
            "create" | "alter" | "drop",
            "role" | "user" | "group" | "database" | "tablespace" | "system" | "subscription",
            rest @ ..,
        ] => match (words[1], rest) {
            // A user mapping is an object of the database.
            ("user", ["mapping", ..]) => Scope::Schema,
            _ => Scope::Server,
        },
        ["reassign" | "drop", "owned", ..] => Scope::Server,
        ["set" | "reset", ..] => Scope::Session,
        ["select", "pg_catalog" | "set_config", rest @ ..]
            if words[1] == "set_config" || rest.first() == Some(&"set_config") =>
        {
            Scope::Session
        }
        // Membership in a role: nothing is granted ON anything.
        ["grant" | "revoke", ..] if !words.contains(&"on") => Scope::Server,
        _ => Scope::Schema,
    }
}

/// So many words say what a statement is; a GRANT may name many roles before.
const LEADING_WORDS: usize = 64;

fn leading_words(statement: &str) -> Vec<String> {
    tokens(statement)
        .map_while(Result::ok)
        .filter(|token| token.kind == TokenKind::Word)
        .take(LEADING_WORDS)
        .map(|token| statement[token.span].to_ascii_lowercase())
        .collect()
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
        ] {
            check(statement, Scope::Server);
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
