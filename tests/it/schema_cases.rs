//! Schemas compared, and what comes of it judged by `pg_dump`: the statements
//! run, and afterwards the dumps are the same, both ways. Rows survive.
//!
//! A case is a piece of a file in `testdata/schema`: what was there, what shall
//! be there, and rows for either side where some must survive. Every failure
//! that was ever found is one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::binary::Binary;
use crate::support::database::Database;
use crate::support::server::{Server, binaries};

/// One case of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// The oldest major version that has all of it.
    pub(crate) since: u32,
    pub(crate) roles: Vec<String>,
    before: String,
    pub(crate) after: String,
    rows_before: String,
    rows_after: String,
}

macro_rules! files {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check_file(stringify!($name));
        })*

        #[test]
        fn every_file_is_named() {
            let directory = fs::read_dir(directory()).expect("there are cases");
            let mut files: Vec<String> = directory
                .map(|entry| entry.expect("it can be read").file_name())
                .map(|name| name.to_string_lossy().trim_end_matches(".sql").to_owned())
                .collect();
            files.sort();
            assert_eq!(files, [$(stringify!($name)),*]);
        }
    };
}

files! {
    columns
    constraints
    extensions
    foreign
    functions
    indexes
    inheritance
    mixed
    partitions
    policies
    privileges
    publications
    types
    views
}

fn directory() -> &'static Path {
    Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/testdata/schema"
    ))
}

/// Tries every case of a file, and names all that fail.
fn check_file(name: &str) {
    let cases = cases(name);
    let server = Server::shared();
    let mut failures = Vec::new();
    for case in cases.iter().filter(|case| case.since <= server.version()) {
        make_roles(server, case);
        for (way, before, after, rows) in [
            ("forwards", &case.before, &case.after, &case.rows_before),
            ("backwards", &case.after, &case.before, &case.rows_after),
        ] {
            if let Err(failure) = check(server, before, after, rows) {
                failures.push(format!("{} {way}: {failure}", case.name));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

pub(crate) fn make_roles(server: &Server, case: &Case) {
    for role in &case.roles {
        server.database().execute(&format!(
            "DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object OR unique_violation \
             THEN NULL; END $$"
        ));
    }
}

/// Turns one schema into another, and compares with what was wanted.
fn check(server: &Server, before: &str, after: &str, rows: &str) -> Result<(), String> {
    let (from, to) = (server.database(), server.database());
    from.psql(&quiet(before));
    to.psql(&quiet(after));
    from.psql(&quiet(rows));
    let counted = counts(&from);
    let script = diff(&from, &to)?;
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
    match diff(&from, &to)?.as_str() {
        "" => Ok(()),
        more => Err(format!("not at the end:\n{more}\nafter\n{script}")),
    }
}

pub(crate) fn quiet(script: &str) -> String {
    format!("SET client_min_messages = error;\n{script}")
}

fn diff(from: &Database<'_>, to: &Database<'_>) -> Result<String, String> {
    let finished = Binary::new(["diff", "--log-level", "error"])
        .args([from.url(), to.url()])
        .run();
    match finished.status.code() {
        Some(0) => Ok(finished.stdout),
        _ => Err(finished.stderr),
    }
}

pub(crate) fn apply(database: &Database<'_>, script: &str) -> Result<(), String> {
    let file = tempfile::NamedTempFile::new().expect("a file can be made");
    fs::write(file.path(), script).expect("it can be written");
    let output = Command::new(binaries().join("psql"))
        .env_clear()
        .env("PGOPTIONS", "-c client_min_messages=error")
        .args([
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            &database.url(),
            "-f",
        ])
        .arg(file.path())
        .output()
        .expect("psql can be run");
    if output.status.success() {
        Ok(())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("{said}in\n{script}"))
    }
}

/// Returns what `pg_dump` says of each object, its lines in an order that does
/// not depend on that of columns and grants.
pub(crate) fn dump(database: &Database<'_>) -> BTreeMap<String, String> {
    let output = Command::new(binaries().join("pg_dump"))
        .env_clear()
        .args([
            "--schema-only",
            "--quote-all-identifiers",
            "-d",
            &database.url(),
        ])
        .output()
        .expect("pg_dump can be run");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("a dump is text");
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

/// Returns a line with its storage parameters sorted: their order means nothing.
fn in_order(line: &str) -> String {
    let Some((before, rest)) = line.split_once("WITH (") else {
        return line.to_owned();
    };
    let Some((options, after)) = rest.rsplit_once(')') else {
        return line.to_owned();
    };
    let mut options: Vec<&str> = options.split(", ").collect();
    options.sort_unstable();
    format!("{before}WITH ({}){after}", options.join(", "))
}

/// Returns how many rows each table has.
fn counts(database: &Database<'_>) -> BTreeMap<String, u64> {
    let tables = database.rows(
        "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), \
         (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM ONLY %I.%I', \
         n.nspname, c.relname), false, true, '')))[1]::text \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)'",
    );
    let count = |row: Vec<Option<String>>| {
        let mut row = row.into_iter().map(Option::unwrap_or_default);
        let table = row.next().unwrap_or_default();
        let count = row.next().and_then(|count| count.parse().ok());
        (table, count.unwrap_or_default())
    };
    tables.into_iter().map(count).collect()
}

/// Reads the cases of a file.
pub(crate) fn cases(name: &str) -> Vec<Case> {
    let text = fs::read_to_string(directory().join(format!("{name}.sql"))).expect("it is there");
    let mut cases: Vec<Case> = Vec::new();
    let mut section = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("-- case: ") {
            cases.push(Case {
                name: name.to_owned(),
                ..Case::default()
            });
            section.clear();
            continue;
        }
        let Some(case) = cases.last_mut() else {
            continue;
        };
        if let Some(version) = line.strip_prefix("-- since: ") {
            case.since = version.parse().expect("a major version");
        } else if let Some(roles) = line.strip_prefix("-- roles: ") {
            case.roles = roles.split(", ").map(str::to_owned).collect();
        } else if let Some(name) = line.strip_prefix("-- ") {
            section = name.to_owned();
        } else {
            let text = match section.as_str() {
                "before" => &mut case.before,
                "after" => &mut case.after,
                "rows before" => &mut case.rows_before,
                "rows after" => &mut case.rows_after,
                other => panic!("{}: what is `{other}`?", case.name),
            };
            text.push_str(line);
            text.push('\n');
        }
    }
    assert!(!cases.is_empty(), "{name} has no case");
    cases
}
