//! Composite types. An attribute is a fact of its own, and can be added behind
//! the others or dropped; to stand at another place it needs a new type.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::{in_schema, relation_slot};
use super::types::{name, rename, type_slot};
use super::{Alteration, Kind, Naming, Row, attribute};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::quote::{dotted, identifier};
use crate::statement::Statement;

/// Stands between two names, which may hold any other character.
const SEPARATOR: char = '\u{1f}';

pub(super) const ROW: Row = Row {
    word: "composite type",
    naming: Naming::Own(2),
    columns: &["attributes"],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, t.typname, \
             (SELECT pg_catalog.string_agg(a.attname, E'\\x1f' ORDER BY a.attnum) \
                FROM pg_catalog.pg_attribute a \
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) \
             FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
             JOIN pg_catalog.pg_class c ON c.oid = t.typrelid \
             WHERE t.typtype = 'c' AND c.relkind = 'c' AND {OWN_SCHEMA}",
            address("pg_type", "t.oid"),
            in_schema(),
        )
    },
    sql: |fact| format!("TYPE {}", name(fact)),
    create: |fact, context| {
        let all: Vec<&Fact> = context.new.children(&fact.identity, Kind::Attribute).collect();
        let attributes = attributes(fact).into_iter().filter_map(|name| {
            let attribute = all.iter().find(|one| one.identity.last() == name)?;
            Some(format!("\n    {}", attribute::definition(attribute)))
        });
        let attributes: Vec<String> = attributes.collect();
        let (name, attributes) = (name(fact), attributes.join(","));
        vec![Statement::new(format!("CREATE TYPE {name} AS ({attributes}\n)"))]
    },
    drop: |fact, _| vec![Statement::new(format!("DROP TYPE {}", name(fact)))],
    alter: |change, _| {
        if appends(&attributes(change.old), &attributes(change.new)) {
            Alteration::plain(Vec::new())
        } else {
            Alteration::Anew
        }
    },
    slots: |fact| [type_slot(fact), relation_slot(fact)].concat(),
    put_aside: Some(|fact, renamed, _| vec![rename("TYPE", fact, renamed)]),
    converted,
    ..Row::BLANK
};

fn attributes(fact: &Fact) -> Vec<&str> {
    let attributes = fact.get("attributes").into_iter();
    attributes.flat_map(|all| all.split(SEPARATOR)).collect()
}

/// Says whether dropping some and adding others behind is all that has to be
/// done.
fn appends(old: &[&str], new: &[&str]) -> bool {
    let kept = old.iter().filter(|name| new.contains(name));
    let added = new.iter().filter(|name| !old.contains(name));
    kept.chain(added).eq(new.iter())
}

/// Returns the clause that takes each attribute over by its name, if the text
/// of an old value is not that of a new one.
fn converted(change: &Change<'_>, value: &str, context: &Context<'_>) -> Option<String> {
    let row = row(change.identity(), value, context)?;
    Some(format!(" USING {row}"))
}

/// Returns an expression of the new type where attributes are not what and
/// where they were, in a type or in one of its attributes' types. A NULL stays
/// one, and is not taken for a row of NULLs.
fn row(identity: &Identity, value: &str, context: &Context<'_>) -> Option<String> {
    let (old, new) = (context.old.get(identity)?, context.new.get(identity)?);
    let (before, after) = (attributes(old), attributes(new));
    let mut differs = before != after;
    let all: Vec<&Fact> = context.new.children(identity, Kind::Attribute).collect();
    let fields = after.into_iter().map(|name| {
        let attribute = all.iter().find(|one| one.identity.last() == name);
        let Some(attribute) = attribute.filter(|_| before.contains(&name)) else {
            return "NULL".to_owned();
        };
        let field = format!("({value}).{}", identifier(name));
        let to = attribute.text("type");
        let mut needs = context.new.needs(&attribute.identity);
        let inner = needs.find(|need| need.kind() == Kind::Composite && dotted(need.path()) == to);
        match inner.filter(|inner| *inner != identity).and_then(|inner| row(inner, &field, context)) {
            Some(inner) => {
                differs = true;
                inner
            }
            None => format!("{field}::text::{to}"),
        }
    });
    let fields: Vec<String> = fields.collect();
    differs.then(|| {
        let (fields, to) = (fields.join(", "), dotted(identity.path()));
        format!("CASE WHEN {value} IS DISTINCT FROM NULL THEN ROW({fields})::{to} END")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, expected: bool) {
        let old: Vec<&str> = old.split_whitespace().collect();
        let new: Vec<&str> = new.split_whitespace().collect();
        assert_eq!(appends(&old, &new), expected);
    }

    #[test]
    fn attributes_are_added_behind_the_others() {
        check("a b", "a b", true);
        check("a b", "a b c", true);
        check("a b", "b c", true);
        check("a b", "a c b", false);
        check("a b", "b a", false);
        check("a b", "", true);
    }
}
