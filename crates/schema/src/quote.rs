//! Identifiers and literals as SQL text.

use postgres_protocol::escape::{escape_identifier, escape_literal};

/// Returns an identifier, in double quotes unless it is plain lower case and
/// no word of the grammar.
pub fn identifier(name: &str) -> String {
    let mut characters = name.chars();
    let starts = characters
        .next()
        .is_some_and(|first| first.is_ascii_lowercase() || first == '_');
    let plain =
        characters.all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_');
    if starts && plain && !is_reserved(name) {
        name.to_owned()
    } else {
        escape_identifier(name)
    }
}

/// Returns a literal that means the same under either value of
/// `standard_conforming_strings`.
pub fn literal(text: &str) -> String {
    escape_literal(text).trim_start().to_owned()
}

/// Returns names joined by dots, each quoted where it has to be.
pub(crate) fn dotted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names
        .into_iter()
        .map(identifier)
        .collect::<Vec<_>>()
        .join(".")
}

/// Says whether the grammar of some version from 13 on gives a word a meaning
/// that a name may not have everywhere (the categories R, T and C of
/// `pg_get_keywords()`, 13 to 18).
fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok()
}

#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "all", "analyse", "analyze", "and", "any", "array", "as",
    "asc", "asymmetric", "authorization", "between", "bigint", "binary", "bit",
    "boolean", "both", "case", "cast", "char", "character", "check",
    "coalesce", "collate", "collation", "column", "concurrently", "constraint", "create",
    "cross", "current_catalog", "current_date", "current_role", "current_schema", "current_time", "current_timestamp",
    "current_user", "dec", "decimal", "default", "deferrable", "desc", "distinct",
    "do", "else", "end", "except", "exists", "extract", "false",
    "fetch", "float", "for", "foreign", "freeze", "from", "full",
    "grant", "greatest", "group", "grouping", "having", "ilike", "in",
    "initially", "inner", "inout", "int", "integer", "intersect", "interval",
    "into", "is", "isnull", "join", "json", "json_array", "json_arrayagg",
    "json_exists", "json_object", "json_objectagg", "json_query", "json_scalar", "json_serialize", "json_table",
    "json_value", "lateral", "leading", "least", "left", "like", "limit",
    "localtime", "localtimestamp", "merge_action", "national", "natural", "nchar", "none",
    "normalize", "not", "notnull", "null", "nullif", "numeric", "offset",
    "on", "only", "or", "order", "out", "outer", "overlaps",
    "overlay", "placing", "position", "precision", "primary", "real", "references",
    "returning", "right", "row", "select", "session_user", "setof", "similar",
    "smallint", "some", "substring", "symmetric", "system_user", "table", "tablesample",
    "then", "time", "timestamp", "to", "trailing", "treat", "trim",
    "true", "union", "unique", "user", "using", "values", "varchar",
    "variadic", "verbose", "when", "where", "window", "with", "xmlattributes",
    "xmlconcat", "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi",
    "xmlroot", "xmlserialize", "xmltable",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        assert_eq!(identifier(name), expected);
    }

    #[test]
    fn names_are_quoted_where_they_have_to_be() {
        check("users", "users");
        check("_a1", "_a1");
        check("order", "\"order\"");
        check("1a", "\"1a\"");
        check("Users", "\"Users\"");
        check("a b", "\"a b\"");
        check("é", "\"é\"");
        check("a\"b", "\"a\"\"b\"");
        check("", "\"\"");
    }

    #[test]
    fn the_reserved_words_can_be_searched() {
        assert!(RESERVED.is_sorted());
    }
}
