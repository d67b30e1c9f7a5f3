//! Attributes of composite types.

use super::catalog::{OWN_SCHEMA, address, part};
use super::types::name;
use super::{Alteration, Kind, Naming, Row, TearDown, types};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::{HazardKind, Statement};

pub(super) const ROW: Row = Row {
    word: "attribute",
    naming: Naming::Under(1),
    columns: &["type", "collation"],
    question: |_| {
        format!(
            "SELECT {}, {}, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), \
             CASE WHEN a.attcollation <> t.typcollation THEN \
                pg_catalog.quote_ident(ln.nspname) || '.' || pg_catalog.quote_ident(l.collname) END \
             FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
             LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation \
             LEFT JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace \
             WHERE c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped AND {OWN_SCHEMA}",
            part("pg_class", "c.oid", "a.attnum"),
            address("pg_type", "c.reltype"),
        )
    },
    sql: |fact| format!("COLUMN {}.{}", name(fact), own(fact)),
    create: |fact, context| {
        vec![alter_type(fact, context, &format!("ADD ATTRIBUTE {}", definition(fact)))]
    },
    drop: |fact, context| {
        vec![
            alter_type(fact, context, &format!("DROP ATTRIBUTE {}", own(fact)))
                .hazard(HazardKind::DataLoss, fact.identity.to_string()),
        ]
    },
    alter,
    made_with: |fact, _| fact.parent.clone(),
    is_inseparable: true,
    ..Row::BLANK
};

/// Returns an attribute as it stands in `CREATE TYPE`.
pub(super) fn definition(fact: &Fact) -> String {
    let collation = fact.get("collation").map(|collation| format!(" COLLATE {collation}"));
    format!("{} {}{}", own(fact), fact.text("type"), collation.unwrap_or_default())
}

/// The server does not look into the rows of columns that are of the type.
fn alter(change: &Change<'_>, context: &Context<'_>) -> Alteration {
    let Some(whole) = &change.new.parent else {
        return Alteration::Anew;
    };
    if types::holds_rows(whole, context.old) {
        return Alteration::WholeAnew;
    }
    let new = change.new;
    let collation = new.get("collation").map(|collation| format!(" COLLATE {collation}"));
    let what = format!(
        "ALTER ATTRIBUTE {} TYPE {}{}",
        own(new),
        new.text("type"),
        collation.unwrap_or_default()
    );
    Alteration::InPlace {
        statements: vec![alter_type(new, context, &what)],
        tears_down: TearDown::Those(|fact| fact.kind() != Kind::Comment),
    }
}

/// Tables that are made of the type change with it.
fn alter_type(fact: &Fact, context: &Context<'_>, what: &str) -> Statement {
    let cascade = context.old.cascade(fact.parent.as_ref());
    Statement::new(format!("ALTER TYPE {} {what}{cascade}", name(fact)))
}

fn own(fact: &Fact) -> String {
    identifier(fact.identity.last())
}
