//! What all kinds of types have in common: they share one space of names in
//! each schema, and the rows of a column may be of one.

use super::Kind;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::quote::{dotted, identifier};
use crate::schema::Schema;
use crate::statement::Statement;

/// Returns the schema-qualified name as SQL.
pub(super) fn name(fact: &Fact) -> String {
    dotted(fact.identity.path().take(2))
}

/// Returns the name that only one type of a schema can have.
pub(super) fn type_slot(fact: &Fact) -> Vec<String> {
    vec![format!("type {}", name(fact))]
}

/// Says whether a column's rows are of something that can be put aside until
/// they have been taken over.
pub(super) fn is_held(fact: &Fact) -> bool {
    matches!(
        fact.kind(),
        Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range | Kind::Collation
    )
}

/// Returns the statement that gives an object the name of another.
pub(super) fn rename(what: &str, fact: &Fact, renamed: &Fact) -> Statement {
    let to = identifier(renamed.identity.name(1));
    Statement::new(format!("ALTER {what} {} RENAME TO {to}", name(fact)))
}

/// Says whether a column is made of a type, maybe by way of other types.
pub(super) fn holds_rows(identity: &Identity, schema: &Schema) -> bool {
    schema
        .dependents(identity)
        .any(|dependent| match dependent.kind() {
            Kind::Column => true,
            Kind::Domain | Kind::Range | Kind::Composite => holds_rows(dependent, schema),
            Kind::Attribute => {
                let whole = schema.get(dependent).and_then(|fact| fact.parent.as_ref());
                whole.is_some_and(|whole| whole != identity && holds_rows(whole, schema))
            }
            _ => false,
        })
}

/// Says whether a column is made of an array or a composite of a domain: the
/// server does not look into those when the domain gets a new check.
pub(super) fn is_wrapped(domain: &Identity, schema: &Schema) -> bool {
    let plain = dotted(domain.path());
    schema
        .dependents(domain)
        .any(|dependent| match dependent.kind() {
            Kind::Column => schema
                .get(dependent)
                .is_some_and(|fact| fact.text("type") != plain),
            Kind::Domain => is_wrapped(dependent, schema),
            Kind::Range => holds_rows(dependent, schema),
            Kind::Attribute => {
                let whole = schema.get(dependent).and_then(|fact| fact.parent.as_ref());
                whole.is_some_and(|whole| holds_rows(whole, schema))
            }
            _ => false,
        })
}
