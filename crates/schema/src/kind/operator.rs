//! Operators.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::in_schema;
use super::{Alteration, Naming, Row};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "operator",
    naming: Naming::Own(4),
    columns: &["definition", "restrict", "join"],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, o.oprname, \
             CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE pg_catalog.format_type(o.oprleft, NULL) END, \
             CASE WHEN o.oprright = 0 THEN 'NONE' ELSE pg_catalog.format_type(o.oprright, NULL) END, \
             'FUNCTION = ' || o.oprcode \
             || CASE WHEN o.oprleft <> 0 THEN ', LEFTARG = ' || pg_catalog.format_type(o.oprleft, NULL) ELSE '' END \
             || CASE WHEN o.oprright <> 0 THEN ', RIGHTARG = ' || pg_catalog.format_type(o.oprright, NULL) ELSE '' END \
             || COALESCE(', COMMUTATOR = ' || {}, '') || COALESCE(', NEGATOR = ' || {}, '') \
             || CASE WHEN o.oprcanhash THEN ', HASHES' ELSE '' END \
             || CASE WHEN o.oprcanmerge THEN ', MERGES' ELSE '' END, \
             NULLIF(o.oprrest::text, '-'), NULLIF(o.oprjoin::text, '-') \
             FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace \
             WHERE o.oprcode <> 0 AND {OWN_SCHEMA}",
            address("pg_operator", "o.oid"),
            in_schema(),
            other("o.oprcom"),
            other("o.oprnegate"),
        )
    },
    sql: |fact| format!("OPERATOR {}", name(fact)),
    create: |fact, _| {
        let restrict = fact.get("restrict").map(|function| format!(", RESTRICT = {function}"));
        let join = fact.get("join").map(|function| format!(", JOIN = {function}"));
        vec![Statement::new(format!(
            "CREATE OPERATOR {} ({}{}{})",
            own(fact),
            fact.text("definition"),
            restrict.unwrap_or_default(),
            join.unwrap_or_default()
        ))]
    },
    drop: |fact, _| vec![Statement::new(format!("DROP OPERATOR {}", name(fact)))],
    alter,
    ..Row::BLANK
};

/// Returns what reads the name of another operator.
fn other(id: &str) -> String {
    format!(
        "(SELECT 'OPERATOR(' || pg_catalog.quote_ident(xn.nspname) || '.' || x.oprname || ')' \
         FROM pg_catalog.pg_operator x JOIN pg_catalog.pg_namespace xn ON xn.oid = x.oprnamespace \
         WHERE x.oid = {id})"
    )
}

fn alter(change: &Change<'_>, _: &Context<'_>) -> Alteration {
    if change.of("definition") {
        return Alteration::Anew;
    }
    let changed = [("restrict", "RESTRICT"), ("join", "JOIN")].into_iter();
    let changed = changed.filter(|(column, _)| change.of(column));
    let clauses = changed.map(|(column, word)| {
        format!("{word} = {}", change.new.get(column).unwrap_or("NONE"))
    });
    let clauses: Vec<String> = clauses.collect();
    Alteration::plain(vec![Statement::new(format!(
        "ALTER OPERATOR {} SET ({})",
        name(change.new),
        clauses.join(", ")
    ))])
}

fn own(fact: &Fact) -> String {
    format!("{}.{}", identifier(fact.identity.name(0)), fact.identity.name(1))
}

/// Returns the name with the types that tell it from others of this name.
fn name(fact: &Fact) -> String {
    format!("{} ({}, {})", own(fact), fact.identity.name(2), fact.identity.name(3))
}
