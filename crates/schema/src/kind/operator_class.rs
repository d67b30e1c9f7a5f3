//! Operator classes, with the operators and functions they bring along.

use super::catalog::{OWN_SCHEMA, address};
use super::family_member::{FUNCTION, OPERATOR};
use super::operator_family::name;
use super::relation::in_schema;
use super::{Naming, Row};
use crate::quote::dotted;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "operator class",
    naming: Naming::Own(3),
    columns: &["definition", "members", "type?"],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, c.opcname, m.amname, \
             CASE WHEN c.opcdefault THEN 'DEFAULT ' ELSE '' END \
             || 'FOR TYPE ' || pg_catalog.format_type(c.opcintype, NULL) \
             || ' USING ' || pg_catalog.quote_ident(m.amname) \
             || ' FAMILY ' || pg_catalog.quote_ident(fn.nspname) || '.' || pg_catalog.quote_ident(f.opfname), \
             pg_catalog.concat_ws(', ', \
                CASE WHEN c.opckeytype <> 0 THEN 'STORAGE ' || pg_catalog.format_type(c.opckeytype, NULL) END, \
                (SELECT pg_catalog.string_agg({OPERATOR}, ', ' ORDER BY o.amopstrategy, {OPERATOR}) \
                    FROM pg_catalog.pg_amop o JOIN pg_catalog.pg_depend d ON d.objid = o.oid \
                    AND d.classid = 'pg_catalog.pg_amop'::pg_catalog.regclass {OF_CLASS}), \
                (SELECT pg_catalog.string_agg({FUNCTION}, ', ' ORDER BY p.amprocnum, {FUNCTION}) \
                    FROM pg_catalog.pg_amproc p JOIN pg_catalog.pg_depend d ON d.objid = p.oid \
                    AND d.classid = 'pg_catalog.pg_amproc'::pg_catalog.regclass {OF_CLASS})), \
             pg_catalog.format_type(c.opcintype, NULL) \
             FROM pg_catalog.pg_opclass c JOIN pg_catalog.pg_namespace n ON n.oid = c.opcnamespace \
             JOIN pg_catalog.pg_am m ON m.oid = c.opcmethod \
             JOIN pg_catalog.pg_opfamily f ON f.oid = c.opcfamily \
             JOIN pg_catalog.pg_namespace fn ON fn.oid = f.opfnamespace WHERE {OWN_SCHEMA}",
            address("pg_opclass", "c.oid"),
            in_schema(),
        )
    },
    sql: |fact| format!("OPERATOR CLASS {}", name(fact)),
    create: |fact, _| {
        let own = dotted(fact.identity.path().take(2));
        let members = match fact.text("members") {
            // It has to have something.
            "" => format!("STORAGE {}", fact.text("type?")),
            members => members.to_owned(),
        };
        vec![Statement::new(format!(
            "CREATE OPERATOR CLASS {own} {} AS {members}",
            fact.text("definition"),
        ))]
    },
    drop: |fact, _| vec![Statement::new(format!("DROP OPERATOR CLASS {}", name(fact)))],
    ..Row::BLANK
};

const OF_CLASS: &str = "\
    AND d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass AND d.refobjid = c.oid";
