//! The index that a table was clustered on, which may be a constraint's.

use super::catalog::{OWN_SCHEMA, address, part};
use super::relation::{of, of_relation};
use super::{Alteration, Naming, Row};
use crate::quote::identifier;
use crate::statement::Statement;

/// The part of an index that stands for this in an address.
const PART: &str = "-2";

pub(super) const ROW: Row = Row {
    word: "clustering",
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
    create: |fact, _| {
        let index = identifier(fact.text("index"));
        vec![Statement::new(format!("ALTER TABLE {} CLUSTER ON {index}", of(fact)))]
    },
    drop: |fact, _| vec![Statement::new(format!("ALTER TABLE {} SET WITHOUT CLUSTER", of(fact)))],
    alter: |change, context| Alteration::plain((ROW.create)(change.new, context)),
    ..Row::BLANK
};

const FROM: &str = "\
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid \
    JOIN pg_catalog.pg_class c ON c.oid = i.indrelid \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    WHERE i.indisclustered";
