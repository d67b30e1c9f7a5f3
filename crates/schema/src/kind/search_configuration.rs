//! Text search configurations. Which dictionaries a token goes through is a fact
//! of its own.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::in_schema;
use super::types::name;
use super::{Naming, Row};
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "text search configuration",
    naming: Naming::Own(2),
    columns: &["definition"],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, c.cfgname, \
             'PARSER = ' || pg_catalog.quote_ident(pn.nspname) || '.' || pg_catalog.quote_ident(p.prsname) \
             FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace \
             JOIN pg_catalog.pg_ts_parser p ON p.oid = c.cfgparser \
             JOIN pg_catalog.pg_namespace pn ON pn.oid = p.prsnamespace \
             WHERE {OWN_SCHEMA}",
            address("pg_ts_config", "c.oid"),
            in_schema(),
        )
    },
    sql: |fact| format!("TEXT SEARCH CONFIGURATION {}", name(fact)),
    create: |fact, _| {
        let (name, definition) = (name(fact), fact.text("definition"));
        vec![Statement::new(format!("CREATE TEXT SEARCH CONFIGURATION {name} ({definition})"))]
    },
    drop: |fact, _| vec![Statement::new(format!("DROP TEXT SEARCH CONFIGURATION {}", name(fact)))],
    ..Row::BLANK
};
