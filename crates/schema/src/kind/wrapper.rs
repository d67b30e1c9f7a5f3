//! Foreign data wrappers that no extension brought.

use super::catalog::{NOWHERE, address};
use super::{Alteration, Naming, Row, foreign_options};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "foreign data wrapper",
    naming: Naming::Own(1),
    columns: &["handler", "validator", "options"],
    question: |_| {
        let function = |column| format!("CASE WHEN {column} <> 0 THEN {column}::pg_catalog.regproc END");
        format!(
            "SELECT {}, {NOWHERE}, w.fdwname, {}, {}, {} \
             FROM pg_catalog.pg_foreign_data_wrapper w",
            address("pg_foreign_data_wrapper", "w.oid"),
            function("w.fdwhandler"),
            function("w.fdwvalidator"),
            foreign_options::of_array("w.fdwoptions"),
        )
    },
    sql,
    create: |fact, _| {
        let clause = |column: &str, word: &str| match fact.get(column) {
            Some(function) => format!(" {word} {function}"),
            None => String::new(),
        };
        vec![Statement::new(format!(
            "CREATE {}{}{}{}",
            sql(fact),
            clause("handler", "HANDLER"),
            clause("validator", "VALIDATOR"),
            foreign_options::clause(fact.text("options")),
        ))]
    },
    drop: |fact, _| vec![Statement::new(format!("DROP {}", sql(fact)))],
    alter,
    ..Row::BLANK
};

fn sql(fact: &Fact) -> String {
    format!("FOREIGN DATA WRAPPER {}", identifier(fact.identity.last()))
}

fn alter(change: &Change<'_>, _: &Context<'_>) -> Alteration {
    let (old, new) = (change.old, change.new);
    let clause = |column: &str, word: &str| match (change.of(column), new.get(column)) {
        (false, _) => String::new(),
        (true, Some(function)) => format!(" {word} {function}"),
        (true, None) => format!(" NO {word}"),
    };
    Alteration::plain(vec![Statement::new(format!(
        "ALTER {}{}{}{}",
        sql(new),
        clause("handler", "HANDLER"),
        clause("validator", "VALIDATOR"),
        foreign_options::changes(old.text("options"), new.text("options")),
    ))])
}
