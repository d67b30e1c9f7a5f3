//! Domains. Their defaults and checks are facts of their own. One of another
//! base type is made anew, and the columns of the old one are turned into it.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::in_schema;
use super::types::{is_wrapped, name, rename, type_slot};
use super::{Alteration, Kind, Naming, Row, danger, domain_constraint};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "domain",
    naming: Naming::Own(2),
    columns: &["type", "collation", "not_null"],
    question: |version| {
        let not_null = if version.at_least(17) {
            "(SELECT 'CONSTRAINT ' || pg_catalog.quote_ident(o.conname) || ' NOT NULL' \
              FROM pg_catalog.pg_constraint o WHERE o.contypid = t.oid AND o.contype = 'n')"
        } else {
            "CASE WHEN t.typnotnull THEN 'NOT NULL' END"
        };
        format!(
            "SELECT {}, {}, n.nspname, t.typname, pg_catalog.format_type(t.typbasetype, t.typtypmod), \
             CASE WHEN t.typcollation <> b.typcollation THEN \
                pg_catalog.quote_ident(ln.nspname) || '.' || pg_catalog.quote_ident(l.collname) END, \
             {not_null} \
             FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
             JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype \
             LEFT JOIN pg_catalog.pg_collation l ON l.oid = t.typcollation \
             LEFT JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace \
             WHERE t.typtype = 'd' AND {OWN_SCHEMA}",
            address("pg_type", "t.oid"),
            in_schema(),
        )
    },
    sql: |fact| format!("DOMAIN {}", name(fact)),
    granted: |fact| format!("TYPE {}", name(fact)),
    create: |fact, context| vec![Statement::new(create(fact, context))],
    drop: |fact, _| vec![Statement::new(format!("DROP DOMAIN {}", name(fact)))],
    alter,
    slots: type_slot,
    put_aside: Some(|fact, renamed, _| vec![rename("DOMAIN", fact, renamed)]),
    ..Row::BLANK
};

fn create(fact: &Fact, context: &Context<'_>) -> String {
    let mut sql = format!("CREATE DOMAIN {} AS {}", name(fact), fact.text("type"));
    if let Some(collation) = fact.get("collation") {
        sql.push_str(&format!(" COLLATE {collation}"));
    }
    for default in context.new.children(&fact.identity, Kind::DomainDefault) {
        if (default.kind().row().made_with)(default, context).is_some() {
            sql.push_str(&format!(" DEFAULT {}", default.text("expression")));
        }
    }
    if let Some(not_null) = fact.get("not_null") {
        sql.push_str(&format!(" {not_null}"));
    }
    for constraint in context.new.children(&fact.identity, Kind::DomainConstraint) {
        if (constraint.kind().row().made_with)(constraint, context).is_some() {
            sql.push_str(&format!("\n    {}", domain_constraint::definition(constraint)));
        }
    }
    sql
}

fn alter(change: &Change<'_>, context: &Context<'_>) -> Alteration {
    let is_checked = change.new.get("not_null").is_some();
    if !change.only(&["not_null"]) || is_checked && is_wrapped(change.identity(), context.old) {
        return Alteration::Anew;
    }
    let alter = |what: &str| Statement::new(format!("ALTER DOMAIN {} {what}", name(change.new)));
    let mut statements = Vec::new();
    if change.old.get("not_null").is_some() {
        statements.push(alter("DROP NOT NULL"));
    }
    if let Some(not_null) = change.new.get("not_null") {
        let is_named = not_null.starts_with("CONSTRAINT");
        let statement = alter(&format!("{} {not_null}", if is_named { "ADD" } else { "SET" }));
        statements.push(danger::checking_values(statement, change.identity(), context));
    }
    Alteration::plain(statements)
}
