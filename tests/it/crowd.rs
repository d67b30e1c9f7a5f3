//! Many replicas, and locks that stand in each other's way.
//!
//! `SEAWORTHY_TEST_ROUNDS` makes the repeated tests longer, and with a thousand
//! or more the crowd is as large as a rollout may be.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use seaworthy::postgres::lock::Key;

use crate::support::binary::{Binary, Running};
use crate::support::database::Database;
use crate::support::eventually;
use crate::support::project::Project;
use crate::support::server::{Options, Server};

fn start(project: &Project, database: &Database<'_>, args: &[&str]) -> Running {
    args.iter()
        .fold(Binary::new(["run"]), |call, arg| call.arg(arg))
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .spawn()
}

fn rounds() -> u64 {
    std::env::var("SEAWORTHY_TEST_ROUNDS").map_or(0, |text| text.parse().expect("a number"))
}

/// A session that is blocked in `pg_advisory_lock` holds a snapshot that the
/// build waits for; who only polls is in nobody's way.
#[test]
fn replicas_that_wait_do_not_wedge_a_concurrent_index() {
    // The sooner a deadlock is looked for, the sooner it would be found.
    let server = Server::start(Options::default().setting("deadlock_timeout", "10ms"));
    let runs = (rounds() / 10).clamp(5, 100);
    for _ in 0..runs {
        let database = server.database();
        let project = Project::new();
        project
            .revision(
                "a1",
                "",
                "CREATE TABLE boats (id int);\nSELECT pg_sleep(0.1);",
                "",
            )
            .file(
                "migrations/b2.sql",
                "-- index\n--\n-- revision: b2\n-- revises: a1\n\n\
                 -- migrate:up transaction:false\nINSERT INTO boats VALUES (1);\n\
                 CREATE INDEX CONCURRENTLY boats_id ON boats (id);\n\
                 REINDEX INDEX CONCURRENTLY boats_id;\n\
                 DROP INDEX CONCURRENTLY boats_id;\n\
                 CREATE UNIQUE INDEX CONCURRENTLY boats_id ON boats (id);\n",
            );
        let replicas: Vec<Running> = (0..5).map(|_| start(&project, &database, &[])).collect();
        for replica in replicas {
            let finished = replica.finish().expect_code(0);
            assert!(!finished.stderr.contains("40P01"), "{}", finished.stderr);
        }
        assert_eq!(database.column("SELECT id FROM boats"), ["1"]);
        assert_eq!(
            database.column(
                "SELECT indexrelid::regclass || ' ' || indisvalid FROM pg_index \
                 WHERE indrelid = 'boats'::regclass"
            ),
            ["boats_id true"]
        );
        assert_eq!(
            database.column("SELECT revision FROM seaworthy_log ORDER BY id"),
            ["a1", "b2"]
        );
    }
    assert!(!server.log().contains("deadlock detected"));
}

/// Whoever reads behind an ALTER that waits has to wait as well, but never
/// longer than `lock_timeout` at a stretch.
#[test]
fn traffic_behind_an_alter_stops_no_longer_than_the_lock_timeout() {
    const LOCK_TIMEOUT: Duration = Duration::from_millis(400);
    /// For a machine under load.
    const SLACK: Duration = Duration::from_millis(400);
    let database = Server::shared().database();
    database.execute("CREATE TABLE boats (id int); INSERT INTO boats VALUES (1)");
    let project = Project::new();
    project.revision("a1", "", "ALTER TABLE boats ADD COLUMN name text;", "");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    let (reader, traffic) =
        runtime.block_on(async { (database.client().await, database.client().await) });
    let read = "BEGIN; SELECT count(*) FROM boats";
    runtime
        .block_on(reader.batch_execute(read))
        .expect("it reads");

    let ended = AtomicBool::new(false);
    let longest = AtomicU64::new(0);
    let migration = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                let began = Instant::now();
                let read = traffic.simple_query("SELECT id FROM boats");
                runtime.block_on(read).expect("it is read");
                let took = u64::try_from(began.elapsed().as_millis()).expect("it is short");
                longest.fetch_max(took, Ordering::Relaxed);
            }
        });
        let running = start(&project, &database, &["--lock-timeout", "400ms"]);
        running.stderr_line("tries=4");
        runtime
            .block_on(reader.batch_execute("COMMIT"))
            .expect("it ends");
        let finished = running.finish();
        ended.store(true, Ordering::Relaxed);
        finished
    });
    migration.expect_code(0);
    let longest = Duration::from_millis(longest.into_inner());
    assert!(
        longest > LOCK_TIMEOUT / 2,
        "nothing was in its way: {longest:?}"
    );
    assert!(longest < LOCK_TIMEOUT + SLACK, "one stop took {longest:?}");
}

