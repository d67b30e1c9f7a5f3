//! Enums. A value is added in place; any other change makes a new type, and
//! takes over every column of the old one.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::{in_schema, name};
use super::{Alteration, Kind, Naming, Row, TearDown};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::quote::{dotted, identifier, literal};
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
    create: |fact, _| vec![create(&name(fact), fact)],
    drop: |fact, _| vec![Statement::new(format!("DROP TYPE {}", name(fact)))],
    alter,
    slots: type_slot,
    ..Row::BLANK
};

/// Returns the name that only one type of a schema can have.
pub(super) fn type_slot(fact: &Fact) -> Vec<String> {
    vec![format!("type {}", dotted(fact.identity.path().take(2)))]
}

fn create(name: &str, fact: &Fact) -> Statement {
    let labels: Vec<String> = labels(fact).into_iter().map(literal).collect();
    Statement::new(format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", ")))
}

fn labels(fact: &Fact) -> Vec<&str> {
    match fact.get("labels") {
        Some(labels) => labels.split(SEPARATOR).collect(),
        None => Vec::new(),
    }
}

fn alter(change: &Change<'_>, context: &Context<'_>) -> Alteration {
    let (old, new) = (labels(change.old), labels(change.new));
    match additions(&old, &new) {
        Some(additions) => {
            let statements = additions.into_iter().map(|addition| {
                Statement::new(format!("ALTER TYPE {} ADD VALUE {addition}", name(change.new)))
                    .with(Transaction::EndsAfter)
            });
            Alteration::plain(statements.collect())
        }
        None => Alteration::InPlace {
            statements: exchange(change, context),
            tears_down: TearDown::Those(|fact| {
                !matches!(fact.kind(), Kind::Column | Kind::Comment)
            }),
        },
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

/// Returns the statements that put a new type in the place of the old one. The
/// defaults of its columns are gone meanwhile, like everything else that needs
/// the type.
fn exchange(change: &Change<'_>, context: &Context<'_>) -> Vec<Statement> {
    let new = change.new;
    let old_name = format!("{}_old", new.identity.last());
    let old_type = dotted([new.identity.name(0), &old_name]);
    let mut statements = vec![
        Statement::new(format!(
            "ALTER TYPE {} RENAME TO {}",
            name(new),
            identifier(&old_name)
        )),
        create(&name(new), new),
    ];
    let gone: Vec<&str> = labels(change.old)
        .into_iter()
        .filter(|label| !labels(new).contains(label))
        .collect();
    for identity in context.old.dependents(change.identity()) {
        let (Some(old), Some(column)) = (context.old.get(identity), context.new.get(identity)) else {
            continue;
        };
        // A column of another type by then has been altered, or will be, by itself.
        if column.kind() != Kind::Column || old.get("type") != column.get("type") {
            continue;
        }
        let table = dotted(column.identity.path().take(2));
        let own = identifier(column.identity.last());
        let to = column.text("type");
        let text = if to.ends_with("[]") { "text[]" } else { "text" };
        let mut statement = Statement::new(format!(
            "ALTER TABLE {table} ALTER COLUMN {own} TYPE {to} USING {own}::{text}::{to}"
        ))
        .hazard(HazardKind::Rewrite, column.identity.to_string());
        if !gone.is_empty() {
            let detail = format!("rows of {} with {}", column.identity, gone.join(", "));
            statement = statement.hazard(HazardKind::DataLoss, detail);
        }
        statements.push(statement);
    }
    statements.push(Statement::new(format!("DROP TYPE {old_type}")));
    statements
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
