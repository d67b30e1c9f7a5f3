//! Indexes that stand out among those of their table. Which one does is a fact
//! about the table, and needs the index.

use super::catalog::{OWN_SCHEMA, address, part};
use super::relation::of_relation;

/// Returns what asks for the index `i` of each table `c` that a condition holds
/// for. `number` is the part of the index that stands for this in an address.
pub(super) fn question(number: &str, condition: &str) -> String {
    format!(
        "SELECT {}, {}, x.relname {FROM} WHERE {condition} AND {OWN_SCHEMA}",
        part("pg_class", "x.oid", number),
        of_relation(),
    )
}

/// Returns what asks for the index that each of these needs.
pub(super) fn links(number: &str, condition: &str) -> String {
    format!(
        "SELECT {}, {} {FROM} WHERE {condition} AND {OWN_SCHEMA}",
        part("pg_class", "x.oid", number),
        address("pg_class", "x.oid"),
    )
}

const FROM: &str = "\
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid \
    JOIN pg_catalog.pg_class c ON c.oid = i.indrelid \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace";
