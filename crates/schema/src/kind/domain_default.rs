//! Defaults of domains.

use super::catalog::{OWN_SCHEMA, address, part};
use super::types::name;
use super::{Alteration, Naming, Row};
use crate::fact::Fact;
use crate::schema::Schema;
use crate::statement::Statement;

/// The part of a domain that stands for its default in an address.
pub(crate) const PART: &str = "-2";

pub(super) const ROW: Row = Row {
    word: "domain default",
    naming: Naming::Under(0),
    columns: &["expression"],
    expressions: &["expression"],
    question: |_| {
        format!(
            "SELECT {}, {}, COALESCE(\
                pg_catalog.pg_get_expr(t.typdefaultbin, 'pg_catalog.pg_type'::pg_catalog.regclass), \
                t.typdefault) \
             FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
             WHERE t.typtype = 'd' AND t.typdefault IS NOT NULL AND {OWN_SCHEMA}",
            part("pg_type", "t.oid", PART),
            address("pg_type", "t.oid"),
        )
    },
    create: |fact, _| {
        let expression = fact.text("expression");
        vec![Statement::new(format!("ALTER DOMAIN {} SET DEFAULT {expression}", name(fact)))]
    },
    drop: |fact, _| vec![Statement::new(format!("ALTER DOMAIN {} DROP DEFAULT", name(fact)))],
    alter: |change, context| Alteration::plain((ROW.create)(change.new, context)),
    made_with: |fact, context| fact.parent.clone().filter(|_| is_folded(fact, context.new)),
    gone_with: |fact, context| {
        let domain = fact.parent.iter().filter(|_| is_folded(fact, context.old));
        domain.cloned().collect()
    },
    ..Row::BLANK
};

/// Says whether nothing that a part of a domain needs is itself made of the
/// domain: then it comes and goes with the domain.
pub(super) fn is_folded(fact: &Fact, side: &Schema) -> bool {
    let Some(domain) = &fact.parent else {
        return false;
    };
    let mut needs = side.needs(&fact.identity).filter(|need| *need != domain);
    needs.all(|need| !side.needs(need).any(|other| other == domain))
}
