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
