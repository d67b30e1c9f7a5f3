//! Extended statistics of a table.

use super::catalog::{address};
use super::relation::{name, of_relation};
use super::{Alteration, Naming, Row};
use crate::fact::Fact;
use crate::quote::dotted;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "statistics",
    naming: Naming::Own(2),
    // They stand in a definition as in the table, whose order does not count.
    columns: &["columns", "kinds", "expressions", "target", "definition?"],
    expressions: &["expressions"],
    question: |version| {
        let expressions = match version.at_least(14) {
            true => "pg_catalog.pg_get_expr(s.stxexprs, s.stxrelid)",
            false => "NULL",
        };
        format!(
            "SELECT {}, {}, sn.nspname, s.stxname, \
             (SELECT pg_catalog.string_agg(a.attname, ',' ORDER BY a.attname) FROM pg_catalog.pg_attribute a \
                WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys)), \
             s.stxkind::text, {expressions}, NULLIF(s.stxstattarget, -1), pg_catalog.pg_get_statisticsobjdef(s.oid) \
             FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_class c ON c.oid = s.stxrelid \
             JOIN pg_catalog.pg_namespace sn ON sn.oid = s.stxnamespace",
            address("pg_statistic_ext", "s.oid"),
            of_relation(),
        )
    },
    sql,
    create: |fact, _| {
        let mut statements = vec![Statement::new(fact.text("definition?"))];
        if fact.get("target").is_some() {
            statements.push(target(fact));
        }
        statements
    },
    drop: |fact, _| vec![Statement::new(format!("DROP {}", sql(fact)))],
    alter: |change, _| {
        if change.only(&["target"]) {
            Alteration::plain(vec![target(change.new)])
        } else {
            Alteration::Anew
        }
    },
    slots: |fact| vec![format!("statistics {}", dotted(fact.identity.path()))],
    ..Row::BLANK
};

fn target(fact: &Fact) -> Statement {
    let target = fact.get("target").unwrap_or("-1");
    Statement::new(format!("ALTER {} SET STATISTICS {target}", sql(fact)))
}

fn sql(fact: &Fact) -> String {
    format!("STATISTICS {}", name(fact))
}
