//! `--migrate-command`: what the command finds, what becomes of what it
//! writes, and how its end is told.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::support::binary::{Binary, Finished};
use crate::support::database::Database;
use crate::support::pgbouncer::{PgBouncer, PoolMode};
use crate::support::project::Project;
use crate::support::server::Server;

/// A call of `run` whose command is a script of the shell, given as an array.
fn run(project: &Project, database: &Database<'_>, script: &str) -> Binary {
    let words = serde_json::json!(["sh", "-c", script]);
    project.file(
        "seaworthy.toml",
        format!("[migrations]\ncommand = {words}\n"),
    );
    Binary::new(["run"])
        .within(project.path())
        .env("DATABASE_URL", database.url())
}

fn started(binary: Binary) -> Finished {
    binary.args(["--", "echo", "up"]).run()
}

#[track_caller]
fn says(finished: &Finished, parts: &[&str]) {
    for part in parts {
        let stderr = &finished.stderr;
        assert!(stderr.contains(part), "no `{part}` in:\n{stderr}");
    }
}

#[test]
fn it_writes_to_our_standard_error_in_its_order_and_reads_nothing() {
    let database = Server::shared().database();
    let project = Project::new();
    let script = "echo one; echo two >&2; cat; echo three; printf four >&2";
    let call = run(&project, &database, script).stdin("of the application\n");
    let finished = call.args(["--", "cat"]).run().expect_code(0);
    assert_eq!(finished.stdout, "of the application\n");
    says(&finished, &["\none\ntwo\nthree\nfour\n"]);
    let done = finished.stderr.lines().filter(|line| line.contains("done"));
    assert_eq!(done.count(), 1, "{}", finished.stderr);
}

/// What a process can see of how it was started. A C library may ignore signals
/// of its own, which have the highest numbers.
const STATE: &str = "env | grep -v '^_=' | sort; sed -n '/^Sig[BI]/s/\\t.*\\(.......\\)$/ \\1/p' /proc/self/status; \
                     ls /proc/self/fd; pwd; ulimit -a";

#[test]
fn it_has_our_environment_and_no_descriptor_of_ours() {
    let database = Server::shared().database();
    let project = Project::new();
    let url = database.url();
    let call = run(&project, &database, &format!("({STATE}) >ours"))
        .env("OWNER", "kept")
        .arg("--unset=OWNER");
    let finished = call.args(["--", "sh", "-c", "echo [$OWNER]"]).run();
    assert_eq!(finished.expect_code(0).stdout, "[]\n");
    // Started in the same way, by one that has no descriptor.
    let theirs = Command::new("sh")
        .args(["-c", &format!("({STATE}) >theirs")])
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", project.path())
        .envs([("DATABASE_URL", &*url), ("OWNER", "kept")])
        .current_dir(project.path())
        .stdin(Stdio::null())
        .status()
        .expect("sh can be run");
    assert!(theirs.success());
    assert_eq!(project.read("ours"), project.read("theirs"));
}

#[test]
fn it_leads_a_process_group_of_its_own() {
    let database = Server::shared().database();
    let project = Project::new();
    let script = "echo group $(ps -o pgid= -p $$) of $$";
    let finished = started(run(&project, &database, script)).expect_code(0);
    let mut lines = finished.stderr.lines();
    let group = lines.find_map(|line| line.strip_prefix("group "));
    let (group, process) = group
        .and_then(|line| line.split_once(" of "))
        .expect("it tells");
    assert_eq!(group, process);
}

#[test]
fn among_lines_of_json_each_line_is_an_object() {
    let database = Server::shared().database();
    let project = Project::new();
    let script = "echo 'a \"b\"'; printf '\\377\\n' >&2; printf end";
    let call = run(&project, &database, script);
    let finished = started(call.args(["--log-format=json", "--log-level=error"]));
    let finished = finished.expect_code(0);
    let messages: Vec<String> = finished
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).expect("one object a line"))
        .map(|line: serde_json::Value| {
            assert_eq!(line["command"], "sh");
            line["message"].as_str().unwrap_or_default().to_owned()
        })
        .collect();
    // No level hides what is not ours.
    assert_eq!(messages, ["a \"b\"", "\u{fffd}", "end"]);
}

#[test]
fn a_line_may_be_of_any_length_and_never_end() {
    let database = Server::shared().database();
    let project = Project::new();
    let script = "head -c 3000000 /dev/zero | tr '\\0' x";
    let finished = started(run(&project, &database, script)).expect_code(0);
    assert_eq!(finished.stderr.matches('x').count(), 3_000_000);
    assert_eq!(finished.stdout, "up\n");
}

