//! What keeps a column from being null: a mark, and from 18 on a constraint with
//! a name, which may stop at its table, and may have to be checked yet.

use super::danger;
use super::relation::of;
use crate::Version;
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

/// The columns of a kind that this is about.
const NOT_NULL: &str = "not_null";
const NAME: &str = "not_null_name";
const NO_INHERIT: &str = "not_null_no_inherit";
const NOT_VALID: &str = "not_null_not_valid";
/// Its name, which another may have meanwhile.
const FULL_NAME: &str = "not_null_full_name?";
/// Whether a parent alone asks for it.
const FROM_PARENT: &str = "not_null_from_parent?";
/// Whether the table asks for it as well as a parent.
const TOO: &str = "not_null_too?";

/// What a child's column has in common with that of its parent.
pub(super) const INHERITED: [&str; 4] = [NOT_NULL, FULL_NAME, NO_INHERIT, NOT_VALID];

/// Returns what reads all this of the column `a` of the relation `c`, and what
/// has to be joined for it.
pub(super) fn reading(version: Version) -> (&'static str, &'static str) {
    if !version.at_least(18) {
        return ("a.attnotnull, NULL, NULL, NULL, NULL, NULL, NULL", "");
    }
    (
        "a.attnotnull, NULLIF(nn.conname, c.relname || '_' || a.attname || '_not_null'), \
         NULLIF(nn.connoinherit, false), NULLIF(NOT nn.convalidated, false), \
         nn.conname, NOT nn.conislocal AND NOT c.relispartition, \
         nn.conislocal AND nn.coninhcount > 0",
        "LEFT JOIN pg_catalog.pg_constraint nn ON nn.contype = 'n' AND nn.conrelid = c.oid \
         AND nn.conkey[1] = a.attnum",
    )
}

/// Says whether a column may not be null, and only because its parent's may not.
pub(super) fn is_from_parent(fact: &Fact) -> bool {
    fact.is(NOT_NULL) && fact.is(FROM_PARENT)
}

/// Says whether the columns of children may not be null either.
pub(super) fn reaches_children(fact: &Fact) -> bool {
    fact.is(NOT_NULL) && !fact.is(NO_INHERIT)
}

/// Returns what stands in the declaration of a column.
pub(super) fn clause(fact: &Fact) -> String {
    // What has to be checked yet can only be added.
    if !fact.is(NOT_NULL) || fact.is(NOT_VALID) || is_from_parent(fact) {
        return String::new();
    }
    let name = fact.get(FULL_NAME);
    let name = name.map(|name| format!(" CONSTRAINT {}", identifier(name)));
    format!("{} NOT NULL{}", name.unwrap_or_default(), reach(fact))
}

/// Returns what has to be said of a new column after it is there.
pub(super) fn afterwards(fact: &Fact) -> Option<Statement> {
    let is_open = fact.is(NOT_VALID) && !is_from_parent(fact);
    is_open.then(|| set(fact))
}

/// Returns the statement that lets no null in any more.
pub(super) fn set(fact: &Fact) -> Statement {
    let own = identifier(fact.identity.last());
    let is_plain = [NAME, NO_INHERIT, NOT_VALID]
        .iter()
        .all(|column| fact.get(column).is_none());
    if is_plain {
        return alter(fact, &format!("ALTER COLUMN {own} SET NOT NULL"));
    }
    let valid = if fact.is(NOT_VALID) { " NOT VALID" } else { "" };
    let (name, reach) = (name(fact), reach(fact));
    alter(
        fact,
        &format!("ADD CONSTRAINT {name} NOT NULL {own}{reach}{valid}"),
    )
}

/// Returns the statements that let a column be null no longer, or that make one
/// way of that another.
pub(super) fn changes(change: &Change<'_>, context: &Context<'_>) -> Vec<Statement> {
    let (old, new) = (change.old, change.new);
    if !new.is(NOT_NULL) {
        return Vec::new();
    }
    if !old.is(NOT_NULL) {
        return vec![checking(set(new), new, context)];
    }
    // Nothing takes back that all rows were checked.
    if new.is(NOT_VALID) && !old.is(NOT_VALID) {
        return vec![drop(new), set(new)];
    }
    let mut statements = Vec::new();
    let (from, to) = (name(old), name(new));
    if from != to {
        statements.push(alter(new, &format!("RENAME CONSTRAINT {from} TO {to}")));
    }
    if change.of(NO_INHERIT) {
        let reach = if new.is(NO_INHERIT) {
            "NO INHERIT"
        } else {
            "INHERIT"
        };
        statements.push(alter(new, &format!("ALTER CONSTRAINT {to} {reach}")));
    }
    if change.of(NOT_VALID) {
        statements.push(alter(new, &format!("VALIDATE CONSTRAINT {to}")));
    }
    statements
}

/// Returns the statement that lets nulls in again.
pub(super) fn dropped(change: &Change<'_>) -> Option<Statement> {
    let is_dropped = change.of(NOT_NULL) && !change.new.is(NOT_NULL);
    is_dropped.then(|| drop(change.new))
}

/// Returns what is still to be said of a column whose parent's was changed in the
/// same way. What the child asks for as well does not go with what the parent asks
/// for; a key that was made of an index has left it in a partition.
pub(super) fn changed_too(change: &Change<'_>) -> Option<Statement> {
    if change.new.is(NOT_NULL) {
        let is_asked_for = change.new.is(TOO) && !change.new.is("partition?");
        return (change.of(NOT_NULL) && is_asked_for).then(|| set(change.new));
    }
    dropped(change).filter(|_| change.old.is(TOO))
}

fn drop(fact: &Fact) -> Statement {
    let own = identifier(fact.identity.last());
    alter(fact, &format!("ALTER COLUMN {own} DROP NOT NULL"))
}

fn checking(statement: Statement, fact: &Fact, context: &Context<'_>) -> Statement {
    let is_scanned =
        !fact.is("foreign?") && !fact.is(NOT_VALID) && !danger::is_checked_not_null(fact, context);
    match is_scanned {
        true => danger::locking(statement, danger::ACCESS, fact, danger::CHECKED),
        false => statement,
    }
}

fn reach(fact: &Fact) -> &'static str {
    if fact.is(NO_INHERIT) {
        " NO INHERIT"
    } else {
        ""
    }
}

fn name(fact: &Fact) -> String {
    match fact.get(NAME) {
        Some(name) => identifier(name),
        None => {
            let [table, column] = [fact.identity.name(1), fact.identity.name(2)];
            identifier(&format!("{table}_{column}_not_null"))
        }
    }
}

fn alter(fact: &Fact, what: &str) -> Statement {
    Statement::new(format!("ALTER TABLE {} {what}", of(fact)))
}
