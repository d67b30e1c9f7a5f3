//! Casts between two types.

use super::catalog::{NOWHERE, address};
use super::{Naming, Row};
use crate::fact::Fact;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "cast",
    naming: Naming::Own(2),
    columns: &["definition"],
    question: |_| {
        format!(
            "SELECT {}, {NOWHERE}, pg_catalog.format_type(c.castsource, NULL), \
             pg_catalog.format_type(c.casttarget, NULL), \
             CASE c.castmethod WHEN 'b' THEN 'WITHOUT FUNCTION' WHEN 'i' THEN 'WITH INOUT' \
                ELSE 'WITH FUNCTION ' || c.castfunc::pg_catalog.regprocedure END \
             || CASE c.castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END \
             FROM pg_catalog.pg_cast c WHERE c.oid >= 16384 \
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d \
                WHERE d.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass AND d.objid = c.oid \
                AND d.deptype = 'i')",
            address("pg_cast", "c.oid"),
        )
    },
    sql: |fact| format!("CAST {}", name(fact)),
    create: |fact, _| {
        let (name, definition) = (name(fact), fact.text("definition"));
        vec![Statement::new(format!("CREATE CAST {name} {definition}"))]
    },
    drop: |fact, _| vec![Statement::new(format!("DROP CAST {}", name(fact)))],
    ..Row::BLANK
};

fn name(fact: &Fact) -> String {
    format!("({} AS {})", fact.identity.name(0), fact.identity.name(1))
}
