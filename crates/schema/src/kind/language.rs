//! Procedural languages that are not an extension's.

use super::catalog::{NOWHERE, address};
use super::{Alteration, Naming, Row};
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "language",
    naming: Naming::Own(1),
    columns: &["trusted", "functions"],
    question: |_| {
        format!(
            "SELECT {}, {NOWHERE}, l.lanname, l.lanpltrusted, \
             'HANDLER ' || l.lanplcallfoid::pg_catalog.regproc \
             || CASE WHEN l.laninline <> 0 THEN ' INLINE ' || l.laninline::pg_catalog.regproc ELSE '' END \
             || CASE WHEN l.lanvalidator <> 0 THEN ' VALIDATOR ' || l.lanvalidator::pg_catalog.regproc ELSE '' END \
             FROM pg_catalog.pg_language l WHERE l.lanispl AND l.oid >= 16384",
            address("pg_language", "l.oid"),
        )
    },
    sql: |fact| format!("LANGUAGE {}", own(fact)),
    create: |fact, _| vec![define(fact, "CREATE")],
    drop: |fact, _| vec![Statement::new(format!("DROP LANGUAGE {}", own(fact)))],
    alter: |change, _| Alteration::plain(vec![define(change.new, "CREATE OR REPLACE")]),
    ..Row::BLANK
};

fn define(fact: &Fact, verb: &str) -> Statement {
    let trusted = if fact.is("trusted") { "TRUSTED " } else { "" };
    let functions = fact.text("functions");
    Statement::new(format!("{verb} {trusted}LANGUAGE {} {functions}", own(fact)))
}

fn own(fact: &Fact) -> String {
    identifier(fact.identity.last())
}
