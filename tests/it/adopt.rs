//! A database that is there already becomes a project: `init --from-database`,
//! and what such a project goes on with.

use std::fs;

use nix::sys::signal::Signal;

use crate::support::binary::{Binary, Running};
use crate::support::database::Database;
use crate::support::eventually;
use crate::support::judge;
use crate::support::project::Project;
use crate::support::proxy::{Behaviour, Proxy};
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

#[track_caller]
fn refused(project: &Project, url: &str, line: &[&str], code: i32, error: &str) -> String {
    let finished = project.run(url, line).expect_code(code);
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
    let finished = project.run(&database.url(), &line).expect_code(0);
    let paths: Vec<&str> = finished.stdout.lines().collect();
    assert_eq!(paths, ["migrations/aaaa_as_found.sql", "seaworthy.toml"]);
    let url = database.url();
    let current = project.run(&url, &["current"]).expect_code(0);
    assert!(current.stdout.contains("aaaa (head)"), "{}", current.stdout);
    project.run(&url, &["check", "--drift"]).expect_code(0);
    project.run(&url, &["upgrade"]).expect_code(0);
    assert_eq!(database.value("SELECT name FROM boat"), "Anna");

    let other = Server::shared().database();
    project.run(&other.url(), &["upgrade"]).expect_code(0);
    assert_eq!(judge::dump(&database), judge::dump(&other));
    project
        .run(&other.url(), &["downgrade", "base"])
        .expect_code(0);
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
    let finished = project.run(&database.url(), &ADOPT).expect_code(0);
    let path = finished.stdout.trim_end();
    assert!(path.starts_with("db/revisions/"), "{path}");
    assert!(path.ends_with("_adopt_the_live_schema.sql"), "{path}");
    assert_eq!(project.read("seaworthy.toml"), text);
    assert_eq!(database.value("SELECT count(*) FROM logbook"), "1");
    project
        .run(&database.url(), &["check", "--drift"])
        .expect_code(0);
}

#[test]
fn the_history_of_another_tool_stays_where_it_is() {
    let (project, database) = (Project::new(), harbour());
    database.execute(
        "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); \
         INSERT INTO alembic_version VALUES ('deadbeef')",
    );
    let finished = project.run(&database.url(), &ADOPT).expect_code(0);
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
    project
        .run(&database.url(), &["check", "--drift"])
        .expect_code(0);
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
    project.run(&database.url(), &ADOPT).expect_code(0);
    let again = Project::new();
    refused(&again, &database.url(), &ADOPT, 65, "adopted");
    assert_eq!(left(&again).len(), 0);
    let line = ["init", "-m", "x"];
    again.run(&database.url(), &line).expect_code(2);
}

#[test]
fn nothing_is_left_where_nothing_can_be_recorded() {
    let (project, database) = (Project::new(), harbour());
    database.execute("CREATE TABLE seaworthy_log (by_somebody_else int)");
    refused(&project, &database.url(), &ADOPT, 1, "not-recorded");
    assert_eq!(left(&project).len(), 0, "no file and no directory");
    assert_eq!(state_tables(&database), "1");
}

/// Returns a database in which it takes a while to record something, and nobody
/// looks for a client that is gone.
fn slow() -> Database<'static> {
    let (project, database) = (Project::new(), Server::shared().database());
    project.revision("aaaa", "", "SELECT 1;", "");
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    database.psql(
        "DROP TABLE seaworthy_revision;
         CREATE FUNCTION nap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           BEGIN PERFORM set_config('client_connection_check_interval', '0', true);
           EXCEPTION WHEN undefined_object THEN NULL; END;
           PERFORM pg_sleep(3); RETURN NULL; END $$;
         CREATE TRIGGER nap AFTER INSERT ON seaworthy_log EXECUTE FUNCTION nap();",
    );
    database
}

/// Starts to adopt a slow database, and returns when it is being recorded.
fn recording(project: &Project, database: &Database<'_>, port: u16) -> Running {
    let here = format!(":{}/", Server::shared().port());
    let url = database.url().replace(&here, &format!(":{port}/"));
    let running = Binary::new(ADOPT)
        .within(project.path())
        .env("DATABASE_URL", &url)
        .spawn();
    let asleep = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                  AND wait_event = 'PgSleep'";
    eventually("it is being recorded", || database.value(asleep) == "1");
    running
}

