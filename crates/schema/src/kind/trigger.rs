//! Triggers, constraint triggers among them.

use super::catalog::{OWN_SCHEMA, address, part};
use super::relation::{of, of_relation};
use super::{Kind, Naming, Row, firing};
use crate::fact::Fact;
use crate::identity::Identity;
use crate::quote::identifier;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "trigger",
    naming: Naming::Under(1),
    columns: &["definition", "enabled", "from_enabled?", "from_schema?", "from_table?", "from?"],
    expressions: &["definition"],
    question: |_| {
        format!(
            "SELECT {}, {}, t.tgname, \
             CASE WHEN t.tgparentid = 0 THEN pg_catalog.pg_get_triggerdef(t.oid) END, t.tgenabled, \
             u.tgenabled, un.nspname, uc.relname, u.tgname \
             {FROM} AND {OWN_SCHEMA}",
            address("pg_trigger", "t.oid"),
            of_relation(),
        )
    },
    sql: |fact| format!("TRIGGER {} ON {}", own(fact), of(fact)),
    create: |fact, _| {
        let definition = fact.get("definition").map(Statement::new);
        let mut statements: Vec<Statement> = definition.into_iter().collect();
        if !firing::is_usual(fact) || !matches!(fact.get("from_enabled?"), None | Some("O")) {
            statements.push(enable(fact));
        }
        statements
    },
    drop: |fact, _| match fact.get("definition") {
        Some(_) => vec![Statement::new(format!("DROP TRIGGER {} ON {}", own(fact), of(fact)))],
        None => Vec::new(),
    },
    alter: |change, _| firing::alter(change, enable),
    links: Some(|_| {
        let trigger = address("pg_trigger", "t.oid");
        format!(
            "SELECT {trigger}, {} {FROM} AND u.oid IS NOT NULL \
             UNION ALL SELECT {trigger}, {} {FROM} AND u.oid IS NOT NULL",
            address("pg_trigger", "u.oid"),
            part("pg_class", "c.oid", "-1"),
        )
    }),
    // A partition has the triggers of the whole as long as it is attached.
    gone_with: |fact, _| {
        let from = fact.get("from_schema?").zip(fact.get("from_table?"));
        let wholes = from.into_iter().flat_map(|(schema, table)| {
            let path = fact.identity.path().take(2).chain([schema, table]);
            let trigger = [schema, table].into_iter().chain(fact.get("from?"));
            [
                Identity::new(Kind::Inheritance, path),
                Identity::new(Kind::Trigger, trigger),
            ]
        });
        wholes.chain(fact.parent.clone()).collect()
    },
    ..Row::BLANK
};

/// Triggers `t`, and the one `u` of the whole table that one of a partition
/// stands for.
const FROM: &str = "\
    FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid \
    JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace \
    LEFT JOIN pg_catalog.pg_trigger u ON u.oid = t.tgparentid \
    LEFT JOIN pg_catalog.pg_class uc ON uc.oid = u.tgrelid \
    LEFT JOIN pg_catalog.pg_namespace un ON un.oid = uc.relnamespace \
    WHERE (NOT t.tgisinternal OR t.tgparentid <> 0) \
    AND NOT (fn.nspname = 'pg_catalog' AND f.proname ~ '^(RI_FKey_|unique_key_recheck)')";

fn enable(fact: &Fact) -> Statement {
    let what = firing::clause(fact);
    Statement::new(format!("ALTER TABLE ONLY {} {what} TRIGGER {}", of(fact), own(fact)))
}

fn own(fact: &Fact) -> String {
    identifier(fact.identity.name(2))
}
