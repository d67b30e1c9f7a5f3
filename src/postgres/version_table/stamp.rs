//! The SQL by which a stamp changes the state table and tells the history.

use super::Entry;
use super::text::{TOOL, Tables, array, one_row, values};
use crate::postgres::quote::literal;
use crate::revision::RevisionId;

/// What the history says about each row that a stamp changed.
const RECORDED: &str = "recorded";
const FORGOTTEN: &str = "forgotten";
const TEXT_ACCEPTED: &str = "text accepted";

impl Tables {
    /// Returns the statement that takes rows away and tells the history.
    pub(crate) fn forget(&self, ids: &[RevisionId]) -> String {
        self.forget_where(&format!(" WHERE revision = ANY ({})", array(ids)))
    }

    /// Returns the statement that takes every row away, readable or not.
    pub(crate) fn forget_all(&self) -> String {
        self.forget_where("")
    }

    fn forget_where(&self, which: &str) -> String {
        format!(
            "WITH gone AS (DELETE FROM {}{which} RETURNING revision, checksum) \
             INSERT INTO {} (at, action, revision, checksum, by, client, tool, note) \
             SELECT pg_catalog.clock_timestamp(), 'stamp', revision, checksum, SESSION_USER, \
             pg_catalog.inet_client_addr(), {}, {} FROM gone",
            self.state,
            self.log,
            literal(TOOL),
            literal(FORGOTTEN)
        )
    }

    /// Returns the statements that record a revision without running it. One
    /// that stopped half way counts as applied from now on.
    pub(crate) fn record(&self, entry: &Entry) -> [String; 2] {
        let row = format!(
            "INSERT INTO {} AS r (revision, revises, depends_on, message, checksum, state, \
             applied_at, applied_by) VALUES ({}, 'applied', pg_catalog.clock_timestamp(), \
             SESSION_USER) ON CONFLICT (revision) DO UPDATE SET (revises, depends_on, message, \
             checksum, state, applied_at, applied_by, finished, prefix, started) = \
             (excluded.revises, excluded.depends_on, excluded.message, excluded.checksum, \
             excluded.state, excluded.applied_at, excluded.applied_by, NULL, NULL, NULL)",
            self.state,
            values(entry)
        );
        [row, self.note(entry, RECORDED)]
    }

    /// Returns the statements that accept the present text of a revision.
    pub(crate) fn accept_text(&self, entry: &Entry) -> [String; 2] {
        let change = format!(
            "UPDATE {} SET checksum = {} WHERE revision = {} AND state = 'applied'",
            self.state,
            literal(&entry.checksum),
            literal(entry.revision.as_str())
        );
        [one_row(&change), self.note(entry, TEXT_ACCEPTED)]
    }

    fn note(&self, entry: &Entry, note: &str) -> String {
        format!(
            "INSERT INTO {} (at, action, revision, checksum, by, client, tool, note) VALUES \
             (pg_catalog.clock_timestamp(), 'stamp', {}, {}, SESSION_USER, \
             pg_catalog.inet_client_addr(), {}, {})",
            self.log,
            literal(entry.revision.as_str()),
            literal(&entry.checksum),
            literal(TOOL),
            literal(note)
        )
    }
}
