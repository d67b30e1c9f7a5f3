//! The index that a table was clustered on, which may be a constraint's.

use super::relation::of;
use super::{Alteration, Naming, Row, marked_index};
use crate::quote::identifier;
use crate::statement::Statement;

/// The part of an index that stands for this in an address.
const PART: &str = "-2";

pub(super) const ROW: Row = Row {
    word: "clustering",
    naming: Naming::Under(0),
    columns: &["index"],
    question: |_| marked_index::question(PART, MARKED),
    links: Some(|_| marked_index::links(PART, MARKED)),
    create: |fact, _| {
        let index = identifier(fact.text("index"));
        vec![Statement::new(format!("ALTER TABLE {} CLUSTER ON {index}", of(fact)))]
    },
    drop: |fact, _| vec![Statement::new(format!("ALTER TABLE {} SET WITHOUT CLUSTER", of(fact)))],
    alter: |change, context| Alteration::plain((ROW.create)(change.new, context)),
    ..Row::BLANK
};

const MARKED: &str = "i.indisclustered";
