//! Whether the statements of `seaworthy diff` make one schema of another, by the
//! word of `pg_dump`.

use std::collections::BTreeMap;

use super::binary::Binary;
use super::database::Database;
use super::server::Server;

/// Makes a role, where it is not there yet: roles are the server's.
pub(crate) fn create_role(server: &Server, role: &str) {
    server.database().execute(&format!(
        "DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object OR unique_violation \
         THEN NULL; END $$"
    ));
}

/// How the tables that are there before are to be treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Plain,
    Online,
}

/// Turns one schema into another, and compares with what was wanted.
pub(crate) fn check(
    server: &Server,
    manner: Manner,
    [before, after]: [&str; 2],
    rows: &str,
) -> Result<(), String> {
    let (from, to) = (server.database(), server.database());
    from.psql(&quiet(before));
    to.psql(&quiet(after));
    from.psql(&quiet(rows));
    let counted = counts(&from);
    let script = diff(manner, &from, &to)?;
    apply(&from, &script)?;
    let (found, wanted) = (dump(&from), dump(&to));
    for (entry, wanted) in &wanted {
        if found.get(entry) != Some(wanted) {
            let found = found.get(entry).map_or("nothing", String::as_str);
            return Err(format!(
                "{entry} is\n{found}\nand not\n{wanted}\nafter\n{script}"
            ));
        }
    }
    if let Some(entry) = found.keys().find(|entry| !wanted.contains_key(*entry)) {
        return Err(format!("{entry} is left after\n{script}"));
    }
    let left = counts(&from);
    for (table, count) in counted {
        if left.get(&table).is_some_and(|left| *left < count) {
            return Err(format!("{table} has lost rows by\n{script}"));
        }
    }
    match diff(manner, &from, &to)?.as_str() {
        "" => Ok(()),
        more => Err(format!("not at the end:\n{more}\nafter\n{script}")),
    }
}

pub(crate) fn quiet(script: &str) -> String {
    format!("SET client_min_messages = error;\n{script}")
}

fn diff(manner: Manner, from: &Database<'_>, to: &Database<'_>) -> Result<String, String> {
    let online = (manner == Manner::Online).then_some("--online");
    let finished = Binary::new(["diff", "--log-level", "error"])
        .args(online)
        .args([from.url(), to.url()])
        .run();
    match finished.status.code() {
        Some(0) => Ok(finished.stdout),
        _ => Err(finished.stderr),
    }
}

/// Runs a script; what it is told without need does not count.
pub(crate) fn apply(database: &Database<'_>, script: &str) -> Result<(), String> {
    let applied = database.try_psql(&quiet(script));
    applied.map_err(|said| format!("{said}in\n{script}"))
}

/// Returns what `pg_dump` says of each object, its lines in an order that does
/// not depend on that of columns and grants.
pub(crate) fn dump(database: &Database<'_>) -> BTreeMap<String, String> {
    let text = database.dump(&["--schema-only", "--quote-all-identifiers"]);
    let mut entries: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut entry = None;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("-- Name: ") {
            entry = Some(name.to_owned());
        } else if line.starts_with("-- PostgreSQL database dump complete") {
            entry = None;
        } else if let Some(entry) = &entry {
            let line = line.trim_end().trim_end_matches(',');
            let is_noise = line.is_empty() || line == "--" || line.starts_with("SET default_t");
            if !is_noise {
                let lines = entries.entry(entry.clone()).or_default();
                lines.push(in_order(line));
            }
        }
    }
    entries
        .into_iter()
        .map(|(entry, mut lines)| {
            lines.sort_unstable();
            (entry, lines.join("\n"))
        })
        .collect()
}

/// Returns a line with its storage parameters, or the columns of its
/// statistics, sorted: their order means nothing.
fn in_order(line: &str) -> String {
    let (begin, end) = match line.starts_with("CREATE STATISTICS") {
        true => (" ON ", " FROM "),
        false => ("WITH (", ")"),
    };
    let parts = line.split_once(begin).and_then(|(before, rest)| {
        let (list, after) = rest.rsplit_once(end)?;
        Some((before, list, after))
    });
    let Some((before, list, after)) = parts else {
        return line.to_owned();
    };
    let mut list: Vec<&str> = list.split(", ").collect();
    list.sort_unstable();
    format!("{before}{begin}{}{end}{after}", list.join(", "))
}

/// Returns how many rows each table has.
fn counts(database: &Database<'_>) -> BTreeMap<String, u64> {
    let questions = database.column(
        "SELECT format('SELECT %L, count(*) FROM ONLY %I.%I', \
         quote_ident(n.nspname) || '.' || quote_ident(c.relname), n.nspname, c.relname) \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)'",
    );
    if questions.is_empty() {
        return BTreeMap::new();
    }
    let tables = database.rows(&questions.join(" UNION ALL "));
    let count = |row: Vec<Option<String>>| {
        let mut row = row.into_iter().map(Option::unwrap_or_default);
        let table = row.next().unwrap_or_default();
        let count = row.next().and_then(|count| count.parse().ok());
        (table, count.unwrap_or_default())
    };
    tables.into_iter().map(count).collect()
}
