//! Constraints of tables: keys, references, checks and exclusions.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::{of, of_relation, slot};
use super::{Alteration, Kind, Naming, Row, danger, options};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::normal::mean_the_same;
use crate::quote::{dotted, identifier};
use crate::statement::{HazardKind, Statement};

pub(super) const ROW: Row = Row {
    word: "constraint",
    naming: Naming::Under(1),
    columns: &[
        "type",
        "definition",
        "options",
        "tablespace",
        "foreign_schema?",
        "foreign_table?",
        "partitioned?",
        "partition?",
        "local?",
        "from_schema?",
        "from_table?",
        "from?",
    ],
    expressions: &["definition"],
    question: |_| {
        format!(
            "SELECT {}, {}, o.conname, o.contype, pg_catalog.pg_get_constraintdef(o.oid), \
             {}, s.spcname, fn.nspname, f.relname, c.relkind = 'p', c.relispartition, o.conislocal, \
             un.nspname, uc.relname, u.name \
             FROM pg_catalog.pg_constraint o JOIN pg_catalog.pg_class c ON c.oid = o.conrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             LEFT JOIN pg_catalog.pg_class f ON f.oid = o.confrelid \
             LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace \
             LEFT JOIN pg_catalog.pg_class x ON x.oid = o.conindid AND o.contype <> 'f' \
             LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = x.reltablespace \
             LEFT JOIN LATERAL ({FROM_PARENT}) u(relation, name) ON true \
             LEFT JOIN pg_catalog.pg_class uc ON uc.oid = u.relation \
             LEFT JOIN pg_catalog.pg_namespace un ON un.oid = uc.relnamespace \
             WHERE o.contype IN ('p', 'u', 'x', 'c', 'f') AND c.relkind IN ('r', 'p', 'f') \
             AND (o.conparentid = 0 OR u.relation <> o.conrelid) AND {OWN_SCHEMA}",
            address("pg_constraint", "o.oid"),
            of_relation(),
            options::of_array("x.reloptions"),
        )
    },
    sql: |fact| format!("CONSTRAINT {} ON {}", own(fact), of(fact)),
    create: |fact, context| {
        let is_alone = fact.is("partitioned?") && is_index(fact);
        let hands_down = context.new.hands_down(&fact.identity);
        let only = if is_alone && !hands_down { "ONLY " } else { "" };
        let add = Statement::new(format!(
            "ALTER TABLE {only}{} ADD CONSTRAINT {} {}",
            of(fact),
            own(fact),
            fact.text("definition")
        ));
        let mut statements = vec![match only.is_empty() && danger::is_on_kept(fact, context) {
            true => locking(add, fact, context),
            false => add,
        }];
        statements.extend(index_changes(fact, "", fact.get("tablespace").is_some()));
        statements
    },
    drop: |fact, _| {
        let drop = format!("ALTER TABLE {} DROP CONSTRAINT {}", of(fact), own(fact));
        vec![match is_index(fact) {
            true => Statement::new(drop).hazard(HazardKind::IndexDropped, fact.identity.to_string()),
            false => Statement::new(drop),
        }]
    },
    alter,
    slots: |fact| {
        let mut slots = Vec::new();
        if is_index(fact) {
            slots.push(slot(fact.identity.name(0), fact.identity.name(2)));
        }
        if fact.text("type") == "p" {
            slots.push(format!("primary key of {}", of(fact)));
        }
        slots
    },
    made_with,
    gone_with,
    after: |fact| match fact.text("type") {
        "f" => inheritance(fact).into_iter().collect(),
        "c" if is_declared_again(fact) => from(fact).into_iter().collect(),
        _ => Vec::new(),
    },
    // What comes from a parent cannot be dropped as long as it is one.
    gone_after: |fact| inheritance(fact).into_iter().collect(),
    // It goes with that of the whole, unless it goes before.
    gone_before: |fact| match fact.text("type") {
        "f" => from(fact).into_iter().collect(),
        _ => Vec::new(),
    },
    outlives: |_, needed| needed.kind() == Kind::Attachment,
    ..Row::BLANK
};

/// The constraint of a parent that a constraint `o` comes from.
const FROM_PARENT: &str = "\
    SELECT po.conrelid, po.conname FROM pg_catalog.pg_constraint po WHERE po.oid = o.conparentid \
    UNION ALL (SELECT po.conrelid, po.conname FROM pg_catalog.pg_inherits i \
        JOIN pg_catalog.pg_constraint po ON po.conrelid = i.inhparent AND po.conname = o.conname \
            AND po.contype = 'c' AND NOT po.connoinherit \
        WHERE o.contype = 'c' AND o.coninhcount > 0 AND i.inhrelid = o.conrelid \
        ORDER BY i.inhseqno LIMIT 1)";

const NOT_VALID: &str = " NOT VALID";

