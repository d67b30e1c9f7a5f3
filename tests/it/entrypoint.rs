//! `seaworthy run -- CMD`: what the application finds when it is there.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use nix::sys::signal::Signal;

use crate::support::binary::Binary;
use crate::support::database::Database;
use crate::support::eventually;
use crate::support::project::Project;
use crate::support::server::Server;

/// A call of `run` with one revision and everything that it needs.
fn run(database: &Database<'_>, project: &Project) -> Binary {
    Binary::new(["run", "--dir", "migrations"])
        .within(project.path())
        .env("DATABASE_URL", database.url())
}

fn one_table() -> Project {
    let project = Project::new();
    project.revision("a1", "", "CREATE TABLE boats (id int);", "");
    project
}

fn sh(binary: Binary, script: &str) -> Binary {
    ["--", "sh", "-c", script]
        .into_iter()
        .fold(binary, Binary::arg)
}

#[test]
fn the_application_has_our_pid_our_stdio_and_its_own_exit_code() {
    let database = Server::shared().database();
    let project = one_table();
    let running = sh(
        run(&database, &project).stdin("from stdin\n"),
        "echo $$; cat; echo to-stderr >&2; exit 7",
    )
    .spawn();
    let pid = running.pid();
    let finished = running.finish().expect_code(7);
    assert_eq!(finished.stdout, format!("{pid}\nfrom stdin\n"));
    assert!(
        finished.stderr.ends_with("to-stderr\n"),
        "{}",
        finished.stderr
    );
    assert_eq!(database.value("SELECT count(*) FROM boats"), "0");
}

#[test]
fn without_a_command_it_exits_0_and_writes_nothing_to_stdout() {
    let database = Server::shared().database();
    let project = one_table();
    let first = run(&database, &project).run().expect_code(0);
    assert_eq!(first.stdout, "");
    let again = run(&database, &project).run().expect_code(0);
    assert_eq!(again.stdout, "");
    assert_eq!(
        database.rows("SELECT revision, state FROM seaworthy_revision"),
        [[Some("a1".to_owned()), Some("applied".to_owned())]]
    );
}

/// What a process can see of how it was started.
const STATE: &str = "grep -E '^(Sig(Pnd|Blk|Ign|Cgt)|ShdPnd|Threads|Umask|NoNewPrivs)' \
     /proc/self/status; ls /proc/self/fd; pwd; ulimit -a";

#[test]
fn signals_descriptors_and_limits_are_as_if_we_had_not_been_there() {
    let database = Server::shared().database();
    let project = one_table();
    let ours = sh(run(&database, &project), STATE).run().expect_code(0);
    // `env` becomes sh as we do, so that both were started in the same way.
    let theirs = Command::new("/usr/bin/env")
        .args(["sh", "-c", STATE])
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .current_dir(project.path())
        .output()
        .expect("sh can be run");
    assert_eq!(ours.stdout, String::from_utf8_lossy(&theirs.stdout));
}

/// Prints the environment, sorted, in a form that any byte survives.
const ENVIRONMENT: &str = "env -0 | sort -z | od -An -c -v";

#[test]
fn the_environment_is_unchanged_but_for_what_unset_names() {
    let database = Server::shared().database();
    let project = one_table();
    let url = database.url();
    let kept = [
        ("DATABASE_URL", OsStr::new(&url)),
        ("ODD", OsStr::from_bytes(b"\xff\xfe=x")),
        ("EMPTY", OsStr::new("")),
        ("MULTI", OsStr::new("two\nlines")),
    ];
    let ours = kept
        .iter()
        .fold(run(&database, &project), |call, (name, value)| {
            call.env(name, value)
        })
        .env("OWNER_SECRET", "gone")
        .env("OTHER_SECRET", "gone")
        .arg("--unset=OWNER_SECRET")
        .arg("--unset=OTHER_SECRET");
    let ours = sh(ours, ENVIRONMENT).run().expect_code(0);
    let theirs = Command::new("sh")
        .args(["-c", ENVIRONMENT])
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", project.path())
        .envs(kept)
        .current_dir(project.path())
        .output()
        .expect("sh can be run");
    assert_eq!(ours.stdout, String::from_utf8_lossy(&theirs.stdout));
}

