//! A server that turns hostile after the login: no bug, no growth, and a signal
//! ends whatever it does; before the migration, a deadline does, too.

use std::fs;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::support::binary::{Binary, Running};
use crate::support::eventually;
use crate::support::fake_server::{message, notice};
use crate::support::project::Project;
use crate::support::server::Server;
use crate::support::turncoat::{Treason, Turncoat};

/// What the contract allows between the signal and the end.
const BOUND: Duration = Duration::from_secs(1);

/// More than this is growth: one message that is too long to be read, and what
/// the binary takes at rest.
const MEMORY_KIB: usize = 64 * 1024;

/// So much is poured out before anybody looks.
const FLOOD: usize = 96 * 1024 * 1024;

/// What each stage of the voyage asks, and nothing before it does.
const WAITING: &str = "transaction_read_only";
const READING: &str = "relkind";
const LOCKING: &str = "pg_try_advisory_lock";
const APPLYING: &str = "hostile";

const STAGES: [&str; 4] = [WAITING, READING, LOCKING, APPLYING];

fn once(first: Vec<u8>) -> Treason {
    Treason {
        first,
        then: Vec::new(),
    }
}

fn endless(first: Vec<u8>, then: &[u8]) -> Treason {
    Treason {
        first,
        then: then.repeat(64 * 1024 / then.len() + 1),
    }
}

/// RowDescription of one column of text.
fn one_column() -> Vec<u8> {
    let mut contents = vec![0, 1];
    contents.extend(b"x\0");
    contents.extend([0; 6]);
    contents.extend(25_u32.to_be_bytes());
    contents.extend([0xff; 6]);
    contents.extend([0; 2]);
    message(b'T', &contents)
}

fn row(value: &[u8]) -> Vec<u8> {
    let mut contents = vec![0, 1];
    contents.extend(u32::try_from(value.len()).expect("it fits").to_be_bytes());
    contents.extend(value);
    message(b'D', &contents)
}

fn announced(tag: u8, length: u32) -> Vec<u8> {
    let mut bytes = vec![tag];
    bytes.extend(length.to_be_bytes());
    bytes
}

#[track_caller]
fn strike(stage: &'static str, treason: Treason) -> (Turncoat, Project, Running) {
    let database = Server::shared().database();
    let turncoat = Turncoat::start(Server::shared().port(), stage, treason);
    let project = Project::new();
    project.revision("a1", "", "SELECT 'hostile';", "");
    let port = format!(":{}/", Server::shared().port());
    let url = database
        .url()
        .replace(&port, &format!(":{}/", turncoat.port()));
    let flags = ["--timeout=3s", "--attempt-timeout=1s", "--log-level=warn"];
    let mut running = Binary::new(["run"].into_iter().chain(flags))
        .arg("--")
        .arg("echo")
        .arg("started")
        .within(project.path())
        .env("DATABASE_URL", url)
        .spawn();
    eventually("the server turns", || {
        turncoat.struck() > 0 || running.has_ended()
    });
    assert!(turncoat.struck() > 0, "{}", running.stderr());
    (turncoat, project, running)
}

/// Asserts that the process has not grown, and that it is there no more a
/// moment after a signal. A process that has ended by itself has done so with
/// an error, but none of ours.
#[track_caller]
fn ends(mut running: Running, case: &str) {
    if let Some(peak) = peak(running.pid()) {
        assert!(peak < MEMORY_KIB, "{case}: {peak} KiB");
    }
    let asked = Instant::now();
    if !running.has_ended() {
        running.signal(Signal::SIGTERM);
    }
    let finished = running.finish();
    assert!(asked.elapsed() < BOUND, "{case}: {:?}", asked.elapsed());
    let code = finished.code();
    // Which error it is depends on what was answered; never a bug, never success.
    assert!(![0, 70].contains(&code), "{case}: {}", finished.stderr);
    assert!(code < 128 || code == 143, "{case}: {code}");
    assert_eq!(finished.stdout, "", "{case}");
}

/// Returns the most memory that a process has had; `None` once it has ended.
fn peak(pid: u32) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[track_caller]
fn floods(case: &str, treason: &Treason) {
    for stage in STAGES {
        let (turncoat, _project, mut running) = strike(stage, treason.clone());
        eventually("enough is said", || {
            turncoat.said() >= FLOOD || running.has_ended()
        });
        ends(running, &format!("{case}, {stage}"));
    }
}

