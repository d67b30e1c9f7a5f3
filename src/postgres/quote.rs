//! Literals and identifiers as SQL text.
//!
//! State is read and written by the simple protocol only: a portal of the
//! extended protocol would keep its snapshot while the session idles in a
//! transaction, and block `CREATE INDEX CONCURRENTLY` of others for ever.

use std::fmt::{self, Display};

use postgres_protocol::escape::escape_identifier;
pub(super) use seaworthy_schema::literal;

/// Returns a literal, or `NULL`.
pub(super) fn optional(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), literal)
}

/// Returns an identifier, always in double quotes.
pub(super) fn identifier(name: &str) -> String {
    escape_identifier(name)
}

/// Returns a `text[]` of these elements.
pub(super) fn text_array<'a>(elements: impl IntoIterator<Item = &'a str>) -> String {
    let elements: Vec<String> = elements.into_iter().map(literal).collect();
    format!("ARRAY[{}]::pg_catalog.text[]", elements.join(", "))
}

/// A table or index with its schema, quoted where it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Qualified<'a> {
    pub(super) schema: &'a str,
    pub(super) name: &'a str,
}

impl Display for Qualified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", identifier(self.schema), identifier(self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(literal(text), expected);
    }

    #[test]
    fn literals_survive_either_string_syntax() {
        check("plain", "'plain'");
        check("it's", "'it''s'");
        check(r"a\b", r"E'a\\b'");
        check("", "''");
        assert_eq!(optional(None), "NULL");
    }

    #[test]
    fn names_and_arrays_are_quoted() {
        let table = Qualified {
            schema: "my app",
            name: "a\"b",
        };
        assert_eq!(table.to_string(), r#""my app"."a""b""#);
        assert_eq!(text_array([]), "ARRAY[]::pg_catalog.text[]");
        assert_eq!(
            text_array(["a", "b'c"]),
            "ARRAY['a', 'b''c']::pg_catalog.text[]"
        );
    }
}
