//! Sessions that are lost in the queue for the migration lock: nothing has
//! begun there, so another session takes the place, and all is done once.

use std::time::Duration;

use seaworthy::postgres::lock::{self, Key, Patience};
use seaworthy::postgres::version_table::DEFAULT_TABLE;

use crate::support::binary::{Binary, Running};
use crate::support::connection::{attempt, to_port};
use crate::support::database::Database;
use crate::support::eventually;
use crate::support::project::Project;
use crate::support::proxy::{Behaviour, Proxy};
use crate::support::server::{Options, Server, StopMode};

const QUEUED: &str = "waiting for the migration lock";
const ANEW: &str = "connecting anew";

fn project() -> Project {
    let project = Project::new();
    project
        .revision("a1", "", "CREATE TABLE boats (id int);", "")
        .revision("b2", "a1", "INSERT INTO boats VALUES (1);", "");
    project
}

fn start(project: &Project, url: &str, flags: &[&str]) -> Running {
    Binary::new(["run"])
        .args(flags)
        .args(["--", "echo", "up"])
        .within(project.path())
        .env("DATABASE_URL", url)
        .spawn()
}

/// Takes the lock as a replica would, and holds it until the value is dropped.
fn held(database: &Database<'_>) -> (tokio::runtime::Runtime, tokio_postgres::Client) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let client = runtime.block_on(database.client());
    let key = Key::new(None, DEFAULT_TABLE).as_i64();
    let lock = format!("SELECT pg_advisory_lock({key})");
    runtime
        .block_on(client.batch_execute(&lock))
        .expect("it is free");
    (runtime, client)
}

#[track_caller]
fn all_is_done_once(database: &Database<'_>) {
    assert_eq!(database.column("SELECT id FROM boats"), ["1"]);
    assert_eq!(
        database.column("SELECT revision FROM seaworthy_log ORDER BY id"),
        ["a1", "b2"]
    );
}

#[test]
fn a_terminated_session_is_replaced() {
    let database = Server::shared().database();
    let project = project();
    let holder = held(&database);
    let replicas: Vec<_> = (0..3)
        .map(|_| start(&project, &database.url(), &[]))
        .collect();
    for replica in &replicas {
        replica.stderr_line(QUEUED);
    }
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND application_name = 'seaworthy'",
    );
    for replica in &replicas {
        let line = replica.stderr_line(ANEW);
        // The reset may overtake the server's last words.
        let said = line.contains("57P01") || line.contains("connection closed");
        assert!(said, "{line}");
    }
    drop(holder);
    for replica in replicas {
        assert_eq!(replica.finish().expect_code(0).stdout, "up\n");
    }
    all_is_done_once(&database);
}

#[test]
fn a_server_that_restarts_is_waited_for() {
    let server = Server::start(Options::default());
    let database = server.database();
    let project = project();
    let holder = held(&database);
    let replicas: Vec<_> = (0..3)
        .map(|_| start(&project, &database.url(), &[]))
        .collect();
    for replica in &replicas {
        replica.stderr_line(QUEUED);
    }
    // The holder's lock goes with its session.
    server.stop(StopMode::Fast);
    for replica in &replicas {
        replica.stderr_line(ANEW);
    }
    server.launch();
    drop(holder);
    for replica in replicas {
        replica.finish().expect_code(0);
    }
    all_is_done_once(&database);
}

#[test]
fn who_comes_back_to_a_migrated_database_goes_on() {
    let database = Server::shared().database();
    let project = project();
    let mut proxy = Proxy::start(Server::shared().port(), Behaviour::Forward);
    let holder = held(&database);
    let cut_off = start(&project, &through(&database, &proxy), &[]);
    cut_off.stderr_line(QUEUED);
    proxy.behave(Behaviour::HangUp);
    cut_off.stderr_line(ANEW);
    drop(holder);
    start(&project, &database.url(), &[])
        .finish()
        .expect_code(0);
    proxy.behave(Behaviour::Forward);
    let finished = cut_off.finish().expect_code(0);
    let said = "another process has applied what was pending";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    all_is_done_once(&database);
}

#[test]
fn a_way_that_falls_silent_is_left() {
    let database = Server::shared().database();
    let project = project();
    let mut proxy = Proxy::start(Server::shared().port(), Behaviour::Forward);
    let holder = held(&database);
    let url = through(&database, &proxy);
    let replica = start(&project, &url, &["--attempt-timeout=500ms"]);
    replica.stderr_line(QUEUED);
    proxy.behave(Behaviour::Silent);
    let line = replica.stderr_line(ANEW);
    assert!(line.contains("no answer within 500ms"), "{line}");
    drop(holder);
    let accepted = proxy.accepted();
    eventually("it tries again", || proxy.accepted() > accepted);
    proxy.behave(Behaviour::Forward);
    replica.finish().expect_code(0);
    all_is_done_once(&database);
}

#[test]
fn the_patience_for_the_lock_bounds_the_way_back() {
    let database = Server::shared().database();
    let project = project();
    let mut proxy = Proxy::start(Server::shared().port(), Behaviour::Forward);
    let _holder = held(&database);
    let url = through(&database, &proxy);
    let flags = ["--lock-wait=4s", "--attempt-timeout=500ms"];
    let replica = start(&project, &url, &flags);
    replica.stderr_line(QUEUED);
    proxy.behave(Behaviour::Refuse);
    let finished = replica.finish().expect_code(69);
    assert!(finished.stderr.contains("not-ready"), "{}", finished.stderr);
    assert!(
        finished.took < Duration::from_secs(20),
        "{:?}",
        finished.took
    );
    assert_eq!(
        database.value("SELECT to_regclass('seaworthy_revision') IS NULL"),
        "t"
    );
}

fn through(database: &Database<'_>, proxy: &Proxy) -> String {
    let port = |port: u16| format!(":{port}/");
    let here = port(database.server().port());
    database.url().replace(&here, &port(proxy.port()))
}

/// A pooler that freezes while it is judged keeps nobody for ever.
#[tokio::test]
async fn a_pooler_that_freezes_is_not_waited_for() {
    let mut proxy = Proxy::start(Server::shared().port(), Behaviour::Forward);
    let through = to_port(proxy.port());
    let session = attempt(&through).await.expect("it answers");
    let other = attempt(&through).await.expect("it answers");
    proxy.behave(Behaviour::Silent);
    let patience = Patience::starting_now(Duration::ZERO, Some(Duration::from_millis(200)));
    let error = lock::unless_shared(&session, &other, patience).await;
    let error = error.expect_err("nobody answers").to_string();
    assert!(error.contains("no answer within 200ms"), "{error}");
}
