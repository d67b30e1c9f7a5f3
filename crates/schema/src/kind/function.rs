//! Functions, window functions and procedures.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::in_schema;
use super::{Alteration, Naming, Row};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::quote::dotted;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "function",
    naming: Naming::Own(3),
    columns: &["definition", "kind", "result", "arguments", "defaults", "identity?"],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, p.proname, pg_catalog.oidvectortypes(p.proargtypes), \
             pg_catalog.pg_get_functiondef(p.oid), p.prokind, pg_catalog.pg_get_function_result(p.oid), \
             pg_catalog.pg_get_function_identity_arguments(p.oid), p.pronargdefaults, \
             pg_catalog.pg_get_function_identity_arguments(p.oid) \
             FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
             WHERE p.prokind IN ('f', 'p', 'w') AND {OWN_SCHEMA} \
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d \
                WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid \
                AND d.deptype = 'i')",
            address("pg_proc", "p.oid"),
            in_schema(),
        )
    },
    sql: |fact| format!("{} {}", word(fact), name(fact)),
    create: |fact, _| vec![Statement::new(fact.text("definition").trim_end())],
    drop: |fact, _| vec![Statement::new(format!("DROP {} {}", word(fact), name(fact)))],
    alter,
    slots: |fact| vec![format!("function {}", name(fact))],
    ..Row::BLANK
};

/// `CREATE OR REPLACE` changes neither the type of the result nor the names of
/// the arguments, and takes no default away.
fn alter(change: &Change<'_>, context: &Context<'_>) -> Alteration {
    let defaults = |fact: &Fact| fact.text("defaults").parse::<u32>().unwrap_or(0);
    let replaceable = change.only(&["definition", "defaults", "arguments"])
        && keeps_names(change.old.text("arguments"), change.new.text("arguments"))
        && defaults(change.old) <= defaults(change.new);
    if replaceable {
        Alteration::plain((ROW.create)(change.new, context))
    } else {
        Alteration::Anew
    }
}

/// Says whether arguments are named as they were. One without a name may get
/// one, but that is told by what the server answers, not guessed here.
fn keeps_names(old: &str, new: &str) -> bool {
    old == new
}

fn word(fact: &Fact) -> &'static str {
    match fact.text("kind") {
        "p" => "PROCEDURE",
        _ => "FUNCTION",
    }
}

/// Returns the name with the types that tell it from others of this name.
fn name(fact: &Fact) -> String {
    let own = dotted(fact.identity.path().take(2));
    match fact.text("kind") {
        "p" => format!("{own}({})", fact.text("identity?")),
        _ => format!("{own}({})", fact.identity.last()),
    }
}
