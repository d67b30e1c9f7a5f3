//! A server that is full or read-only, and roles that may do little or must
//! hurry: what is said, and that a rerun ends well.

use crate::support::binary::{Binary, Finished, Running};
use crate::support::eventually;
use crate::support::mount::Mount;
use crate::support::project::Project;
use crate::support::server::{Options, Server, StopMode};

fn start(project: &Project, url: &str, args: &[&str]) -> Running {
    args.iter()
        .fold(Binary::new(["run"]), |call, arg| call.arg(arg))
        .within(project.path())
        .env("DATABASE_URL", url)
        .spawn()
}

fn run(project: &Project, url: &str, args: &[&str]) -> Finished {
    start(project, url, args).finish()
}

fn outside(project: &Project, id: &str, revises: &str, up: &str) {
    project.file(
        &format!("migrations/{id}.sql"),
        format!(
            "-- {id}\n--\n-- revision: {id}\n-- revises: {revises}\n\n\
             -- migrate:up transaction:false\n{up}\n"
        ),
    );
}

#[track_caller]
fn says(finished: &Finished, parts: &[&str]) {
    for part in parts {
        let stderr = &finished.stderr;
        assert!(stderr.contains(part), "no `{part}` in:\n{stderr}");
    }
}

#[test]
fn a_full_disk_fails_the_revision_and_a_rerun_goes_on() {
    let server = Server::start(Options::default());
    let mount = Mount::new(server.socket_directory().join("small"), 8);
    let database = server.database();
    database.execute(&format!(
        "CREATE TABLESPACE small LOCATION '{}'",
        mount.path().display()
    ));
    let project = Project::new();
    project
        .revision("a1", "", "CREATE TABLE kept (id int);", "")
        .revision(
            "b2",
            "a1",
            "INSERT INTO kept VALUES (1);\n\
             CREATE TABLE big TABLESPACE small AS SELECT g AS id, repeat('x', 500) AS pad\n\
             FROM generate_series(1, 30000) g;",
            "",
        );
    outside(
        &project,
        "c3",
        "b2",
        "INSERT INTO kept VALUES (2);\n\
         CREATE INDEX CONCURRENTLY big_pad ON big ((pad || id)) TABLESPACE small;",
    );
    let full = run(&project, &database.url(), &[]).expect_code(1);
    says(
        &full,
        &["revision-failed", "53100", "b2.sql:8:1", "committed `a1`"],
    );
    assert_eq!(database.value("SELECT count(*) FROM kept"), "0");

    mount.enlarge(22);
    let full = run(&project, &database.url(), &[]).expect_code(1);
    says(&full, &["revision-failed", "53100", "c3.sql:8:1"]);
    let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
    assert_eq!(database.value(invalid), "1");

    mount.enlarge(64);
    run(&project, &database.url(), &[]).expect_code(0);
    assert_eq!(
        database.column("SELECT id FROM kept ORDER BY id"),
        ["1", "2"]
    );
    assert_eq!(database.value(invalid), "0");
    assert_eq!(
        database.column("SELECT revision || ' ' || state FROM seaworthy_revision ORDER BY 1"),
        ["a1 applied", "b2 applied", "c3 applied"]
    );
}

#[test]
fn a_server_that_could_not_write_its_log_is_waited_for() {
    let server = Server::prepare(Options::default().setting("max_wal_size", "1GB"));
    let mount = Mount::new(server.socket_directory().join("wal"), 40);
    server.move_log_to(&mount.path().join("pg_wal"));
    server.launch();
    let database = server.database();
    let project = Project::new();
    project
        .revision("a1", "", "CREATE TABLE t (id int, pad text);", "")
        .revision("b2", "a1", "INSERT INTO t VALUES (0, 'first');", "");
    outside(
        &project,
        "c3",
        "b2",
        "INSERT INTO t VALUES (1, 'second');\n\
         INSERT INTO t SELECT g, repeat('x', 1000) FROM generate_series(2, 60000) g;",
    );
    // The statement fails, or the whole server, as it happens.
    let full = run(&project, &database.url(), &[]);
    match full.code() {
        1 => says(&full, &["revision-failed", "53100", "c3.sql:8:1"]),
        69 => says(
            &full,
            &["connection-lost", "the journal knows how far it came"],
        ),
        _ => panic!("{}", full.stderr),
    }
    server.stop(StopMode::Immediate);
    let waiting = start(&project, &database.url(), &[]);
    waiting.stderr_line("waiting for");
    mount.enlarge(400);
    server.launch();
    waiting.finish().expect_code(0);
    assert_eq!(
        database.value("SELECT concat_ws(' ', count(*), count(DISTINCT id), max(id)) FROM t"),
        "60001 60001 60000"
    );
    assert_eq!(
        database.column("SELECT revision FROM seaworthy_log ORDER BY id"),
        ["a1", "b2", "c3"]
    );
}

