//! `--listen`: probes are answered while the voyage lasts, and the port is the
//! application's right after it.

use std::io::{Read, Write};
use std::net::{Ipv6Addr, Shutdown, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::spawn;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use seaworthy::postgres::lock::Key;
use seaworthy::postgres::version_table::DEFAULT_TABLE;
use serde_json::{Value, json};

use crate::support::binary::{Binary, Running};
use crate::support::database::Database;
use crate::support::eventually;
use crate::support::prober::{answer, bind_plainly, connect, free_port, get, rest, send};
use crate::support::project::Project;
use crate::support::server::Server;

/// An address on which nothing listens, and a password that nobody must see.
const NOWHERE: &str = "postgres://u:anchor-and-chain@127.0.0.1:1/d";

/// Binds a port as the strictest of applications, without `SO_REUSEADDR`.
const APPLICATION: &str = "use Socket; $| = 1; \
    socket(my $s, PF_INET, SOCK_STREAM, 6) or die \"socket: $!\\n\"; \
    bind($s, sockaddr_in($ARGV[0], INADDR_ANY)) or die \"bind: $!\\n\"; \
    listen($s, 5) or die \"listen: $!\\n\"; print \"bound\\n\"";

/// What the application prints of itself: the descriptors it was given, and the
/// one by which `ls` reads the directory.
const DESCRIPTORS: [&str; 3] = ["ls", "-x", "/proc/self/fd"];

const REQUEST: &[u8] = b"GET /livez HTTP/1.1\r\nHost: pod\r\n\r\n";

fn project(up: &str) -> Project {
    let project = Project::new();
    project.revision("a1", "", up, "");
    project
}

fn start(project: &Project, url: &str, args: &[&str], port: u16) -> Running {
    let running = Binary::new(args)
        .within(project.path())
        .env("DATABASE_URL", url)
        .env("SEAWORTHY_LISTEN", format!("127.0.0.1:{port}"))
        .env("SEAWORTHY_LOCK_TIMEOUT", "0")
        .spawn();
    running.stderr_line("answering probes on");
    running
}

/// Starts a voyage that becomes an application on the same port.
fn start_application(project: &Project, url: &str, port: u16) -> Running {
    let port_text = port.to_string();
    let args = ["run", "--", "perl", "-e", APPLICATION, &port_text];
    start(project, url, &args, port)
}

fn document(port: u16, path: &str) -> Value {
    let answer = get(port, path);
    assert!(answer.head.contains("content-type: application/json\r\n"));
    serde_json::from_str(&answer.body).expect("it is JSON")
}

/// Waits until the voyage is in a phase, and returns what it says of it.
#[track_caller]
fn in_phase(port: u16, phase: &str, enough: impl Fn(&Value) -> bool) -> Value {
    let mut seen = Value::Null;
    eventually(phase, || {
        seen = document(port, "/readyz");
        seen["phase"] == phase && enough(&seen)
    });
    seen
}

/// A table that a transaction keeps from the revision that wants it.
struct Kept<'a> {
    database: Database<'a>,
    runtime: tokio::runtime::Runtime,
    client: tokio_postgres::Client,
}

impl Kept<'_> {
    /// Takes it with a statement.
    fn by(statement: &str) -> Self {
        let database = Server::shared().database();
        database.execute("CREATE TABLE boats (id int)");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime can be made");
        let client = runtime.block_on(database.client());
        let begun = runtime.block_on(client.batch_execute(statement));
        begun.expect("it is free");
        Self {
            database,
            runtime,
            client,
        }
    }

    fn table() -> Self {
        Self::by("BEGIN; LOCK TABLE boats")
    }

    fn pid(&self) -> i32 {
        let asked = self.client.query_one("SELECT pg_backend_pid()", &[]);
        self.runtime.block_on(asked).expect("it answers").get(0)
    }

    fn let_go(&self, statement: &str) {
        let ended = self.client.batch_execute(statement);
        self.runtime.block_on(ended).expect("it answers");
    }
}

const WANTS_BOATS: &str = "ALTER TABLE boats ADD COLUMN name text;";

#[test]
fn a_voyage_that_waits_is_alive_and_says_for_what() {
    for args in [&["run", "--", "true"][..], &["wait"], &["upgrade"]] {
        let port = free_port();
        let project = project("SELECT 1;");
        let running = start(&project, NOWHERE, args, port);
        let seen = in_phase(port, "waiting", |seen| {
            !seen["waiting_for"][0]["state"].is_null()
        });
        let state = &seen["waiting_for"][0];
        assert!(
            state["name"]
                .as_str()
                .is_some_and(|name| name.contains("127.0.0.1:1")),
            "{seen}"
        );
        assert!(
            state["state"]
                .as_str()
                .is_some_and(|state| state.contains("refused")),
            "{seen}"
        );
        assert!(!seen.to_string().contains("anchor-and-chain"), "{seen}");
        assert_eq!(get(port, "/livez").status, 200);
        assert_eq!(get(port, "/readyz").status, 503);
        running.signal(Signal::SIGTERM);
        running.finish().expect_code(143);
    }
}

