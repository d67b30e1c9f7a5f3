//! The index whose columns tell rows apart in logical replication.

use super::catalog::{OWN_SCHEMA, address, part};
use super::relation::{of, of_relation};
use super::{Alteration, Naming, Row};
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

/// The part of an index that stands for this in an address.
const PART: &str = "-3";

pub(super) const ROW: Row = Row {
    word: "replica identity",
    naming: Naming::Under(0),
    columns: &["index"],
    question: |_| {
        format!(
            "SELECT {}, {}, x.relname {FROM} AND {OWN_SCHEMA}",
            part("pg_class", "x.oid", PART),
            of_relation(),
        )
    },
    links: Some(|_| {
        format!(
            "SELECT {}, {}, 'a' {FROM} AND {OWN_SCHEMA}",
            part("pg_class", "x.oid", PART),
            address("pg_class", "x.oid"),
        )
    }),
    create: |fact, _| vec![using(fact)],
    // What takes its place is the table's.
    drop: |_, _| Vec::new(),
    alter: |change, _| Alteration::plain(vec![using(change.new)]),
    ..Row::BLANK
};

const FROM: &str = "\
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid \
    JOIN pg_catalog.pg_class c ON c.oid = i.indrelid \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    WHERE i.indisreplident AND c.relreplident = 'i'";

fn using(fact: &Fact) -> Statement {
    let index = identifier(fact.text("index"));
    Statement::new(format!("ALTER TABLE {} REPLICA IDENTITY USING INDEX {index}", of(fact)))
}
