//! Checks of domains.

use super::catalog::{OWN_SCHEMA, address};
use super::domain_default::is_folded;
use super::types::{is_wrapped, name};
use super::{Alteration, Naming, Row, danger};
use crate::context::Context;
use crate::fact::Fact;
use crate::normal::mean_the_same;
use crate::quote::identifier;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "domain constraint",
    naming: Naming::Under(1),
    columns: &["definition"],
    expressions: &["definition"],
    question: |_| {
        format!(
            "SELECT {}, {}, o.conname, pg_catalog.pg_get_constraintdef(o.oid) \
             FROM pg_catalog.pg_constraint o JOIN pg_catalog.pg_type t ON t.oid = o.contypid \
             JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
             WHERE o.contype = 'c' AND {OWN_SCHEMA}",
            address("pg_constraint", "o.oid"),
            address("pg_type", "t.oid"),
        )
    },
    sql: |fact| format!("CONSTRAINT {} ON DOMAIN {}", own(fact), name(fact)),
    create: |fact, context| {
        let add = alter_domain(fact, &format!("ADD {}", definition(fact)));
        vec![match fact.parent.as_ref().filter(|_| is_valid(fact)) {
            Some(domain) => danger::checking_values(add, domain, context),
            None => add,
        }]
    },
    drop: |fact, _| vec![alter_domain(fact, &format!("DROP CONSTRAINT {}", own(fact)))],
    alter: |change, context| {
        let (old, new) = (change.old, change.new);
        if needs_whole(new, context) {
            Alteration::WholeAnew
        } else if is_validated(old, new) {
            let validate = format!("VALIDATE CONSTRAINT {}", own(new));
            Alteration::plain(vec![alter_domain(new, &validate)])
        } else {
            Alteration::Anew
        }
    },
    needs_whole,
    gone_with: |fact, context| {
        let domain = fact.parent.iter().filter(|_| is_folded(fact, context.old));
        domain.cloned().collect()
    },
    // Nothing in `CREATE DOMAIN` says that a check does not hold yet.
    made_with: |fact, context| {
        let domain = fact.parent.clone();
        domain.filter(|_| is_valid(fact) && is_folded(fact, context.new))
    },
    ..Row::BLANK
};

const NOT_VALID: &str = " NOT VALID";

fn is_valid(fact: &Fact) -> bool {
    !fact.text("definition").ends_with(NOT_VALID)
}

/// Says whether all that changes is that the server has looked into all values.
fn is_validated(old: &Fact, new: &Fact) -> bool {
    let unchecked = old.text("definition").strip_suffix(NOT_VALID);
    unchecked.is_some_and(|old| mean_the_same(old, new.text("definition")))
}

/// Says whether the server could not look into all values.
fn needs_whole(fact: &Fact, context: &Context<'_>) -> bool {
    let domain = fact.parent.as_ref();
    is_valid(fact) && domain.is_some_and(|domain| is_wrapped(domain, context.old))
}

/// Returns a check as it stands in `CREATE DOMAIN`, or behind `ADD`.
pub(super) fn definition(fact: &Fact) -> String {
    format!("CONSTRAINT {} {}", own(fact), fact.text("definition"))
}

fn alter_domain(fact: &Fact, what: &str) -> Statement {
    Statement::new(format!("ALTER DOMAIN {} {what}", name(fact)))
}

fn own(fact: &Fact) -> String {
    identifier(fact.identity.last())
}
