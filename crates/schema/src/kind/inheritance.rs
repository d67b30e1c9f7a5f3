//! That a table inherits from another, or is a partition of it.

use super::catalog::{OWN_SCHEMA, address, part};
use super::relation::of;
use super::{Alteration, Naming, Row};
use crate::fact::Fact;
use crate::quote::dotted;
use crate::statement::Statement;

/// The part of a table that stands for its first parent in an address, and
/// those before it for the others.
const PART: &str = "-i.inhseqno";

pub(super) const ROW: Row = Row {
    word: "inheritance",
    naming: Naming::Under(2),
    columns: &["number", "bound"],
    question: |_| {
        format!(
            "SELECT {}, {}, pn.nspname, p.relname, i.inhseqno, \
             pg_catalog.pg_get_expr(c.relpartbound, c.oid) {FROM} AND {OWN_SCHEMA}",
            part("pg_class", "c.oid", PART),
            address("pg_class", "c.oid"),
        )
    },
    links: Some(|_| {
        format!(
            "SELECT {}, {}, 'n' {FROM} AND {OWN_SCHEMA}",
            part("pg_class", "c.oid", PART),
            address("pg_class", "p.oid"),
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
    made_with: |fact, _| match fact.get("bound") {
        Some(_) => None,
        None => fact.parent.clone(),
    },
    ..Row::BLANK
};

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