#[test]
fn endless_notices_are_passed_over() {
    // Of a severity that is not shown here, so that the test need not read it.
    let quiet = message(b'N', b"SDEBUG\0VDEBUG\0C00000\0Mstill there\0\0");
    floods("notices", &endless(Vec::new(), &quiet));
}

#[test]
fn endless_rows_are_passed_over_while_a_revision_runs() {
    let treason = endless(one_column(), &row(&[b'x'; 1000]));
    let (turncoat, _project, mut running) = strike(APPLYING, treason);
    eventually("enough is said", || {
        turncoat.said() >= FLOOD || running.has_ended()
    });
    ends(running, "rows");
}

#[test]
fn a_row_of_a_gigabyte_is_not_read() {
    let mut first = one_column();
    first.extend(announced(b'D', 1 << 30));
    floods("a long row", &endless(first, &[0; 1024]));
}

#[test]
fn settings_without_end_are_not_kept() {
    let mut treason = once(Vec::new());
    for number in 0..20_000 {
        let contents = format!("setting_{number}\0{number}\0");
        treason.then.extend(message(b'S', contents.as_bytes()));
    }
    floods("settings", &treason);
}

#[test]
fn answers_that_make_no_sense_are_no_bug() {
    let mut without_columns = message(b'T', &[0, 0]);
    without_columns.extend(message(b'D', &[0, 0]));
    without_columns.extend(message(b'C', b"SELECT 1\0"));
    without_columns.extend(message(b'Z', b"I"));
    let mut no_text = one_column();
    no_text.extend(row(b"\xff\xfe"));
    no_text.extend(message(b'C', b"SELECT 1\0"));
    no_text.extend(message(b'Z', b"I"));
    let mut unasked = message(b'3', &[]);
    unasked.extend(message(b'1', &[]));
    unasked.extend(message(b'Z', b"E"));
    let cases = [
        ("half a message", vec![b'D', 0, 0, 1]),
        ("an error without fields", message(b'E', &[0])),
        ("an error without an end", message(b'E', b"SERROR\0C42")),
        ("a notice without fields", message(b'N', &[0])),
        ("ready at once", message(b'Z', b"I")),
        ("ready, and again", message(b'Z', b"I").repeat(50)),
        ("a row without a description", row(b"x")),
        ("a row without columns", without_columns),
        ("a row that is no text", no_text),
        ("answers to what was not asked", unasked),
        ("a copy", message(b'G', &[0, 0, 0])),
        ("a copy out", message(b'H', &[0, 0, 0])),
        ("another login", message(b'R', &[0, 0, 0, 3])),
        ("no message", announced(b'!', 4)),
        ("a length below zero", announced(b'D', u32::MAX)),
        ("an empty length", announced(b'D', 0)),
        ("a bare setting", message(b'S', b"x")),
        ("a notification", message(b'A', b"\0\0")),
    ];
    for (case, first) in cases {
        for stage in STAGES {
            let (_turncoat, _project, running) = strike(stage, once(first.clone()));
            ends(running, &format!("{case}, {stage}"));
        }
    }
}

#[test]
fn no_answer_to_the_reading_is_no_missing_schema() {
    let mut nothing = one_column();
    nothing.extend(message(b'C', b"SELECT 0\0"));
    nothing.extend(message(b'Z', b"I"));
    let (_turncoat, _project, running) = strike(READING, once(nothing));
    let finished = running.finish().expect_code(69);
    assert!(!finished.stderr.contains("schema"), "{}", finished.stderr);
}

#[test]
fn before_the_lock_the_deadline_ends_what_a_signal_need_not() {
    let treasons = [
        once(Vec::new()),
        once(vec![b'D', 0, 0, 1]),
        endless(Vec::new(), &notice("still there")),
        endless(announced(b'D', 16 * 1024 * 1024), &[0]),
    ];
    for treason in treasons {
        for stage in [WAITING, READING] {
            let (_turncoat, _project, running) = strike(stage, treason.clone());
            let finished = running.finish().expect_code(69);
            assert!(
                finished.took < Duration::from_secs(8),
                "{:?}",
                finished.took
            );
            assert_eq!(finished.stdout, "");
        }
    }
}
