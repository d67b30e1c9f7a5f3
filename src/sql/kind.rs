//! How a statement has to be run, told from its first words.
//!
//! Only what the server refuses in a transaction block, or what ends one,
//! gets a name. `SET TRANSACTION` is ordinary: it changes the transaction
//! that it stands in and ends nothing. `ALTER TYPE ... ADD VALUE` is, too,
//! since version 12 allows it in a transaction.

use std::ops::Range;

use super::token::{Token, TokenKind};

/// How a statement has to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementKind {
    /// May run inside a transaction.
    Ordinary,
    /// `COPY ... FROM stdin`; its data stands inline, up to the line `\.`.
    CopyIn {
        data: Range<usize>,
    },
    /// `COPY ... TO stdout`: there is nobody to read it.
    CopyOut,
    TransactionControl(Control),
    /// Runs only outside a transaction block.
    Outside(OutsideKind),
    /// `CALL` or `DO`: may commit inside; outside a transaction nobody can
    /// tell afterwards whether it ran.
    Procedural,
    /// `DISCARD ALL`: gives up every advisory lock of the session.
    DiscardAll,
}

/// What a statement does to the transaction that it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// `BEGIN`, `START TRANSACTION`
    Begin,
    /// `COMMIT`, `END`
    Commit,
    /// `ROLLBACK`, `ABORT`
    Rollback,
    /// `PREPARE TRANSACTION`, `COMMIT PREPARED`, `ROLLBACK PREPARED`
    Prepared,
    /// `SAVEPOINT`, `RELEASE`, `ROLLBACK TO`: inside of a transaction.
    Savepoint,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutsideKind {
    CreateIndexConcurrently {
        /// An index has no schema in this statement: it is the table's.
        /// `None`: no name was given.
        name: Option<String>,
        table: Option<ObjectName>,
        if_not_exists: IfNotExists,
    },
    DropIndexConcurrently {
        name: Option<ObjectName>,
    },
    ReindexConcurrently {
        /// `None`: what is named cannot be read.
        what: Option<Reindexed>,
    },
    Vacuum,
    /// `CREATE DATABASE`, `ALTER SYSTEM`, `DETACH PARTITION ... CONCURRENTLY`, ...
    Other,
}

/// Whether a statement leaves an object alone that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfNotExists {
    Yes,
    No,
}

/// What a REINDEX builds again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reindexed {
    Index(ObjectName),
    /// All indexes of a table.
    Table(ObjectName),
    /// All indexes in a schema.
    Schema(String),
    /// All indexes of this database.
    Database,
}

/// A name as the server resolves it: without quotes, or in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectName {
    pub schema: Option<String>,
    pub name: String,
}

/// Returns the kind of a statement from its leading tokens, separators left out.
pub(super) fn classify(text: &str, tokens: &[Token]) -> StatementKind {
    let mut words = Words { text, tokens };
    match words.keyword().as_str() {
        "begin" => StatementKind::TransactionControl(Control::Begin),
        "start" if words.take("transaction") => StatementKind::TransactionControl(Control::Begin),
        "commit" | "end" if words.take("prepared") => {
            StatementKind::TransactionControl(Control::Prepared)
        }
        "commit" | "end" => StatementKind::TransactionControl(Control::Commit),
        "rollback" | "abort" => StatementKind::TransactionControl(rollback(words)),
        "prepare" if words.take("transaction") => {
            StatementKind::TransactionControl(Control::Prepared)
        }
        "savepoint" | "release" => StatementKind::TransactionControl(Control::Savepoint),
        "call" | "do" => StatementKind::Procedural,
        "discard" if words.take("all") => StatementKind::DiscardAll,
        "vacuum" => StatementKind::Outside(OutsideKind::Vacuum),
        "create" => create(words),
        "drop" => drop(words),
        "alter" => alter(words),
        "reindex" => reindex(words),
        "cluster" => cluster(words),
        _ => StatementKind::Ordinary,
    }
}

