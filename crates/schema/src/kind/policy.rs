//! Row policies. Whether a table heeds them is the table's.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::{of, of_relation};
use super::{Alteration, Naming, Row};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "policy",
    naming: Naming::Under(1),
    columns: &["permissive", "command", "roles", "using", "check"],
    expressions: &["using", "check"],
    question: |_| {
        format!(
            "SELECT {}, {}, p.polname, p.polpermissive, \
             CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' \
                WHEN 'd' THEN 'DELETE' ELSE 'ALL' END, \
             (SELECT pg_catalog.string_agg(CASE WHEN r.id = 0 THEN 'PUBLIC' \
                WHEN pg_catalog.pg_get_userbyid(r.id) = CURRENT_USER THEN 'CURRENT_USER' \
                ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(r.id)) END, ', ' \
                ORDER BY r.id = 0, pg_catalog.pg_get_userbyid(r.id)) \
                FROM pg_catalog.unnest(p.polroles) r(id)), \
             pg_catalog.pg_get_expr(p.polqual, p.polrelid), \
             pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) \
             FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {OWN_SCHEMA}",
            address("pg_policy", "p.oid"),
            of_relation(),
        )
    },
    sql,
    create: |fact, _| {
        let kind = if fact.is("permissive") { "PERMISSIVE" } else { "RESTRICTIVE" };
        vec![Statement::new(format!(
            "CREATE {} AS {kind} FOR {} TO {}{}",
            sql(fact),
            fact.text("command"),
            fact.text("roles"),
            conditions(fact)
        ))]
    },
    drop: |fact, _| vec![Statement::new(format!("DROP {}", sql(fact)))],
    alter,
    is_text: true,
    ..Row::BLANK
};

/// A condition can be exchanged for another, but not be taken away.
fn alter(change: &Change<'_>, _: &Context<'_>) -> Alteration {
    let (old, new) = (change.old, change.new);
    let loses = |column| old.get(column).is_some() && new.get(column).is_none();
    if !change.only(&["roles", "using", "check"]) || loses("using") || loses("check") {
        return Alteration::Anew;
    }
    Alteration::plain(vec![Statement::new(format!(
        "ALTER {} TO {}{}",
        sql(new),
        new.text("roles"),
        conditions(new)
    ))])
}

fn conditions(fact: &Fact) -> String {
    let clause = |column, word| match fact.get(column) {
        Some(condition) => format!(" {word} ({condition})"),
        None => String::new(),
    };
    clause("using", "USING") + &clause("check", "WITH CHECK")
}

fn sql(fact: &Fact) -> String {
    format!("POLICY {} ON {}", identifier(fact.identity.name(2)), of(fact))
}
