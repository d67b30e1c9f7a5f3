//! `seaworthy serve`: what the sidecar answers while the database comes, goes
//! and hangs.

use std::net::TcpListener;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::support::binary::{Binary, Running};
use crate::support::database::Database;
use crate::support::eventually;
use crate::support::pgbouncer::{PgBouncer, PoolMode};
use crate::support::prober::get;
use crate::support::project::Project;
use crate::support::server::{Options, PASSWORD, Server, StopMode};

/// A sidecar on a port of its own.
struct Sidecar {
    running: Running,
    port: u16,
}

impl Sidecar {
    #[track_caller]
    fn start(call: Binary) -> Self {
        let running = call.args(["--listen", "127.0.0.1:0"]).spawn();
        let line = running.stderr_line("answering probes on ");
        let port = line.rsplit(':').next().and_then(|port| port.parse().ok());
        Self {
            port: port.expect("the line ends with the port"),
            running,
        }
    }

    fn ready(&self) -> (u16, Value) {
        let answer = get(self.port, "/readyz");
        let document = serde_json::from_str(&answer.body).expect("a document");
        (answer.status, document)
    }

    #[track_caller]
    fn until(&self, status: u16) -> Value {
        eventually(&format!("/readyz is {status}"), || {
            assert_eq!(get(self.port, "/livez").status, 200);
            self.ready().0 == status
        });
        self.ready().1
    }

    #[track_caller]
    fn until_code(&self, part: &str, code: &str) {
        eventually(&format!("{part} is {code}"), || {
            self.ready().1[part]["error"]["code"] == code
        });
    }

    fn metric(&self, name: &str) -> f64 {
        let page = get(self.port, "/metrics").body;
        let line = page
            .lines()
            .find_map(|line| line.strip_prefix(&format!("seaworthy_{name} ")));
        line.and_then(|value| value.parse().ok())
            .unwrap_or_else(|| panic!("no {name}: {page}"))
    }

    /// Waits until it has looked so many times more.
    #[track_caller]
    fn rounds(&self, count: f64) {
        let ready = "checks_total{outcome=\"ready\"}";
        let end = self.metric(ready) + count;
        eventually("it has looked", || self.metric(ready) >= end);
    }

    /// Ends it, and returns what it wrote.
    #[track_caller]
    fn stop(self) -> String {
        self.running.signal(Signal::SIGTERM);
        let finished = self.running.finish().expect_code(143);
        assert_eq!(finished.stdout, "");
        for part in [PASSWORD, "error["] {
            assert!(!finished.stderr.contains(part), "{}", finished.stderr);
        }
        assert!(finished.stderr.ends_with("ended by SIGTERM\n"));
        finished.stderr
    }
}

fn project() -> Project {
    let project = Project::new();
    project
        .revision("aa11", "", "CREATE TABLE boats (id int);", "")
        .revision("bb22", "aa11", "CREATE TABLE crew (id int);", "");
    project
}

fn upgrade(url: &str, project: &Project, target: &str) {
    let call = Binary::new(["upgrade", target]).within(project.path());
    call.env("DATABASE_URL", url).run().expect_code(0);
}

fn serve(url: &str, project: &Project) -> Binary {
    Binary::new(["serve"])
        .within(project.path())
        .env("DATABASE_URL", url)
}

const SESSIONS: &str = "SELECT pid FROM pg_stat_activity WHERE application_name = 'seaworthy' \
                        AND datname = current_database()";

fn sessions(database: &Database<'_>) -> Vec<String> {
    database.column(SESSIONS)
}

#[test]
fn it_is_ready_when_the_schema_is_and_ends_with_a_goodbye() {
    let database = Server::shared().database();
    let project = project();
    let url = database.url();
    let sidecar = Sidecar::start(serve(&url, &project));
    sidecar.until_code("schema", "schema-behind");
    assert_eq!(sidecar.ready().1["database"]["ok"], true);
    upgrade(&url, &project, "aa11");
    sidecar.until_code("schema", "schema-behind");
    upgrade(&url, &project, "head");
    let document = sidecar.until(200);
    let port = database.server().port();
    let expected = json!({
        "ok": true,
        "database": {
            "ok": true,
            "name": format!("postgres@127.0.0.1:{port}/{}", database.name()),
            "error": null,
        },
        "schema": {"ok": true, "target": "head", "revisions": ["bb22"], "partial": [], "error": null},
        "app": null,
        "error": null,
    });
    assert_eq!(document, expected);
    for metric in ["ready", "database_up", "schema_at_target"] {
        assert_eq!(sidecar.metric(metric), 1.0, "{metric}");
    }
    assert_eq!(get(sidecar.port, "/").status, 404);
    assert_eq!(sessions(&database).len(), 1);
    let state = format!("{SESSIONS} AND state <> 'idle'");
    eventually("it is not in a transaction", || {
        database.rows(&state).is_empty()
    });
    // Ahead of it is ready, too.
    let older = Project::new();
    older.revision("aa11", "", "CREATE TABLE boats (id int);", "");
    let ahead = Sidecar::start(serve(&url, &older));
    ahead.until(200);
    ahead.stop();
    let stderr = sidecar.stop();
    eventually("its session is gone", || sessions(&database).is_empty());
    let changes = stderr.matches("healthy: ").count();
    assert_eq!(changes, 2, "{stderr}");
}

#[test]
fn a_database_that_stops_and_starts_again() {
    let server = Server::start(Options::default());
    let project = project();
    let url = server.url("postgres");
    upgrade(&url, &project, "head");
    let sidecar = Sidecar::start(serve(&url, &project));
    sidecar.until(200);
    server.stop(StopMode::Fast);
    let document = sidecar.until(503);
    assert_eq!(document["database"]["error"]["code"], "connection-refused");
    assert_eq!(sidecar.metric("database_up"), 0.0);
    server.launch();
    sidecar.until(200);
    server.kill();
    server.launch();
    sidecar.until(200);
    sidecar.stop();
}

