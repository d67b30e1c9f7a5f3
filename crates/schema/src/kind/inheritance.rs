//! That a table inherits from another, or is a partition of it.

use super::catalog::{OWN_SCHEMA, address, part};
use super::relation::of;
use super::{Alteration, Kind, Naming, Row, danger};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::quote::dotted;
use crate::schema::Schema;
use crate::statement::Statement;

/// The part of a table that stands for its first parent in an address, and
/// those before it for the others.
const PART: &str = "-i.inhseqno";

pub(super) const ROW: Row = Row {
    word: "inheritance",
    naming: Naming::Under(2),
    columns: &["number", "bound", "declared"],
    question: |_| {
        format!(
            "SELECT {}, {}, pn.nspname, p.relname, i.inhseqno, \
             pg_catalog.pg_get_expr(c.relpartbound, c.oid), {DECLARED} {FROM} AND {OWN_SCHEMA}",
            part("pg_class", "c.oid", PART),
            address("pg_class", "c.oid"),
        )
    },
    links: Some(|_| {
        let inheritance = part("pg_class", "c.oid", PART);
        let parent = address("pg_class", "p.oid");
        // A table that is attached already has what the parent asks for.
        let columns = "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attinhcount > 0 \
             JOIN pg_catalog.pg_attribute pa ON pa.attrelid = p.oid AND pa.attname = a.attname";
        let checks = "JOIN pg_catalog.pg_constraint o ON o.conrelid = c.oid AND o.contype = 'c' \
             JOIN pg_catalog.pg_constraint po ON po.conrelid = p.oid AND po.conname = o.conname \
                AND po.contype = 'c' AND NOT po.connoinherit";
        format!(
            "SELECT {inheritance}, {parent} {FROM} AND {OWN_SCHEMA} \
             UNION ALL SELECT {inheritance}, l.* {} AND {OWN_SCHEMA} \
             UNION ALL SELECT {inheritance}, l.* {} AND {OWN_SCHEMA}",
            from_with(&format!(
                "{columns} CROSS JOIN LATERAL (VALUES ({}), ({})) l",
                part("pg_class", "c.oid", "a.attnum"),
                part("pg_class", "p.oid", "pa.attnum"),
            )),
            from_with(&format!(
                "{checks} CROSS JOIN LATERAL (\
                    SELECT {} WHERE c.relispartition OR o.conislocal AND NOT {DECLARED} \
                    UNION ALL SELECT {} WHERE c.relispartition OR NOT {DECLARED}) l",
                address("pg_constraint", "o.oid"),
                address("pg_constraint", "po.oid"),
            )),
        )
    }),
    create: |fact, context| {
        let statement = match fact.get("bound") {
            Some(bound) => format!(
                "ALTER TABLE {} ATTACH PARTITION {} {bound}",
                parent(fact),
                of(fact)
            ),
            None => format!("ALTER TABLE {} INHERIT {}", of(fact), parent(fact)),
        };
        let statement = Statement::new(statement);
        let is_checked = fact.get("bound").is_some() && danger::is_on_kept(fact, context);
        vec![match is_checked {
            true => danger::locking(statement, danger::ACCESS, fact, danger::CHECKED),
            false => statement,
        }]
    },
    drop: |fact, _| {
        let statement = match fact.get("bound") {
            Some(_) => format!("ALTER TABLE {} DETACH PARTITION {}", parent(fact), of(fact)),
            None => format!("ALTER TABLE {} NO INHERIT {}", of(fact), parent(fact)),
        };
        vec![Statement::new(statement)]
    },
    alter,
    made_with: |fact, _| fact.parent.clone().filter(|_| is_declared(fact)),
    slots: |fact| match fact.get("bound") {
        Some(_) => vec![format!("bounds of {}", parent(fact))],
        None => Vec::new(),
    },
    gone_with: |fact, context| {
        let is_referred_to = fact.get("bound").is_some() && is_referred_to(fact, context);
        fact.parent.clone().filter(|_| !is_referred_to).into_iter().collect()
    },
    outlives: |_, needed| {
        matches!(
            needed.kind(),
            Kind::Column | Kind::Constraint | Kind::Index | Kind::Attachment
        )
    },
    ..Row::BLANK
};

/// The order among the parents cannot be changed, and means little. A column of
/// the child's own cannot become one that is the parent's alone.
fn alter(change: &Change<'_>, _: &Context<'_>) -> Alteration {
    if change.of("bound") || change.old.is("declared") && !change.new.is("declared") {
        Alteration::Anew
    } else {
        Alteration::plain(Vec::new())
    }
}

/// Returns the table that a partition is a part of.
pub(super) fn whole(table: &Identity, side: &Schema) -> Option<Identity> {
    let mut parents = side.children(table, Kind::Inheritance);
    let bound = parents.find(|one| one.get("bound").is_some())?;
    Some(Identity::new(Kind::Table, [bound.identity.name(2), bound.identity.name(3)]))
}

/// Says whether a reference to the whole table forbids to drop the partition,
/// which has to be detached first.
fn is_referred_to(fact: &Fact, context: &Context<'_>) -> bool {
    let mut table = fact.parent.clone();
    while let Some(whole) = table.and_then(|table| whole(&table, context.old)) {
        let is_to = |fact: &&Fact| {
            fact.get("foreign_schema?") == Some(whole.name(0))
                && fact.get("foreign_table?") == Some(whole.name(1))
        };
        let stays = !context.gone.contains(&whole);
        if stays && context.old.of_kind(Kind::Constraint).any(|fact| is_to(&fact)) {
            return true;
        }
        table = Some(whole);
    }
    false
}

/// Says whether the child takes some of its columns from its parents only,
/// which can be declared but not be altered.
const DECLARED: &str = "\
    (NOT c.relispartition AND EXISTS (SELECT FROM pg_catalog.pg_attribute d \
    WHERE d.attrelid = c.oid AND d.attnum > 0 AND NOT d.attisdropped AND NOT d.attislocal))";

fn from_with(more: &str) -> String {
    FROM.replacen("WHERE", &format!("{more} WHERE"), 1)
}

/// Says whether it stands in the statement that makes the child.
pub(super) fn is_declared(fact: &Fact) -> bool {
    fact.is("declared")
}

/// Says whether the table that a part hangs on is a parent's child on both
/// sides, and in the same way.
pub(super) fn stays(part: &Fact, parent: [&str; 2], context: &Context<'_>) -> bool {
    let path = part.identity.path().take(2).chain(parent);
    let inheritance = Identity::new(Kind::Inheritance, path);
    match (context.old.get(&inheritance), context.new.get(&inheritance)) {
        (Some(old), Some(new)) => {
            old.get("bound") == new.get("bound") && !context.gone.contains(&inheritance)
        }
        _ => false,
    }
}

const FROM: &str = "\
    FROM pg_catalog.pg_inherits i \
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    JOIN pg_catalog.pg_class p ON p.oid = i.inhparent \
    JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace \
    WHERE c.relkind IN ('r', 'p', 'f')";

fn parent(fact: &Fact) -> String {
    dotted([fact.identity.name(2), fact.identity.name(3)])
}