fn alter(change: &Change<'_>, context: &Context<'_>) -> Alteration {
    if change.only(&["options", "tablespace"]) {
        let old = change.old.text("options");
        return Alteration::plain(index_changes(change.new, old, change.of("tablespace")));
    }
    let unchecked = change.old.text("definition").strip_suffix(NOT_VALID);
    if !unchecked.is_some_and(|old| mean_the_same(old, change.new.text("definition"))) {
        return Alteration::Anew;
    }
    if from(change.new).is_some_and(|from| context.old.contains(&from)) {
        return Alteration::plain(Vec::new());
    }
    Alteration::plain(vec![Statement::new(format!(
        "ALTER TABLE {} VALIDATE CONSTRAINT {}",
        of(change.new),
        own(change.new)
    ))])
}

/// Returns what adds a constraint to a table that has rows already.
fn locking(add: Statement, fact: &Fact, context: &Context<'_>) -> Statement {
    let is_foreign = |table: &Identity| {
        let table = context.old.get(table);
        table.is_some_and(|table| table.get("server").is_some())
    };
    if fact.text("definition").ends_with(NOT_VALID) || fact.parent.as_ref().is_some_and(is_foreign) {
        return add;
    }
    match fact.text("type") {
        "c" => danger::locking(add, danger::ACCESS, fact, danger::CHECKED),
        "f" => {
            let to = dotted([fact.text("foreign_schema?"), fact.text("foreign_table?")]);
            let lock = format!("{} on {to}, and", danger::SHARE_ROW);
            danger::locking(add, &lock, fact, danger::CHECKED)
        }
        _ => danger::locking(add, danger::ACCESS, fact, "its index is built"),
    }
}

/// A table takes its constraints along, but for a reference to another table
/// that goes as well: two that refer to each other could not be dropped.
fn gone_with(fact: &Fact, context: &Context<'_>) -> Vec<Identity> {
    let foreign = fact.get("foreign_schema?").zip(fact.get("foreign_table?"));
    let foreign = foreign.map(|(schema, table)| Identity::new(Kind::Table, [schema, table]));
    let elsewhere = foreign.filter(|foreign| Some(foreign) != fact.parent.as_ref());
    let is_gone = |identity: &Identity| context.gone.contains(identity);
    let from = from(fact);
    if from.is_none() && elsewhere.is_some_and(|foreign| is_gone(&foreign)) {
        return Vec::new();
    }
    // What was detached before has it by itself.
    let is_attached = !inheritance(fact).is_some_and(|one| is_gone(&one));
    let from = from.filter(|_| is_attached && !is_declared_again(fact));
    fact.parent.clone().into_iter().chain(from).collect()
}

/// What a parent's constraint brings along. A partition has its checks before it
/// is attached, and gets its references then.
fn made_with(fact: &Fact, context: &Context<'_>) -> Option<Identity> {
    let from = from(fact).filter(|_| !is_index(fact) && !is_declared_again(fact))?;
    let inheritance = inheritance(fact)?;
    let is_made = |identity: &Identity| context.made.contains(identity);
    if fact.text("type") == "f" {
        return Some(if is_made(&from) { from } else { inheritance });
    }
    let stays = !is_made(&inheritance);
    if stays || !fact.is("partition?") {
        return if is_made(&from) { Some(from) } else { fact.parent.clone() };
    }
    None
}

/// Says whether a child declares the check that it has from a parent anyway.
fn is_declared_again(fact: &Fact) -> bool {
    fact.text("type") == "c" && fact.is("local?") && !fact.is("partition?")
}

/// Returns the parent's constraint that this one comes from.
fn from(fact: &Fact) -> Option<Identity> {
    let table = [fact.get("from_schema?")?, fact.get("from_table?")?];
    Some(Identity::new(Kind::Constraint, table.into_iter().chain(fact.get("from?"))))
}

/// Returns what makes the table a child of the one that the constraint is from.
fn inheritance(fact: &Fact) -> Option<Identity> {
    let table = [fact.get("from_schema?")?, fact.get("from_table?")?];
    let path = fact.identity.path().take(2).chain(table);
    Some(Identity::new(Kind::Inheritance, path))
}

/// Returns what makes the index behind a constraint what it shall be.
fn index_changes(fact: &Fact, options: &str, moves: bool) -> Vec<Statement> {
    let index = dotted([fact.identity.name(0), fact.identity.name(2)]);
    let mut clauses = options::changes(options, fact.text("options"));
    if moves {
        let tablespace = fact.get("tablespace").unwrap_or("pg_default");
        clauses.push(format!("SET TABLESPACE {}", identifier(tablespace)));
    }
    let alter = |clause| Statement::new(format!("ALTER INDEX {index} {clause}"));
    clauses.into_iter().map(alter).collect()
}

fn is_index(fact: &Fact) -> bool {
    matches!(fact.text("type"), "p" | "u" | "x")
}

fn own(fact: &Fact) -> String {
    identifier(fact.identity.name(2))
}
