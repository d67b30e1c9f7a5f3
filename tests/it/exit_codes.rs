//! Every row of the exit code table, with what is said.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::binary::{Binary, Finished};
use crate::support::project::Project;
use crate::support::server::{Options, Server};

/// An address on which nothing listens.
const NOWHERE: &str = "postgres://u:p@127.0.0.1:1/d";

fn project(up: &str) -> Project {
    let project = Project::new();
    project.revision("a1", "", up, "");
    project
}

fn run(project: &Project, url: &str, args: &[&str]) -> Finished {
    args.iter()
        .fold(Binary::new(["run"]), |call, arg| call.arg(arg))
        .within(project.path())
        .env("DATABASE_URL", url)
        .run()
}

#[track_caller]
fn check(finished: Finished, code: i32, error: &str, parts: &[&str]) {
    let finished = finished.expect_code(code);
    assert_eq!(finished.stdout, "", "stdout belongs to the application");
    let stderr = &finished.stderr;
    assert!(
        stderr.contains(&format!("seaworthy: error[{error}]: ")),
        "{stderr}"
    );
    for part in parts {
        assert!(stderr.contains(part), "no `{part}` in:\n{stderr}");
    }
    assert!(!stderr.contains("anchor-and-chain"), "a password: {stderr}");
}

#[test]
fn code_1_a_revision_failed() {
    let database = Server::shared().database();
    let project = project("CREATE TABLE kept_out (id int);\nSELECT no_such_column;");
    check(
        run(&project, &database.url(), &[]),
        1,
        "revision-failed",
        &[
            "migrations/a1.sql:7:8",
            "7 | SELECT no_such_column;",
            "42703",
            "column \"no_such_column\" does not exist",
        ],
    );
    assert_eq!(
        database.value("SELECT to_regclass('kept_out') IS NULL"),
        "t"
    );
    assert_eq!(
        database.value("SELECT to_regclass('seaworthy_revision') IS NULL"),
        "t"
    );
}

#[test]
fn code_2_the_command_line() {
    for args in [
        vec!["sail"],
        vec!["run", "--no-such-flag"],
        vec!["run", "--timeout"],
        vec![],
    ] {
        let finished = Binary::new(&args).run().expect_code(2);
        assert_eq!(finished.stdout, "");
        assert!(!finished.stderr.is_empty());
    }
}

#[test]
fn code_65_revisions_graph_plan_and_state() {
    let database = Server::shared().database();
    let url = database.url();
    let empty = Project::new();
    let missing = run(&empty, &url, &[]).expect_code(65);
    for part in ["--dir", "SKIP_MIGRATION", "migrations"] {
        assert!(missing.stderr.contains(part), "{}", missing.stderr);
    }

    let two_heads = Project::new();
    two_heads
        .revision("aaaa", "", "SELECT 1;", "")
        .revision("bbbb", "aaaa", "SELECT 1;", "")
        .revision("cccc", "aaaa", "SELECT 1;", "");
    check(
        run(&two_heads, &url, &[]),
        65,
        "multiple-heads",
        &[
            "migrations/bbbb.sql",
            "migrations/cccc.sql",
            "seaworthy merge",
            "heads",
        ],
    );

    let unknown = Project::new();
    unknown.revision("bbbb", "aaab", "SELECT 1;", "");
    let unknown = run(&unknown, NOWHERE, &[]).expect_code(65);
    assert!(
        unknown.stderr.contains("migrations/bbbb.sql:4"),
        "{}",
        unknown.stderr
    );

    let applied = project("CREATE TABLE t (id int);");
    run(&applied, &url, &[]).expect_code(0);
    applied.revision("a1", "", "CREATE TABLE t (id bigint);", "");
    let divergent = run(&applied, &url, &[]).expect_code(65);
    assert!(divergent.stderr.contains("a1"), "{}", divergent.stderr);
    run(&applied, &url, &["--allow-divergent"]).expect_code(0);
}

#[test]
fn code_65_rows_of_another_tool() {
    let database = Server::shared().database();
    database.execute(
        "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL);
         INSERT INTO alembic_version VALUES ('1975ea83b712')",
    );
    let finished = run(&project("SELECT 1;"), &database.url(), &[]).expect_code(65);
    for part in ["alembic_version", "stamp"] {
        assert!(finished.stderr.contains(part), "{}", finished.stderr);
    }
}

#[test]
fn code_69_not_ready_in_time() {
    let finished = run(&project("SELECT 1;"), NOWHERE, &["--timeout", "400ms"]).expect_code(69);
    for part in ["127.0.0.1:1", "connection refused"] {
        assert!(
            finished.stderr.contains(part),
            "no `{part}`: {}",
            finished.stderr
        );
    }
}

