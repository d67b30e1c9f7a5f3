//! Triggers, constraint triggers among them.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::{of, of_relation};
use super::{Alteration, Naming, Row};
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "trigger",
    naming: Naming::Under(1),
    columns: &["definition", "enabled"],
    question: |version| {
        let own = if version.at_least(13) { "AND t.tgparentid = 0" } else { "" };
        format!(
            "SELECT {}, {}, t.tgname, pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled \
             FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE NOT t.tgisinternal {own} AND {OWN_SCHEMA}",
            address("pg_trigger", "t.oid"),
            of_relation(),
        )
    },
    sql: |fact| format!("TRIGGER {} ON {}", own(fact), of(fact)),
    create: |fact, _| {
        let mut statements = vec![Statement::new(fact.text("definition"))];
        if fact.text("enabled") != "O" {
            statements.push(enable(fact));
        }
        statements
    },
    drop: |fact, _| {
        vec![Statement::new(format!("DROP TRIGGER {} ON {}", own(fact), of(fact)))]
    },
    alter: |change, _| {
        if change.only(&["enabled"]) {
            Alteration::plain(vec![enable(change.new)])
        } else {
            Alteration::Anew
        }
    },
    ..Row::BLANK
};

fn enable(fact: &Fact) -> Statement {
    let what = match fact.text("enabled") {
        "D" => "DISABLE",
        "R" => "ENABLE REPLICA",
        "A" => "ENABLE ALWAYS",
        _ => "ENABLE",
    };
    Statement::new(format!("ALTER TABLE {} {what} TRIGGER {}", of(fact), own(fact)))
}

fn own(fact: &Fact) -> String {
    identifier(fact.identity.name(2))
}
