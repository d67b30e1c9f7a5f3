//! Conversions from one encoding to another.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::in_schema;
use super::types::name;
use super::{Naming, Row};
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "conversion",
    naming: Naming::Own(2),
    columns: &["default", "definition"],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, c.conname, c.condefault, \
             'FOR ' || pg_catalog.quote_literal(pg_catalog.pg_encoding_to_char(c.conforencoding)) \
             || ' TO ' || pg_catalog.quote_literal(pg_catalog.pg_encoding_to_char(c.contoencoding)) \
             || ' FROM ' || c.conproc \
             FROM pg_catalog.pg_conversion c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace \
             WHERE {OWN_SCHEMA}",
            address("pg_conversion", "c.oid"),
            in_schema(),
        )
    },
    sql: |fact| format!("CONVERSION {}", name(fact)),
    create: |fact, _| {
        let default = if fact.is("default") { "DEFAULT " } else { "" };
        let definition = fact.text("definition");
        vec![Statement::new(format!("CREATE {default}CONVERSION {} {definition}", name(fact)))]
    },
    drop: |fact, _| vec![Statement::new(format!("DROP CONVERSION {}", name(fact)))],
    ..Row::BLANK
};
