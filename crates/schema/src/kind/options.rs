//! Storage parameters: one `name=value` a line, sorted by name.

use crate::quote::literal;

/// Returns what reads the parameters of the table `c`, those of its `toast`
/// table among them.
pub(super) fn of_table() -> String {
    "(SELECT pg_catalog.string_agg(o.name || '=' || o.value, E'\\n' ORDER BY o.name) FROM (\
     SELECT option_name, option_value FROM pg_catalog.pg_options_to_table(c.reloptions) \
     UNION ALL SELECT 'toast.' || option_name, option_value \
     FROM pg_catalog.pg_options_to_table(toast.reloptions)) o(name, value))"
        .to_owned()
}

/// Returns what reads the parameters of a relation or column in an array.
pub(super) fn of_array(array: &str) -> String {
    format!(
        "(SELECT pg_catalog.string_agg(o.option_name || '=' || o.option_value, E'\\n' \
         ORDER BY o.option_name) FROM pg_catalog.pg_options_to_table({array}) o)"
    )
}

/// Returns parameters as they stand in `WITH (...)`.
pub(super) fn list(options: &str) -> String {
    let options: Vec<String> = pairs(options)
        .map(|(name, value)| format!("{name} = {}", literal(value)))
        .collect();
    options.join(", ")
}

/// Returns the clauses that turn one set of parameters into another.
pub(super) fn changes(old: &str, new: &str) -> Vec<String> {
    let set: Vec<String> = pairs(new)
        .filter(|pair| !pairs(old).any(|other| other == *pair))
        .map(|(name, value)| format!("{name} = {}", literal(value)))
        .collect();
    let reset: Vec<&str> = pairs(old)
        .map(|(name, _)| name)
        .filter(|name| !pairs(new).any(|(other, _)| other == *name))
        .collect();
    let mut clauses = Vec::new();
    if !set.is_empty() {
        clauses.push(format!("SET ({})", set.join(", ")));
    }
    if !reset.is_empty() {
        clauses.push(format!("RESET ({})", reset.join(", ")));
    }
    clauses
}

fn pairs(options: &str) -> impl Iterator<Item = (&str, &str)> {
    options.lines().filter_map(|line| line.split_once('='))
}
