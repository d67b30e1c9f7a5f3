//! SIGTERM, SIGINT and SIGQUIT end the voyage at every moment.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::binary::{Binary, Running};
use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::proxy::{Behaviour, Proxy};
use crate::support::server::Server;

/// What the contract allows between the signal and the end.
const BOUND: Duration = Duration::from_secs(1);

const SIGNALS: [(Signal, i32); 3] = [
    (Signal::SIGTERM, 143),
    (Signal::SIGINT, 130),
    (Signal::SIGQUIT, 131),
];

#[track_caller]
fn ends_with(running: Running, signal: Signal, code: i32) -> String {
    running.signal(signal);
    let sent = Instant::now();
    let finished = running.finish().expect_code(code);
    let took = sent.elapsed();
    assert!(took < BOUND, "it took {took:?}: {}", finished.stderr);
    assert_eq!(finished.stdout, "");
    assert!(
        finished.stderr.contains("error[signal]"),
        "{}",
        finished.stderr
    );
    finished.stderr
}

fn project(up: &str) -> Project {
    let project = Project::new();
    project.revision("a1", "", up, "");
    project
}

fn run(project: &Project, url: &str) -> Running {
    Binary::new(["run", "--", "echo", "started"])
        .within(project.path())
        .env("DATABASE_URL", url)
        .spawn()
}

#[test]
fn while_nothing_listens() {
    for (signal, code) in SIGNALS {
        let project = project("SELECT 1;");
        let running = run(&project, "postgres://u:p@127.0.0.1:1/d");
        running.stderr_line("waiting for");
        ends_with(running, signal, code);
    }
}

#[test]
fn while_the_peer_is_silent() {
    let proxy = Proxy::start(1, Behaviour::Silent);
    for (index, (signal, code)) in SIGNALS.into_iter().enumerate() {
        let url = format!("postgres://u:p@127.0.0.1:{}/d", proxy.port());
        let project = project("SELECT 1;");
        let running = run(&project, &url);
        proxy.wait_for_accepted(index + 1);
        ends_with(running, signal, code);
    }
}

#[test]
fn while_a_revision_runs_nothing_of_it_stays() {
    for (signal, code) in SIGNALS {
        let database = Server::shared().database();
        let project = project("CREATE TABLE half (id int);\nSELECT pg_sleep(120);");
        let running = run(&project, &database.url());
        wait_for_sleeper(&database);
        let stderr = ends_with(running, signal, code);
        assert!(
            stderr.contains(&format!(
                "error[signal]: ended by {signal} while revision `a1` ran\n  \
                 cause: it was cancelled on the server, and what it had not committed is rolled back"
            )),
            "{stderr}"
        );
        assert_eq!(sleepers(&database), "0");
        assert_eq!(database.value("SELECT to_regclass('half') IS NULL"), "t");
    }
}

#[test]
fn while_a_statement_runs_outside_a_transaction_the_journal_tells_how_far_it_came() {
    let database = Server::shared().database();
    let project = Project::new();
    let script = |seconds: u32| {
        format!(
            "-- half\n--\n-- revision: a1\n\n-- migrate:up transaction:false\n\
             CREATE TABLE done (id int);\nSELECT pg_sleep({seconds});\n\
             CREATE TABLE last (id int);\n"
        )
    };
    project.file("migrations/a1.sql", script(120));
    let running = run(&project, &database.url());
    wait_for_sleeper(&database);
    ends_with(running, Signal::SIGTERM, 143);
    assert_eq!(
        database.column("SELECT state FROM seaworthy_revision"),
        ["partial"]
    );
    assert_eq!(
        database.value("SELECT to_regclass('done') IS NOT NULL"),
        "t"
    );
    // The statement that did not finish may be changed; the rest goes on.
    project.file("migrations/a1.sql", script(0));
    let finished = run(&project, &database.url()).finish().expect_code(0);
    assert_eq!(finished.stdout, "started\n");
    assert_eq!(
        database.column("SELECT state FROM seaworthy_revision"),
        ["applied"]
    );
    assert_eq!(database.value("SELECT count(*) FROM last"), "0");
}

/// Then nobody knows yet what became of the revision, and nothing is claimed.
#[test]
fn while_a_revision_runs_on_a_server_that_has_gone_silent() {
    let database = Server::shared().database();
    let port = database.server().port();
    let mut proxy = Proxy::start(port, Behaviour::Forward);
    let url = database
        .url()
        .replace(&format!(":{port}/"), &format!(":{}/", proxy.port()));
    let project = project("CREATE TABLE half (id int);\nSELECT pg_sleep(120);");
    let running = run(&project, &url);
    wait_for_sleeper(&database);
    proxy.behave(Behaviour::Silent);
    running.signal(Signal::SIGTERM);
    let stderr = running.finish().expect_code(143).stderr;
    assert!(
        stderr.contains(
            "error[signal]: ended by SIGTERM while revision `a1` ran\n  \
             cause: the server did not answer; it rolls back as soon as it finds us gone"
        ),
        "{stderr}"
    );
}

#[test]
fn while_another_process_holds_the_lock() {
    let database = Server::shared().database();
    let project = project("SELECT pg_sleep(120);");
    let holder = run(&project, &database.url());
    wait_for_sleeper(&database);
    let waiting = run(&project, &database.url());
    waiting.stderr_line("lock");
    ends_with(waiting, Signal::SIGTERM, 143);
    ends_with(holder, Signal::SIGINT, 130);
    assert_eq!(
        database.value(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ),
        "0"
    );
}

