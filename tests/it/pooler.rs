//! Poolers between us and the server: a session of our own is enough, anything
//! less is refused before it could do half of the work.

use crate::support::binary::{Binary, Finished, Running};
use crate::support::database::Database;
use crate::support::pgbouncer::{PgBouncer, PoolMode};
use crate::support::project::Project;
use crate::support::server::{PASSWORD, Server};

fn project() -> Project {
    let project = Project::new();
    project
        .revision("aaaa", "", "CREATE TABLE a (n int);", "")
        .revision("bbbb", "aaaa", "INSERT INTO a VALUES (1);", "")
        .revision("cccc", "bbbb", "INSERT INTO a VALUES (2);", "");
    project
}

/// Starts several replicas at once, and returns how they ended.
fn replicas(project: &Project, url: &str) -> Vec<Finished> {
    let replicas: Vec<Running> = (0..6)
        .map(|_| {
            Binary::new(["run", "--", "echo", "up"])
                .within(project.path())
                .env("DATABASE_URL", url)
                .spawn()
        })
        .collect();
    replicas.into_iter().map(Running::finish).collect()
}

fn advisory_locks(database: &Database<'_>) -> String {
    database.value(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = \
         (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
}

#[test]
fn a_session_of_our_own_is_enough() {
    let database = Server::shared().database();
    let pooler = PgBouncer::start(database.server(), PoolMode::Session);
    for finished in replicas(&project(), &pooler.url(database.name())) {
        assert_eq!(finished.expect_code(0).stdout, "up\n");
    }
    assert_eq!(database.column("SELECT n FROM a ORDER BY n"), ["1", "2"]);
    assert_eq!(
        database.column("SELECT revision FROM seaworthy_log ORDER BY id"),
        ["aaaa", "bbbb", "cccc"]
    );
}

#[test]
fn what_needs_the_server_session_is_refused_before_anything_runs() {
    let database = Server::shared().database();
    let pooler = PgBouncer::start(database.server(), PoolMode::Session);
    let project = project();
    project.file(
        "migrations/dddd.sql",
        "-- index\n-- revision: dddd\n-- revises: cccc\n-- migrate:up transaction:false\n\
         CREATE INDEX CONCURRENTLY i ON a (n);\n",
    );
    for finished in replicas(&project, &pooler.url(database.name())) {
        let finished = finished.expect_code(78);
        for part in ["error[pooler]", "dddd.sql:5:1", "MIGRATION_DATABASE_URL"] {
            assert!(finished.stderr.contains(part), "{}", finished.stderr);
        }
        assert!(!finished.stderr.contains("have committed"));
    }
    assert_eq!(database.value("SELECT to_regclass('a') IS NULL"), "t");
}

#[test]
fn a_shared_server_session_is_refused_before_anything_runs() {
    for mode in [PoolMode::Transaction, PoolMode::Statement] {
        let database = Server::shared().database();
        let pooler = PgBouncer::start(database.server(), mode);
        let url = pooler.url(database.name());
        let project = project();
        let alone = Binary::new(["upgrade"])
            .within(project.path())
            .env("DATABASE_URL", &url)
            .run();
        for finished in replicas(&project, &url).into_iter().chain([alone]) {
            let finished = finished.expect_code(78);
            assert_eq!(finished.stdout, "");
            let said = &finished.stderr;
            assert!(said.contains("MIGRATION_DATABASE_URL"), "{said}");
            // Where other clients hide the pooler, the lock does not.
            let found = ["error[pooler]", "error[lock-lost]"];
            assert!(found.iter().any(|code| said.contains(code)), "{said}");
        }
        assert_eq!(database.value("SELECT to_regclass('a') IS NULL"), "t");
        crate::support::eventually("the pooler keeps no lock of ours", || {
            advisory_locks(&database) == "0"
        });

        // Past the pooler it goes; then the application starts through it.
        let finished = Binary::new(["run", "--", "echo", "up"])
            .within(project.path())
            .env("DATABASE_URL", &url)
            .env("MIGRATION_DATABASE_URL", database.url())
            .run()
            .expect_code(0);
        assert_eq!(finished.stdout, "up\n");
        let finished = Binary::new(["run", "--", "echo", "again"])
            .within(project.path())
            .env("DATABASE_URL", &url)
            .run()
            .expect_code(0);
        assert_eq!(finished.stdout, "again\n");
    }
}

#[test]
fn what_the_pooler_refuses_is_said_in_its_words() {
    let database = Server::shared().database();
    let pooler = PgBouncer::start(database.server(), PoolMode::Transaction);
    let url = pooler.url(database.name());
    let finished = Binary::new(["upgrade", "--grace", "0"])
        .within(project().path())
        .env("DATABASE_URL", url.replace(PASSWORD, "wrong-anchor"))
        .run()
        .expect_code(77);
    for part in ["error[pooler-refused]", "08P01", "MIGRATION_DATABASE_URL"] {
        assert!(finished.stderr.contains(part), "{}", finished.stderr);
    }
    assert!(
        !finished.stderr.contains("wrong-anchor"),
        "{}",
        finished.stderr
    );
}