#[test]
fn one_that_comes_later_and_a_password_that_changes() {
    let server = Server::prepare(Options::default());
    let project = project();
    project.file("password", "not yet");
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", server.port());
    let call = serve(&url, &project).args(["--target", "bb22"]);
    let sidecar = Sidecar::start(call.env("PGPASSWORD_FILE", project.path().join("password")));
    sidecar.until_code("database", "connection-refused");
    server.launch();
    sidecar.until_code("database", "password-refused");
    project.file("password", PASSWORD);
    sidecar.until_code("schema", "schema-behind");
    upgrade(&server.url("postgres"), &project, "head");
    sidecar.until(200);
    sidecar.stop();
}

/// A server and one of its processes, suspended until this is dropped: what a
/// failed test drops after it needs them.
struct Frozen<'a> {
    server: &'a Server,
    process: Pid,
}

impl<'a> Frozen<'a> {
    fn new(server: &'a Server, process: Pid) -> Self {
        server.pause();
        kill(process, Signal::SIGSTOP).expect("the server is ours");
        Self { server, process }
    }
}

impl Drop for Frozen<'_> {
    fn drop(&mut self) {
        // It may be gone by now.
        let _ = kill(self.process, Signal::SIGCONT);
        self.server.resume();
    }
}

#[test]
fn one_that_hangs_is_not_ready_and_does_not_hold_probes_up() {
    let server = Server::start(Options::default());
    let database = server.database();
    let project = project();
    let url = database.url();
    upgrade(&url, &project, "head");
    let sidecar = Sidecar::start(serve(&url, &project));
    sidecar.until(200);
    let pid = sessions(&database).pop().expect("it has a session");
    let pid = Pid::from_raw(pid.parse().expect("a number"));
    let frozen = Frozen::new(&server, pid);
    sidecar.until(503);
    sidecar.until_code("database", "no-answer");
    // Nobody answers, and it ends all the same.
    let second = Sidecar::start(serve(&url, &project));
    second.running.signal(Signal::SIGTERM);
    second.running.finish().expect_code(143);
    drop(frozen);
    sidecar.until(200);
    eventually("one session is left", || sessions(&database).len() == 1);
    sidecar.stop();
}

#[test]
fn a_session_that_is_ended_is_replaced_without_a_word_and_an_idle_one_is_not() {
    let options = Options::default().setting("log_connections", "on");
    let server = Server::start(options);
    let database = server.database();
    let is_newer = server.version() >= 14;
    if is_newer {
        database.execute("ALTER ROLE postgres SET idle_session_timeout = '1s'");
    }
    let project = project();
    let url = database.url();
    upgrade(&url, &project, "head");
    let sidecar = Sidecar::start(serve(&url, &project));
    sidecar.until(200);
    let log = server.log().len();
    let first = sessions(&database);
    sidecar.rounds(2.0);
    assert_eq!(sessions(&database), first);
    database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'seaworthy'");
    sidecar.rounds(2.0);
    assert_ne!(sessions(&database), first);
    assert_eq!(sidecar.metric("checks_total{outcome=\"unready\"}"), 0.0);
    // A table that goes is no error in the server's log, each time.
    database.execute("DROP TABLE seaworthy_revision, seaworthy_log");
    sidecar.until(503);
    sidecar.stop();
    let log = server.log().split_off(log);
    let errors = log.lines().filter(|line| line.contains("ERROR"));
    assert_eq!(errors.count(), 0, "{log}");
    let ended = log.lines().filter(|line| line.contains("FATAL"));
    assert_eq!(ended.count(), 1, "{log}");
}

#[test]
fn it_keeps_a_connection_of_a_pooler_too() {
    let database = Server::shared().database();
    let project = project();
    upgrade(&database.url(), &project, "head");
    let pooler = PgBouncer::start(database.server(), PoolMode::Transaction);
    let elsewhere = "postgres://owner:x@127.0.0.1:1/nowhere";
    let call = serve(&pooler.url(database.name()), &project);
    let sidecar = Sidecar::start(call.env("MIGRATION_DATABASE_URL", elsewhere));
    sidecar.until(200);
    sidecar.rounds(1.0);
    assert_eq!(sidecar.metric("checks_total{outcome=\"unready\"}"), 0.0);
    sidecar.stop();
}

#[test]
fn what_can_never_be_well_is_told_at_the_start() {
    let nowhere = "postgres://u:p@127.0.0.1:1/d";
    let project = project();
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let taken = listener
        .local_addr()
        .expect("it has an address")
        .to_string();
    let check = |call: Binary, code: i32, error: &str| {
        let finished = call.run().expect_code(code);
        let error = format!("error[{error}]");
        assert!(finished.stderr.contains(&error), "{}", finished.stderr);
    };
    let call = serve(nowhere, &project).args(["--listen", &taken]);
    check(call, 78, "listen");
    drop(listener);
    let free = ["--listen", "127.0.0.1:0"];
    let empty = Project::new();
    check(serve(nowhere, &empty).args(free), 65, "no-directory");
    let relative = serve(nowhere, &project).args(free);
    check(relative.args(["--target", "+1"]), 65, "relative-target");
    project.file("migrations/cc33.sql", "-- revision: cc33\n");
    check(serve(nowhere, &project).args(free), 65, "no-up-section");
    check(Binary::new(["serve"]).args(free), 78, "no-database");
}
