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
    columns: &["definition", "target"],
    expressions: &["definition"],
    question: |_| {
        format!(
            "SELECT {}, {}, sn.nspname, s.stxname, pg_catalog.pg_get_statisticsobjdef(s.oid), \
             NULLIF(s.stxstattarget, -1) \
             FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_class c ON c.oid = s.stxrelid \
             JOIN pg_catalog.pg_namespace sn ON sn.oid = s.stxnamespace",
            address("pg_statistic_ext", "s.oid"),
            of_relation(),
        )
    },
    sql,
    create: |fact, _| {
        let mut statements = vec![Statement::new(fact.text("definition"))];
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
