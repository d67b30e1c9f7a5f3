//! Text search parsers.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::in_schema;
use super::types::name;
use super::{Naming, Row};
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "text search parser",
    naming: Naming::Own(2),
    columns: &["definition"],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, p.prsname, \
             'START = ' || p.prsstart || ', GETTOKEN = ' || p.prstoken || ', END = ' || p.prsend \
             || CASE WHEN p.prsheadline <> 0 THEN ', HEADLINE = ' || p.prsheadline ELSE '' END \
             || ', LEXTYPES = ' || p.prslextype \
             FROM pg_catalog.pg_ts_parser p JOIN pg_catalog.pg_namespace n ON n.oid = p.prsnamespace \
             WHERE {OWN_SCHEMA}",
            address("pg_ts_parser", "p.oid"),
            in_schema(),
        )
    },
    sql: |fact| format!("TEXT SEARCH PARSER {}", name(fact)),
    create: |fact, _| {
        let (name, definition) = (name(fact), fact.text("definition"));
        vec![Statement::new(format!("CREATE TEXT SEARCH PARSER {name} ({definition})"))]
    },
    drop: |fact, _| vec![Statement::new(format!("DROP TEXT SEARCH PARSER {}", name(fact)))],
    ..Row::BLANK
};
