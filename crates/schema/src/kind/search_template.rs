//! Text search templates.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::in_schema;
use super::types::name;
use super::{Naming, Row};
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "text search template",
    naming: Naming::Own(2),
    columns: &["definition"],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, t.tmplname, \
             CASE WHEN t.tmplinit <> 0 THEN 'INIT = ' || t.tmplinit || ', ' ELSE '' END \
             || 'LEXIZE = ' || t.tmpllexize \
             FROM pg_catalog.pg_ts_template t JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace \
             WHERE {OWN_SCHEMA}",
            address("pg_ts_template", "t.oid"),
            in_schema(),
        )
    },
    sql: |fact| format!("TEXT SEARCH TEMPLATE {}", name(fact)),
    create: |fact, _| {
        let (name, definition) = (name(fact), fact.text("definition"));
        vec![Statement::new(format!("CREATE TEXT SEARCH TEMPLATE {name} ({definition})"))]
    },
    drop: |fact, _| vec![Statement::new(format!("DROP TEXT SEARCH TEMPLATE {}", name(fact)))],
    ..Row::BLANK
};
