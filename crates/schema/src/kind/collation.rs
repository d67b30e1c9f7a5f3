//! Collations. The columns of one that is made anew are turned to the new one.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::in_schema;
use super::types::{name, rename};
use super::{Naming, Row};
use crate::Version;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "collation",
    naming: Naming::Own(2),
    columns: &["definition"],
    question: |version| {
        format!(
            "SELECT {}, {}, n.nspname, c.collname, {} \
             FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace \
             WHERE {OWN_SCHEMA}",
            address("pg_collation", "c.oid"),
            in_schema(),
            definition(version),
        )
    },
    sql: |fact| format!("COLLATION {}", name(fact)),
    create: |fact, _| {
        let (name, definition) = (name(fact), fact.text("definition"));
        vec![Statement::new(format!("CREATE COLLATION {name} ({definition})"))]
    },
    drop: |fact, _| vec![Statement::new(format!("DROP COLLATION {}", name(fact)))],
    put_aside: Some(|fact, renamed, _| vec![rename("COLLATION", fact, renamed)]),
    ..Row::BLANK
};

/// The place where the locale of a provider stands has moved from version to
/// version.
fn definition(version: Version) -> String {
    let locale = match version {
        version if version.at_least(17) => "c.colllocale",
        version if version.at_least(15) => "c.colliculocale",
        _ => "CASE WHEN c.collprovider = 'i' THEN c.collcollate END",
    };
    let rules = if version.at_least(16) { "c.collicurules" } else { "NULL" };
    format!(
        "'PROVIDER = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END \
         || CASE WHEN NOT c.collisdeterministic THEN ', DETERMINISTIC = false' ELSE '' END \
         || CASE WHEN c.collprovider <> 'c' THEN ', LOCALE = ' || pg_catalog.quote_literal({locale}) \
            WHEN c.collcollate = c.collctype THEN ', LOCALE = ' || pg_catalog.quote_literal(c.collcollate) \
            ELSE ', LC_COLLATE = ' || pg_catalog.quote_literal(c.collcollate) \
                || ', LC_CTYPE = ' || pg_catalog.quote_literal(c.collctype) END \
         || COALESCE(', RULES = ' || pg_catalog.quote_literal({rules}), '')"
    )
}
