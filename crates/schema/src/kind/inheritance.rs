//! That a table inherits from another, or is a partition of it.

use super::catalog::{OWN_SCHEMA, address, part};
use super::relation::of;
use super::{Alteration, Kind, Naming, Row};
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::quote::dotted;
use crate::statement::Statement;

/// The part of a table that stands for its first parent in an address, and
/// those before it for the others.
const PART: &str = "-i.inhseqno";

pub(super) const ROW: Row = Row {
    word: "inheritance",
    naming: Naming::Under(2),
    columns: &["number", "bound", "declared?"],
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
            "SELECT {inheritance}, {parent}, 'n' {FROM} AND {OWN_SCHEMA} \
             UNION ALL SELECT {inheritance}, {}, 'n' {} AND {OWN_SCHEMA} \
             UNION ALL SELECT {inheritance}, {}, 'n' {} AND {OWN_SCHEMA} \
             UNION ALL SELECT {inheritance}, {}, 'n' {} AND {OWN_SCHEMA} \
             AND (c.relispartition OR o.conislocal AND NOT {DECLARED})",
            part("pg_class", "c.oid", "a.attnum"),
            from_with(columns),
            part("pg_class", "p.oid", "pa.attnum"),
            from_with(columns),
            address("pg_constraint", "o.oid"),
            from_with(checks),
        )
    }),
    create: |fact, _| {
        let statement = match fact.get("bound") {
            Some(bound) => format!(
                "ALTER TABLE {} ATTACH PARTITION {} {bound}",
                parent(fact),
                of(fact)
            ),
            None => format!("ALTER TABLE {} INHERIT {}", of(fact), parent(fact)),
        };
        vec![Statement::new(statement)]
    },
    drop: |fact, _| {
        let statement = match fact.get("bound") {
            Some(_) => format!("ALTER TABLE {} DETACH PARTITION {}", parent(fact), of(fact)),
            None => format!("ALTER TABLE {} NO INHERIT {}", of(fact), parent(fact)),
        };
        vec![Statement::new(statement)]
    },
    // Only the order among the parents: it cannot be changed, and means little.
    alter: |change, _| {
        if change.only(&["number"]) {
            Alteration::plain(Vec::new())
        } else {
            Alteration::Anew
        }
    },
    made_with: |fact, _| fact.parent.clone().filter(|_| is_declared(fact)),
    slots: |fact| match fact.get("bound") {
        Some(_) => vec![format!("bounds of {}", parent(fact))],
        None => Vec::new(),
    },
    outlives: |_, needed| {
        matches!(needed.kind(), Kind::Column | Kind::Constraint | Kind::Index)
    },
    ..Row::BLANK
};

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
    fact.is("declared?")
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
