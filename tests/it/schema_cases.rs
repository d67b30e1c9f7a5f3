//! Schemas compared, and what comes of it judged by `pg_dump`: the statements
//! run, and afterwards the dumps are the same, both ways. Rows survive.
//!
//! A case is a piece of a file in `testdata/schema`: what was there, what shall
//! be there, and rows for either side where some must survive. Every failure
//! that was ever found is one.

use std::fs;
use std::path::Path;

use crate::support::judge::{self, Manner};
use crate::support::server::Server;

/// One case of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// The oldest major version that has all of it.
    pub(crate) since: u32,
    pub(crate) roles: Vec<String>,
    /// Why the way back is not tried.
    one_way: Option<String>,
    before: String,
    pub(crate) after: String,
    rows_before: String,
    rows_after: String,
}

/// Hands the names of all files to a macro.
macro_rules! each_file {
    ($tests:ident) => {
        $tests! {
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
    };
}

pub(crate) use each_file;

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

each_file! {files}

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
            if way == "backwards" && case.one_way.is_some() {
                continue;
            }
            if let Err(failure) = judge::check(server, Manner::Plain, [before, after], rows) {
                failures.push(format!("{} {way}: {failure}", case.name));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

pub(crate) fn make_roles(server: &Server, case: &Case) {
    for role in &case.roles {
        judge::create_role(server, role);
    }
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
        } else if let Some(reason) = line.strip_prefix("-- one way: ") {
            case.one_way = Some(reason.to_owned());
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
