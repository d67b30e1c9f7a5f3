//! Access methods of tables and indexes.

use super::catalog::{NOWHERE, address};
use super::{Naming, Row};
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "access method",
    naming: Naming::Own(1),
    columns: &["type", "handler"],
    question: |_| {
        format!(
            "SELECT {}, {NOWHERE}, m.amname, CASE m.amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END, \
             m.amhandler::pg_catalog.regproc FROM pg_catalog.pg_am m WHERE m.oid >= 16384",
            address("pg_am", "m.oid"),
        )
    },
    sql,
    create: |fact, _| {
        let (kind, handler) = (fact.text("type"), fact.text("handler"));
        vec![Statement::new(format!("CREATE {} TYPE {kind} HANDLER {handler}", sql(fact)))]
    },
    drop: |fact, _| vec![Statement::new(format!("DROP {}", sql(fact)))],
    ..Row::BLANK
};

fn sql(fact: &Fact) -> String {
    format!("ACCESS METHOD {}", identifier(fact.identity.last()))
}