#[test]
fn code_74_a_file_cannot_be_written() {
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .expect("the kernel has /dev/full");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_seaworthy"))
        .arg("man")
        .stdout(full)
        .output()
        .expect("the binary can be run");
    assert_eq!(output.status.code(), Some(74));
}

#[test]
fn code_75_the_lock_was_not_free_in_time() {
    let database = Server::shared().database();
    let project = project("SELECT pg_sleep(120);");
    let holder = Binary::new(["run"])
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .spawn();
    crate::support::eventually("the holder holds the lock", || {
        database.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
             AND wait_event = 'PgSleep'",
        ) == "1"
    });
    let finished = run(&project, &database.url(), &["--lock-wait", "200ms"]).expect_code(75);
    for part in ["pid", "seaworthy"] {
        assert!(finished.stderr.contains(part), "{}", finished.stderr);
    }
    holder.signal(nix::sys::signal::Signal::SIGTERM);
    holder.finish().expect_code(143);
}

#[test]
fn code_77_refused_for_good() {
    let database = Server::shared().database();
    let project = project("SELECT 1;");
    let wrong = database.url().replace("anchor-and-chain", "wrong-anchor");
    let finished = run(&project, &wrong, &["--grace", "0"]).expect_code(77);
    assert!(finished.stderr.contains("28P01"), "{}", finished.stderr);
    assert!(
        !finished.stderr.contains("wrong-anchor"),
        "{}",
        finished.stderr
    );

    let missing = database.url().replace(database.name(), "no_such_database");
    let finished = run(&project, &missing, &["--grace", "0"]).expect_code(77);
    assert!(finished.stderr.contains("3D000"), "{}", finished.stderr);

    let tls = format!("{}?sslmode=require", database.url());
    let finished = run(&project, &tls, &[]).expect_code(77);
    assert!(finished.stderr.contains("TLS"), "{}", finished.stderr);

    let role = database.role("");
    run(&project, &database.url(), &[]).expect_code(0);
    database.execute("REVOKE ALL ON seaworthy_revision FROM PUBLIC");
    let finished = run(&project, &role.url, &[]).expect_code(77);
    assert!(finished.stderr.contains("GRANT"), "{}", finished.stderr);
}

#[test]
fn a_revision_without_permission_is_1() {
    let server = Server::start(Options::default());
    let database = server.database();
    let role = database.role("");
    database.execute(&format!("GRANT CREATE ON SCHEMA public TO {}", role.name));
    database.execute("CREATE TABLE owned_by_another (id int)");
    let project = project("DROP TABLE owned_by_another;");
    let finished = run(&project, &role.url, &[]).expect_code(1);
    assert!(finished.stderr.contains("42501"), "{}", finished.stderr);
}

#[test]
fn code_78_configuration() {
    let project = project("SELECT 1;");
    let no_host = Binary::new(["run"])
        .within(project.path())
        .run()
        .expect_code(78);
    assert!(
        no_host.stderr.contains("DATABASE_URL"),
        "{}",
        no_host.stderr
    );

    let bad = Binary::new(["run"])
        .within(project.path())
        .env("DATABASE_URL", NOWHERE)
        .env("SEAWORTHY_TIMEOUT", "60")
        .run()
        .expect_code(78);
    assert!(bad.stderr.contains("SEAWORTHY_TIMEOUT"), "{}", bad.stderr);
    assert!(bad.stderr.contains("60s"), "{}", bad.stderr);
}

#[test]
fn codes_126_and_127_the_command_cannot_be_started() {
    let database = Server::shared().database();
    let project = project("SELECT 1;");
    project.file("not-executable", "#!/bin/sh\n");
    let path = project.path().join("not-executable");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("it is ours");
    check(
        run(&project, &database.url(), &["--", "./not-executable"]),
        126,
        "command-not-executable",
        &["./not-executable"],
    );
    check(
        run(&project, &database.url(), &["--", "no-such-program"]),
        127,
        "command-not-found",
        &["no-such-program"],
    );
}

#[test]
fn errors_are_one_json_object_where_logs_are_json() {
    let finished = run(
        &project("SELECT 1;"),
        NOWHERE,
        &["--timeout", "200ms", "--log-format", "json"],
    )
    .expect_code(69);
    let lines: Vec<serde_json::Value> = finished
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    let last = lines.last().expect("there is an error");
    assert_eq!(last["level"], "ERROR");
    assert_eq!(last["exit_code"], 69);
    for key in ["timestamp", "code", "message", "causes", "hints", "places"] {
        assert!(!last[key].is_null(), "no `{key}` in {last}");
    }
}
