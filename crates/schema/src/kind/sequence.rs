//! Sequences that are not an identity column's. Whose they are is a fact of
//! its own, since a column's default needs the sequence first.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::{in_schema, name, relation_slot};
use super::{Alteration, Naming, Row};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::kind::Kind;
use crate::statement::{HazardKind, Statement};

pub(super) const ROW: Row = Row {
    word: "sequence",
    naming: Naming::Own(2),
    columns: &["type", "start", "increment", "minimum", "maximum", "cache", "cycle", "unlogged"],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, c.relname, pg_catalog.format_type(s.seqtypid, NULL), \
             s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, \
             c.relpersistence = 'u' \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid \
             WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND {OWN_SCHEMA} \
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d \
                WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid \
                AND d.deptype = 'i')",
            address("pg_class", "c.oid"),
            in_schema()
        )
    },
    sql: |fact| format!("SEQUENCE {}", name(fact)),
    create: |fact, _| {
        let unlogged = if fact.is("unlogged") { "UNLOGGED " } else { "" };
        vec![Statement::new(format!(
            "CREATE {unlogged}SEQUENCE {} AS {} START WITH {} INCREMENT BY {} MINVALUE {} MAXVALUE {} CACHE {}{}",
            name(fact),
            fact.text("type"),
            fact.text("start"),
            fact.text("increment"),
            fact.text("minimum"),
            fact.text("maximum"),
            fact.text("cache"),
            if fact.is("cycle") { " CYCLE" } else { "" },
        ))]
    },
    drop: |fact, _| {
        let drop = Statement::new(format!("DROP SEQUENCE {}", name(fact)));
        vec![drop.hazard(HazardKind::Irreversible, format!("where {} stands", fact.identity))]
    },
    alter,
    slots: relation_slot,
    gone_with: |fact, context| owner(fact, context),
    ..Row::BLANK
};

fn alter(change: &Change<'_>, _: &Context<'_>) -> Alteration {
    let new = change.new;
    let mut clauses = Vec::new();
    for (column, clause) in [
        ("type", "AS"),
        ("increment", "INCREMENT BY"),
        ("minimum", "MINVALUE"),
        ("maximum", "MAXVALUE"),
        ("start", "START WITH"),
        ("cache", "CACHE"),
    ] {
        if change.of(column) {
            clauses.push(format!("{clause} {}", new.text(column)));
        }
    }
    if change.of("cycle") {
        let no = if new.is("cycle") { "" } else { "NO " };
        clauses.push(format!("{no}CYCLE"));
    }
    let mut statements = Vec::new();
    if change.of("unlogged") {
        let logged = if new.is("unlogged") { "UNLOGGED" } else { "LOGGED" };
        statements.push(Statement::new(format!(
            "ALTER SEQUENCE {} SET {logged}",
            name(new)
        )));
    }
    if !clauses.is_empty() {
        statements.push(Statement::new(format!(
            "ALTER SEQUENCE {} {}",
            name(new),
            clauses.join(" ")
        )));
    }
    Alteration::plain(statements)
}

/// Returns the column that the sequence is owned by, and its table.
fn owner(fact: &Fact, context: &Context<'_>) -> Vec<Identity> {
    let owned = context.old.children(&fact.identity, Kind::OwnedBy).next();
    let Some(owned) = owned else {
        return Vec::new();
    };
    let table = [owned.text("schema"), owned.text("table")];
    let column = [owned.text("schema"), owned.text("table"), owned.text("column")];
    vec![
        Identity::new(Kind::Table, table),
        Identity::new(Kind::Column, column),
    ]
}
