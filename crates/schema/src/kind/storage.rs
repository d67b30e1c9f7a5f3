//! How the values of a column are kept, of tables and materialized views alike.
//! None of this reaches the children of a table: each has its own.

use super::options;
use super::relation::of;
use crate::compare::Change;
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

/// The columns of a kind that this is about.
const STORAGE: &str = "storage";
const COMPRESSION: &str = "compression";
const STATISTICS: &str = "statistics";
const OPTIONS: &str = "options";

/// Returns what has to be said of a new column after it is there.
pub(super) fn afterwards(fact: &Fact) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut alter = |what: String| statements.push(alter_only(fact, &what));
    if let Some(storage) = fact.get(STORAGE) {
        alter(format!("SET STORAGE {storage}"));
    }
    if let Some(compression) = fact.get(COMPRESSION) {
        alter(format!("SET COMPRESSION {compression}"));
    }
    if let Some(statistics) = fact.get(STATISTICS) {
        alter(format!("SET STATISTICS {statistics}"));
    }
    if let Some(options) = fact.get(OPTIONS) {
        alter(format!("SET ({})", options::list(options)));
    }
    statements
}

/// Returns a parent's column as a child gets it: with its table it takes over how
/// values are stored, later nothing of all this.
pub(super) fn inherited(parent: &Fact, is_with_table: bool) -> Fact {
    let mut came = parent.clone();
    let columns = parent.kind().columns().iter();
    for (column, value) in columns.zip(&mut came.values) {
        match *column {
            STATISTICS | OPTIONS => *value = None,
            STORAGE | COMPRESSION if !is_with_table => *value = None,
            _ => {}
        }
    }
    came
}

/// Returns the statements that turn one way of keeping values into another.
pub(super) fn changes(change: &Change<'_>) -> Vec<Statement> {
    let new = change.new;
    let mut clauses = Vec::new();
    if change.of(STORAGE) {
        let storage = new.get(STORAGE).unwrap_or(new.text("usual_storage?"));
        clauses.push(format!("SET STORAGE {storage}"));
    }
    if change.of(COMPRESSION) {
        let compression = new.get(COMPRESSION).unwrap_or("default");
        clauses.push(format!("SET COMPRESSION {compression}"));
    }
    if change.of(STATISTICS) {
        let statistics = new.get(STATISTICS).unwrap_or("-1");
        clauses.push(format!("SET STATISTICS {statistics}"));
    }
    clauses.extend(options::changes(
        change.old.text(OPTIONS),
        new.text(OPTIONS),
    ));
    let alter = |what: &String| alter_only(new, what);
    clauses.iter().map(alter).collect()
}

/// Returns what reads all this of the column `a` of the type `t`.
pub(super) fn reading(version: crate::Version) -> String {
    let compression = if version.at_least(14) {
        "NULLIF(a.attcompression, '')"
    } else {
        "NULL"
    };
    let word = |column: &str| {
        format!(
            "CASE {column} WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' \
             WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END"
        )
    };
    format!(
        "CASE WHEN a.attstorage <> t.typstorage THEN {} END, \
         CASE {compression} WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END, \
         NULLIF(a.attstattarget, -1), {}, {}",
        word("a.attstorage"),
        options::of_array("a.attoptions"),
        word("t.typstorage"),
    )
}

/// Returns a change of the column of this table, and of none that inherits it.
pub(super) fn alter_only(fact: &Fact, what: &str) -> Statement {
    let own = identifier(fact.identity.name(2));
    Statement::new(format!(
        "ALTER TABLE ONLY {} ALTER COLUMN {own} {what}",
        of(fact)
    ))
}
