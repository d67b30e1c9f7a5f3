//! Defaults of columns. Where that works, one stands in the declaration of its
//! column: a column that may not be null can only be added so.

use super::catalog::{OWN_SCHEMA, address, part};
use super::column;
use super::storage::alter_only;
use super::{Alteration, Kind, Naming, Row};
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;

pub(super) const ROW: Row = Row {
    word: "default",
    naming: Naming::Under(0),
    columns: &["expression"],
    expressions: &["expression"],
    question: |_| {
        format!(
            "SELECT {}, {}, pg_catalog.pg_get_expr(d.adbin, d.adrelid) \
             FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_class c ON c.oid = d.adrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum \
             WHERE c.relkind IN ('r', 'p', 'f', 'v') AND a.attgenerated = '' AND {OWN_SCHEMA}",
            address("pg_attrdef", "d.oid"),
            part("pg_class", "c.oid", "d.adnum"),
        )
    },
    create: |fact, _| {
        let expression = fact.text("expression");
        vec![alter_only(fact, &format!("SET DEFAULT {expression}"))]
    },
    drop: |fact, _| vec![alter_only(fact, "DROP DEFAULT")],
    alter: |change, context| Alteration::plain((ROW.create)(change.new, context)),
    gone_with: |fact, context| match releases_sequence(fact, context) {
        true => Vec::new(),
        false => fact.parent.iter().cloned().collect(),
    },
    made_with: |fact, context| fact.parent.clone().filter(|_| is_folded(fact, context)),
    ..Row::BLANK
};

/// Says whether it takes its values from a sequence that changes and belongs to
/// something else from then on, before the column goes.
fn releases_sequence(fact: &Fact, context: &Context<'_>) -> bool {
    let mut needs = context.old.needs(&fact.identity).filter(|need| need.kind() == Kind::Sequence);
    needs.any(|sequence| {
        let new = context.new.get(sequence);
        new.is_some() && new != context.old.get(sequence)
    })
}

/// Returns the default that stands in a new column's declaration.
pub(super) fn folded<'a>(column: &Fact, context: &'a Context<'_>) -> Option<&'a str> {
    let default = context.new.children(&column.identity, Kind::Default).next()?;
    is_folded(default, context).then(|| default.text("expression"))
}

/// Says whether nothing that the expression needs is itself made of the table.
fn is_folded(fact: &Fact, context: &Context<'_>) -> bool {
    let column = fact.parent.as_ref().and_then(|column| context.new.get(column));
    let Some(column) = column.filter(|column| column.kind() == Kind::Column) else {
        return false;
    };
    if column::followed_attribute(column, context).is_some() {
        return false;
    }
    // One that comes from a parent brings the parent's.
    if column::comes_along(column, context) {
        let parent = column::inherited_from(column);
        let parents = parent.and_then(|parent| context.new.children(&parent, Kind::Default).next());
        return parents.is_some_and(|default| default.values == fact.values && is_folded(default, context));
    }
    let path = fact.identity.path().take(2);
    let table = Identity::new(Kind::Table, path);
    let needs = context.new.needs(&fact.identity);
    let own = fact.parent.as_ref();
    needs
        .filter(|need| Some(*need) != own)
        .all(|need| !context.new.needs(need).any(|other| *other == table))
}
