//! A schema all tables of which are in a publication.

use super::catalog::{NOWHERE, address};
use super::publication::name;
use super::{Naming, Row};
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "published schema",
    naming: Naming::Under(1),
    question: |version| {
        // Before 15 there are none.
        if !version.at_least(15) {
            return format!("SELECT {NOWHERE}, {NOWHERE}, NULL WHERE false");
        }
        format!(
            "SELECT {}, {}, n.nspname FROM pg_catalog.pg_publication_namespace s \
             JOIN pg_catalog.pg_namespace n ON n.oid = s.pnnspid",
            address("pg_publication_namespace", "s.oid"),
            address("pg_publication", "s.pnpubid"),
        )
    },
    create: |fact, _| vec![alter(fact, "ADD")],
    drop: |fact, _| vec![alter(fact, "DROP")],
    ..Row::BLANK
};

fn alter(fact: &Fact, verb: &str) -> Statement {
    let schema = identifier(fact.identity.last());
    Statement::new(format!(
        "ALTER PUBLICATION {} {verb} TABLES IN SCHEMA {schema}",
        name(fact)
    ))
}