#[test]
fn its_failure_is_1_and_names_the_program_alone() {
    let database = Server::shared().database();
    let project = Project::new();
    let failed = "error[command-failed]: the migrate command `sh` failed\n  cause: ";
    for (script, cause) in [
        ("echo hush7 >&2; exit 75", "it ended with exit code 75"),
        ("kill -KILL $$", "it was ended by signal 9 (SIGKILL)"),
    ] {
        let finished = started(run(&project, &database, script)).expect_code(1);
        assert_eq!(finished.stdout, "");
        says(&finished, &[&format!("{failed}{cause}\n")]);
    }
    project
        .remove("seaworthy.toml")
        .file("tool", "#!/bin/sh\nexit 0\n");
    for (command, cause) in [
        ("no-such-tool --password hush7", "No such file or directory"),
        ("./tool hush7", "Permission denied"),
    ] {
        let call = Binary::new(["run", "--migrate-command", command]);
        // Told before anything is waited for.
        let call = call
            .within(project.path())
            .env("DATABASE_URL", "postgres://u:p@127.0.0.1:1/d");
        let finished = started(call.arg("--log-level=trace")).expect_code(1);
        says(&finished, &["error[command-not-started]", cause]);
        assert!(!finished.stderr.contains("hush7"), "{}", finished.stderr);
    }
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(project.path().join("tool"), executable).expect("it is ours");
    let call = Binary::new(["run", "--migrate-command", "./tool"]);
    let call = call
        .within(project.path())
        .env("DATABASE_URL", database.url());
    started(call).expect_code(0);
}

/// A supervisor that ignores the end of its children leaves that to us, too.
#[test]
fn its_end_is_known_where_ends_are_ignored() {
    let database = Server::shared().database();
    let project = Project::new();
    for (end, code) in [("true", 0), ("false", 1)] {
        let output = Command::new("env")
            .args(["--ignore-signal=CHLD", env!("CARGO_BIN_EXE_seaworthy")])
            .args(["upgrade", "--migrate-command", end])
            .current_dir(project.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("DATABASE_URL", database.url())
            .output()
            .expect("env can be run");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        assert_eq!(stderr.contains("it ended with exit code 1"), code == 1);
    }
}

#[test]
fn a_process_that_it_leaves_behind_keeps_nobody() {
    let database = Server::shared().database();
    let project = Project::new();
    // It ends with the project's directory.
    let script = "touch here; while [ -e here ]; do sleep 0.1; done & printf done";
    let finished = started(run(&project, &database, script)).expect_code(0);
    says(&finished, &["\ndone\n"]);
    assert_eq!(finished.stdout, "up\n");
}

#[test]
fn a_skipped_migration_skips_it() {
    let database = Server::shared().database();
    let project = Project::new();
    let call = run(&project, &database, "touch ran").env("SKIP_MIGRATION", "true");
    assert_eq!(started(call).expect_code(0).stdout, "up\n");
    assert!(!project.path().join("ran").exists());
}

#[test]
fn everything_is_waited_for_before_it_runs() {
    let database = Server::shared().database();
    let project = Project::new();
    let nowhere = "postgres://u:p@127.0.0.1:1/d";
    for (also, application) in [
        ("file:///no/such/file", &*database.url()),
        ("tcp://127.0.0.1:1", &database.url()),
        ("file:///bin/sh", nowhere),
    ] {
        let call = run(&project, &database, "touch ran")
            .env("MIGRATION_DATABASE_URL", database.url())
            .env("DATABASE_URL", application)
            .env("SEAWORTHY_ALSO", also);
        started(call.arg("--timeout=500ms")).expect_code(69);
        assert!(!project.path().join("ran").exists(), "{also}");
    }
}

#[test]
fn a_pooler_that_shares_sessions_is_refused_before_it_runs() {
    let database = Server::shared().database();
    let project = Project::new();
    let pooler = PgBouncer::start(database.server(), PoolMode::Transaction);
    let call = run(&project, &database, "touch ran");
    let call = call.env("DATABASE_URL", pooler.url(database.name()));
    let finished = started(call).expect_code(78);
    says(&finished, &["error[pooler]", "MIGRATION_DATABASE_URL"]);
    assert!(!project.path().join("ran").exists());
}

#[test]
fn what_it_leaves_no_room_for_is_refused_before_anything_is_waited_for() {
    let project = Project::new();
    project.file("seaworthy.toml", "migrations.command = [\"true\"]\n");
    for (line, code, part) in [
        (&["upgrade", "b2"][..], 2, "a target"),
        (&["upgrade", "--sql"], 2, "`--sql`"),
        (&["upgrade", "--dry-run"], 2, "`--dry-run`"),
        (&["run", "--target=b2"], 2, "`--target`"),
        (&["run", "--migrate-command=a 'b"], 2, "a quote"),
        (&["run", "--migrate-command=a && b"], 2, "`&&`"),
        (&["run", "--migrate-command="], 2, "it is empty"),
    ] {
        let call = Binary::new(line).within(project.path());
        let call = call.env("DATABASE_URL", "postgres://u:p@127.0.0.1:1/d");
        says(&call.run().expect_code(code), &[part]);
    }
    for text in ["\"alembic upgrade head\"", "[]", "[1]"] {
        project.file("seaworthy.toml", format!("migrations.command = {text}\n"));
        let call = Binary::new(["run"]).within(project.path());
        let finished = call.run().expect_code(78);
        says(&finished, &["[\"program\", \"argument\"]"]);
    }
    let spaces = Binary::new(["run"]).env("SEAWORTHY_MIGRATE_COMMAND", "  ");
    let finished = spaces.run().expect_code(78);
    says(&finished, &["`SEAWORTHY_MIGRATE_COMMAND`", "it is empty"]);
}
