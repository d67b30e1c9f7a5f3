//! SQL text: its statements, where they stand, and what each may be run in.
//!
//! Tokens come from a lexer library; nothing here understands a statement
//! beyond the words that decide how it must be run.

use std::ops::Range;

/// One statement of a script. Spans are bytes of the script's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// From the first token to the last one, without the semicolon.
    pub span: Range<usize>,
    pub kind: StatementKind,
}

/// How a statement has to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementKind {
    /// May run inside a transaction.
    Ordinary,
    /// `COPY ... FROM stdin`; its data stands inline, up to the line `\.`.
    CopyIn { data: Range<usize> },
    /// `BEGIN`, `COMMIT`, `SAVEPOINT` and their like.
    TransactionControl,
    /// Runs only outside a transaction block.
    Outside(OutsideKind),
    /// `CALL` or `DO`: may commit inside; outside a transaction nobody can
    /// tell afterwards whether it ran.
    Procedural,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutsideKind {
    /// `CREATE [UNIQUE] INDEX CONCURRENTLY [IF NOT EXISTS] name`; `None`: no name was given.
    CreateIndexConcurrently {
        name: Option<String>,
    },
    DropIndexConcurrently {
        name: Option<String>,
    },
    ReindexConcurrently,
    Vacuum,
    /// `CREATE DATABASE`, `ALTER SYSTEM`, `DETACH PARTITION ... CONCURRENTLY`, ...
    Other,
}
