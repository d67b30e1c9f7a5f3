//! `squash`: one revision in the place of several, and what databases make of it
//! that have them all, none of them, or some.

use crate::support::binary::Binary;
use crate::support::database::Database;
use crate::support::judge;
use crate::support::project::Project;
use crate::support::server::Server;

/// `aaaa <- bbbb <- cccc <- dddd`, of which `bbbb` writes a row and `cccc` runs
/// outside a transaction.
fn boats() -> Project {
    let project = Project::new();
    project
        .revision(
            "aaaa",
            "",
            "CREATE TABLE boat (id int PRIMARY KEY);",
            "DROP TABLE boat;",
        )
        .revision(
            "bbbb",
            "aaaa",
            "ALTER TABLE boat ADD COLUMN name text;\nINSERT INTO boat VALUES (1, 'Anna');\n\
             CREATE TABLE crew (boat int REFERENCES boat);",
            "",
        )
        .file(
            "migrations/cccc.sql",
            "-- index the names\n--\n-- revision: cccc\n-- revises: bbbb\n-- branch: fleet\n\n\
             -- migrate:up transaction:false\n\
             CREATE INDEX CONCURRENTLY boat_name ON boat (name);\n\
             ALTER TABLE boat ALTER COLUMN name SET NOT NULL;\n",
        )
        .revision(
            "dddd",
            "cccc",
            "CREATE VIEW named AS SELECT name FROM boat;",
            "DROP VIEW named;",
        );
    project
}

const SQUASH: [&str; 6] = [
    "squash",
    "bbbb:cccc",
    "-m",
    "name boats",
    "--rev-id",
    "eeee",
];
const NEW: &str = "migrations/eeee_name_boats.sql";

#[track_caller]
fn refused(project: &Project, url: &str, line: &[&str], error: &str) -> String {
    let before = files(project);
    let finished = project.run(url, line).expect_code(65);
    assert!(
        finished.stderr.contains(&format!("error[{error}]: ")),
        "{}",
        finished.stderr
    );
    assert_eq!(finished.stdout, "");
    assert_eq!(files(project), before, "nothing has changed");
    finished.stderr
}

