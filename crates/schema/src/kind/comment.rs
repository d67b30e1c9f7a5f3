//! Comments, on whatever can have one.

use super::catalog::NOWHERE;
use super::{Alteration, Naming, Row};
use crate::context::Context;
use crate::fact::Fact;
use crate::quote::literal;
use crate::schema::Schema;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "comment",
    naming: Naming::On(0),
    columns: &["text"],
    question: |_| {
        format!(
            "SELECT {NOWHERE}, d.classoid, d.objoid, d.objsubid, d.description \
             FROM pg_catalog.pg_description d"
        )
    },
    create: |fact, context| comment(fact, context, context.new, &literal(fact.text("text"))),
    drop: |fact, context| comment(fact, context, context.old, "NULL"),
    alter: |change, context| Alteration::plain((ROW.create)(change.new, context)),
    ..Row::BLANK
};

fn comment(fact: &Fact, _: &Context<'_>, side: &Schema, text: &str) -> Vec<Statement> {
    let on = fact.parent.as_ref().and_then(|parent| side.get(parent));
    on.map(|on| (on.kind().row().sql)(on))
        .filter(|on| !on.is_empty())
        .map(|on| Statement::new(format!("COMMENT ON {on} IS {text}")))
        .into_iter()
        .collect()
}
