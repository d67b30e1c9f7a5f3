//! Publications. What one publishes are facts of their own.

use super::catalog::{NOWHERE, address};
use super::{Alteration, Naming, Row};
use crate::fact::Fact;
use crate::quote::{identifier, literal};
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "publication",
    naming: Naming::Own(1),
    columns: &["all_tables", "publish", "via_root", "generated"],
    question: |version| {
        let generated = if version.at_least(18) {
            "CASE p.pubgencols WHEN 's' THEN 'stored' END"
        } else {
            "NULL"
        };
        format!(
            "SELECT {}, {NOWHERE}, p.pubname, p.puballtables, pg_catalog.concat_ws(', ', \
                CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END, \
                CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END), \
             p.pubviaroot, {generated} FROM pg_catalog.pg_publication p",
            address("pg_publication", "p.oid"),
        )
    },
    sql,
    create: |fact, _| {
        let all = if fact.is("all_tables") { " FOR ALL TABLES" } else { "" };
        let options = options(fact);
        vec![Statement::new(format!("CREATE {}{all} WITH ({options})", sql(fact)))]
    },
    drop: |fact, _| vec![Statement::new(format!("DROP {}", sql(fact)))],
    alter: |change, _| {
        if change.of("all_tables") {
            return Alteration::Anew;
        }
        let mut options = options(change.new);
        if change.of("generated") && change.new.get("generated").is_none() {
            options.push_str(", publish_generated_columns = none");
        }
        let new = sql(change.new);
        Alteration::plain(vec![Statement::new(format!("ALTER {new} SET ({options})"))])
    },
    ..Row::BLANK
};

fn options(fact: &Fact) -> String {
    let generated = match fact.get("generated") {
        Some(generated) => format!(", publish_generated_columns = {generated}"),
        None => String::new(),
    };
    format!(
        "publish = {}, publish_via_partition_root = {}{generated}",
        literal(fact.text("publish")),
        fact.is("via_root")
    )
}

fn sql(fact: &Fact) -> String {
    format!("PUBLICATION {}", name(fact))
}

pub(super) fn name(fact: &Fact) -> String {
    identifier(fact.identity.name(0))
}
