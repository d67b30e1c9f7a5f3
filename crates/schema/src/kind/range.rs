//! Range types, and the multirange types that come with them.

use super::catalog::{OWN_SCHEMA, address};
use super::types::{name, rename, type_slot};
use super::{Alteration, Kind, Naming, Row};
use crate::context::Context;
use crate::fact::Fact;
use crate::quote::{dotted, identifier};
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "range type",
    naming: Naming::Own(2),
    columns: &["definition", "multirange", "constructors?"],
    question: |version| {
        let (multirange, join) = if version.at_least(14) {
            (
                "m.typname",
                "JOIN pg_catalog.pg_type m ON m.oid = r.rngmultitypid",
            )
        } else {
            ("NULL", "")
        };
        let made = if version.at_least(14) { "t.oid, m.oid" } else { "t.oid" };
        format!(
            "SELECT {}, {}, n.nspname, t.typname, \
             'SUBTYPE = ' || pg_catalog.format_type(r.rngsubtype, NULL) \
             || CASE WHEN NOT o.opcdefault THEN ', SUBTYPE_OPCLASS = ' || pg_catalog.quote_ident(n2.nspname) \
                || '.' || pg_catalog.quote_ident(o.opcname) ELSE '' END \
             || CASE WHEN r.rngcollation <> s.typcollation THEN ', COLLATION = ' \
                || pg_catalog.quote_ident(ln.nspname) || '.' || pg_catalog.quote_ident(l.collname) ELSE '' END \
             || CASE WHEN r.rngcanonical <> 0 THEN ', CANONICAL = ' || r.rngcanonical ELSE '' END \
             || CASE WHEN r.rngsubdiff <> 0 THEN ', SUBTYPE_DIFF = ' || r.rngsubdiff ELSE '' END, \
             {multirange}, \
             (SELECT pg_catalog.string_agg(p.oid::pg_catalog.regprocedure::text, E'\\n' ORDER BY p.oid) \
                FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_proc p ON p.oid = d.objid \
                WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.deptype = 'i' \
                AND d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.refobjid IN ({made})) \
             FROM pg_catalog.pg_range r JOIN pg_catalog.pg_type t ON t.oid = r.rngtypid {join} \
             JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
             JOIN pg_catalog.pg_type s ON s.oid = r.rngsubtype \
             JOIN pg_catalog.pg_opclass o ON o.oid = r.rngsubopc \
             JOIN pg_catalog.pg_namespace n2 ON n2.oid = o.opcnamespace \
             LEFT JOIN pg_catalog.pg_collation l ON l.oid = r.rngcollation \
             LEFT JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace \
             WHERE {OWN_SCHEMA}",
            address("pg_type", "t.oid"),
            // With a function that takes the type, it hangs on its own name.
            format_args!(
                "CASE WHEN r.rngcanonical = 0 THEN n.tableoid ELSE t.tableoid END, \
                 CASE WHEN r.rngcanonical = 0 THEN n.oid ELSE t.oid END, \
                 CASE WHEN r.rngcanonical = 0 THEN 0 ELSE -1 END"
            ),
        )
    },
    sql: |fact| format!("TYPE {}", name(fact)),
    create: |fact, _| {
        let multirange = match fact.get("multirange") {
            None => String::new(),
            Some(multirange) => {
                let multirange = dotted([fact.identity.name(0), multirange]);
                format!(", MULTIRANGE_TYPE_NAME = {multirange}")
            }
        };
        vec![Statement::new(format!(
            "CREATE TYPE {} AS RANGE ({}{multirange})",
            name(fact),
            fact.text("definition")
        ))]
    },
    drop: |fact, context| {
        // It needs that function and the function needs it: they go together.
        let cascade = match is_on_shell(fact) {
            true => context.old.cascade(Some(&fact.identity)),
            false => "",
        };
        vec![Statement::new(format!("DROP TYPE {}{cascade}", name(fact)))]
    },
    alter: |change, _| {
        if is_on_shell(change.new) {
            Alteration::WholeAnew
        } else {
            Alteration::Anew
        }
    },
    gone_with: |_, _| Vec::new(),
    slots: |fact| {
        let mut slots = type_slot(fact);
        if let Some(multirange) = fact.get("multirange") {
            slots.push(format!("type {}", dotted([fact.identity.name(0), multirange])));
        }
        slots
    },
    put_aside: Some(put_aside),
    ..Row::BLANK
};

fn is_on_shell(fact: &Fact) -> bool {
    let parent = fact.parent.as_ref();
    parent.is_some_and(|parent| parent.kind() == Kind::ShellType)
}

/// Neither the multirange nor the functions that make a value are renamed with
/// their range.
fn put_aside(fact: &Fact, renamed: &Fact, _: &Context<'_>) -> Vec<Statement> {
    let to = renamed.identity.name(1);
    let functions = fact.text("constructors?").lines().map(|function| {
        Statement::new(format!("ALTER FUNCTION {function} RENAME TO {}", identifier(to)))
    });
    let mut statements: Vec<Statement> = functions.collect();
    if let Some(multirange) = fact.get("multirange") {
        statements.push(Statement::new(format!(
            "ALTER TYPE {} RENAME TO {}",
            dotted([fact.identity.name(0), multirange]),
            identifier(&format!("{to}_multirange"))
        )));
    }
    statements.push(rename("TYPE", fact, renamed));
    statements
}
