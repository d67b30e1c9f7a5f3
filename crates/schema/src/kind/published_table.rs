//! A table of a publication, with the columns and rows that are published.

use super::catalog::address;
use super::publication::name;
use super::{Kind, Naming, Row};
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::quote::dotted;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "published table",
    naming: Naming::Under(2),
    columns: &["columns", "filter"],
    expressions: &["filter"],
    question: |version| {
        let columns = if version.at_least(15) {
            "(SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum) \
                FROM pg_catalog.pg_attribute a WHERE a.attrelid = r.prrelid \
                AND a.attnum = ANY (r.prattrs)), pg_catalog.pg_get_expr(r.prqual, r.prrelid)"
        } else {
            "NULL, NULL"
        };
        format!(
            "SELECT {}, {}, n.nspname, c.relname, {columns} \
             FROM pg_catalog.pg_publication_rel r JOIN pg_catalog.pg_class c ON c.oid = r.prrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
            address("pg_publication_rel", "r.oid"),
            address("pg_publication", "r.prpubid"),
        )
    },
    create: |fact, _| {
        let columns = match fact.get("columns") {
            Some(columns) => format!(" ({columns})"),
            None => String::new(),
        };
        let filter = match fact.get("filter") {
            Some(filter) => format!(" WHERE ({filter})"),
            None => String::new(),
        };
        vec![Statement::new(format!(
            "ALTER PUBLICATION {} ADD TABLE ONLY {}{columns}{filter}",
            name(fact),
            table(fact)
        ))]
    },
    drop: |fact, _| {
        vec![Statement::new(format!(
            "ALTER PUBLICATION {} DROP TABLE ONLY {}",
            name(fact),
            table(fact)
        ))]
    },
    gone_with,
    ..Row::BLANK
};

fn table(fact: &Fact) -> String {
    dotted([fact.identity.name(1), fact.identity.name(2)])
}

fn gone_with(fact: &Fact, _: &Context<'_>) -> Vec<Identity> {
    let table = Identity::new(Kind::Table, [fact.identity.name(1), fact.identity.name(2)]);
    fact.parent.iter().cloned().chain([table]).collect()
}
