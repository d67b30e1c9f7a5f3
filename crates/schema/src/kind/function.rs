//! Functions, window functions and procedures.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::in_schema;
use super::{Alteration, Kind, Naming, Row, shell_type};
use crate::compare::Change;
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::quote::{dotted, identifier};
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "function",
    naming: Naming::Own(3),
    columns: &["definition", "kind", "result", "arguments", "defaults", "identity?", "body?", "type_schema?", "type_name?"],
    expressions: &["definition"],
    question: |version| {
        let is_text = if version.at_least(14) { "AND p.prosqlbody IS NULL" } else { "" };
        format!(
            "SELECT {}, {}, n.nspname, p.proname, pg_catalog.oidvectortypes(p.proargtypes), \
             pg_catalog.pg_get_functiondef(p.oid), p.prokind, pg_catalog.pg_get_function_result(p.oid), \
             pg_catalog.pg_get_function_identity_arguments(p.oid), p.pronargdefaults, \
             pg_catalog.pg_get_function_identity_arguments(p.oid), \
             CASE WHEN l.lanname NOT IN ('c', 'internal') {is_text} THEN p.prosrc END, \
             s.nspname, s.typname \
             FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
             JOIN pg_catalog.pg_language l ON l.oid = p.prolang \
             LEFT JOIN (SELECT f.function, pg_catalog.min(tn.nspname::text), pg_catalog.min(t.typname::text) \
                FROM {} f(of_type, function) JOIN pg_catalog.pg_type t ON t.oid = f.of_type \
                JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace GROUP BY f.function) \
                s(function, nspname, typname) ON s.function = p.oid \
             WHERE p.prokind IN ('f', 'p', 'w') AND {OWN_SCHEMA} \
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d \
                WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid \
                AND d.deptype = 'i')",
            address("pg_proc", "p.oid"),
            in_schema(),
            shell_type::functions(version),
        )
    },
    sql: |fact| format!("{} {}", word(fact), name(fact)),
    create: |fact, _| vec![Statement::new(fact.text("definition").trim_end())],
    drop: |fact, _| vec![Statement::new(format!("DROP {} {}", word(fact), name(fact)))],
    alter,
    slots: routine_slot,
    gone_with,
    body: |fact| fact.get("body?"),
    put_aside: Some(|fact, renamed, _| {
        let to = identifier(renamed.identity.name(1));
        vec![Statement::new(format!("ALTER {} {} RENAME TO {to}", word(fact), name(fact)))]
    }),
    is_text: true,
    ..Row::BLANK
};

/// Returns the name that only one function, procedure or aggregate can have.
pub(super) fn routine_slot(fact: &Fact) -> Vec<String> {
    let own = dotted(fact.identity.path().take(2));
    vec![format!("routine {own}({})", fact.identity.last())]
}

/// What a type is made of goes when the type goes, which needs it.
fn gone_with(fact: &Fact, _: &Context<'_>) -> Vec<Identity> {
    let Some((schema, name)) = fact.get("type_schema?").zip(fact.get("type_name?")) else {
        return Vec::new();
    };
    let kinds = [Kind::BaseType, Kind::Range].into_iter();
    kinds.map(|kind| Identity::new(kind, [schema, name])).collect()
}

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