#[test]
fn arguments_that_are_not_utf_8_reach_the_application() {
    let database = Server::shared().database();
    let finished = run(&database, &one_table())
        .arg("--")
        .arg("sh")
        .arg("-c")
        .arg("printf %s \"$1\" | od -An -tx1")
        .arg("sh")
        .arg(OsStr::from_bytes(b"\xff--unset"))
        .run()
        .expect_code(0);
    assert_eq!(finished.stdout.trim(), "ff 2d 2d 75 6e 73 65 74");
}

#[test]
fn a_signal_after_the_hand_over_is_the_application_s() {
    let database = Server::shared().database();
    let project = one_table();
    let running = sh(
        run(&database, &project),
        "trap 'echo cleaned; exit 3' TERM; echo up; while :; do sleep 0.05; done",
    )
    .spawn();
    running.stdout_line("up");
    running.signal(Signal::SIGTERM);
    let finished = running.finish().expect_code(3);
    assert_eq!(finished.stdout, "up\ncleaned\n");
}

#[test]
fn no_connection_of_ours_is_left_when_the_application_starts() {
    let database = Server::shared().database();
    let project = one_table();
    let running = sh(run(&database, &project), "echo up; read _ || exec sleep 60").spawn();
    running.stdout_line("up");
    // The server's own processes end a moment after their connections.
    eventually("no session is left", || {
        database.value(
            "SELECT count(*) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        ) == "0"
    });
}

#[test]
fn skip_migration_leaves_the_directory_alone_and_still_waits() {
    let database = Server::shared().database();
    for (name, value) in [
        ("SKIP_MIGRATION", "true"),
        ("SEAWORTHY_SKIP_MIGRATION", "YES"),
        ("RUN_MIGRATIONS_ON_STARTUP", "false"),
    ] {
        let finished = Binary::new(["run", "--", "echo", "up"])
            .env("DATABASE_URL", database.url())
            .env(name, value)
            .run()
            .expect_code(0);
        assert_eq!(finished.stdout, "up\n", "{name}");
        assert!(finished.stderr.contains("skipped"), "{}", finished.stderr);
    }
    let nowhere = Binary::new(["run", "--timeout", "300ms", "--", "echo", "up"])
        .env("DATABASE_URL", "postgres://u:p@127.0.0.1:1/d")
        .env("SKIP_MIGRATION", "1")
        .run()
        .expect_code(69);
    assert_eq!(nowhere.stdout, "");
}

#[test]
fn both_skips_need_no_database_at_all() {
    let finished = Binary::new(["run", "--skip-wait", "--skip-migration", "--", "echo", "up"])
        .run()
        .expect_code(0);
    assert_eq!(finished.stdout, "up\n");
}

#[test]
fn skip_wait_tries_once() {
    let database = Server::shared().database();
    let project = one_table();
    let finished = sh(run(&database, &project).arg("--skip-wait"), "echo up")
        .run()
        .expect_code(0);
    assert_eq!(finished.stdout, "up\n");
    assert_eq!(database.value("SELECT count(*) FROM boats"), "0");
    let refused = Binary::new(["run", "--skip-wait", "--", "echo", "up"])
        .within(project.path())
        .env("DATABASE_URL", "postgres://u:p@127.0.0.1:1/d")
        .run()
        .expect_code(69);
    assert_eq!(refused.stdout, "");
}

#[test]
fn an_invalid_directory_is_told_before_the_wait() {
    let project = Project::new();
    project.revision("a1", "", "SELECT 'open;", "");
    let finished = Binary::new(["run", "--", "echo", "up"])
        .within(project.path())
        .env("DATABASE_URL", "postgres://u:p@127.0.0.1:1/d")
        .run()
        .expect_code(65);
    assert!(
        finished.stderr.contains("migrations/a1.sql:6:8"),
        "{}",
        finished.stderr
    );
    assert_eq!(finished.stdout, "");
}

#[test]
fn the_application_s_database_is_waited_for_besides_the_migrations_one() {
    let database = Server::shared().database();
    let owner = database.url();
    let finished = Binary::new(["run", "--timeout", "500ms", "--", "echo", "up"])
        .within(one_table().path())
        .env("MIGRATION_DATABASE_URL", owner)
        .env("DATABASE_URL", "postgres://u:p@127.0.0.1:1/d")
        .run()
        .expect_code(69);
    assert!(
        finished.stderr.contains("127.0.0.1:1"),
        "{}",
        finished.stderr
    );
}
