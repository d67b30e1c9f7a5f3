//! Several processes at once: each revision is applied once, all end with 0.

use crate::support::binary::{Binary, Running};
use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::server::Server;

fn start(project: &Project, database: &Database<'_>) -> Running {
    Binary::new(["run", "--", "echo", "up"])
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .spawn()
}

#[test]
fn thirty_replicas_on_an_empty_database() {
    let database = Server::shared().database();
    let project = Project::new();
    project
        .revision("a1", "", "CREATE TABLE boats (id int);", "")
        .revision("b2", "a1", "INSERT INTO boats VALUES (1);", "")
        .revision("c3", "b2", "INSERT INTO boats VALUES (2);", "")
        .file(
            "migrations/d4.sql",
            "-- index\n--\n-- revision: d4\n-- revises: c3\n\n\
             -- migrate:up transaction:false\n\
             CREATE INDEX CONCURRENTLY boats_id ON boats (id);\n",
        );
    let replicas: Vec<Running> = (0..30).map(|_| start(&project, &database)).collect();
    for replica in replicas {
        let finished = replica.finish().expect_code(0);
        assert_eq!(finished.stdout, "up\n");
    }
    assert_eq!(
        database.column("SELECT id FROM boats ORDER BY id"),
        ["1", "2"]
    );
    assert_eq!(
        database.column("SELECT revision FROM seaworthy_log ORDER BY id"),
        ["a1", "b2", "c3", "d4"]
    );
    assert_eq!(
        database.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'boats_id'::regclass"),
        "t"
    );
}

#[test]
fn a_killed_holder_leaves_the_lock_to_the_next_one() {
    let database = Server::shared().database();
    let project = Project::new();
    project.revision("a1", "", "SELECT pg_sleep(120);", "");
    let holder = start(&project, &database);
    crate::support::eventually("the holder's revision runs", || {
        database.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
             AND wait_event = 'PgSleep'",
        ) == "1"
    });
    project.revision("a1", "", "CREATE TABLE boats (id int);", "");
    let next = start(&project, &database);
    next.stderr_line("lock");
    holder.signal(nix::sys::signal::Signal::SIGKILL);
    database.end_what_a_killed_client_left();
    let finished = next.finish().expect_code(0);
    assert_eq!(finished.stdout, "up\n");
    assert_eq!(database.value("SELECT count(*) FROM boats"), "0");
    holder.finish().expect_code(137);
}

#[test]
fn one_try_for_the_lock_names_its_holder() {
    let database = Server::shared().database();
    let project = Project::new();
    project.revision("a1", "", "SELECT pg_sleep(120);", "");
    let holder = start(&project, &database);
    let sleeping = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
                    AND wait_event = 'PgSleep'";
    crate::support::eventually("the holder's revision runs", || {
        database.column(sleeping).len() == 1
    });
    let finished = Binary::new(["upgrade", "--lock-wait", "0"])
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .run()
        .expect_code(75);
    let pid = database.value(sleeping);
    for part in [
        "the migration lock is taken".to_owned(),
        format!(
            "it is held by pid {pid}, application `seaworthy`, role `postgres`, from 127.0.0.1"
        ),
        format!("pg_terminate_backend({pid})"),
    ] {
        assert!(
            finished.stderr.contains(&part),
            "no `{part}` in:\n{}",
            finished.stderr
        );
    }
    drop(holder);
}
