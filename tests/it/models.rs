//! Models, revisions and databases compared: `revision --autogenerate`,
//! `check`, `diff`, and the databases that are made for it.

use serde_json::{Value, json};

use crate::support::binary::Finished;
use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::server::Server;

const CONFIGURATION: &str = "[schema]\nmodels = [\"schema.sql\"]\n";

/// `aaaa`: boats with a row, and models that are the same.
fn boats() -> Project {
    let project = Project::new();
    project
        .revision(
            "aaaa",
            "",
            "CREATE TABLE boat (id int PRIMARY KEY); INSERT INTO boat VALUES (1);",
            "DROP TABLE boat;",
        )
        .file("seaworthy.toml", CONFIGURATION)
        .file("schema.sql", "CREATE TABLE boat (id int PRIMARY KEY);");
    project
}

/// Returns the one file that a command says it has written.
#[track_caller]
fn written(project: &Project, finished: Finished) -> String {
    let finished = finished.expect_code(0);
    assert_eq!(finished.stdout.lines().count(), 1, "{}", finished.stdout);
    project.read(finished.stdout.trim_end())
}

fn columns(database: &Database<'_>) -> Vec<String> {
    database.column(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('boat') \
         AND attnum > 0 AND NOT attisdropped ORDER BY 1",
    )
}

const AUTOGENERATE: [&str; 4] = ["revision", "--autogenerate", "-m", "more"];

#[test]
fn a_revision_is_made_from_the_models_both_ways() {
    let (project, database) = (boats(), Server::shared().database());
    // A view before its table, and a function before what it names.
    project.file(
        "schema.sql",
        "CREATE VIEW named AS SELECT id, name FROM boat;\n\
         CREATE TABLE boat (id int PRIMARY KEY, name text DEFAULT usual() NOT NULL);\n\
         CREATE FUNCTION usual() RETURNS text LANGUAGE sql AS 'SELECT ''Anna''';\n",
    );
    let text = written(&project, project.run(&database.url(), &AUTOGENERATE));
    assert!(text.contains("-- revises: aaaa"), "{text}");
    assert!(
        text.contains("-- hazard data-loss: column public.boat.name"),
        "{text}"
    );
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    assert_eq!(columns(&database), ["id", "name"]);
    assert_eq!(database.value("SELECT name FROM named"), "Anna");
    project
        .run(&database.url(), &["check", "--drift"])
        .expect_code(0);
    let again = project.run(&database.url(), &AUTOGENERATE).expect_code(0);
    assert_eq!(again.stdout, "", "nothing is left to write");
    project
        .run(&database.url(), &["downgrade", "-1"])
        .expect_code(0);
    assert_eq!(columns(&database), ["id"]);
    assert_eq!(database.value("SELECT count(*) FROM boat"), "1");
}

#[test]
fn rows_that_do_not_allow_a_revision_are_no_bug() {
    let (project, database) = (boats(), Server::shared().database());
    project.file(
        "schema.sql",
        "CREATE TABLE boat (id int PRIMARY KEY, name text NOT NULL);",
    );
    let finished = project.run(&database.url(), &AUTOGENERATE).expect_code(65);
    let stderr = &finished.stderr;
    assert!(stderr.contains("error[rows-refuse]: "), "{stderr}");
    assert!(stderr.contains("column \"name\""), "{stderr}");
    assert_eq!(finished.stdout, "");
}

/// Models whose way takes two revisions.
fn ketches() -> Project {
    let project = boats();
    project
        .revision(
            "bbbb",
            "aaaa",
            "CREATE TYPE rig AS ENUM ('sloop');",
            "DROP TYPE rig;",
        )
        .file(
            "schema.sql",
            "CREATE TYPE rig AS ENUM ('sloop', 'ketch');\n\
             CREATE TABLE boat (id int PRIMARY KEY, rig rig DEFAULT 'ketch');",
        );
    project
}

#[test]
fn a_new_value_that_is_used_at_once_takes_two_revisions() {
    let (project, database) = (ketches(), Server::shared().database());
    let made = project.run(&database.url(), &AUTOGENERATE).expect_code(0);
    assert_eq!(made.stdout.lines().count(), 2, "{}", made.stdout);
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    assert_eq!(database.value("SELECT rig FROM boat"), "ketch");
    project
        .run(&database.url(), &["downgrade", "bbbb"])
        .expect_code(0);
    assert_eq!(database.value("SELECT enum_range(NULL::rig)"), "{sloop}");
}

