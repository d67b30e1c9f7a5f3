//! Transforms of a type for a language.

use super::catalog::{NOWHERE, address};
use super::{Alteration, Naming, Row};
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "transform",
    naming: Naming::Own(2),
    columns: &["functions"],
    question: |_| {
        format!(
            "SELECT {}, {NOWHERE}, pg_catalog.format_type(t.trftype, NULL), l.lanname, \
             pg_catalog.concat_ws(', ', \
                CASE WHEN t.trffromsql <> 0 \
                    THEN 'FROM SQL WITH FUNCTION ' || t.trffromsql::pg_catalog.oid::pg_catalog.regprocedure END, \
                CASE WHEN t.trftosql <> 0 \
                    THEN 'TO SQL WITH FUNCTION ' || t.trftosql::pg_catalog.oid::pg_catalog.regprocedure END) \
             FROM pg_catalog.pg_transform t JOIN pg_catalog.pg_language l ON l.oid = t.trflang \
             WHERE t.oid >= 16384",
            address("pg_transform", "t.oid"),
        )
    },
    sql: |fact| format!("TRANSFORM {}", name(fact)),
    create: |fact, _| vec![define(fact, "CREATE")],
    drop: |fact, _| vec![Statement::new(format!("DROP TRANSFORM {}", name(fact)))],
    alter: |change, _| Alteration::plain(vec![define(change.new, "CREATE OR REPLACE")]),
    ..Row::BLANK
};

fn define(fact: &Fact, verb: &str) -> Statement {
    let functions = fact.text("functions");
    Statement::new(format!("{verb} TRANSFORM {} ({functions})", name(fact)))
}

fn name(fact: &Fact) -> String {
    format!("FOR {} LANGUAGE {}", fact.identity.name(0), identifier(fact.identity.name(1)))
}
