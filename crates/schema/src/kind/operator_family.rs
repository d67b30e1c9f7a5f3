//! Operator families. What an operator class brings along belongs to the class.

use super::catalog::{OWN_SCHEMA, address};
use super::relation::in_schema;
use super::{Naming, Row};
use crate::fact::Fact;
use crate::quote::{dotted, identifier};
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "operator family",
    naming: Naming::Own(3),
    columns: &[],
    question: |_| {
        format!(
            "SELECT {}, {}, n.nspname, f.opfname, m.amname \
             FROM pg_catalog.pg_opfamily f JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace \
             JOIN pg_catalog.pg_am m ON m.oid = f.opfmethod WHERE {OWN_SCHEMA}",
            address("pg_opfamily", "f.oid"),
            in_schema(),
        )
    },
    sql: |fact| format!("OPERATOR FAMILY {}", name(fact)),
    create: |fact, _| vec![Statement::new(format!("CREATE OPERATOR FAMILY {}", name(fact)))],
    drop: |fact, _| vec![Statement::new(format!("DROP OPERATOR FAMILY {}", name(fact)))],
    ..Row::BLANK
};

/// Returns the name of a family or a class, with the access method it is for.
pub(super) fn name(fact: &Fact) -> String {
    let own = dotted(fact.identity.path().take(2));
    format!("{own} USING {}", identifier(fact.identity.name(2)))
}
