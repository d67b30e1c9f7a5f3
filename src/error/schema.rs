//! What is said when schemas cannot be read or compared.

use seaworthy_schema::{PlanError, ReadError};

use super::apply::{told, unavailable_or};
use crate::diagnostic::Diagnostic;
use crate::exit::Exit;
use crate::postgres::catalog::CatalogError;

/// Returns what is said about a schema that cannot be read.
pub fn catalog(error: &CatalogError) -> Diagnostic {
    match error {
        CatalogError::Server(failure) => Diagnostic::error(
            "schema-not-read",
            unavailable_or(failure, Exit::Refused),
            "the schema could not be read",
        )
        .cause(told(failure)),
        CatalogError::Read(error) => match error {
            ReadError::Columns { .. } | ReadError::Address { .. } | ReadError::Twice(_) => bug(error.to_string()),
        },
    }
}

/// Returns what is said about differences that cannot be put in order.
pub fn plan(error: &PlanError) -> Diagnostic {
    match error {
        PlanError::Circle(_) => bug(error.to_string()),
    }
}

fn bug(title: String) -> Diagnostic {
    Diagnostic::error("schema-bug", Exit::Bug, title)
        .hint("this is a bug of seaworthy: report it, with both schemas if they may be seen")
}
