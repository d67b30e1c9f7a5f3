//! Event triggers. They are made last and taken away first, so that they see
//! as little as possible of the plan itself.

use super::catalog::{NOWHERE, address};
use super::{Naming, Row, firing};
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "event trigger",
    naming: Naming::Own(1),
    columns: &["event", "function", "tags", "enabled"],
    question: |_| {
        format!(
            "SELECT {}, {NOWHERE}, e.evtname, e.evtevent, e.evtfoid::pg_catalog.regproc, \
             (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(t.tag), ', ' ORDER BY t.at) \
                FROM pg_catalog.unnest(e.evttags) WITH ORDINALITY t(tag, at)), e.evtenabled \
             FROM pg_catalog.pg_event_trigger e",
            address("pg_event_trigger", "e.oid"),
        )
    },
    sql,
    create: |fact, _| {
        let tags = match fact.get("tags") {
            Some(tags) => format!(" WHEN TAG IN ({tags})"),
            None => String::new(),
        };
        let mut statements = vec![Statement::new(format!(
            "CREATE {} ON {}{tags} EXECUTE FUNCTION {}()",
            sql(fact),
            fact.text("event"),
            fact.text("function")
        ))];
        if !firing::is_usual(fact) {
            statements.push(enable(fact));
        }
        statements
    },
    drop: |fact, _| vec![Statement::new(format!("DROP {}", sql(fact)))],
    alter: |change, _| firing::alter(change, enable),
    ..Row::BLANK
};

fn enable(fact: &Fact) -> Statement {
    let what = firing::clause(fact);
    Statement::new(format!("ALTER {} {what}", sql(fact)))
}

fn sql(fact: &Fact) -> String {
    format!("EVENT TRIGGER {}", identifier(fact.identity.last()))
}
