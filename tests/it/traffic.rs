//! Revisions beside an application that works.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::support::binary::{Binary, Running};
use crate::support::database::Database;
use crate::support::eventually;
use crate::support::project::Project;
use crate::support::proxy::{Behaviour, Proxy};
use crate::support::server::Server;

const ALTER: &str = "ALTER TABLE a ADD m int;";

fn upgrade(project: &Project, database: &Database<'_>, args: &[&str]) -> Running {
    args.iter()
        .fold(Binary::new(["upgrade"]), |call, arg| call.arg(arg))
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .spawn()
}

/// A table that a transaction reads, for as long as the client lives.
async fn read_for_long() -> (Database<'static>, tokio_postgres::Client) {
    let database = Server::shared().database();
    database.execute("CREATE TABLE a (n int)");
    let reader = database.client().await;
    let read = "SET application_name = 'reader'; BEGIN; SELECT n, 'secret' FROM a";
    reader.batch_execute(read).await.expect("it reads");
    (database, reader)
}

#[tokio::test]
async fn readers_get_through_while_a_revision_waits_for_one_of_them() {
    let (database, reader) = read_for_long().await;
    let project = Project::new();
    project.revision("aaaa", "", ALTER, "");
    let running = upgrade(&project, &database, &["--lock-timeout", "400ms"]);
    for _ in 0..2 {
        eventually("the revision waits for its lock", || {
            database.value(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'a'::regclass",
            ) == "1"
        });
        // It comes behind the revision in the queue, and through all the same.
        assert_eq!(database.value("SELECT count(*) FROM a"), "0");
    }
    let line = running.stderr_line("trying again");
    for part in [
        "55P03",
        "application `reader`",
        "idle in transaction",
        "SELECT n, '…' FROM a",
    ] {
        assert!(line.contains(part), "no `{part}` in {line}");
    }
    reader.batch_execute("COMMIT").await.expect("it ends");
    let finished = running.finish().expect_code(0);
    assert!(!finished.stderr.contains("secret"), "{}", finished.stderr);
    assert_eq!(
        database.value(
            "SELECT count(*) FROM pg_attribute WHERE attrelid = 'a'::regclass AND attname = 'm'"
        ),
        "1"
    );
}

#[tokio::test]
async fn one_try_for_locks_names_who_holds_them() {
    let (database, _reader) = read_for_long().await;
    let project = Project::new();
    project.revision("aaaa", "", ALTER, "");
    let args = ["--lock-timeout", "400ms", "--lock-retry", "0"];
    let finished = upgrade(&project, &database, &args).finish().expect_code(75);
    for part in [
        "error[locks-not-obtained]",
        "aaaa.sql:6:1",
        "55P03",
        "application `reader`",
        "pg_terminate_backend",
    ] {
        assert!(
            finished.stderr.contains(part),
            "no `{part}` in:\n{}",
            finished.stderr
        );
    }
    assert!(!finished.stderr.contains("secret"), "{}", finished.stderr);
    assert!(
        !finished.stderr.contains("trying again"),
        "{}",
        finished.stderr
    );
}

#[tokio::test]
async fn a_section_s_own_lock_timeout_comes_first() {
    let (database, reader) = read_for_long().await;
    let project = Project::new();
    project.file(
        "migrations/1.sql",
        format!("-- migrate:up lock-timeout:100ms\n{ALTER}\n"),
    );
    let running = upgrade(&project, &database, &["--lock-timeout", "1h"]);
    running.stderr_line("trying again");
    reader.batch_execute("COMMIT").await.expect("it ends");
    running.finish().expect_code(0);
}

#[test]
fn nothing_of_a_killed_run_stays_on_the_server() {
    let database = Server::shared().database();
    let project = Project::new();
    project.revision("aaaa", "", "SELECT pg_sleep(600);", "");
    let running = upgrade(&project, &database, &[]);
    let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                    AND wait_event = 'PgSleep'";
    eventually("the revision runs", || database.value(sleeping) == "1");
    running.signal(Signal::SIGKILL);
    let killed = Instant::now();
    running.finish().expect_code(137);
    if database.server().version() < 14 {
        // There nobody but an administrator ends it, and the next run says whom.
        let args = ["--lock-wait", "0"];
        let finished = upgrade(&project, &database, &args).finish().expect_code(75);
        let pid = database.value(&sleeping.replace("count(*)", "pid"));
        let hint = format!("pg_terminate_backend({pid})");
        assert!(finished.stderr.contains(&hint), "{}", finished.stderr);
        database.end_what_a_killed_client_left();
    }
    eventually("its server process ends", || {
        database.value(sleeping) == "0"
    });
    assert!(killed.elapsed() < Duration::from_secs(10));
}

/// A server that is frozen keeps its connections, so nothing but the missing
/// answers tells of it.
#[test]
fn a_server_that_falls_silent_while_a_revision_runs_is_told() {
    let server = Server::shared();
    let database = server.database();
    let mut proxy = Proxy::start(server.port(), Behaviour::Forward);
    let project = Project::new();
    project.revision("aaaa", "", "SELECT pg_sleep(120);", "");
    let direct = format!(":{}/", server.port());
    let url = database
        .url()
        .replacen(&direct, &format!(":{}/", proxy.port()), 1);
    let running = Binary::new(["upgrade"])
        .within(project.path())
        .env("DATABASE_URL", url)
        .spawn();
    eventually("a second session looks on", || {
        database.value(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'seaworthy'
             AND datname = current_database()",
        ) == "2"
    });
    proxy.behave(Behaviour::Silent);
    let line = running.stderr_line("still running");
    assert!(line.contains("unseen=\"a second connection "), "{line}");
    running.signal(Signal::SIGTERM);
    running.finish().expect_code(143);
}
