//! Indexes that are not a constraint's.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::{name, of_relation, relation_slot};
use super::{Alteration, Kind, Naming, Row, danger};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::quote::identifier;
use crate::statement::{HazardKind, Statement};

pub(super) const ROW: Row = Row {
    word: "index",
    naming: Naming::Own(2),
    columns: &[
        "definition",
        "statistics",
        "tablespace",
        "whole_schema?",
        "whole?",
        "whole_table_schema?",
        "whole_table?",
        "unique?",
        "invalid",
    ],
    expressions: &["definition"],
    question: |_| {
        format!(
            "SELECT {}, {}, xn.nspname, x.relname, pg_catalog.pg_get_indexdef(x.oid), \
             (SELECT pg_catalog.string_agg(a.attnum || '=' || a.attstattarget, E'\\n' ORDER BY a.attnum) \
                FROM pg_catalog.pg_attribute a WHERE a.attrelid = x.oid AND a.attstattarget >= 0), \
             s.spcname, wxn.nspname, wx.relname, wn.nspname, w.relname, i.indisunique, \
             x.relkind = 'i' AND NOT i.indisvalid \
             FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid \
             JOIN pg_catalog.pg_namespace xn ON xn.oid = x.relnamespace \
             JOIN pg_catalog.pg_class c ON c.oid = i.indrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = x.reltablespace \
             LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = x.oid \
             LEFT JOIN pg_catalog.pg_index wi ON wi.indexrelid = h.inhparent \
             LEFT JOIN pg_catalog.pg_class wx ON wx.oid = wi.indexrelid \
             LEFT JOIN pg_catalog.pg_namespace wxn ON wxn.oid = wx.relnamespace \
             LEFT JOIN pg_catalog.pg_class w ON w.oid = wi.indrelid \
             LEFT JOIN pg_catalog.pg_namespace wn ON wn.oid = w.relnamespace \
             WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't' AND {OWN_SCHEMA} \
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint o WHERE o.conindid = x.oid \
                AND o.contype IN ('p', 'u', 'x'))",
            address("pg_class", "x.oid"),
            of_relation(),
        )
    },
    sql: |fact| format!("INDEX {}", name(fact)),
    create: |fact, context| {
        let definition = fact.text("definition");
        let create = Statement::new(match context.new.hands_down(&fact.identity) {
            true => definition.replacen(" ON ONLY ", " ON ", 1),
            false => definition.to_owned(),
        });
        let table = fact.parent.as_ref().and_then(|table| context.old.get(table));
        // A partitioned table has no rows of its own.
        let table = table.filter(|table| table.kind() != Kind::Table || table.get("partition_by").is_none());
        let table = table.filter(|_| danger::is_on_kept(fact, context));
        let mut statements = vec![match table {
            Some(table) => danger::locking(create, danger::SHARE, table, "the index is built"),
            None => create,
        }];
        statements.extend(statistics(fact, fact.text("statistics")));
        if fact.get("tablespace").is_some() {
            statements.push(tablespace(fact));
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
    gone_with,
    ..Row::BLANK
};

/// Returns what stands in a definition before the name of the index, such as
/// `CREATE UNIQUE INDEX `, and behind it.
pub(crate) fn unnamed(definition: &str) -> Option<(&str, &str)> {
    let starts = ["CREATE INDEX ", "CREATE UNIQUE INDEX "];
    let start = starts.into_iter().find(|start| definition.starts_with(start))?;
    let rest = &definition[start.len()..];
    let mut is_quoted = false;
    let end = rest.find(|c| {
        is_quoted ^= c == '"';
        c == ' ' && !is_quoted
    })?;
    Some((start, &rest[end..]))
}

/// What a build that failed has left behind is built anew; none can be made that
/// is not valid. That of a partitioned table is valid once all its parts are.
fn alter(change: &Change<'_>, _: &Context<'_>) -> Alteration {
    if change.only(&["invalid"]) && change.new.is("invalid") {
        return Alteration::plain(Vec::new());
    }
    if !change.only(&["statistics", "tablespace"]) {
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
    if change.of("tablespace") {
        statements.push(tablespace(new));
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

fn tablespace(fact: &Fact) -> Statement {
    let tablespace = identifier(fact.get("tablespace").unwrap_or("pg_default"));
    Statement::new(format!("ALTER INDEX {} SET TABLESPACE {tablespace}", name(fact)))
}

/// An index goes with its table, and with the one that it is attached to unless
/// the table has been detached before.
fn gone_with(fact: &Fact, context: &Context<'_>) -> Vec<Identity> {
    let mut wholes: Vec<Identity> = fact.parent.iter().cloned().collect();
    let whole_table = [fact.text("whole_table_schema?"), fact.text("whole_table?")];
    if let Some(whole) = fact.get("whole?")
        && let Some(table) = &fact.parent
    {
        let inheritance = Identity::new(Kind::Inheritance, table.path().chain(whole_table));
        if !context.gone.contains(&inheritance) {
            let [schema, table] = whole_table;
            wholes.push(Identity::new(Kind::Index, [fact.text("whole_schema?"), whole]));
            wholes.push(Identity::new(Kind::Constraint, [schema, table, whole]));
        }
    }
    wholes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_read_around_the_name() {
        let check = |definition, expected| assert_eq!(unnamed(definition), expected);
        check("CREATE INDEX a ON s.t (b)", Some(("CREATE INDEX ", " ON s.t (b)")));
        check(
            "CREATE UNIQUE INDEX \"a \"\" ON\" ON s.t (b)",
            Some(("CREATE UNIQUE INDEX ", " ON s.t (b)")),
        );
        check("CREATE TABLE a (b int)", None);
    }
}
