//! Comments, on whatever can have one.

use super::catalog::NOWHERE;
use super::{Alteration, Naming, Row};
use crate::context::Context;
use crate::fact::Fact;
use crate::quote::{dotted, literal};
use crate::schema::Schema;
use crate::statement::Statement;

/// Stands for the index of a constraint, which has a comment of its own.
const INDEX: &str = "index";

pub(super) const ROW: Row = Row {
    word: "comment",
    naming: Naming::On(1),
    columns: &["text"],
    question: |_| {
        format!(
            "SELECT {NOWHERE}, d.classoid, d.objoid, d.objsubid, \
             CASE WHEN d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND EXISTS (\
                SELECT FROM pg_catalog.pg_constraint o WHERE o.conindid = d.objoid \
                AND o.contype IN ('p', 'u', 'x')) THEN '{INDEX}' ELSE '' END, d.description \
             FROM pg_catalog.pg_description d \
             WHERE NOT (d.classoid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND EXISTS (\
                SELECT FROM pg_catalog.pg_rewrite r WHERE r.oid = d.objoid AND r.rulename = '_RETURN'))"
        )
    },
    create: |fact, context| comment(fact, context, context.new, &literal(fact.text("text"))),
    drop: |fact, context| comment(fact, context, context.old, "NULL"),
    alter: |change, context| Alteration::plain((ROW.create)(change.new, context)),
    ..Row::BLANK
};

fn comment(fact: &Fact, _: &Context<'_>, side: &Schema, text: &str) -> Vec<Statement> {
    let on = fact.parent.as_ref().and_then(|parent| side.get(parent));
    on.map(|on| match fact.identity.last() {
        INDEX => format!("INDEX {}", dotted([on.identity.name(0), on.identity.last()])),
        _ => (on.kind().row().sql)(on),
    })
        .filter(|on| !on.is_empty())
        .map(|on| Statement::new(format!("COMMENT ON {on} IS {text}")))
        .into_iter()
        .collect()
}