#[test]
fn a_crowd_larger_than_the_server_admits() {
    let (crowd, connections) = if rounds() < 1000 {
        (60, "20")
    } else {
        (500, "100")
    };
    let server = Server::start(Options::default().setting("max_connections", connections));
    let database = server.database();
    let project = Project::new();
    for number in 0..5 {
        let before = match number {
            0 => String::new(),
            _ => format!("r{}", number - 1),
        };
        let up = format!("CREATE TABLE t{number} (id int);\nSELECT pg_sleep(0.1);");
        project.revision(&format!("r{number}"), &before, &up, "");
    }
    let replicas: Vec<Running> = (0..crowd)
        .map(|_| start(&project, &database, &[]))
        .collect();
    let ended: Vec<_> = replicas.into_iter().map(Running::finish).collect();
    let mut applied = 0;
    for finished in ended {
        let finished = finished.expect_code(0);
        applied += finished.stderr.matches(" applied revision=").count();
    }
    assert_eq!(applied, 5);
    assert_eq!(
        database.column("SELECT revision FROM seaworthy_log ORDER BY id"),
        ["r0", "r1", "r2", "r3", "r4"]
    );
}

/// Fifty that wait must not go through the lock one by one.
#[tokio::test]
async fn a_replica_whose_work_is_done_waits_for_no_lock() {
    let database = Server::shared().database();
    let project = Project::new();
    project
        .revision("a1", "", "CREATE TABLE boats (id int);", "")
        .revision("b2", "a1", "CREATE TABLE crews (id int);", "");
    let printed = |target: &str| {
        let script = Binary::new(["upgrade", "--sql", target])
            .within(project.path())
            .run();
        script.expect_code(0).stdout
    };
    let (first, second) = (printed("a1"), printed("a1:b2"));
    let holder = database.client().await;
    let key = Key::new(None, "seaworthy_revision").as_i64();
    let lock = format!("SELECT pg_advisory_lock({key})");
    holder.batch_execute(&lock).await.expect("it is free");
    let waiting = start(&project, &database, &[]);
    waiting.stderr_line("waiting for the migration lock");

    database.execute(&first);
    // Its session, whose first look came before that, has looked again since.
    eventually("it has seen that one revision is pending still", || {
        database.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND application_name = 'seaworthy' AND query LIKE '%pg_try_advisory_lock%' \
             AND state_change > (SELECT max(at) FROM seaworthy_log)",
        ) == "1"
    });
    database.execute(&second);
    let finished = waiting.finish().expect_code(0);
    let said = "another process has applied what was pending";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    let held = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
                WHERE l.locktype = 'advisory' AND d.datname = current_database()";
    assert_eq!(database.value(held), "1");
    drop(holder);
}

#[test]
fn the_next_replica_goes_on_within_a_second_of_a_kill() {
    let mut waits: Vec<Duration> = (0..3).map(|_| wait_after_kill()).collect();
    waits.sort();
    // One of them may have met a busy machine.
    assert!(waits[1] < Duration::from_secs(1), "{waits:?}");
}

/// Kills a holder whose statement runs, and returns how long the next replica
/// took from then until it had the lock and was done.
fn wait_after_kill() -> Duration {
    let database = Server::shared().database();
    let project = Project::new();
    project.revision("a1", "", "SELECT pg_sleep(120);", "");
    let holder = start(&project, &database, &[]);
    eventually("the holder's revision runs", || {
        database.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND wait_event = 'PgSleep'",
        ) == "1"
    });
    project.revision("a1", "", "CREATE TABLE boats (id int);", "");
    let next = start(&project, &database, &[]);
    next.stderr_line("waiting for the migration lock");
    // The longer it has waited, the longer it rests between two tries.
    eventually("the next replica is in no hurry", || {
        database.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND state = 'idle' AND clock_timestamp() - state_change > '90 ms'",
        ) == "1"
    });
    holder.signal(Signal::SIGKILL);
    let killed = Instant::now();
    database.end_what_a_killed_client_left();
    next.stderr_line(" applied ");
    let waited = killed.elapsed();
    next.finish().expect_code(0);
    waited
}
