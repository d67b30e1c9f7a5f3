//! Constraints of tables: keys, references, checks and exclusions.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::{of, of_relation, slot};
use super::{Alteration, Kind, Naming, Row};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::quote::identifier;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "constraint",
    naming: Naming::Under(1),
    columns: &["type", "definition", "foreign_schema?", "foreign_table?", "partitioned?"],
    question: |_| {
        format!(
            "SELECT {}, {}, o.conname, o.contype, pg_catalog.pg_get_constraintdef(o.oid), \
             fn.nspname, f.relname, c.relkind = 'p' \
             FROM pg_catalog.pg_constraint o JOIN pg_catalog.pg_class c ON c.oid = o.conrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_catalog.pg_class f ON f.oid = o.confrelid \
             LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace \
             WHERE o.contype IN ('p', 'u', 'x', 'c', 'f') AND c.relkind IN ('r', 'p') \
             AND (o.conparentid = 0 OR o.contype IN ('p', 'u', 'x')) \
             AND (o.conislocal OR o.contype IN ('p', 'u', 'x')) AND {OWN_SCHEMA}",
            address("pg_constraint", "o.oid"),
            of_relation(),
        )
    },
    sql: |fact| format!("CONSTRAINT {} ON {}", own(fact), of(fact)),
    create: |fact, _| {
        let only = if fact.is("partitioned?") && is_index(fact) { "ONLY " } else { "" };
        vec![Statement::new(format!(
            "ALTER TABLE {only}{} ADD CONSTRAINT {} {}",
            of(fact),
            own(fact),
            fact.text("definition")
        ))]
    },
    drop: |fact, _| {
        vec![Statement::new(format!(
            "ALTER TABLE {} DROP CONSTRAINT {}",
            of(fact),
            own(fact)
        ))]
    },
    alter,
    slots: |fact| {
        let mut slots = Vec::new();
        if is_index(fact) {
            slots.push(slot(fact.identity.name(0), fact.identity.name(2)));
        }
        if fact.text("type") == "p" {
            slots.push(format!("primary key of {}", of(fact)));
        }
        slots
    },
    gone_with,
    ..Row::BLANK
};

fn alter(change: &Change<'_>, _: &Context<'_>) -> Alteration {
    let old = change.old.text("definition");
    if old.strip_suffix(" NOT VALID") == Some(change.new.text("definition")) {
        return Alteration::plain(vec![Statement::new(format!(
            "ALTER TABLE {} VALIDATE CONSTRAINT {}",
            of(change.new),
            own(change.new)
        ))]);
    }
    Alteration::Anew
}

/// A table takes its constraints along, but for a reference to another table
/// that goes as well: two that refer to each other could not be dropped.
fn gone_with(fact: &Fact, context: &Context<'_>) -> Vec<Identity> {
    let foreign = fact.get("foreign_schema?").zip(fact.get("foreign_table?"));
    let foreign = foreign.map(|(schema, table)| Identity::new(Kind::Table, [schema, table]));
    let elsewhere = foreign.filter(|foreign| Some(foreign) != fact.parent.as_ref());
    match elsewhere {
        Some(foreign) if context.gone.contains(&foreign) => Vec::new(),
        _ => fact.parent.iter().cloned().collect(),
    }
}

fn is_index(fact: &Fact) -> bool {
    matches!(fact.text("type"), "p" | "u" | "x")
}

fn own(fact: &Fact) -> String {
    identifier(fact.identity.name(2))
}
