//! Columns of views and materialized views. They come and go with the view;
//! defaults, comments and grants hang on them.

use super::catalog::{OWN_SCHEMA, part};
use super::relation::{of, of_relation};
use super::{Alteration, Naming, Row, storage};
use crate::quote::identifier;

pub(super) const ROW: Row = Row {
    word: "view column",
    naming: Naming::Under(1),
    columns: &["storage", "compression", "statistics", "options", "usual_storage?"],
    question: |version| {
        format!(
            "SELECT {}, {}, a.attname, {} \
             FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
             WHERE c.relkind IN ('v', 'm') AND c.relpersistence <> 't' AND a.attnum > 0 \
             AND NOT a.attisdropped AND {OWN_SCHEMA}",
            part("pg_class", "c.oid", "a.attnum"),
            of_relation(),
            storage::reading(version),
        )
    },
    sql: |fact| format!("COLUMN {}.{}", of(fact), identifier(fact.identity.name(2))),
    create: |fact, _| storage::afterwards(fact),
    alter: |change, _| Alteration::plain(storage::changes(change)),
    ..Row::BLANK
};
