//! A way to the server that fails while a revision runs, with and without a
//! word: the end comes, it says what is so, and a rerun does the rest once.

use crate::support::binary::{Binary, Running};
use crate::support::database::Database;
use crate::support::eventually;
use crate::support::project::Project;
use crate::support::proxy::{Behaviour, Proxy};
use crate::support::server::Server;

fn start(project: &Project, database: &Database<'_>, port: u16) -> Running {
    let here = format!(":{}/", Server::shared().port());
    Binary::new(["run"])
        .within(project.path())
        .env(
            "DATABASE_URL",
            database.url().replace(&here, &format!(":{port}/")),
        )
        .spawn()
}

fn outside(project: &Project, up: &str) {
    let head = "-- one\n--\n-- revision: a1\n\n-- migrate:up transaction:false\n";
    project.file("migrations/a1.sql", format!("{head}{up}\n"));
}

/// Waits until the revision sleeps.
fn sleeps(database: &Database<'_>) {
    let asleep = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                  AND wait_event = 'PgSleep'";
    eventually("it runs", || database.value(asleep) == "1");
}

#[test]
fn an_answer_that_does_not_come_is_not_waited_for_for_ever() {
    let database = Server::shared().database();
    let project = Project::new();
    let up = "CREATE TABLE boats (id int);\nINSERT INTO boats SELECT 1 FROM pg_sleep(4);";
    project.revision("a1", "", up, "");
    let proxy = Proxy::start(Server::shared().port(), Behaviour::Forward);
    let running = start(&project, &database, proxy.port());
    sleeps(&database);
    proxy.forget();
    let lost = running.finish().expect_code(69);
    for part in [
        "connection-lost",
        "COMMIT was sent, and nobody knows whether it took effect",
        "the server has finished, and its answer did not come",
    ] {
        assert!(
            lost.stderr.contains(part),
            "no `{part}` in:\n{}",
            lost.stderr
        );
    }
    start(&project, &database, proxy.port())
        .finish()
        .expect_code(0);
    assert_eq!(database.column("SELECT id FROM boats"), ["1"]);
    assert_eq!(database.value("SELECT count(*) FROM seaworthy_log"), "1");
}

#[test]
fn an_answer_that_does_not_come_outside_a_transaction_is_found_in_the_journal() {
    let database = Server::shared().database();
    let project = Project::new();
    database.execute("CREATE TABLE boats (id int)");
    outside(
        &project,
        "INSERT INTO boats SELECT 1 FROM pg_sleep(4);\n\
         CREATE INDEX CONCURRENTLY boats_id ON boats (id);",
    );
    let proxy = Proxy::start(Server::shared().port(), Behaviour::Forward);
    let running = start(&project, &database, proxy.port());
    sleeps(&database);
    proxy.forget();
    let lost = running.finish().expect_code(69);
    let said = "the journal knows how far it came";
    assert!(lost.stderr.contains(said), "{}", lost.stderr);
    start(&project, &database, proxy.port())
        .finish()
        .expect_code(0);
    assert_eq!(database.column("SELECT id FROM boats"), ["1"]);
    assert_eq!(
        database.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'boats_id'::regclass"),
        "t"
    );
}

#[test]
fn a_load_balancer_that_hangs_up_ends_the_statement_on_both_sides() {
    let database = Server::shared().database();
    let project = Project::new();
    let up = "CREATE TABLE boats (id int);\nSELECT pg_sleep(600);";
    project.revision("a1", "", up, "");
    let proxy = Proxy::start(Server::shared().port(), Behaviour::Forward);
    let running = start(&project, &database, proxy.port());
    sleeps(&database);
    proxy.cut();
    let lost = running.finish().expect_code(69);
    assert!(lost.stderr.contains("connection-lost"), "{}", lost.stderr);
    if Server::shared().version() >= 14 {
        let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' \
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        eventually("the lock is free", || database.value(locks) == "0");
        assert_eq!(database.value("SELECT to_regclass('boats') IS NULL"), "t");
    }
}

#[test]
fn the_server_looks_for_its_client_as_we_look_for_the_server() {
    let database = Server::shared().database();
    let project = Project::new();
    let read = "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) AS told \
                FROM pg_settings WHERE name IN ('tcp_keepalives_idle', 'tcp_keepalives_interval')";
    project
        .revision("a1", "", &format!("CREATE TABLE a AS {read};"), "")
        // A script that takes the settings back does not take them from the next one.
        .revision(
            "b2",
            "a1",
            &format!("CREATE TABLE b AS {read}; RESET ALL;"),
            "",
        )
        .revision("c3", "b2", &format!("CREATE TABLE c AS {read};"), "");
    start(&project, &database, Server::shared().port())
        .finish()
        .expect_code(0);
    for table in ["a", "b", "c"] {
        assert_eq!(
            database.value(&format!("SELECT told FROM {table}")),
            "tcp_keepalives_idle=30 tcp_keepalives_interval=3"
        );
    }
}

#[test]
fn long_values_that_a_revision_selects_are_passed_over() {
    let database = Server::shared().database();
    let project = Project::new();
    project
        .revision(
            "a1",
            "",
            "SELECT repeat('x', 40000000), 1;\nCREATE TABLE a (n int);",
            "",
        )
        .revision(
            "b2",
            "a1",
            "DO $$ BEGIN RAISE NOTICE '%', repeat('y', 20000000); END $$;",
            "",
        );
    start(&project, &database, Server::shared().port())
        .finish()
        .expect_code(0);
    assert_eq!(database.value("SELECT count(*) FROM a"), "0");

    let raise = "DO $$ BEGIN RAISE EXCEPTION '%', repeat('z', 20000000); END $$;";
    project.revision("c3", "b2", raise, "");
    let lost = start(&project, &database, Server::shared().port())
        .finish()
        .expect_code(69);
    let said = "the server announced an error of 20000";
    assert!(lost.stderr.contains(said), "{}", lost.stderr);
}