#[test]
fn revisions_that_belong_together_are_written_together() {
    let (project, database) = (ketches(), Server::shared().database());
    // The second one's name is taken by the first.
    let line = [&AUTOGENERATE[..], &["--file-template", "same"]].concat();
    let finished = project.run(&database.url(), &line).expect_code(74);
    assert_eq!(finished.stdout, "");
    let left = project.run(&database.url(), &["history"]).expect_code(0);
    assert_eq!(left.stdout.lines().count(), 2, "{}", left.stdout);
}

#[test]
fn models_without_a_statement_drop_nothing() {
    let (project, database) = (boats(), Server::shared().database());
    project.file("schema.sql", "-- CREATE TABLE boat (id int PRIMARY KEY);\n");
    for line in [&AUTOGENERATE[..], &["check"], &["diff"]] {
        let finished = project.run(&database.url(), line).expect_code(65);
        let stderr = &finished.stderr;
        assert!(stderr.contains("error[models-empty]: "), "{stderr}");
        assert!(stderr.contains("`schema.sql`"), "{stderr}");
        assert_eq!(finished.stdout, "");
    }
}

#[test]
fn check_names_what_differs() {
    let (project, database) = (boats(), Server::shared().database());
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    database.execute("ALTER TABLE boat ADD COLUMN by_hand int");
    project.run(&database.url(), &["check"]).expect_code(0);
    let drift = project
        .run(&database.url(), &["check", "--drift", "--json"])
        .expect_code(1);
    let document: Value = serde_json::from_str(&drift.stdout).expect("JSON");
    assert_eq!(
        document["differences"],
        json!([{
            "comparison": "database-revisions", "kind": "column",
            "object": "public.boat.by_hand", "change": "added", "detail": "",
        }])
    );
    project.file("schema.sql", "CREATE TABLE boat (id bigint PRIMARY KEY);");
    let check = project.run(&database.url(), &["check"]).expect_code(1);
    assert!(
        check.stdout.contains("error[models-differ]: "),
        "{}",
        check.stdout
    );
    assert!(
        check.stdout.contains("type: integer -> bigint"),
        "{}",
        check.stdout
    );
    project
        .run(&database.url(), &["check", "--state-only"])
        .expect_code(0);
    let line = ["diff", "--exit-code"];
    let diff = project.run(&database.url(), &line).expect_code(1);
    assert!(diff.stdout.contains("TYPE bigint"), "{}", diff.stdout);
}

#[track_caller]
fn check(model: &str, code: i32, error: &str, place: &str) {
    let (project, database) = (boats(), Server::shared().database());
    project.file("schema.sql", model);
    let finished = project.run(&database.url(), &["diff"]).expect_code(code);
    let stderr = &finished.stderr;
    assert!(
        stderr.contains(&format!("seaworthy: error[{error}]: ")),
        "{stderr}"
    );
    assert!(stderr.contains(place), "{stderr}");
    assert_eq!(finished.stdout, "");
}

#[test]
fn what_makes_no_schema_is_refused_with_its_line() {
    check(
        "CREATE TABLE a ();\nINSERT INTO a VALUES (1);",
        65,
        "model",
        "schema.sql:2:1",
    );
    check(
        "CREATE TABLE a (\n  \"é\" text, b nowhere);",
        65,
        "model",
        "schema.sql:2:15",
    );
    check("CREATE TABLE a (b int", 65, "model", "schema.sql:1:22");
    check("\nCREATE ROLE r;", 65, "model", "schema.sql:2:1");
    check("BEGIN;", 65, "model", "schema.sql:1:1");
    check(
        "DO $$ BEGIN CREATE ROLE r; END $$;",
        65,
        "model",
        "--shadow-url",
    );
    check("SELECT 'a", 65, "unclosed", "schema.sql:1:8");
}