fn rollback(mut words: Words<'_>) -> Control {
    if words.take("prepared") {
        return Control::Prepared;
    }
    if !words.take("work") {
        words.take("transaction");
    }
    if words.take("to") {
        Control::Savepoint
    } else {
        Control::Rollback
    }
}

fn create(mut words: Words<'_>) -> StatementKind {
    if words.take("database") || words.take("tablespace") {
        return StatementKind::Outside(OutsideKind::Other);
    }
    if words.take("subscription") {
        return subscription(words);
    }
    words.take("unique");
    if !(words.take("index") && words.take("concurrently")) {
        return StatementKind::Ordinary;
    }
    let if_not_exists = if words.take_all(&["if", "not", "exists"]) {
        IfNotExists::Yes
    } else {
        IfNotExists::No
    };
    let name = if words.take("on") {
        None
    } else {
        let name = words.name();
        words.take("on");
        name.map(|name| name.name)
    };
    words.take("only");
    StatementKind::Outside(OutsideKind::CreateIndexConcurrently {
        name,
        table: words.name(),
        if_not_exists,
    })
}

/// A subscription that creates its slot reaches another server, which no
/// transaction can take back; one that does not is ordinary.
fn subscription(mut words: Words<'_>) -> StatementKind {
    while !words.tokens.is_empty() {
        let option = words.keyword();
        if option != "connect" && option != "create_slot" {
            continue;
        }
        words.take("=");
        if ["false", "off", "0", "'false'", "'off'", "'0'"].contains(&words.keyword().as_str()) {
            return StatementKind::Ordinary;
        }
    }
    StatementKind::Outside(OutsideKind::Other)
}

fn drop(mut words: Words<'_>) -> StatementKind {
    if words.take("database") || words.take("tablespace") || words.take("subscription") {
        return StatementKind::Outside(OutsideKind::Other);
    }
    if !(words.take("index") && words.take("concurrently")) {
        return StatementKind::Ordinary;
    }
    words.take_all(&["if", "exists"]);
    StatementKind::Outside(OutsideKind::DropIndexConcurrently { name: words.name() })
}

fn alter(mut words: Words<'_>) -> StatementKind {
    if words.take("system") {
        return StatementKind::Outside(OutsideKind::Other);
    }
    if words.take("database") {
        words.name();
        return if words.take_all(&["set", "tablespace"]) {
            StatementKind::Outside(OutsideKind::Other)
        } else {
            StatementKind::Ordinary
        };
    }
    if !words.take("table") {
        return StatementKind::Ordinary;
    }
    words.take_all(&["if", "exists"]);
    words.take("only");
    words.name();
    words.take("*");
    if !words.take_all(&["detach", "partition"]) {
        return StatementKind::Ordinary;
    }
    words.name();
    if words.take("concurrently") {
        StatementKind::Outside(OutsideKind::Other)
    } else {
        StatementKind::Ordinary
    }
}

fn reindex(mut words: Words<'_>) -> StatementKind {
    let concurrently = words.options("concurrently");
    let kind = words.keyword();
    if concurrently | words.take("concurrently") {
        let name = words.name();
        let what = match kind.as_str() {
            "index" => name.map(Reindexed::Index),
            "table" => name.map(Reindexed::Table),
            "schema" => name.map(|name| Reindexed::Schema(name.name)),
            // A database that is named is this one, or the server refuses it.
            "database" => Some(Reindexed::Database),
            _ => None,
        };
        StatementKind::Outside(OutsideKind::ReindexConcurrently { what })
    } else if ["schema", "database", "system"].contains(&kind.as_str()) {
        StatementKind::Outside(OutsideKind::Other)
    } else {
        StatementKind::Ordinary
    }
}

fn cluster(mut words: Words<'_>) -> StatementKind {
    words.options("");
    words.take("verbose");
    if words.tokens.is_empty() {
        StatementKind::Outside(OutsideKind::Other)
    } else {
        StatementKind::Ordinary
    }
}

