//! Options of what stands for something elsewhere: wrappers, servers, user
//! mappings, foreign tables and their columns. A value may hold any character.

use crate::quote::{identifier, literal};

/// Stands between two options.
const SEPARATOR: char = '\u{1f}';

/// Returns what reads the options in an array, sorted by name. No password is
/// ever shown, so none is read: each side keeps its own.
pub(super) fn of_array(array: &str) -> String {
    format!(
        "(SELECT pg_catalog.string_agg(o.option_name || '=' || o.option_value, E'\\x1f' \
         ORDER BY o.option_name) FROM pg_catalog.pg_options_to_table({array}) o \
         WHERE o.option_name !~* '(password|passwd|secret)$')"
    )
}

/// Returns ` OPTIONS (...)` as it stands in `CREATE`; empty for none.
pub(super) fn clause(options: &str) -> String {
    let options: Vec<String> = pairs(options)
        .map(|(name, value)| format!("{} {}", identifier(name), literal(value)))
        .collect();
    enclosed(&options)
}

/// Returns ` OPTIONS (...)` as it stands in `ALTER`; empty if nothing changes.
pub(super) fn changes(old: &str, new: &str) -> String {
    let before = |name: &str| pairs(old).find(|(other, _)| *other == name);
    let mut changes: Vec<String> = pairs(old)
        .filter(|(name, _)| !pairs(new).any(|(other, _)| other == *name))
        .map(|(name, _)| format!("DROP {}", identifier(name)))
        .collect();
    changes.extend(pairs(new).filter_map(|(name, value)| {
        let verb = match before(name) {
            Some((_, same)) if same == value => return None,
            Some(_) => "SET",
            None => "ADD",
        };
        Some(format!("{verb} {} {}", identifier(name), literal(value)))
    }));
    enclosed(&changes)
}

fn enclosed(options: &[String]) -> String {
    if options.is_empty() {
        String::new()
    } else {
        format!(" OPTIONS ({})", options.join(", "))
    }
}

fn pairs(options: &str) -> impl Iterator<Item = (&str, &str)> {
    options
        .split(SEPARATOR)
        .filter_map(|one| one.split_once('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, expected: &str) {
        assert_eq!(changes(old, new), expected);
    }

    #[test]
    fn options_are_added_set_and_dropped() {
        check("", "", "");
        check("a=1", "a=1", "");
        check(
            "",
            "a=1\u{1f}B=it's",
            " OPTIONS (ADD a '1', ADD \"B\" 'it''s')",
        );
        check(
            "a=1\u{1f}b=2",
            "a=x=y\n",
            " OPTIONS (DROP b, SET a 'x=y\n')",
        );
    }
}