#[test]
fn a_commit_without_an_answer_is_found() {
    let (project, database) = (Project::new(), slow());
    let proxy = Proxy::start(Server::shared().port(), Behaviour::Forward);
    let running = recording(&project, &database, proxy.port());
    proxy.cut();
    let finished = running.finish().expect_code(0);
    assert_eq!(finished.stdout.lines().count(), 2, "{}", finished.stdout);
    let check = project.run(&database.url(), &["check", "--drift"]);
    check.expect_code(0);
}

#[test]
fn a_signal_leaves_neither_file_nor_row() {
    let (project, database) = (Project::new(), slow());
    let running = recording(&project, &database, Server::shared().port());
    assert_eq!(left(&project).len(), 2, "the files are there already");
    running.signal(Signal::SIGTERM);
    running.finish().expect_code(143);
    assert_eq!(left(&project).len(), 0);
    assert_eq!(state_tables(&database), "1", "the history was there");
}

#[test]
fn a_schema_that_changes_meanwhile_is_not_recorded() {
    let (project, database) = (Project::new(), harbour());
    let elsewhere = Project::new();
    elsewhere.revision("aaaa", "", "SELECT pg_sleep(600);", "");
    let holder = Binary::new(["upgrade"])
        .within(elsewhere.path())
        .env("DATABASE_URL", database.url())
        .spawn();
    let asleep = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                  AND wait_event = 'PgSleep'";
    eventually("somebody migrates", || database.value(asleep) == "1");
    let running = Binary::new(ADOPT)
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .spawn();
    running.stderr_line("lock");
    database.execute("ALTER TABLE boat ADD COLUMN by_hand int");
    holder.signal(Signal::SIGTERM);
    holder.finish().expect_code(143);
    let finished = running.finish().expect_code(65);
    assert!(
        finished.stderr.contains("error[schema-changed]: "),
        "{}",
        finished.stderr
    );
    assert_eq!(left(&project).len(), 0);
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
    let finished = project.run(&database.url(), &line);
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

#[track_caller]
fn written(project: &Project, url: &str, line: &[&str]) -> String {
    let finished = project.run(url, line).expect_code(0);
    assert_eq!(finished.stdout.lines().count(), 1, "{}", finished.stdout);
    project.read(finished.stdout.trim_end())
}

#[test]
fn a_database_that_was_changed_by_hand_is_compared_as_it_is() {
    let (project, database) = (Project::new(), harbour());
    let url = database.url();
    project.run(&url, &ADOPT).expect_code(0);
    database.execute("ALTER TABLE boat ADD COLUMN by_hand int, DROP COLUMN rig");
    let dump = project.run(&url, &["dump"]).expect_code(0);
    let models = format!("{}\nCREATE TABLE port (id int PRIMARY KEY);", dump.stdout);
    project.file("schema.sql", models);
    let models = ["--models", "schema.sql"];
    let against = [
        "revision",
        "--autogenerate",
        "-m",
        "more",
        "--against",
        "database",
    ];
    let line = [&against[..], &models].concat();
    let text = written(&project, &url, &line);
    assert!(text.contains("CREATE TABLE public.port"), "{text}");
    assert!(!text.contains("by_hand") && !text.contains("rig"), "{text}");

    let stderr = refused(&project, &url, &line, 65, "not-at-head");
    assert!(
        stderr.contains("1 revision is pending") && stderr.contains("_more.sql"),
        "{stderr}"
    );
    project.run(&url, &["upgrade"]).expect_code(0);
    let finished = project.run(&url, &line).expect_code(0);
    assert_eq!(finished.stdout, "", "nothing differs any more");
    let all = [
        "revision",
        "--autogenerate",
        "-m",
        "all",
        models[0],
        models[1],
    ];
    let text = written(&project, &url, &all);
    assert!(text.contains("by_hand") && text.contains("rig"), "{text}");

    database.execute(
        "INSERT INTO seaworthy_revision SELECT 'ffff', revises, depends_on, message, \
                      checksum, state, applied_at, applied_by FROM seaworthy_revision LIMIT 1",
    );
    project.run(&url, &["upgrade", "--on-ahead", "apply"]);
    let stderr = refused(&project, &url, &line, 65, "not-at-head");
    assert!(stderr.contains("ffff"), "{stderr}");
    project
        .run(&url, &["revision", "-m", "x", "--against", "database"])
        .expect_code(2);
}

/// A live database whose schema an ORM has made goes on with revisions, and a new
/// one made from these is the same.
#[test]
fn a_schema_that_was_created_at_once_goes_on_with_revisions() {
    let (project, live) = (Project::new(), harbour());
    let url = live.url();
    project.run(&url, &ADOPT).expect_code(0);
    let dump = project.run(&url, &["dump"]).expect_code(0);
    let text = project.read("seaworthy.toml");
    project.file("schema.sql", &dump.stdout).file(
        "seaworthy.toml",
        text.replace("# models = []", "models = [\"schema.sql\"]"),
    );
    project.run(&url, &["check", "--drift"]).expect_code(0);
    let changed = dump
        .stdout
        .replace("name text", "name varchar(40) NOT NULL")
        + "CREATE TABLE crew (boat int REFERENCES boat, name text);\n\
           CREATE INDEX ON boat (rig);\n";
    assert!(changed.contains("varchar(40)"), "{changed}");
    project.file("schema.sql", changed);
    project.run(&url, &["check"]).expect_code(1);
    written(
        &project,
        &url,
        &["revision", "--autogenerate", "-m", "crew"],
    );
    project.run(&url, &["upgrade"]).expect_code(0);
    project.run(&url, &["check", "--drift"]).expect_code(0);
    assert_eq!(
        live.value("SELECT name FROM boat"),
        "Anna",
        "the row is still there"
    );

    let new = Server::shared().database();
    project.run(&new.url(), &["upgrade"]).expect_code(0);
    assert_eq!(judge::dump(&live), judge::dump(&new));
    project.run(&url, &["downgrade", "-1"]).expect_code(0);
    assert_eq!(live.value("SELECT to_regclass('crew')"), "null");
    assert_eq!(live.value("SELECT name FROM boat"), "Anna");
}

/// A project that has a `schema.sql` and nothing else gets its revisions from it.
#[test]
fn a_project_of_one_sql_file_gets_its_revisions() {
    let (project, database) = (Project::new(), Server::shared().database());
    let url = database.url();
    let schema = "CREATE VIEW fleet AS SELECT name FROM boat;\n\
                  CREATE TABLE boat (id int PRIMARY KEY, name text);\n";
    project.file("schema.sql", schema);
    let line = ["init", "--models", "schema.sql", "--timezone", "UTC"];
    let finished = project.run(&url, &line).expect_code(0);
    assert_eq!(finished.stdout, "seaworthy.toml\n");
    assert!(
        finished.stderr.contains("no example is written"),
        "{}",
        finished.stderr
    );
    let text = project.read("seaworthy.toml");
    assert!(text.contains("\nmodels = [\"schema.sql\"]\n"), "{text}");
    assert!(text.contains("\ntimezone = \"UTC\"\n"), "{text}");
    let diff = project.run(&url, &["diff"]).expect_code(0);
    assert!(
        diff.stdout.contains("CREATE TABLE public.boat"),
        "{}",
        diff.stdout
    );
    let line = ["diff", "revisions@aaaa", "models"];
    refused(&project, &url, &line, 65, "no-revisions");
    let text = written(
        &project,
        &url,
        &["revision", "--autogenerate", "-m", "begin"],
    );
    assert!(!text.contains("-- revises"), "{text}");
    project.run(&url, &["upgrade"]).expect_code(0);
    project.run(&url, &["check", "--drift"]).expect_code(0);
    let begun = judge::dump(&database);
    project.file(
        "schema.sql",
        schema.replace("name text", "name text, rig text DEFAULT 'sloop'"),
    );
    written(&project, &url, &["revision", "--autogenerate", "-m", "rig"]);
    project.run(&url, &["upgrade"]).expect_code(0);
    database.execute("INSERT INTO boat VALUES (1, 'Anna')");
    assert_eq!(database.value("SELECT rig FROM boat"), "sloop");
    project.run(&url, &["downgrade", "-1"]).expect_code(0);
    assert_eq!(judge::dump(&database), begun);
    assert_eq!(database.value("SELECT name FROM fleet"), "Anna");
    project.run(&url, &["downgrade", "base"]).expect_code(0);
    assert_eq!(database.value("SELECT to_regclass('boat')"), "null");
}
