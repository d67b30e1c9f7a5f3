//! Indexes that are not a constraint's.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::{name, of_relation, relation_slot};
use super::{Alteration, Naming, Row};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::{HazardKind, Statement};

pub(super) const ROW: Row = Row {
    word: "index",
    naming: Naming::Own(2),
    columns: &["definition", "statistics", "clustered", "table?", "unique?"],
    question: |_| {
        format!(
            "SELECT {}, {}, xn.nspname, x.relname, pg_catalog.pg_get_indexdef(x.oid), \
             (SELECT pg_catalog.string_agg(a.attnum || '=' || a.attstattarget, E'\\n' ORDER BY a.attnum) \
                FROM pg_catalog.pg_attribute a WHERE a.attrelid = x.oid AND a.attstattarget >= 0), \
             i.indisclustered, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), \
             i.indisunique \
             FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid \
             JOIN pg_catalog.pg_namespace xn ON xn.oid = x.relnamespace \
             JOIN pg_catalog.pg_class c ON c.oid = i.indrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't' AND {OWN_SCHEMA} \
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint o WHERE o.conindid = x.oid \
                AND o.contype IN ('p', 'u', 'x'))",
            address("pg_class", "x.oid"),
            of_relation(),
        )
    },
    sql: |fact| format!("INDEX {}", name(fact)),
    create: |fact, _| {
        let mut statements = vec![Statement::new(fact.text("definition"))];
        statements.extend(statistics(fact, fact.text("statistics")));
        if fact.is("clustered") {
            statements.push(cluster(fact));
        }
        statements
    },
    drop: |fact, _| {
        vec![
            Statement::new(format!("DROP INDEX {}", name(fact)))
                .hazard(HazardKind::IndexDropped, fact.identity.to_string()),
        ]
    },
    alter,
    slots: relation_slot,
    ..Row::BLANK
};

fn alter(change: &Change<'_>, _: &Context<'_>) -> Alteration {
    if !change.only(&["statistics", "clustered"]) {
        return Alteration::Anew;
    }
    let new = change.new;
    let mut statements = Vec::new();
    if change.of("statistics") {
        let wanted = new.text("statistics");
        let reset = change.old.text("statistics").lines().filter_map(|line| {
            let (column, _) = line.split_once('=')?;
            let is_kept = wanted.lines().any(|other| {
                other.split_once('=').is_some_and(|(other, _)| other == column)
            });
            (!is_kept).then(|| format!("{column}=-1"))
        });
        let reset: Vec<String> = reset.collect();
        statements.extend(statistics(new, &reset.join("\n")));
        statements.extend(statistics(new, wanted));
    }
    if change.of("clustered") {
        statements.push(if new.is("clustered") {
            cluster(new)
        } else {
            Statement::new(format!("ALTER TABLE {} SET WITHOUT CLUSTER", new.text("table?")))
        });
    }
    Alteration::plain(statements)
}

fn statistics(fact: &Fact, statistics: &str) -> Vec<Statement> {
    let targets = statistics.lines().filter_map(|line| line.split_once('='));
    targets
        .map(|(column, target)| {
            Statement::new(format!(
                "ALTER INDEX {} ALTER COLUMN {column} SET STATISTICS {target}",
                name(fact)
            ))
        })
        .collect()
}

fn cluster(fact: &Fact) -> Statement {
    Statement::new(format!(
        "ALTER TABLE {} CLUSTER ON {}",
        fact.text("table?"),
        identifier(fact.identity.last())
    ))
}

