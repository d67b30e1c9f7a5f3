//! What tables, views, sequences and indexes have in common: they share one
//! space of names in each schema.

use super::catalog::address;
use super::types::type_slot;
use crate::fact::Fact;
use crate::quote::dotted;

/// Returns the schema-qualified name as SQL.
pub(super) fn name(fact: &Fact) -> String {
    dotted(fact.identity.path().take(2))
}

/// Returns the name that only one relation of a schema can have.
pub(super) fn relation_slot(fact: &Fact) -> Vec<String> {
    vec![slot(fact.identity.name(0), fact.identity.name(1))]
}

/// Returns the names of a relation that has a type of its own for its rows.
pub(super) fn row_type_slots(fact: &Fact) -> Vec<String> {
    [relation_slot(fact), type_slot(fact)].concat()
}

pub(super) fn slot(schema: &str, name: &str) -> String {
    format!("relation {}", dotted([schema, name]))
}

/// Returns the address columns of the schema `n`, as a parent.
pub(super) fn in_schema() -> String {
    address("pg_namespace", "n.oid")
}

/// Returns the address columns of the relation `c`, as a parent.
pub(super) fn of_relation() -> String {
    address("pg_class", "c.oid")
}

/// Returns the name of the relation that a part hangs on, as SQL.
pub(super) fn of(fact: &Fact) -> String {
    dotted(fact.identity.path().take(2))
}
