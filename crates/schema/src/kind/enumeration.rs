//! Enums. A value is added in place; any other change makes a new type, which
//! every column of the old one is turned into.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::in_schema;
use super::types::{name, rename, type_slot};
use super::{Alteration, Naming, Row};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::quote::literal;
use crate::statement::{HazardKind, Statement, Transaction};

/// Stands between two labels, which may hold any other character.
const SEPARATOR: char = '\u{1f}';

pub(super) const ROW: Row = Row {
    word: "enum",
    naming: Naming::Own(2),
    columns: &["labels"],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, t.typname, \
             (SELECT pg_catalog.string_agg(e.enumlabel, E'\\x1f' ORDER BY e.enumsortorder) \
                FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) \
             FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
             WHERE t.typtype = 'e' AND {OWN_SCHEMA}",
            address("pg_type", "t.oid"),
            in_schema(),
        )
    },
    sql: |fact| format!("TYPE {}", name(fact)),
    create: |fact, _| vec![create(fact)],
    drop: |fact, _| vec![Statement::new(format!("DROP TYPE {}", name(fact)))],
    alter,
    slots: type_slot,
    put_aside: Some(put_aside),
    ..Row::BLANK
};

fn create(fact: &Fact) -> Statement {
    let labels: Vec<String> = labels(fact).into_iter().map(literal).collect();
    Statement::new(format!("CREATE TYPE {} AS ENUM ({})", name(fact), labels.join(", ")))
}

fn labels(fact: &Fact) -> Vec<&str> {
    match fact.get("labels") {
        Some(labels) => labels.split(SEPARATOR).collect(),
        None => Vec::new(),
    }
}

fn alter(change: &Change<'_>, _: &Context<'_>) -> Alteration {
    let (old, new) = (labels(change.old), labels(change.new));
    match additions(&old, &new) {
        Some(additions) => {
            let statements = additions.into_iter().map(|addition| {
                Statement::new(format!("ALTER TYPE {} ADD VALUE {addition}", name(change.new)))
                    .with(Transaction::EndsAfter)
            });
            Alteration::plain(statements.collect())
        }
        None => Alteration::Anew,
    }
}

/// Returns what to add where, if adding is all that has to be done.
fn additions(old: &[&str], new: &[&str]) -> Option<Vec<String>> {
    let mut kept = new.iter().filter(|label| old.contains(label));
    if !old.iter().all(|label| kept.next() == Some(label)) {
        return None;
    }
    let mut additions = Vec::new();
    let mut before: Option<&str> = None;
    for (at, label) in new.iter().enumerate() {
        if !old.contains(label) {
            let place = match before {
                Some(before) => format!(" AFTER {}", literal(before)),
                None => new[at..]
                    .iter()
                    .find(|next| old.contains(next))
                    .map_or_else(String::new, |next| format!(" BEFORE {}", literal(next))),
            };
            additions.push(format!("{}{place}", literal(label)));
        }
        before = Some(label);
    }
    Some(additions)
}

/// Gives the old type another name; rows with values that go cannot be kept.
fn put_aside(fact: &Fact, renamed: &Fact, context: &Context<'_>) -> Vec<Statement> {
    let kept = context.new.get(&fact.identity).map(labels).unwrap_or_default();
    let gone = labels(fact).into_iter().filter(|label| !kept.contains(label));
    let gone: Vec<&str> = gone.collect();
    let statement = rename("TYPE", fact, renamed);
    vec![if gone.is_empty() {
        statement
    } else {
        let detail = format!("rows with {} of {}", gone.join(", "), fact.identity);
        statement.hazard(HazardKind::DataLoss, detail)
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, expected: Option<&[&str]>) {
        let old: Vec<&str> = old.split_whitespace().collect();
        let new: Vec<&str> = new.split_whitespace().collect();
        let found = additions(&old, &new);
        let found: Option<Vec<&str>> = found
            .as_ref()
            .map(|additions| additions.iter().map(String::as_str).collect());
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn values_are_added_where_they_stand() {
        check("a b", "a b", Some(&[]));
        check("a b", "a b c d", Some(&["'c' AFTER 'b'", "'d' AFTER 'c'"]));
        check("a b", "x y a b", Some(&["'x' BEFORE 'a'", "'y' AFTER 'x'"]));
        check("a b", "a m b", Some(&["'m' AFTER 'a'"]));
        check("", "a", Some(&["'a'"]));
    }

    #[test]
    fn a_value_that_goes_or_moves_cannot_be_added() {
        check("a b", "b a", None);
        check("a b c", "a c", None);
    }
}