#[test]
fn while_the_peer_stops_in_the_tls_handshake() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("it has an address").port();
    let url = format!("postgres://u:p@127.0.0.1:{port}/d?sslmode=require");
    let project = project("SELECT 1;");
    let running = run(&project, &url);
    let (mut stream, _) = listener.accept().expect("it connects");
    let mut request = [0; 8];
    std::io::Read::read_exact(&mut stream, &mut request).expect("it asks for TLS");
    std::io::Write::write_all(&mut stream, b"S").expect("it listens");
    let mut hello = [0; 5];
    std::io::Read::read_exact(&mut stream, &mut hello).expect("it greets");
    ends_with(running, Signal::SIGTERM, 143);
}

#[test]
fn a_hang_up_ends_it_unless_nohup_was_there_first() {
    let project = project("SELECT 1;");
    let running = run(&project, "postgres://u:p@127.0.0.1:1/d");
    running.stderr_line("waiting for");
    ends_with(running, Signal::SIGHUP, 129);

    let script = format!(
        "trap '' HUP; exec {} wait --timeout 600ms",
        env!("CARGO_BIN_EXE_seaworthy")
    );
    let proxy = Proxy::start(1, Behaviour::HangUp);
    let mut child = Command::new("sh")
        .args(["-c", &script])
        .env(
            "DATABASE_URL",
            format!("postgres://u:p@127.0.0.1:{}/d", proxy.port()),
        )
        .stderr(Stdio::null())
        .spawn()
        .expect("sh can be run");
    proxy.wait_for_accepted(1);
    let pid = Pid::from_raw(child.id().cast_signed());
    kill(pid, Signal::SIGHUP).expect("the process is there");
    assert_eq!(child.wait().expect("it is our child").code(), Some(69));
}

/// `timeout` of coreutils sends its signal to the process and to its group.
#[test]
fn a_signal_that_comes_twice_still_leaves_nothing_behind() {
    let database = Server::shared().database();
    let project = project("CREATE TABLE half (id int);\nSELECT pg_sleep(120);");
    let running = run(&project, &database.url());
    wait_for_sleeper(&database);
    running.signal(Signal::SIGTERM);
    running.signal(Signal::SIGTERM);
    let finished = running.finish().expect_code(143);
    assert_eq!(finished.stdout, "");
    assert_eq!(sleepers(&database), "0");
    assert_eq!(database.value("SELECT to_regclass('half') IS NULL"), "t");
}

#[test]
fn around_the_hand_over_no_signal_is_lost() {
    let database = Server::shared().database();
    let project = project("SELECT 1;");
    run(&project, &database.url()).finish().expect_code(0);
    for part in ["is ready", "up to date", "handing over"] {
        for (signal, code) in SIGNALS {
            let running = Binary::new(["run", "--", "sleep", "120"])
                .within(project.path())
                .env("DATABASE_URL", database.url())
                .spawn();
            running.stderr_line(part);
            running.signal(signal);
            // Seaworthy's own code, or that of the application's default action.
            running.finish().expect_code(code);
        }
    }
}

/// A process that is PID 1 gets only the signals that it handles.
#[test]
fn as_pid_1() {
    for (signal, code) in SIGNALS {
        let project = project("SELECT 1;");
        // Who is not root becomes root of a namespace of its own.
        let as_root: &[&str] = if nix::unistd::geteuid().is_root() {
            &[]
        } else {
            &["--user", "--map-root-user"]
        };
        let mut unshare = Command::new("unshare")
            .args(as_root)
            .args(["--pid", "--fork", "--kill-child", "--"])
            .arg(env!("CARGO_BIN_EXE_seaworthy"))
            .args(["run", "--database-url", "postgres://u:p@127.0.0.1:1/d"])
            .current_dir(project.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .stderr(Stdio::piped())
            .spawn()
            .expect("unshare (Debian's util-linux) can be run");
        let inner = child_that_waits(&mut unshare);
        kill(inner, signal).expect("the process is there");
        let sent = Instant::now();
        let status = unshare.wait().expect("it is our child");
        assert!(sent.elapsed() < BOUND, "it took {:?}", sent.elapsed());
        assert_eq!(status.code(), Some(code));
    }
}

/// Returns the process that `unshare` started, once it waits for its database.
fn child_that_waits(unshare: &mut std::process::Child) -> Pid {
    use std::io::{BufRead, BufReader};
    let stderr = unshare.stderr.take().expect("stderr is a pipe");
    let mut lines = BufReader::new(stderr).lines();
    let waiting = lines.find_map(|line| line.ok().filter(|line| line.contains("waiting for")));
    assert!(waiting.is_some(), "it ended before it waited");
    // The pipe stays open, or the next line would meet a closed one.
    std::mem::forget(lines);
    let id = unshare.id();
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"))
        .expect("the kernel lists children");
    Pid::from_raw(children.trim().parse().expect("there is one child"))
}

fn sleepers(database: &Database<'_>) -> String {
    database.value(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
         AND pid <> pg_backend_pid() AND state = 'active' AND wait_event = 'PgSleep'",
    )
}

/// Waits until a revision of this database sleeps on the server.
#[track_caller]
fn wait_for_sleeper(database: &Database<'_>) {
    crate::support::eventually("a revision sleeps", || sleepers(database) == "1");
}
