//! Schemas, the one called `public` among them.

use super::catalog::{NOWHERE, OWN_SCHEMA, address};
use super::{Naming, Row};
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "schema",
    naming: Naming::Own(1),
    question: |_| {
        format!(
            "SELECT {}, {NOWHERE}, n.nspname FROM pg_catalog.pg_namespace n WHERE {OWN_SCHEMA}",
            address("pg_namespace", "n.oid")
        )
    },
    sql: |fact| format!("SCHEMA {}", name(fact)),
    create: |fact, _| vec![Statement::new(format!("CREATE SCHEMA {}", name(fact)))],
    drop: |fact, _| vec![Statement::new(format!("DROP SCHEMA {}", name(fact)))],
    outlives: |_, _| true,
    ..Row::BLANK
};

fn name(fact: &Fact) -> String {
    identifier(fact.identity.last())
}