/// Returns every file of the directory of revisions, hidden ones, too.
fn files(project: &Project) -> Vec<String> {
    let entries = std::fs::read_dir(project.migrations()).expect("it is there");
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    let mut names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn applied(database: &Database<'_>) -> Vec<String> {
    database.column("SELECT revision FROM seaworthy_revision ORDER BY revision")
}

#[test]
fn databases_that_have_all_or_none_of_it_end_alike() {
    let project = boats();
    let server = Server::shared();
    let [whole, none, part] = [server.database(), server.database(), server.database()];
    project.run(&whole.url(), &["upgrade"]).expect_code(0);
    project
        .run(&none.url(), &["upgrade", "aaaa"])
        .expect_code(0);
    project
        .run(&part.url(), &["upgrade", "bbbb"])
        .expect_code(0);
    let finished = project.run(&whole.url(), &SQUASH).expect_code(0);
    assert_eq!(finished.stdout, format!("{NEW}\n"));
    assert_eq!(
        files(&project),
        ["aaaa.sql", "dddd.sql", "eeee_name_boats.sql"]
    );
    let stderr = &finished.stderr;
    for said in [
        "removed `migrations/bbbb.sql`",
        "removed `migrations/cccc.sql`",
        "migrations/bbbb.sql:8: `INSERT INTO boat",
        "is not in the new revision",
    ] {
        assert!(stderr.contains(said), "no `{said}` in {stderr}");
    }
    assert!(!stderr.contains("Anna"), "{stderr}");
    let text = project.read(NEW);
    for line in [
        "-- name boats",
        "-- revises: aaaa",
        "-- branch: fleet",
        "-- replaces: bbbb, cccc",
    ] {
        assert!(text.lines().any(|one| one == line), "no `{line}` in {text}");
    }

    project.run(&whole.url(), &["upgrade"]).expect_code(0);
    project.run(&none.url(), &["upgrade"]).expect_code(0);
    assert_eq!(judge::dump(&whole), judge::dump(&none));
    for database in [&whole, &none] {
        let standing = applied(database);
        assert!(standing.contains(&"eeee".to_owned()), "{standing:?}");
        project
            .run(&database.url(), &["check", "--drift"])
            .expect_code(0);
    }
    assert_eq!(whole.value("SELECT name FROM boat"), "Anna");
    assert_eq!(none.value("SELECT count(*) FROM boat"), "0");
    let partly = project.run(&part.url(), &["upgrade"]).expect_code(65);
    assert!(
        partly.stderr.contains("error[partly-replaced]: "),
        "{}",
        partly.stderr
    );

    project
        .run(&none.url(), &["downgrade", "aaaa"])
        .expect_code(0);
    assert_eq!(applied(&none), ["aaaa"]);
    assert_eq!(none.value("SELECT to_regclass('crew')"), "null");
}

#[test]
fn a_range_that_is_half_applied_is_left_alone() {
    let (project, database) = (boats(), Server::shared().database());
    project
        .run(&database.url(), &["upgrade", "bbbb"])
        .expect_code(0);
    let stderr = refused(&project, &database.url(), &SQUASH, "not-squashed");
    for said in ["`cccc`", "it has `bbbb`", "seaworthy upgrade"] {
        assert!(stderr.contains(said), "no `{said}` in {stderr}");
    }
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    project.run(&database.url(), &SQUASH).expect_code(0);
}

#[test]
fn a_dry_run_prints_the_revision_alone() {
    let (project, database) = (boats(), Server::shared().database());
    let before = files(&project);
    let line = [&SQUASH[..], &["--dry-run"]].concat();
    let finished = project.run(&database.url(), &line).expect_code(0);
    assert!(
        finished.stdout.starts_with("-- name boats\n"),
        "{}",
        finished.stdout
    );
    assert!(
        finished.stdout.contains("CREATE TABLE public.crew"),
        "{}",
        finished.stdout
    );
    assert_eq!(files(&project), before);
}

#[test]
fn a_range_ends_where_it_is_told_to() {
    let (project, database) = (boats(), Server::shared().database());
    // From the base, and with no database but that of the shadows.
    let line = [
        "squash",
        ":cccc",
        "-m",
        "all",
        "--shadow-url",
        &database.url(),
    ];
    let finished = Binary::new(line)
        .within(project.path())
        .run()
        .expect_code(0);
    let text = project.read(finished.stdout.trim_end());
    assert!(text.contains("-- replaces: aaaa, bbbb, cccc\n"), "{text}");
    assert!(!text.contains("-- revises"), "{text}");
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    project
        .run(&database.url(), &["check", "--drift"])
        .expect_code(0);
    // Once more, with the end of it and what comes after.
    let line = ["squash", ":", "-m", "all of it"];
    let finished = project.run(&database.url(), &line).expect_code(0);
    assert!(
        finished.stderr.contains("replaces others itself"),
        "{}",
        finished.stderr
    );
    assert_eq!(files(&project).len(), 1);
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    project
        .run(&database.url(), &["check", "--drift"])
        .expect_code(0);
}

#[test]
fn what_is_no_block_is_refused_by_name() {
    let (project, database) = (boats(), Server::shared().database());
    project.revision("ffff", "bbbb", "CREATE TABLE port ();", "");
    let stderr = refused(&project, &database.url(), &SQUASH, "not-squashed");
    assert!(
        stderr.contains("revision `bbbb`") && stderr.contains("ffff.sql"),
        "{stderr}"
    );
    let line = ["squash", "aaaa:", "-m", "x"];
    let stderr = refused(&project, &database.url(), &line, "not-squashed");
    assert!(
        stderr.contains("2 heads") && stderr.contains("dddd.sql"),
        "{stderr}"
    );
    let line = ["squash", "cccc:cccc", "-m", "x"];
    refused(&project, &database.url(), &line, "not-squashed");
    let line = ["squash", "cccc:aaaa", "-m", "x"];
    refused(&project, &database.url(), &line, "no-such-range");
    let line = ["squash", "cccc", "-m", "x"];
    project.run(&database.url(), &line).expect_code(2);
}

#[test]
fn what_needs_two_transactions_is_no_single_revision() {
    let (project, database) = (Project::new(), Server::shared().database());
    project
        .revision("aaaa", "", "CREATE TYPE rig AS ENUM ('sloop');", "")
        .revision("bbbb", "aaaa", "ALTER TYPE rig ADD VALUE 'ketch';", "")
        .revision(
            "cccc",
            "bbbb",
            "CREATE TABLE boat (rig rig DEFAULT 'ketch');",
            "",
        );
    let line = ["squash", "bbbb:cccc", "-m", "x"];
    let stderr = refused(&project, &database.url(), &line, "not-squashed");
    assert!(stderr.contains("one transaction"), "{stderr}");
    let line = ["squash", "aaaa:cccc", "-m", "x"];
    project.run(&database.url(), &line).expect_code(0);
    project.run(&database.url(), &["upgrade"]).expect_code(0);
}

#[test]
fn numbered_files_are_squashed_at_their_end() {
    let (project, database) = (Project::new(), Server::shared().database());
    project
        .file("migrations/1_boat.up.sql", "CREATE TABLE boat ();")
        .file("migrations/1_boat.down.sql", "DROP TABLE boat;")
        .file("migrations/2_crew.up.sql", "CREATE TABLE crew ();")
        .file("migrations/2_crew.down.sql", "DROP TABLE crew;")
        .file("migrations/3_port.up.sql", "CREATE TABLE port ();")
        .file("migrations/3_port.down.sql", "DROP TABLE port;");
    let line = ["squash", "1:2", "-m", "x"];
    let stderr = refused(&project, &database.url(), &line, "not-squashed");
    assert!(stderr.contains("revision `3` has no header"), "{stderr}");
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    let line = ["squash", "2:3", "-m", "rest"];
    project.run(&database.url(), &line).expect_code(0);
    assert_eq!(
        files(&project),
        ["1_boat.down.sql", "1_boat.up.sql", "4_rest.sql"]
    );
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    let other = Server::shared().database();
    project.run(&other.url(), &["upgrade"]).expect_code(0);
    assert_eq!(judge::dump(&database), judge::dump(&other));
}

#[test]
fn names_and_needs_outlive_the_range() {
    let (project, database) = (Project::new(), Server::shared().database());
    project
        .revision("aaaa", "", "CREATE TABLE boat (id int PRIMARY KEY);", "")
        .file(
            "migrations/llll.sql",
            "-- lib\n--\n-- revision: llll\n-- branch: lib\n\n-- migrate:up\nCREATE TABLE port (id int PRIMARY KEY);\n",
        )
        .file(
            "migrations/bbbb.sql",
            "-- visits\n--\n-- revision: bbbb\n-- revises: aaaa\n-- depends-on: lib\n\n-- migrate:up\n\
             CREATE TABLE visit (boat int REFERENCES boat, port int REFERENCES port);\n",
        )
        .revision("cccc", "bbbb", "ALTER TABLE visit ADD COLUMN at date;", "")
        .file(
            "migrations/xxxx.sql",
            "-- reports\n--\n-- revision: xxxx\n-- depends-on: cccc\n\n-- migrate:up\n\
             CREATE VIEW visited AS SELECT at FROM visit;\n",
        );
    let line = ["squash", "aaaa:cccc", "-m", "visits", "--rev-id", "eeee"];
    project.run(&database.url(), &line).expect_code(0);
    let text = project.read("migrations/eeee_visits.sql");
    assert!(text.contains("-- depends-on: lib\n"), "{text}");
    assert!(text.contains("-- replaces: aaaa, bbbb, cccc\n"), "{text}");
    project
        .run(&database.url(), &["upgrade", "heads"])
        .expect_code(0);
    assert_eq!(applied(&database), ["eeee", "llll", "xxxx"]);
}

#[test]
fn no_file_goes_where_none_can_come() {
    let (project, database) = (boats(), Server::shared().database());
    let before = files(&project);
    let name = "x".repeat(300);
    let line = [&SQUASH[..], &["--file-template", &name]].concat();
    let finished = project.run(&database.url(), &line).expect_code(74);
    assert!(
        finished.stderr.contains("error[file-not-written]: "),
        "{}",
        finished.stderr
    );
    assert_eq!(files(&project), before);
    let line = ["squash", "bbbb:cccc", "-m", "x", "--rev-id", "dddd"];
    refused(&project, &database.url(), &line, "id-taken");
}

#[test]
fn what_comes_later_must_still_work() {
    let (project, database) = (boats(), Server::shared().database());
    // It can only run after the row of `bbbb`, which no schema shows.
    let up = "DO $$ BEGIN ASSERT EXISTS (SELECT FROM boat), 'nobody sails'; END $$;";
    project.revision("ffff", "dddd", up, "");
    let before = files(&project);
    let finished = project.run(&database.url(), &SQUASH).expect_code(1);
    let stderr = &finished.stderr;
    assert!(
        stderr.contains("nobody sails") && stderr.contains("ffff.sql:7"),
        "{stderr}"
    );
    assert_eq!(files(&project), before);
}
