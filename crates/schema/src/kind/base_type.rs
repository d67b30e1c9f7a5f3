//! Base types: those that are made of functions.

use super::catalog::{OWN_SCHEMA, address, part};
use super::types::name;
use super::{Alteration, Naming, Row};
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "type",
    naming: Naming::Own(2),
    columns: &["definition"],
    question: |version| {
        let mut functions = vec![
            ("INPUT", "typinput"),
            ("OUTPUT", "typoutput"),
            ("RECEIVE", "typreceive"),
            ("SEND", "typsend"),
            ("TYPMOD_IN", "typmodin"),
            ("TYPMOD_OUT", "typmodout"),
            ("ANALYZE", "typanalyze"),
        ];
        if version.at_least(14) {
            functions.push(("SUBSCRIPT", "typsubscript"));
        }
        let functions = functions.into_iter().map(|(word, column)| {
            format!("CASE WHEN t.{column} <> 0 THEN ', {word} = ' || t.{column} ELSE '' END")
        });
        let functions = functions.collect::<Vec<_>>().join(" || ");
        format!(
            "SELECT {}, {}, n.nspname, t.typname, \
             'INTERNALLENGTH = ' || CASE WHEN t.typlen < 0 THEN 'VARIABLE' ELSE t.typlen::text END \
             || {functions} \
             || CASE WHEN t.typcollation <> 0 THEN ', COLLATABLE = true' ELSE '' END \
             || CASE WHEN t.typdefault IS NOT NULL \
                THEN ', DEFAULT = ' || pg_catalog.quote_literal(t.typdefault) ELSE '' END \
             || CASE WHEN t.typelem <> 0 THEN ', ELEMENT = ' || pg_catalog.format_type(t.typelem, NULL) ELSE '' END \
             || CASE WHEN t.typcategory <> 'U' \
                THEN ', CATEGORY = ' || pg_catalog.quote_literal(t.typcategory::text) ELSE '' END \
             || CASE WHEN t.typispreferred THEN ', PREFERRED = true' ELSE '' END \
             || CASE WHEN t.typdelim <> ',' \
                THEN ', DELIMITER = ' || pg_catalog.quote_literal(t.typdelim::text) ELSE '' END \
             || ', ALIGNMENT = ' || CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' \
                WHEN 'd' THEN 'double' ELSE 'int4' END \
             || ', STORAGE = ' || CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' \
                WHEN 'm' THEN 'main' ELSE 'extended' END \
             || CASE WHEN t.typbyval THEN ', PASSEDBYVALUE' ELSE '' END \
             FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
             WHERE t.typtype = 'b' AND t.oid >= 16384 AND {OWN_SCHEMA} \
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid)",
            address("pg_type", "t.oid"),
            part("pg_type", "t.oid", "-1"),
        )
    },
    sql: |fact| format!("TYPE {}", name(fact)),
    create: |fact, _| {
        let (name, definition) = (name(fact), fact.text("definition"));
        vec![Statement::new(format!("CREATE TYPE {name} ({definition})"))]
    },
    // It needs its functions and they need it: they go together.
    drop: |fact, context| {
        let cascade = context.old.cascade(Some(&fact.identity));
        vec![Statement::new(format!("DROP TYPE {}{cascade}", name(fact)))]
    },
    alter: |_, _| Alteration::WholeAnew,
    gone_with: |_, _| Vec::new(),
    ..Row::BLANK
};
