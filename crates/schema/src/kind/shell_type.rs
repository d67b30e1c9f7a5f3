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
        let shell = part("pg_type", "t.oid", PART);
        format!(
            "SELECT {}, {shell} FROM {functions} f(of_type, function) \
             JOIN pg_catalog.pg_type t ON t.oid = f.of_type \
             UNION ALL SELECT {}, {shell} FROM pg_catalog.pg_type t \
             WHERE t.typisdefined AND {IS_SHELL}",
            part("pg_proc", "f.function", "0"),
            part("pg_type", "t.oid", "0"),
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
const IS_SHELL: &str = "t.oid >= 16384 AND (t.typtype = 'p' AND NOT t.typisdefined \
    OR t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid) \
    OR EXISTS (SELECT FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid AND r.rngcanonical <> 0))";

/// Returns a subquery: types, and the functions that they are made of.
pub(crate) fn functions(version: Version) -> String {
    let subscript = if version.at_least(14) { ", (t.typsubscript)" } else { "" };
    format!(
        "(SELECT t.oid, f.function::pg_catalog.oid FROM pg_catalog.pg_type t \
         LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid \
         CROSS JOIN LATERAL (VALUES (t.typinput), (t.typoutput), (t.typreceive), (t.typsend), \
            (t.typmodin), (t.typmodout), (t.typanalyze){subscript}, (r.rngcanonical)) f(function) \
         WHERE f.function <> 0 AND {IS_SHELL})"
    )
}
