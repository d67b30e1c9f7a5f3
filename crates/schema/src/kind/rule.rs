//! Rewrite rules, but for the one that is a view.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::{of, of_relation};
use super::{Naming, Row, firing};
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "rule",
    naming: Naming::Under(1),
    columns: &["definition", "enabled"],
    expressions: &["definition"],
    question: |_| {
        format!(
            "SELECT {}, {}, r.rulename, pg_catalog.pg_get_ruledef(r.oid), r.ev_enabled \
             FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE r.rulename <> '_RETURN' AND {OWN_SCHEMA}",
            address("pg_rewrite", "r.oid"),
            of_relation(),
        )
    },
    sql: |fact| format!("RULE {} ON {}", own(fact), of(fact)),
    create: |fact, _| {
        let mut statements = vec![Statement::new(fact.text("definition").trim_end_matches(';'))];
        if !firing::is_usual(fact) {
            statements.push(enable(fact));
        }
        statements
    },
    drop: |fact, _| vec![Statement::new(format!("DROP RULE {} ON {}", own(fact), of(fact)))],
    alter: |change, _| firing::alter(change, enable),
    ..Row::BLANK
};

fn enable(fact: &Fact) -> Statement {
    let what = firing::clause(fact);
    Statement::new(format!("ALTER TABLE {} {what} RULE {}", of(fact), own(fact)))
}

fn own(fact: &Fact) -> String {
    identifier(fact.identity.name(2))
}
