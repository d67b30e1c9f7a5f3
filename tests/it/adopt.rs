//! A database that is there already becomes a project: `init --from-database`,
//! and what such a project goes on with.

use std::fs;

use crate::schema_cases;
use crate::support::binary::{Binary, Finished};
use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::server::Server;

const ADOPT: [&str; 2] = ["init", "--from-database"];

const HARBOUR: &str = "\
CREATE TYPE rig AS ENUM ('sloop', 'ketch');
CREATE TABLE boat (id serial PRIMARY KEY, rig rig NOT NULL DEFAULT 'sloop', name text UNIQUE);
CREATE FUNCTION boats() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM boat';
CREATE VIEW fleet AS SELECT boats() AS boats;
INSERT INTO boat (name) VALUES ('Anna');
";

fn harbour() -> Database<'static> {
    let database = Server::shared().database();
    database.psql(HARBOUR);
    database
}

fn seaworthy(project: &Project, url: &str, line: &[&str]) -> Finished {
    Binary::new(line)
        .within(project.path())
        .env("DATABASE_URL", url)
        .run()
}

#[track_caller]
fn refused(project: &Project, url: &str, line: &[&str], code: i32, error: &str) -> String {
    let finished = seaworthy(project, url, line).expect_code(code);
    let stderr = finished.stderr;
    assert!(stderr.contains(&format!("error[{error}]: ")), "{stderr}");
    assert_eq!(finished.stdout, "");
    stderr
}

/// Returns every name in a project's directory.
fn left(project: &Project) -> Vec<String> {
    let entries = fs::read_dir(project.path()).expect("it can be read");
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

fn state_tables(database: &Database<'_>) -> String {
    database.value("SELECT count(*) FROM pg_class WHERE relname ~ '^seaworthy_' AND relkind = 'r'")
}

#[test]
fn a_live_schema_is_the_first_revision_and_is_applied() {
    let (project, database) = (Project::new(), harbour());
    let line = [&ADOPT[..], &["-m", "as found", "--rev-id", "aaaa"]].concat();
    let finished = seaworthy(&project, &database.url(), &line).expect_code(0);
    let paths: Vec<&str> = finished.stdout.lines().collect();
    assert_eq!(paths, ["migrations/aaaa_as_found.sql", "seaworthy.toml"]);
    let url = database.url();
    let current = seaworthy(&project, &url, &["current"]).expect_code(0);
    assert!(current.stdout.contains("aaaa (head)"), "{}", current.stdout);
    seaworthy(&project, &url, &["check", "--drift"]).expect_code(0);
    seaworthy(&project, &url, &["upgrade"]).expect_code(0);
    assert_eq!(database.value("SELECT name FROM boat"), "Anna");

    let other = Server::shared().database();
    seaworthy(&project, &other.url(), &["upgrade"]).expect_code(0);
    assert_eq!(schema_cases::dump(&database), schema_cases::dump(&other));
    seaworthy(&project, &other.url(), &["downgrade", "base"]).expect_code(0);
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace \
                  AND relname !~ '^seaworthy_'";
    assert_eq!(other.value(tables), "0", "the way down leads to nothing");
    refused(&project, &url, &ADOPT, 74, "file-exists");
}

#[test]
fn a_configuration_that_is_there_is_kept() {
    let (project, database) = (Project::new(), harbour());
    let text = "[migrations]\ndir = \"db/revisions\"\nversion_table = \"logbook\"\n";
    project.file("seaworthy.toml", text);
    let finished = seaworthy(&project, &database.url(), &ADOPT).expect_code(0);
    let path = finished.stdout.trim_end();
    assert!(path.starts_with("db/revisions/"), "{path}");
    assert!(path.ends_with("_adopt_the_live_schema.sql"), "{path}");
    assert_eq!(project.read("seaworthy.toml"), text);
    assert_eq!(database.value("SELECT count(*) FROM logbook"), "1");
    seaworthy(&project, &database.url(), &["check", "--drift"]).expect_code(0);
}

#[test]
fn the_history_of_another_tool_stays_where_it_is() {
    let (project, database) = (Project::new(), harbour());
    database.execute(
        "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); \
         INSERT INTO alembic_version VALUES ('deadbeef')",
    );
    let finished = seaworthy(&project, &database.url(), &ADOPT).expect_code(0);
    let stderr = &finished.stderr;
    assert!(
        stderr.contains("the history in table public.alembic_version is not taken over"),
        "{stderr}"
    );
    let path = finished.stdout.lines().next().unwrap_or_default();
    assert!(!project.read(path).contains("alembic"));
    assert_eq!(
        database.value("SELECT version_num FROM alembic_version"),
        "deadbeef"
    );
    seaworthy(&project, &database.url(), &["check", "--drift"]).expect_code(0);
}

#[test]
fn what_has_a_history_or_nothing_is_refused() {
    let (project, database) = (Project::new(), Server::shared().database());
    refused(&project, &database.url(), &ADOPT, 65, "nothing-to-adopt");
    assert_eq!(
        (left(&project).len(), state_tables(&database).as_str()),
        (0, "0")
    );
    database.psql(HARBOUR);
    seaworthy(&project, &database.url(), &ADOPT).expect_code(0);
    let again = Project::new();
    refused(&again, &database.url(), &ADOPT, 65, "adopted");
    assert_eq!(left(&again).len(), 0);
    let line = ["init", "-m", "x"];
    seaworthy(&again, &database.url(), &line).expect_code(2);
}

#[test]
fn nothing_is_left_where_nothing_can_be_recorded() {
    let (project, database) = (Project::new(), harbour());
    database.execute("CREATE TABLE seaworthy_log (by_somebody_else int)");
    refused(&project, &database.url(), &ADOPT, 1, "not-recorded");
    assert_eq!(left(&project).len(), 0, "no file and no directory");
    assert_eq!(state_tables(&database), "1");
}

#[test]
fn a_role_that_may_not_prove_it_is_no_bug() {
    let (project, database) = (Project::new(), harbour());
    let reader = database.role("CREATEDB");
    let stderr = refused(&project, &reader.url, &ADOPT, 77, "shadow-not-allowed");
    assert!(stderr.contains("--shadow-url"), "{stderr}");
    let refused_too = database.role("");
    refused(&project, &refused_too.url, &ADOPT, 77, "shadow-not-allowed");
    assert_eq!(left(&project).len(), 0);
    let made = "SELECT count(*) FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba \
                WHERE rolname ~ '_role_' AND datname ~ '^seaworthy_shadow_'";
    let made = database.value(&made.replace("_role_", &reader.name));
    assert_eq!(made, "0", "no database is left");
}

#[test]
fn nothing_is_recorded_where_no_file_can_be_written() {
    let (project, database) = (Project::new(), harbour());
    project.file("db", "no directory");
    let line = [&ADOPT[..], &["--dir", "db/migrations"]].concat();
    let finished = seaworthy(&project, &database.url(), &line);
    assert!(!finished.status.success(), "{}", finished.stdout);
    assert_eq!(left(&project), ["db"]);
    assert_eq!(state_tables(&database), "0");
    // The directory can be written, and a file of it cannot.
    let name = "x".repeat(300);
    let line = [&ADOPT[..], &["--file-template", &name]].concat();
    refused(&project, &database.url(), &line, 74, "file-not-written");
    assert_eq!(left(&project), ["db"]);
    assert_eq!(state_tables(&database), "0");
}
