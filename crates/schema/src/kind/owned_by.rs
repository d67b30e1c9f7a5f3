//! The column that a sequence belongs to.

use super::catalog::{OWN_SCHEMA, address, part};
use super::relation::of;
use super::{Alteration, Naming, Row};
use crate::fact::Fact;
use crate::quote::dotted;
use crate::statement::Statement;

/// The part of a sequence that stands for its owner in an address.
const PART: &str = "-1";

pub(super) const ROW: Row = Row {
    word: "owner column",
    naming: Naming::Under(0),
    columns: &["schema", "table", "column"],
    question: |_| {
        format!(
            "SELECT {}, {}, tn.nspname, t.relname, a.attname {FROM} AND {OWN_SCHEMA}",
            part("pg_class", "c.oid", PART),
            address("pg_class", "c.oid"),
        )
    },
    links: Some(|_| {
        format!(
            "SELECT {}, {} {FROM} AND {OWN_SCHEMA}",
            part("pg_class", "c.oid", PART),
            part("pg_class", "t.oid", "a.attnum"),
        )
    }),
    create: |fact, _| {
        let column = dotted([fact.text("schema"), fact.text("table"), fact.text("column")]);
        vec![owned_by(fact, &column)]
    },
    drop: |fact, _| vec![owned_by(fact, "NONE")],
    alter: |change, context| Alteration::plain((ROW.create)(change.new, context)),
    ..Row::BLANK
};

const FROM: &str = "\
    FROM pg_catalog.pg_depend d \
    JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind = 'S' \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    JOIN pg_catalog.pg_class t ON t.oid = d.refobjid \
    JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace \
    JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid \
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass \
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'a'";

fn owned_by(fact: &Fact, column: &str) -> Statement {
    Statement::new(format!("ALTER SEQUENCE {} OWNED BY {column}", of(fact)))
}
