//! The SQL that keeps the journal of a script outside a transaction, in the row
//! of its revision: up from nothing to applied, down from applied to nothing.

use super::Entry;
use super::text::{Elapsed, Tables, array, duration, one_row, values};
use crate::plan::Journal;
use crate::postgres::quote::{identifier, literal, optional};

/// What `state` may hold.
pub(super) const STATES: &str = "(state IN ('applied', 'partial', 'reverting'))";

impl Tables {
    /// Returns the statement that records a revision as begun.
    pub(crate) fn insert_partial(&self, entry: &Entry, journal: &Journal) -> String {
        format!(
            "INSERT INTO {} (revision, revises, depends_on, message, checksum, state, \
             applied_at, applied_by, finished, prefix, started) VALUES ({}, 'partial', \
             pg_catalog.clock_timestamp(), SESSION_USER, {})",
            self.state,
            values(entry),
            journal_values(journal)
        )
    }

    /// Returns the statement that moves the journal of a begun revision on.
    pub(crate) fn update_partial(&self, entry: &Entry, journal: &Journal) -> String {
        one_row(&format!(
            "UPDATE {} SET (checksum, finished, prefix, started) = ({}, {}) \
             WHERE revision = {} AND state = 'partial'",
            self.state,
            literal(&entry.checksum),
            journal_values(journal),
            literal(entry.revision.as_str())
        ))
    }

    /// Returns the statement that turns a begun revision into an applied one.
    pub(crate) fn complete(&self, entry: &Entry, elapsed: Elapsed) -> String {
        one_row(&format!(
            "UPDATE {} SET (revises, depends_on, message, checksum, state, applied_at, \
             applied_by, duration_ms, finished, prefix, started) = ROW({}, {}, {}, {}, \
             'applied', pg_catalog.clock_timestamp(), SESSION_USER, {}, NULL, NULL, NULL) \
             WHERE revision = {} AND state = 'partial'",
            self.state,
            array(&entry.down_revisions),
            array(&entry.depends_on),
            literal(&entry.message),
            literal(&entry.checksum),
            duration(elapsed),
            literal(entry.revision.as_str())
        ))
    }

    /// Returns the statement that moves the journal of a revision on which is
    /// being taken back. As long as no statement is finished or begun it is
    /// applied, and nothing has to wait for it.
    pub(crate) fn update_reverting(&self, entry: &Entry, journal: &Journal) -> String {
        let row = if journal.finished == 0 && journal.started.is_none() {
            "'applied', NULL, NULL, NULL".to_owned()
        } else {
            format!("'reverting', {}", journal_values(journal))
        };
        one_row(&format!(
            "UPDATE {} SET (state, finished, prefix, started) = ({row}) \
             WHERE revision = {} AND state IN ('applied', 'reverting')",
            self.state,
            literal(entry.revision.as_str())
        ))
    }

    /// Returns the question for the constraint of a state table that was made
    /// when a revision could not be half way down.
    pub(crate) fn narrow_check(&self) -> String {
        format!(
            "SELECT conname FROM pg_catalog.pg_constraint \
             WHERE conrelid = pg_catalog.to_regclass({}) AND contype = 'c' \
             AND pg_catalog.pg_get_constraintdef(oid) LIKE '%''partial''%' \
             AND pg_catalog.pg_get_constraintdef(oid) NOT LIKE '%''reverting''%'",
            literal(&self.state)
        )
    }

    /// Returns the statement that widens such a constraint.
    pub(crate) fn widen_check(&self, constraint: &str) -> String {
        format!(
            "ALTER TABLE {} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} CHECK {STATES}",
            self.state,
            name = identifier(constraint)
        )
    }
}

fn journal_values(journal: &Journal) -> String {
    format!(
        "{}, {}, {}",
        journal.finished,
        literal(&journal.prefix),
        optional(
            journal
                .started
                .as_ref()
                .map(|started| started.checksum.as_str())
        )
    )
}
