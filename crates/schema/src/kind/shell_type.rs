//! Types of which only the name is known yet: the functions that read and write
//! a type need it, and the type needs them.

use super::catalog::{OWN_SCHEMA, part};
use super::relation::in_schema;
use super::types::{name, type_slot};
use super::{Kind, Naming, Row};
use crate::Version;
use crate::identity::Identity;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "shell type",
    naming: Naming::Own(2),
    columns: &["defined?"],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, t.typname, t.typisdefined \
             FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
             WHERE {IS_SHELL} AND {OWN_SCHEMA}",
            part("pg_type", "t.oid", PART),
            in_schema(),
        )
    },
    links: Some(|version| {
        let functions = functions(version);
        let function = part("pg_proc", "p.oid", "0");
        let shell = part("pg_type", "t.oid", PART);
        let whole = part("pg_type", "t.oid", "0");
        format!(
            "SELECT {function}, {shell}, 'n' \
             FROM pg_catalog.pg_type t JOIN pg_catalog.pg_proc p ON {functions} WHERE {IS_SHELL} \
             UNION ALL SELECT {whole}, {shell}, 'n' FROM pg_catalog.pg_type t \
             WHERE t.typisdefined AND {IS_SHELL}",
        )
    }),
    sql: |fact| format!("TYPE {}", name(fact)),
    create: |fact, _| vec![Statement::new(format!("CREATE TYPE {}", name(fact)))],
    drop: |fact, _| vec![Statement::new(format!("DROP TYPE {}", name(fact)))],
    slots: type_slot,
    gone_with: |fact, _| {
        let kinds = [Kind::BaseType, Kind::Range].into_iter();
        kinds.map(|kind| Identity::new(kind, fact.identity.path())).collect()
    },
    ..Row::BLANK
};

/// The part of a type that stands for its name alone in an address.
const PART: &str = "CASE WHEN t.typisdefined THEN -1 ELSE 0 END";

/// Holds for types `t` that are made in two steps.
const IS_SHELL: &str = "(t.typtype = 'p' AND NOT t.typisdefined OR t.typtype = 'b' AND t.oid >= 16384 \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid) \
    OR EXISTS (SELECT FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid AND r.rngcanonical <> 0))";

/// Returns what holds for the functions `p` that a type `t` is made of.
pub(crate) fn functions(version: Version) -> String {
    let subscript = if version.at_least(14) { ", t.typsubscript" } else { "" };
    format!(
        "p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend, t.typmodin, t.typmodout, \
         t.typanalyze{subscript}, \
         (SELECT r.rngcanonical FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid))"
    )
}
