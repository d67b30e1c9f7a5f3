//! Models that a command prints.

use std::fs::File;
use std::io::Read;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::support::binary::Binary;
use crate::support::project::Project;
use crate::support::server::Server;

/// A project whose models are what a script of a shell prints.
fn printing(script: &str) -> Project {
    let project = Project::new();
    project
        .revision(
            "aaaa",
            "",
            "CREATE TABLE boat (id int);",
            "DROP TABLE boat;",
        )
        .file(
            "seaworthy.toml",
            "[schema]\ncommand = [\"sh\", \"print.sh\"]\n",
        )
        .file("print.sh", script);
    project
}

#[test]
fn a_revision_is_made_from_what_a_command_prints() {
    let database = Server::shared().database();
    let project = printing(
        "echo 'CREATE TABLE boat (id int, name text);'\necho 'DROP TABLE boat; -- not SQL' >&2",
    );
    let line = ["revision", "--autogenerate", "-m", "name"];
    let made = project.run(&database.url(), &line).expect_code(0);
    let text = project.read(made.stdout.trim_end());
    assert!(text.contains("ADD COLUMN name text"), "{text}");
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    project
        .run(&database.url(), &["check", "--drift"])
        .expect_code(0);
    let flag = [
        "diff",
        "--exit-code",
        "--models-command",
        "echo 'CREATE TABLE boat (id int, name text)'",
    ];
    project.remove("seaworthy.toml");
    project.run(&database.url(), &flag).expect_code(0);
}

#[track_caller]
fn check(script: &str, parts: &[&str]) {
    let database = Server::shared().database();
    let finished = printing(script)
        .run(&database.url(), &["diff"])
        .expect_code(65);
    assert_eq!(finished.stdout, "");
    for part in parts {
        assert!(
            finished.stderr.contains(part),
            "{part}: {}",
            finished.stderr
        );
    }
}

#[test]
fn what_prints_no_schema_is_no_schema() {
    let failed = ["error[models-command]: the models' command `sh` failed"];
    check("echo 'CREATE TABLE a ();'; echo one >&2; exit 3", &failed);
    check(
        "i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo \"<$i>\" >&2; done; \
         echo 'at postgres://u:hush@h/d' >&2; exit 3",
        &["exit code 3", "cause: <20>", "cause: at postgres://***@h/d"],
    );
    check("kill -9 $$", &["it was ended by signal 9"]);
    check("", &["prints no SQL", "would drop everything"]);
    check("echo '-- nothing'; echo", &["prints no SQL"]);
    check("echo ok; printf 'a\\377'", &["is not UTF-8: line 2"]);
    check(
        "printf 'CREATE TABLE a ();\\n  CREATE TABLE b (c nowhere);'",
        &[
            "error[model]",
            "--> <output of sh>:2:21",
            "type \"nowhere\" does not exist",
        ],
    );
    check(
        "echo 'INSERT INTO a VALUES (1);'",
        &["<output of sh>:1:1", "changes rows"],
    );
}

#[test]
fn a_command_that_is_not_there_is_a_matter_of_the_configuration() {
    let database = Server::shared().database();
    let project = printing("");
    project.file(
        "seaworthy.toml",
        "[schema]\ncommand = [\"no-such-program\"]\n",
    );
    let finished = project.run(&database.url(), &["diff"]).expect_code(78);
    for part in [
        "error[models-command]",
        "`no-such-program` cannot be started",
        "schema.command",
    ] {
        assert!(finished.stderr.contains(part), "{}", finished.stderr);
    }
}

#[test]
fn models_are_configured_in_one_way() {
    let database = Server::shared().database();
    let project = printing("");
    project.file(
        "seaworthy.toml",
        "[schema]\ncommand = [\"true\"]\nsqlalchemy = [\"app:m\"]\n",
    );
    let finished = project.run(&database.url(), &["diff"]).expect_code(78);
    for part in [
        "error[contradiction]: `schema.command` and `schema.sqlalchemy` are both set",
        "seaworthy.toml:2:1",
        "seaworthy.toml:3:1",
    ] {
        assert!(finished.stderr.contains(part), "{}", finished.stderr);
    }
    let line = ["diff", "--sqlalchemy", "app.models"];
    project.remove("seaworthy.toml");
    let finished = project.run(&database.url(), &line).expect_code(2);
    assert!(
        finished.stderr.contains("app.models:Base.metadata"),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_signal_ends_a_command_with_all_that_it_started() {
    let database = Server::shared().database();
    // It has us ended as soon as it runs. Whoever has it open writes to the pipe.
    let project = printing("exec 9>pipe; sleep 600 & kill -TERM $PPID; trap '' TERM; wait");
    let pipe = project.path().join("pipe");
    mkfifo(&pipe, Mode::S_IRWXU).expect("a pipe can be made");
    let running = Binary::new(["diff", "database", "models"])
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .spawn();
    let mut pipe = File::open(pipe).expect("the command opens it, too");
    let finished = running.finish().expect_code(143);
    assert!(
        finished.stderr.contains("error[signal]"),
        "{}",
        finished.stderr
    );
    let mut written = String::new();
    pipe.read_to_string(&mut written)
        .expect("a pipe can be read");
    assert_eq!(written, "");
    let left = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                AND pid <> pg_backend_pid()";
    assert_eq!(database.value(left), "0");
}
