//! Security labels, on whatever a provider has given one. A provider that the
//! server has not loaded refuses them.

use super::catalog::NOWHERE;
use super::{Alteration, Naming, Row};
use crate::fact::Fact;
use crate::quote::{identifier, literal};
use crate::schema::Schema;
use crate::statement::Statement;

pub(super) const ROW: Row = Row {
    word: "security label",
    naming: Naming::On(1),
    columns: &["label"],
    question: |_| {
        format!(
            "SELECT {NOWHERE}, l.classoid, l.objoid, l.objsubid, l.provider, l.label \
             FROM pg_catalog.pg_seclabel l"
        )
    },
    create: |fact, context| label(fact, context.new, &literal(fact.text("label"))),
    drop: |fact, context| label(fact, context.old, "NULL"),
    alter: |change, context| Alteration::plain((ROW.create)(change.new, context)),
    ..Row::BLANK
};

fn label(fact: &Fact, side: &Schema, text: &str) -> Vec<Statement> {
    let on = fact.parent.as_ref().and_then(|parent| side.get(parent));
    let provider = identifier(fact.identity.last());
    on.map(|on| (on.kind().row().sql)(on))
        .filter(|on| !on.is_empty())
        .map(|on| Statement::new(format!("SECURITY LABEL FOR {provider} ON {on} IS {text}")))
        .into_iter()
        .collect()
}
