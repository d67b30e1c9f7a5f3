//! `seaworthy wait --schema`: a replica waits for the migration Job, and
//! touches nothing while it does.

use crate::support::binary::{Binary, Running};
use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::server::{Options, Server};

fn project() -> Project {
    let project = Project::new();
    project
        .revision("aa11", "", "CREATE TABLE boats (id int);", "")
        .revision("bb22", "aa11", "CREATE TABLE crew (id int);", "");
    project
}

fn upgrade(database: &Database<'_>, project: &Project, target: &str) {
    Binary::new(["upgrade", target])
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .run()
        .expect_code(0);
}

fn wait(url: &str, project: &Project, target: &str, timeout: &str) -> Binary {
    Binary::new(["wait", "--schema", target, "--timeout", timeout])
        .within(project.path())
        .env("DATABASE_URL", url)
}

/// Waits until the process has looked at the state a few times.
#[track_caller]
fn behind(running: &Running) {
    running.stderr_line("has not reached `");
}

#[test]
fn it_ends_when_the_job_has_reached_the_target() {
    let database = Server::shared().database();
    let project = project();
    let targets = ["head", "heads", "bb22", "aa11+1"];
    let waiting: Vec<_> = targets
        .iter()
        .map(|target| wait(&database.url(), &project, target, "60s").spawn())
        .collect();
    waiting.iter().for_each(behind);
    upgrade(&database, &project, "aa11");
    let first = wait(&database.url(), &project, "aa11", "60s").run();
    first.expect_code(0);
    let late = wait(&database.url(), &project, "head", "300ms").run();
    late.expect_code(69);
    upgrade(&database, &project, "head");
    for running in waiting {
        assert_eq!(running.finish().expect_code(0).stdout, "");
    }
}

#[test]
fn an_image_without_revisions_names_an_id_or_a_prefix() {
    let database = Server::shared().database();
    let (full, empty) = (project(), Project::new());
    let waiting = ["bb22", "aa11"].map(|target| wait(&database.url(), &empty, target, "60s"));
    let waiting = waiting.map(Binary::spawn);
    waiting.iter().for_each(behind);
    upgrade(&database, &full, "head");
    for running in waiting {
        running.finish().expect_code(0);
    }
    let head = wait(&database.url(), &empty, "head", "60s").run();
    let head = head.expect_code(65);
    assert!(
        head.stderr.contains("error[no-directory]"),
        "{}",
        head.stderr
    );
}

#[test]
fn a_schema_that_is_ahead_has_reached_it() {
    let database = Server::shared().database();
    let project = project();
    upgrade(&database, &project, "head");
    project.remove("migrations/bb22.sql");
    for target in ["head", "aa11", "bb22"] {
        let ahead = wait(&database.url(), &project, target, "5s").run();
        ahead.expect_code(0);
    }
}

#[test]
fn what_no_database_can_change_is_told_at_once() {
    let nowhere = "postgres://u:p@127.0.0.1:1/d";
    let project = project();
    project.revision("cc33", "aa11", "SELECT 1;", "");
    for (target, error) in [
        ("head", "error[multiple-heads]"),
        ("+1", "error[relative-target]"),
        ("nobody@head", "error[unknown-branch]"),
    ] {
        let finished = wait(nowhere, &project, target, "60s").run().expect_code(65);
        assert!(finished.stderr.contains(error), "{}", finished.stderr);
    }
    let below = Binary::new(["upgrade", "-1"])
        .within(project.path())
        .env("DATABASE_URL", nowhere)
        .run()
        .expect_code(65);
    assert!(below.stderr.contains("-1"), "{}", below.stderr);
    for command in [["run"], ["upgrade"]] {
        let finished = Binary::new(command)
            .within(project.path())
            .env("DATABASE_URL", nowhere)
            .run()
            .expect_code(65);
        assert!(
            finished.stderr.contains("error[multiple-heads]"),
            "{}",
            finished.stderr
        );
    }
}

#[test]
fn a_role_that_may_not_read_is_told_what_to_grant_and_goes_on_when_it_is() {
    let database = Server::shared().database();
    let project = project();
    let role = database.role("");
    upgrade(&database, &project, "head");
    let finished = wait(&role.url, &project, "head", "1s").run();
    let stderr = finished.expect_code(69).stderr;
    let grant = format!(
        "GRANT SELECT ON \"public\".\"seaworthy_revision\" TO \"{}\";",
        role.name
    );
    assert!(stderr.contains(&format!("`{grant}`")), "{stderr}");

    let running = wait(&role.url, &project, "head", "60s").spawn();
    running.stderr_line("may not read");
    // The hint can be run as it stands.
    database.execute(&grant);
    running.finish().expect_code(0);
}

#[test]
fn it_creates_nothing_and_leaves_no_error_in_the_server_s_log() {
    let server = Server::start(Options::default().setting("log_min_messages", "warning"));
    let database = server.database();
    let project = project();
    let role = database.role("");
    let objects = "SELECT count(*) FROM pg_class WHERE relnamespace IN \
                   (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')";
    let schemas = "SELECT count(*) FROM pg_namespace";
    let before = (database.value(objects), database.value(schemas));
    let log = server.log().len();
    for url in [database.url(), role.url.clone()] {
        for args in [vec![], vec!["--version-schema", "not_there"]] {
            let waiting = wait(&url, &project, "head", "500ms");
            let finished = args.into_iter().fold(waiting, Binary::arg).run();
            finished.expect_code(69);
        }
    }
    assert_eq!((database.value(objects), database.value(schemas)), before);
    upgrade(&database, &project, "head");
    let refused = wait(&role.url, &project, "head", "500ms").run();
    refused.expect_code(69);
    let written = server.log().split_off(log);
    for word in ["ERROR", "FATAL", "STATEMENT"] {
        assert!(!written.contains(word), "{written}");
    }
}
