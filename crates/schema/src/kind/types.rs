//! What all kinds of types have in common: they share one space of names in
//! each schema, and the rows of a column may be of one.

use super::Kind;
use crate::fact::Fact;
use crate::quote::{dotted, identifier};
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
    match fact.kind() {
        Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range | Kind::Collation => true,
        _ => false,
    }
}

/// Returns the statement that gives an object the name of another.
pub(super) fn rename(what: &str, fact: &Fact, renamed: &Fact) -> Statement {
    let to = identifier(renamed.identity.name(1));
    Statement::new(format!("ALTER {what} {} RENAME TO {to}", name(fact)))
}