#[test]
fn timeouts_of_the_role_do_not_reach_the_revisions() {
    let database = Server::shared().database();
    let role = database.role("");
    database.execute(&format!(
        "GRANT CREATE ON SCHEMA public TO {0}; \
         ALTER ROLE {0} SET statement_timeout = '200ms'; \
         ALTER ROLE {0} SET lock_timeout = '1ms'; \
         ALTER ROLE {0} SET idle_in_transaction_session_timeout = '30ms'",
        role.name
    ));
    if database.server().version() >= 14 {
        let idle = format!("ALTER ROLE {} SET idle_session_timeout = '30ms'", role.name);
        database.execute(&idle);
    }
    let project = Project::new();
    project.revision(
        "a1",
        "",
        "CREATE TABLE t (id int);\nSELECT pg_sleep(0.4);",
        "",
    );
    outside(
        &project,
        "b2",
        "a1",
        "SELECT pg_sleep(0.4);\nCREATE INDEX CONCURRENTLY i ON t (id);\n\
         INSERT INTO t VALUES (1);",
    );
    // The others wait for the lock longer than they may idle.
    let replicas: Vec<Running> = (0..4).map(|_| start(&project, &role.url, &[])).collect();
    for replica in replicas {
        replica.finish().expect_code(0);
    }
    assert_eq!(database.column("SELECT id FROM t"), ["1"]);
    assert_eq!(
        database.column("SELECT revision FROM seaworthy_log ORDER BY id"),
        ["a1", "b2"]
    );
}

#[test]
fn a_role_that_may_create_nothing_is_told_so() {
    let database = Server::shared().database();
    // The default before version 15.
    database.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    let role = database.role("");
    let project = Project::new();
    project.revision("a1", "", "SELECT 1;", "");
    let refused = run(&project, &role.url, &[]).expect_code(1);
    says(
        &refused,
        &["not-recorded", "42501", "MIGRATION_DATABASE_URL"],
    );
    assert_eq!(
        database.value("SELECT to_regclass('seaworthy_revision') IS NULL"),
        "t"
    );

    database.execute(&format!("GRANT CREATE ON SCHEMA public TO {}", role.name));
    run(&project, &role.url, &[]).expect_code(0);
    database.execute(&format!(
        "REVOKE CREATE ON SCHEMA public FROM {}",
        role.name
    ));
    project.revision("b2", "a1", "CREATE TABLE t (id int);", "");
    let refused = run(&project, &role.url, &[]).expect_code(1);
    says(&refused, &["revision-failed", "42501", "b2.sql:7:"]);
}

#[test]
fn a_read_only_database_is_waited_for_while_something_is_pending() {
    let database = Server::shared().database();
    let read_only = |how: &str| {
        database.execute(&format!(
            "BEGIN READ WRITE; ALTER DATABASE {} SET default_transaction_read_only = {how}; COMMIT",
            database.name()
        ));
    };
    read_only("on");
    let project = Project::new();
    project.revision("a1", "", "CREATE TABLE t (id int);", "");
    let in_vain = run(&project, &database.url(), &["--timeout", "300ms"]).expect_code(69);
    says(&in_vain, &["read-only", "default_transaction_read_only"]);
    let waiting = start(&project, &database.url(), &[]);
    waiting.stderr_line("read-only");
    read_only("off");
    waiting.finish().expect_code(0);
    read_only("on");
    run(&project, &database.url(), &[]).expect_code(0);
}

#[test]
fn the_state_is_read_again_when_the_reading_was_cut_short() {
    let database = Server::shared().database();
    let role = database.role("");
    database.execute(&format!(
        "GRANT CREATE ON SCHEMA public TO {0}; ALTER ROLE {0} SET statement_timeout = '100ms'",
        role.name
    ));
    let project = Project::new();
    project.revision("a1", "", "SELECT 1;", "");
    run(&project, &role.url, &[]).expect_code(0);
    project.revision("b2", "a1", "SELECT 2;", "");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    let client = runtime.block_on(database.client());
    let lock = "BEGIN; LOCK TABLE seaworthy_revision IN ACCESS EXCLUSIVE MODE";
    runtime
        .block_on(client.batch_execute(lock))
        .expect("it is free");
    let waiting = start(&project, &role.url, &[]);
    let line = waiting.stderr_line("waiting for");
    assert!(line.contains("57014"), "{line}");
    runtime
        .block_on(client.batch_execute("COMMIT"))
        .expect("it lets go");
    waiting.finish().expect_code(0);
    eventually("all is applied", || {
        database.value("SELECT count(*) FROM seaworthy_revision") == "2"
    });
}

#[test]
fn a_history_that_somebody_has_changed_is_said_with_a_way_on() {
    let database = Server::shared().database();
    let project = Project::new();
    project.revision("a1", "", "CREATE TABLE t (id int);", "");
    run(&project, &database.url(), &[]).expect_code(0);
    database.execute("ALTER TABLE seaworthy_log DROP COLUMN tool");
    project.revision("b2", "a1", "INSERT INTO t VALUES (1);", "");
    let refused = run(&project, &database.url(), &[]).expect_code(1);
    let way_on = "ALTER TABLE \"public\".\"seaworthy_log\" RENAME TO \"seaworthy_log_old\"";
    says(&refused, &["not-recorded", "42703", way_on]);
    assert_eq!(database.value("SELECT count(*) FROM t"), "0");
    database.execute(way_on);
    run(&project, &database.url(), &[]).expect_code(0);
    assert_eq!(
        database.column("SELECT revision FROM seaworthy_log"),
        ["b2"]
    );
    assert_eq!(database.value("SELECT count(*) FROM t"), "1");
}
