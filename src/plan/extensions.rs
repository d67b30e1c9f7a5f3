//! The extensions that revisions make: what is declared elsewhere may need
//! them, and cannot say so.

use crate::revision::Graph;
use crate::sql;

/// Returns the statements of all ways up that make an extension, as one script
/// in no order; with those that make schemas, if an extension is put into one.
pub fn extensions(graph: &Graph) -> String {
    let mut extensions = Vec::new();
    let mut schemas = Vec::new();
    for revision in graph.revisions() {
        let text = revision.text(&revision.up);
        // A script that cannot be read makes nothing; whoever runs it says so.
        for statement in sql::statements(text).unwrap_or_default() {
            let text = &text[statement.span];
            match sql::made(text) {
                Some("extension") => extensions.push(text),
                Some("schema") => schemas.push(text),
                Some(_) | None => {}
            }
        }
    }
    let in_schema = |text: &&str| text.to_ascii_lowercase().contains("schema");
    if !extensions.iter().any(in_schema) {
        schemas.clear();
    }
    schemas.extend(extensions);
    schemas.iter().map(|text| format!("{text};\n")).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::revision::language;
    use crate::source::Source;

    #[track_caller]
    fn check(up: &str, expected: &str) {
        let mut revision = language::revisions("a").remove(0);
        revision.source = Arc::new(Source::new("a.sql", up));
        revision.up.span = 0..up.len();
        let graph = Graph::build(vec![revision]).unwrap();
        assert_eq!(extensions(&graph), expected);
    }

    #[test]
    fn extensions_are_taken_from_the_way_up() {
        check("CREATE TABLE t (); CREATE SCHEMA s;", "");
        check(
            "CREATE SCHEMA s; create extension if not exists citext; CREATE TABLE t ();",
            "create extension if not exists citext;\n",
        );
        check(
            "CREATE EXTENSION citext WITH SCHEMA s; CREATE SCHEMA s",
            "CREATE SCHEMA s;\nCREATE EXTENSION citext WITH SCHEMA s;\n",
        );
        check("SELECT 'a", "");
    }
}