/// The tokens that have not been looked at.
#[derive(Clone, Copy)]
struct Words<'a> {
    text: &'a str,
    tokens: &'a [Token],
}

impl<'a> Words<'a> {
    /// Takes one token and returns it in lower case.
    fn keyword(&mut self) -> String {
        let Some((first, rest)) = self.tokens.split_first() else {
            return String::new();
        };
        self.tokens = rest;
        // A quoted word keeps its quotes and thus is no keyword.
        self.text[first.span.clone()].to_ascii_lowercase()
    }

    /// Takes the next token if it is this word, and returns whether it was.
    fn take(&mut self, word: &str) -> bool {
        match self.tokens.split_first() {
            Some((first, rest)) if self.text[first.span.clone()].eq_ignore_ascii_case(word) => {
                self.tokens = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes the next tokens if they are all these words.
    fn take_all(&mut self, words: &[&str]) -> bool {
        let mut rest = *self;
        let taken = words.iter().all(|word| rest.take(word));
        if taken {
            *self = rest;
        }
        taken
    }

    /// Takes `(option [value], ...)` and returns whether one is switched on.
    fn options(&mut self, option: &str) -> bool {
        if !self.take("(") {
            return false;
        }
        let mut found = false;
        while !self.tokens.is_empty() && !self.take(")") {
            if self.keyword() == option {
                let off = ["false", "off", "0", "'false'", "'off'", "'0'"];
                found = !off.iter().any(|value| self.take(value));
            }
        }
        found
    }

    /// Takes `name` or `schema.name` (or `database.schema.name`).
    fn name(&mut self) -> Option<ObjectName> {
        let mut parts = vec![self.identifier()?];
        while self.take(".") {
            parts.push(self.identifier()?);
        }
        let name = parts.pop()?;
        Some(ObjectName {
            schema: parts.pop(),
            name,
        })
    }

    fn identifier(&mut self) -> Option<String> {
        let (first, rest) = self.tokens.split_first()?;
        let written = &self.text[first.span.clone()];
        let name = match first.kind {
            TokenKind::Word => written.to_ascii_lowercase(),
            TokenKind::QuotedWord => unquoted(written)?,
            _ => return None,
        };
        self.tokens = rest;
        Some(name)
    }
}

/// Returns what a quoted identifier names. One in Unicode escapes
/// (`U&"..."`) names nothing here: what it escapes depends on a later word.
fn unquoted(written: &str) -> Option<String> {
    let inner = written.strip_prefix('"')?.strip_suffix('"')?;
    Some(inner.replace("\"\"", "\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::statements;

    #[track_caller]
    fn check(text: &str, expected: &StatementKind) {
        let mut statements = statements(text).expect("lexically sound");
        let kind = statements.pop().expect("a statement").kind;
        assert_eq!(&kind, expected, "{text}");
        assert_eq!(statements, [], "{text}");
    }

    #[test]
    fn most_statements_are_ordinary() {
        for text in [
            "select 1",
            "create index i on t (a)",
            "create unique index i on t (a)",
            "create index \"concurrently\" on t (a)",
            "drop index i",
            "refresh materialized view concurrently v",
            "alter type t add value 'a'",
            "set transaction isolation level serializable",
            "set constraints all immediate",
            "alter table t detach partition p",
            "alter table t detach partition p finalize",
            "alter database d set work_mem = '1MB'",
            "reindex table t",
            "reindex (verbose) index i",
            "reindex (concurrently false) index i",
            "cluster t using i",
            "cluster verbose t",
            "discard plans",
            "prepare p as select 1",
            "create subscription s connection '' publication p with (connect = false)",
            "create subscription s connection '' publication p with (create_slot = 'off')",
            "start_transaction()",
            "copy t from '/tmp/x'",
            "copy (select 1) to program 'x'",
            "analyze t",
            "\"begin\"",
        ] {
            check(text, &StatementKind::Ordinary);
        }
    }

    #[test]
    fn transaction_control_ends_begins_or_marks() {
        let table = [
            ("BEGIN", Control::Begin),
            ("begin work isolation level serializable", Control::Begin),
            ("START /* a */ TRANSACTION", Control::Begin),
            ("commit and chain", Control::Commit),
            ("END", Control::Commit),
            ("rollback", Control::Rollback),
            ("abort work", Control::Rollback),
            ("rollback to a", Control::Savepoint),
            ("rollback transaction to savepoint a", Control::Savepoint),
            ("savepoint a", Control::Savepoint),
            ("release a", Control::Savepoint),
            ("prepare transaction 'a'", Control::Prepared),
            ("commit prepared 'a'", Control::Prepared),
            ("rollback prepared 'a'", Control::Prepared),
        ];
        for (text, control) in table {
            check(text, &StatementKind::TransactionControl(control));
        }
    }

    #[test]
    fn some_statements_run_only_outside_a_transaction() {
        for text in [
            "CREATE DATABASE d",
            "drop database if exists d",
            "create tablespace t location '/x'",
            "drop tablespace t",
            "create subscription s connection '' publication p",
            "drop subscription s",
            "alter system set work_mem = '1MB'",
            "alter database d set tablespace t",
            "alter table if exists only s.t detach partition s.p concurrently",
            "reindex schema s",
            "reindex (verbose) database",
            "cluster",
            "cluster (verbose)",
        ] {
            check(text, &StatementKind::Outside(OutsideKind::Other));
        }
        check(
            "vacuum (full) t",
            &StatementKind::Outside(OutsideKind::Vacuum),
        );
    }

    #[test]
    fn the_names_of_concurrent_indexes_are_resolved() {
        let name = |schema: Option<&str>, name: &str| {
            Some(ObjectName {
                schema: schema.map(ToOwned::to_owned),
                name: name.to_owned(),
            })
        };
        let create = |index: Option<&str>, table, if_not_exists| {
            StatementKind::Outside(OutsideKind::CreateIndexConcurrently {
                name: index.map(ToOwned::to_owned),
                table,
                if_not_exists,
            })
        };
        check(
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS Idx ON ONLY S.T (a)",
            &create(Some("idx"), name(Some("s"), "t"), IfNotExists::Yes),
        );
        check(
            "create index concurrently \"A\"\"b\" on \"T\" (a)",
            &create(Some("A\"b"), name(None, "T"), IfNotExists::No),
        );
        check(
            "create index concurrently on t (a)",
            &create(None, name(None, "t"), IfNotExists::No),
        );
        check(
            "drop index concurrently if exists s.\"I\"",
            &StatementKind::Outside(OutsideKind::DropIndexConcurrently {
                name: name(Some("s"), "I"),
            }),
        );
    }

    #[test]
    fn what_is_indexed_again_concurrently_is_resolved() {
        let name = |name: &str| ObjectName {
            schema: None,
            name: name.to_owned(),
        };
        for (text, what) in [
            (
                "reindex index concurrently I",
                Some(Reindexed::Index(name("i"))),
            ),
            (
                "reindex (concurrently) table \"T\"",
                Some(Reindexed::Table(name("T"))),
            ),
            (
                "reindex schema concurrently s",
                Some(Reindexed::Schema("s".to_owned())),
            ),
            (
                "reindex (verbose, concurrently true) database d",
                Some(Reindexed::Database),
            ),
            (
                "reindex (concurrently) index concurrently i",
                Some(Reindexed::Index(name("i"))),
            ),
            ("reindex table concurrently U&\"t\"", None),
        ] {
            check(
                text,
                &StatementKind::Outside(OutsideKind::ReindexConcurrently { what }),
            );
        }
    }

    #[test]
    fn the_rest_has_a_kind_each() {
        check("call p()", &StatementKind::Procedural);
        check("DO $$ begin end $$", &StatementKind::Procedural);
        check("discard all", &StatementKind::DiscardAll);
        check("copy t to stdout", &StatementKind::CopyOut);
        check("copy (select 1) to STDIN", &StatementKind::CopyOut);
    }
}
