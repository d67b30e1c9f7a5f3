//! The lock that a migrate command runs under, and the signals and losses that
//! come meanwhile.

use nix::sys::signal::Signal;
use seaworthy::postgres::lock::Key;
use seaworthy::postgres::version_table::DEFAULT_TABLE;

use crate::support::binary::{Binary, Running};
use crate::support::database::Database;
use crate::support::prober::{free_port, get};
use crate::support::project::Project;
use crate::support::server::{Options, Server, StopMode};

/// Says that it is there, and goes on until the file is gone, or the project is.
const STAYS: &str = "touch here; echo here; while [ -e here ]; do sleep 0.05; done";

fn start(project: &Project, database: &Database<'_>, script: &str) -> Running {
    let words = serde_json::json!(["sh", "-c", script]);
    let settings = format!("[migrations]\ncommand = {words}\n");
    project.file("seaworthy.toml", settings);
    Binary::new(["run", "--", "echo", "up"])
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .spawn()
}

fn advisory_locks(database: &Database<'_>) -> String {
    database.value(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = \
         (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
}

/// Ends the session that holds the lock, or waits for it.
fn terminate(database: &Database<'_>) {
    let ended = database.column(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND application_name = 'seaworthy'",
    );
    assert_eq!(ended, ["t"]);
}

#[test]
fn one_runs_while_another_waits_and_both_run() {
    let database = Server::shared().database();
    let project = Project::new();
    let script = format!("echo run >>runs; {STAYS}");
    let first = start(&project, &database, &script);
    first.stderr_line("here");
    assert_eq!(advisory_locks(&database), "1");
    let second = start(&project, &database, &script);
    let line = second.stderr_line("waiting for the migration lock");
    assert!(line.contains("seaworthy"), "{line}");
    assert_eq!(project.read("runs"), "run\n");
    project.remove("here");
    first.finish().expect_code(0);
    second.stderr_line("the migrate command runs");
    second.stderr_line("here");
    project.remove("here");
    assert_eq!(second.finish().expect_code(0).stdout, "up\n");
    assert_eq!(project.read("runs"), "run\nrun\n");
    assert_eq!(advisory_locks(&database), "0");
}

#[test]
fn a_migration_of_ours_waits_for_it_too() {
    let database = Server::shared().database();
    let project = Project::new();
    let command = start(&project, &database, STAYS);
    command.stderr_line("here");
    let ours = Project::new();
    ours.revision("a1", "", "CREATE TABLE boats (id int);", "");
    let upgrade = Binary::new(["upgrade", "--lock-wait=0"]).within(ours.path());
    let upgrade = upgrade.env("DATABASE_URL", database.url()).run();
    let said = upgrade.expect_code(75).stderr;
    assert!(said.contains("error[locked]"), "{said}");
    project.remove("here");
    command.finish().expect_code(0);
}

#[test]
fn probes_are_answered_while_it_runs() {
    let database = Server::shared().database();
    let project = Project::new();
    let port = free_port();
    let script = format!("ls -l /proc/self/fd | grep -c socket; {STAYS}");
    let command = serde_json::json!(["sh", "-c", script]);
    let settings = format!("run.listen = \"127.0.0.1:{port}\"\nmigrations.command = {command}\n");
    project.file("seaworthy.toml", settings);
    let running = Binary::new(["upgrade"])
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .spawn();
    running.stderr_line("here");
    assert_eq!(get(port, "/livez").status, 200);
    let ready = get(port, "/readyz");
    assert_eq!(ready.status, 503);
    assert!(ready.body.contains("\"command\":\"sh\""), "{}", ready.body);
    project.remove("here");
    let finished = running.finish().expect_code(0);
    // It has none of our sockets.
    assert!(
        finished.stderr.contains("\n0\nhere\n"),
        "{}",
        finished.stderr
    );
}

#[test]
fn signals_are_passed_on_and_the_end_is_waited_for() {
    for (signal, name, code) in [
        (Signal::SIGTERM, "TERM", 143),
        (Signal::SIGINT, "INT", 130),
        (Signal::SIGQUIT, "QUIT", 131),
        (Signal::SIGHUP, "HUP", 129),
    ] {
        let database = Server::shared().database();
        let project = Project::new();
        let script =
            format!("trap 'echo heard {name}; rm here' {name}; {STAYS}; echo tidy; exit 0");
        let running = start(&project, &database, &script);
        running.stderr_line("here");
        running.signal(signal);
        let finished = running.finish().expect_code(code);
        assert_eq!(finished.stdout, "");
        for part in [
            &format!("\nheard {name}\n"),
            "\ntidy\n",
            &format!("ended by {signal} while the migrate command `sh` ran\n"),
            "cause: it ended with exit code 0",
        ] {
            let stderr = &finished.stderr;
            assert!(stderr.contains(part), "no `{part}` in:\n{stderr}");
        }
        assert_eq!(advisory_locks(&database), "0");
    }
}

#[test]
fn a_second_signal_is_passed_on_as_well() {
    let database = Server::shared().database();
    let project = Project::new();
    let script =
        format!("trap 'echo heard TERM' TERM; trap 'echo heard INT; rm here' INT; {STAYS}");
    let running = start(&project, &database, &script);
    running.stderr_line("here");
    running.signal(Signal::SIGTERM);
    running.stderr_line("heard TERM");
    running.signal(Signal::SIGINT);
    running.stderr_line("heard INT");
    running.finish().expect_code(143);
}

/// The shell dies of the signal at once; what it runs does not.
#[test]
fn what_a_shell_has_left_behind_keeps_the_lock_until_it_ends() {
    let database = Server::shared().database();
    let project = Project::new();
    project.file(
        "tool",
        format!("trap 'echo heard; rm here' TERM; {STAYS}; echo tidy"),
    );
    let running = start(&project, &database, "sh ./tool; echo not reached");
    running.stderr_line("here");
    running.signal(Signal::SIGTERM);
    let finished = running.finish().expect_code(143);
    let stderr = &finished.stderr;
    assert!(stderr.contains("\nheard\ntidy\n"), "{stderr}");
    assert!(!stderr.contains("not reached\n"), "{stderr}");
    assert!(stderr.contains("signal 15 (SIGTERM)"), "{stderr}");
}

#[test]
fn a_lost_lock_ends_it_with_75() {
    let database = Server::shared().database();
    let project = Project::new();
    let script = format!("trap 'echo heard; rm here' TERM; {STAYS}; exit 0");
    let running = start(&project, &database, &script);
    running.stderr_line("here");
    terminate(&database);
    let finished = running.finish().expect_code(75);
    assert_eq!(finished.stdout, "");
    for part in [
        "\nheard\n",
        "error[lock-lost]: the migration lock was lost while the migrate command `sh` ran\n  \
         cause: terminating connection due to administrator command (SQLSTATE 57P01)\n  \
         cause: it ended with exit code 0\n",
    ] {
        let stderr = &finished.stderr;
        assert!(stderr.contains(part), "no `{part}` in:\n{stderr}");
    }
}

#[test]
fn a_command_that_does_not_end_without_the_lock_is_killed() {
    let database = Server::shared().database();
    let project = Project::new();
    let running = start(&project, &database, &format!("trap '' TERM; {STAYS}"));
    running.stderr_line("here");
    terminate(&database);
    running.stderr_line("is killed");
    let finished = running.finish().expect_code(75);
    let said = "cause: it was ended by signal 9 (SIGKILL)";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
}

/// The server goes away under both: that is no fault of the command's.
#[test]
fn a_command_that_fails_with_its_server_is_75_not_1() {
    let server = Server::start(Options::default());
    let database = server.database();
    let project = Project::new();
    let script = "echo here; exec psql -X -q -d \"$DATABASE_URL\" -c 'SELECT pg_sleep(600)'";
    let running = start(&project, &database, script);
    running.stderr_line("here");
    crate::support::eventually("psql sleeps", || {
        let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
        database.value(sleeping) == "1"
    });
    server.stop(StopMode::Fast);
    let finished = running.finish().expect_code(75);
    assert!(
        finished.stderr.contains("error[lock-lost]"),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_session_that_is_lost_in_the_queue_is_replaced() {
    let database = Server::shared().database();
    let project = Project::new();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let holder = runtime.block_on(database.client());
    let key = Key::new(None, DEFAULT_TABLE).as_i64();
    let lock = format!("SELECT pg_advisory_lock({key})");
    runtime
        .block_on(holder.batch_execute(&lock))
        .expect("it is free");
    let running = start(&project, &database, "echo ran");
    running.stderr_line("waiting for the migration lock");
    terminate(&database);
    running.stderr_line("connecting anew");
    drop(holder);
    let finished = running.finish().expect_code(0);
    assert!(finished.stderr.contains("\nran\n"), "{}", finished.stderr);
    assert_eq!(finished.stdout, "up\n");
}