#[test]
fn databases_are_made_by_who_may_and_always_dropped() {
    let (project, database) = (boats(), Server::shared().database());
    let owned = |name: &str| {
        database.value(&format!(
            "SELECT count(*) FROM pg_database WHERE pg_get_userbyid(datdba) = '{name}'"
        ))
    };
    let refused = database.role("");
    let finished = project.run(&refused.url, &["diff"]).expect_code(77);
    assert!(
        finished.stderr.contains("--shadow-url"),
        "{}",
        finished.stderr
    );
    let maker = database.role("CREATEDB");
    let left = "seaworthy_shadow_1_1_0";
    database.execute(&format!("CREATE DATABASE {left} OWNER {}", maker.name));
    let line = ["diff", "--shadow-url", maker.url.as_str()];
    project.run(&refused.url, &line).expect_code(0);
    assert_eq!(
        owned(&maker.name),
        "0",
        "neither an old one nor a new one is left"
    );
    project.file("schema.sql", "CREATE TABLE a (b nowhere);");
    project.run(&maker.url, &["diff"]).expect_code(65);
    assert_eq!(owned(&maker.name), "0", "nothing is left of a failure");
}

#[test]
fn a_replay_changes_nothing_beyond_its_database() {
    let (project, database) = (boats(), Server::shared().database());
    let role = database.role("");
    let may_log_in = || {
        let question = format!(
            "SELECT rolcreatedb FROM pg_roles WHERE rolname = '{}'",
            role.name
        );
        database.value(&question)
    };
    let alter = format!("ALTER ROLE {} CREATEDB PASSWORD 'hush'", role.name);
    project.revision(
        "bbbb",
        "aaaa",
        &format!("{alter};\nCREATE TABLE crew ();"),
        "",
    );
    let finished = project.run(&database.url(), &["diff"]).expect_code(0);
    assert_eq!(may_log_in(), "f");
    assert!(
        finished.stdout.contains("DROP TABLE public.crew"),
        "{}",
        finished.stdout
    );
    let place = "bbbb.sql:7: `ALTER ROLE";
    let stderr = &finished.stderr;
    assert!(
        stderr.contains(place) && stderr.contains("is not replayed"),
        "{stderr}"
    );
    assert!(!stderr.contains("hush"), "{stderr}");

    project.revision("bbbb", "aaaa", &format!("DO $$ BEGIN {alter}; END $$;"), "");
    let own = database.url();
    for line in [&["diff"][..], &["diff", "--shadow-url", &own]] {
        let finished = project.run(&database.url(), line).expect_code(65);
        let stderr = &finished.stderr;
        assert!(stderr.contains("error[may-reach-server]: "), "{stderr}");
        assert!(stderr.contains("bbbb.sql:7:1"), "{stderr}");
        assert_eq!(may_log_in(), "f");
    }
    // By another address it may be another server.
    let line = ["diff", "--shadow-url", &database.socket_url()];
    project.run(&database.url(), &line).expect_code(0);
    assert_eq!(may_log_in(), "t");
}

#[test]
fn a_revision_that_fails_in_a_replay_says_where_it_ran() {
    let (project, database) = (boats(), Server::shared().database());
    project.revision("bbbb", "aaaa", "ALTER TABLE ship ADD a int;", "");
    let finished = project.run(&database.url(), &["diff"]).expect_code(1);
    for said in [
        "error[revision-failed]: revision `bbbb` failed in a shadow database",
        "bbbb.sql:7:1",
        "42P01",
        "the configured database was not touched",
    ] {
        assert!(finished.stderr.contains(said), "{}", finished.stderr);
    }
    assert!(!finished.stderr.contains("upgrade"), "{}", finished.stderr);
}

/// What can be known without a server is told without one.
#[test]
fn what_is_wrong_with_files_is_told_before_a_server_is_asked() {
    let nobody = "postgres://127.0.0.1:1/nobody";
    let project = boats();
    let check = |code, error: &str, line: &[&str]| {
        let stderr = project.run(nobody, line).expect_code(code).stderr;
        assert!(stderr.contains(error), "{stderr}");
        assert!(!stderr.contains("waiting"), "{stderr}");
    };
    check(
        65,
        "error[file-unreadable]",
        &["diff", "database", "no-such.sql"],
    );
    project.file("schema.sql", "-- nothing yet\n");
    check(65, "error[models-empty]", &["diff", "database", "models"]);
    project.file("seaworthy.toml", "");
    check(78, "error[no-models]", &["diff"]);
}
