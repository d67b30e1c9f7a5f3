//! Event triggers. They are made last and taken away first, so that they see
//! as little as possible of the plan itself.

use super::catalog::{NOWHERE, address};
use super::{Alteration, Naming, Row};
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
             (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(t.tag), ', ' ORDER BY t.tag) \
                FROM pg_catalog.unnest(e.evttags) t(tag)), e.evtenabled \
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
        if fact.text("enabled") != "O" {
            statements.push(enable(fact));
        }
        statements
    },
    drop: |fact, _| vec![Statement::new(format!("DROP {}", sql(fact)))],
    alter: |change, _| {
        if change.only(&["enabled"]) {
            Alteration::plain(vec![enable(change.new)])
        } else {
            Alteration::Anew
        }
    },
    ..Row::BLANK
};

fn enable(fact: &Fact) -> Statement {
    let what = match fact.text("enabled") {
        "D" => "DISABLE",
        "R" => "ENABLE REPLICA",
        "A" => "ENABLE ALWAYS",
        _ => "ENABLE",
    };
    Statement::new(format!("ALTER {} {what}", sql(fact)))
}

fn sql(fact: &Fact) -> String {
    format!("EVENT TRIGGER {}", identifier(fact.identity.last()))
}