#[test]
fn what_is_waited_for_besides_is_named() {
    let database = Server::shared().database();
    let port = free_port();
    let project = project("SELECT 1;");
    let args = ["run", "--also", "file:///nowhere/to/be/seen", "--", "true"];
    let running = start(&project, &database.url(), &args, port);
    let seen = in_phase(port, "waiting", |seen| {
        seen["waiting_for"]
            .as_array()
            .is_some_and(|all| all.len() == 1)
            && seen["waiting_for"][0]["state"].is_string()
    });
    assert_eq!(seen["waiting_for"][0]["name"], "file:///nowhere/to/be/seen");
    drop(running);
}

#[test]
fn live_paths_are_what_they_are_set_to() {
    let port = free_port();
    let project = project("SELECT 1;");
    let args = [
        "run",
        "--live-path",
        "/up",
        "--live-path",
        "/healthz",
        "--",
        "true",
    ];
    let _running = start(&project, NOWHERE, &args, port);
    for (path, status) in [("/up", 200), ("/healthz?x=1", 200), ("/livez", 503)] {
        assert_eq!(get(port, path).status, status, "{path}");
    }
}

#[test]
fn a_voyage_in_the_queue_says_who_is_before_it() {
    let key = Key::new(None, DEFAULT_TABLE).as_i64();
    let kept = Kept::by(&format!("SELECT pg_advisory_lock({key})"));
    let port = free_port();
    let project = project(WANTS_BOATS);
    let running = start(&project, &kept.database.url(), &["run", "--", "true"], port);
    let seen = in_phase(port, "locking", |seen| seen["holder"].is_string());
    let holder = format!("pid {}", kept.pid());
    assert!(
        seen["holder"]
            .as_str()
            .is_some_and(|text| text.starts_with(&holder)),
        "{seen}"
    );
    assert_eq!(get(port, "/livez").status, 200);
    kept.let_go("SELECT pg_advisory_unlock_all()");
    running.finish().expect_code(0);
}

#[test]
fn a_probe_is_answered_while_a_statement_runs() {
    for args in [
        &["run", "--", "true"][..],
        &["upgrade"],
        &["upgrade", "--dry-run"],
    ] {
        let kept = Kept::table();
        let port = free_port();
        let project = project("SELECT 1;");
        project.revision("b2", "a1", WANTS_BOATS, "");
        let running = start(&project, &kept.database.url(), args, port);
        let seen = in_phase(port, "migrating", |seen| !seen["blocked_by"].is_null());
        assert_eq!(get(port, "/livez").status, 200);
        assert_eq!(get(port, "/").status, 503);
        for (key, expected) in [
            ("revision", json!("b2")),
            ("direction", json!("upgrade")),
            ("number", json!(2)),
            ("of", json!(2)),
            ("waits_for", json!("Lock relation")),
            ("blocked_by", json!(kept.pid())),
        ] {
            assert_eq!(seen[key], expected, "{key} in {seen}");
        }
        kept.let_go("COMMIT");
        running.finish().expect_code(0);
        bind_plainly(port).expect("the port is free");
    }
}

#[test]
fn the_application_takes_the_port_whatever_its_clients_do() {
    let kept = Kept::table();
    let port = free_port();
    let project = project(WANTS_BOATS);
    let running = start_application(&project, &kept.database.url(), port);
    in_phase(port, "migrating", |_| true);
    for _ in 0..20 {
        get(port, "/livez");
    }
    let mut never_closed = send(port, REQUEST);
    assert_eq!(answer(&mut never_closed).status, 200);
    let mut half_closed = send(port, REQUEST);
    half_closed
        .shutdown(Shutdown::Write)
        .expect("it is connected");
    let mut half_asked = send(port, b"GET /livez HTTP/1.1\r\nHo");
    let mut silent = connect(port);
    let mut unread = send(port, REQUEST);
    get(port, "/livez");
    kept.let_go("COMMIT");
    let finished = running.finish().expect_code(0);
    assert_eq!(finished.stdout, "bound\n", "{}", finished.stderr);
    assert!(rest(&mut unread).starts_with("HTTP/1.1 200 "));
    assert!(rest(&mut half_closed).starts_with("HTTP/1.1 200 "));
    for stream in [&mut never_closed, &mut half_asked, &mut silent] {
        assert_eq!(rest(stream), "");
    }
}

