//! The index whose columns tell rows apart in logical replication.

use super::relation::of;
use super::{Alteration, Naming, Row, marked_index};
use crate::fact::Fact;
use crate::quote::identifier;
use crate::statement::Statement;

/// The part of an index that stands for this in an address.
const PART: &str = "-3";

pub(super) const ROW: Row = Row {
    word: "replica identity",
    naming: Naming::Under(0),
    columns: &["index"],
    question: |_| marked_index::question(PART, MARKED),
    links: Some(|_| marked_index::links(PART, MARKED)),
    create: |fact, _| vec![using(fact)],
    // What takes its place is the table's.
    drop: |_, _| Vec::new(),
    alter: |change, _| Alteration::plain(vec![using(change.new)]),
    ..Row::BLANK
};

const MARKED: &str = "i.indisreplident AND c.relreplident = 'i'";

fn using(fact: &Fact) -> Statement {
    let index = identifier(fact.text("index"));
    Statement::new(format!("ALTER TABLE {} REPLICA IDENTITY USING INDEX {index}", of(fact)))
}
