//! Text search dictionaries. The mappings that use one are made anew with it.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::in_schema;
use super::types::name;
use super::{Naming, Row};
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "text search dictionary",
    naming: Naming::Own(2),
    columns: &["definition"],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, d.dictname, \
             'TEMPLATE = ' || pg_catalog.quote_ident(tn.nspname) || '.' || pg_catalog.quote_ident(t.tmplname) \
             || COALESCE(', ' || d.dictinitoption, '') \
             FROM pg_catalog.pg_ts_dict d JOIN pg_catalog.pg_namespace n ON n.oid = d.dictnamespace \
             JOIN pg_catalog.pg_ts_template t ON t.oid = d.dicttemplate \
             JOIN pg_catalog.pg_namespace tn ON tn.oid = t.tmplnamespace \
             WHERE {OWN_SCHEMA}",
            address("pg_ts_dict", "d.oid"),
            in_schema(),
        )
    },
    sql: |fact| format!("TEXT SEARCH DICTIONARY {}", name(fact)),
    create: |fact, _| {
        let (name, definition) = (name(fact), fact.text("definition"));
        vec![Statement::new(format!("CREATE TEXT SEARCH DICTIONARY {name} ({definition})"))]
    },
    drop: |fact, _| vec![Statement::new(format!("DROP TEXT SEARCH DICTIONARY {}", name(fact)))],
    ..Row::BLANK
};