#[test]
fn the_application_takes_the_port_from_probes_that_never_stop() {
    for _ in 0..5 {
        let kept = Kept::table();
        let port = free_port();
        let project = project(WANTS_BOATS);
        let running = start_application(&project, &kept.database.url(), port);
        in_phase(port, "migrating", |_| true);
        let over = Arc::new(AtomicBool::new(false));
        let probes: Vec<_> = (0..4)
            .map(|_| {
                let over = Arc::clone(&over);
                spawn(move || {
                    while !over.load(Ordering::Relaxed) {
                        // The application does not answer, and ends at once.
                        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
                            continue;
                        };
                        let _sent = stream.write_all(REQUEST);
                        let _read = stream.read(&mut [0; 512]);
                    }
                })
            })
            .collect();
        kept.let_go("COMMIT");
        let finished = running.finish();
        over.store(true, Ordering::Relaxed);
        for probe in probes {
            probe.join().expect("a probe does not panic");
        }
        let finished = finished.expect_code(0);
        assert_eq!(finished.stdout, "bound\n", "{}", finished.stderr);
    }
}

#[test]
fn no_descriptor_is_left_to_the_application() {
    let kept = Kept::table();
    let port = free_port();
    let project = project(WANTS_BOATS);
    let args: Vec<&str> = ["run", "--"].into_iter().chain(DESCRIPTORS).collect();
    let running = start(&project, &kept.database.url(), &args, port);
    in_phase(port, "migrating", |_| true);
    let _clients = [connect(port), send(port, REQUEST)];
    kept.let_go("COMMIT");
    let finished = running.finish().expect_code(0);
    // Whoever runs the tests may have left some open, too.
    let plain = Command::new(DESCRIPTORS[0])
        .args(&DESCRIPTORS[1..])
        .output()
        .expect("it is on every system");
    assert_eq!(finished.stdout, String::from_utf8_lossy(&plain.stdout));
}

#[test]
fn a_signal_ends_a_voyage_that_is_watched() {
    let kept = Kept::table();
    let port = free_port();
    let project = project(WANTS_BOATS);
    let running = start(&project, &kept.database.url(), &["run", "--", "true"], port);
    in_phase(port, "migrating", |_| true);
    let _clients = [connect(port), send(port, REQUEST), send(port, b"GET /")];
    running.signal(Signal::SIGTERM);
    let sent = Instant::now();
    running.finish().expect_code(143);
    assert!(
        sent.elapsed() < Duration::from_secs(1),
        "{:?}",
        sent.elapsed()
    );
    bind_plainly(port).expect("the port is free");
}

#[test]
fn a_voyage_that_fails_leaves_the_port() {
    let port = free_port();
    let project = project("SELECT 1;");
    let args = ["run", "--timeout", "500ms", "--", "true"];
    let running = start(&project, NOWHERE, &args, port);
    let _clients = [connect(port), send(port, REQUEST)];
    running.finish().expect_code(69);
    bind_plainly(port).expect("the port is free");
}

#[test]
fn a_port_that_is_taken_is_told_before_anything_else() {
    let port = free_port();
    let _taken = bind_plainly(port).expect("it is free");
    for args in [&["run", "--", "true"][..], &["wait"], &["upgrade"]] {
        // There are no revisions either.
        let finished = Binary::new(args)
            .env("DATABASE_URL", NOWHERE)
            .env("SEAWORTHY_LISTEN", format!(":{port}"))
            .run();
        let finished = finished.expect_code(78);
        assert_eq!(finished.stdout, "");
        let stderr = &finished.stderr;
        let first = stderr.lines().next().unwrap_or_default();
        assert_eq!(
            first,
            format!("seaworthy: error[listen]: cannot listen on `:{port}`")
        );
        assert!(stderr.contains("--> SEAWORTHY_LISTEN\n"), "{stderr}");
        assert!(stderr.contains("Address already in use"), "{stderr}");
        assert!(
            stderr.contains("with `SEAWORTHY_LISTEN=` set to nothing"),
            "{stderr}"
        );
    }
}

#[test]
fn nothing_is_bound_where_nothing_lasts() {
    let port = free_port();
    let _taken = bind_plainly(port).expect("it is free");
    let project = project("SELECT 1;");
    for args in [
        &["upgrade", "--sql"][..],
        &["run", "--skip-wait", "--skip-migration", "--", "true"],
        &["heads"],
    ] {
        let finished = Binary::new(args)
            .within(project.path())
            .env("DATABASE_URL", NOWHERE)
            .env("SEAWORTHY_LISTEN", format!(":{port}"))
            .run()
            .expect_code(0);
        assert!(
            !finished.stderr.contains("answering probes"),
            "{}",
            finished.stderr
        );
    }
}

#[test]
fn a_port_alone_is_every_address_of_both_families() {
    let port = free_port();
    let project = project("SELECT 1;");
    let _running = Binary::new(["run", "--listen", &format!(":{port}"), "--", "true"])
        .within(project.path())
        .env("DATABASE_URL", NOWHERE)
        .spawn();
    eventually("it listens", || {
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    assert_eq!(get(port, "/livez").status, 200);
    let mut stream = TcpStream::connect((Ipv6Addr::LOCALHOST, port)).expect("IPv6 is there");
    stream.write_all(REQUEST).expect("it is connected");
    assert_eq!(answer(&mut stream).status, 200);
}
