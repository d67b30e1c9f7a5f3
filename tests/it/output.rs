//! What is written where: stderr as text or JSON, the termination log, colour
//! for terminals, and nobody who reads.

use std::fs::File;
use std::io::{Write as _, pipe};
use std::os::fd::AsFd;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::binary::Binary;
use crate::support::project::Project;
use crate::support::server::Server;

/// An address on which nothing listens.
const NOWHERE: &str = "postgres://u:p@127.0.0.1:1/d";

fn bare() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seaworthy"));
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("DATABASE_URL", NOWHERE)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

fn json(text: &str) -> Vec<serde_json::Value> {
    let parsed = text.lines().map(serde_json::from_str);
    parsed.collect::<Result<_, _>>().expect("each line is JSON")
}

fn keys(value: &serde_json::Value) -> Vec<&str> {
    let object = value.as_object().expect("a line is an object");
    object.keys().map(String::as_str).collect()
}

#[test]
fn json_has_the_same_keys_for_every_line_and_every_error() {
    let database = Server::shared().database();
    let project = Project::new();
    project.revision("a1", "", "CREATE TABLE boats (id int);", "");
    let finished = Binary::new(["run", "--log-format", "json"])
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .run()
        .expect_code(0);
    for line in json(&finished.stderr) {
        for key in ["timestamp", "level", "message"] {
            assert!(line[key].is_string(), "no `{key}` in {line}");
        }
    }
    // A key that stands twice in an object is read in two ways.
    for line in finished.stderr.lines() {
        assert_eq!(line.matches("\"message\":").count(), 1, "{line}");
    }
    let applied = finished
        .stderr
        .lines()
        .find(|line| line.contains("\"applied\""));
    let applied = json(applied.expect("it is told"));
    assert_eq!(applied[0]["revision"], "a1");
    assert_eq!(applied[0]["title"], "make a1");
    let error = [
        "causes",
        "code",
        "exit_code",
        "hints",
        "level",
        "message",
        "places",
        "timestamp",
    ];
    let late = ["wait", "--timeout", "100ms"];
    for (args, code) in [(&late[..], 69), (&["wiat"], 2), (&["wait", "--timeot"], 2)] {
        let finished = Binary::new(args)
            .env("DATABASE_URL", NOWHERE)
            .env("SEAWORTHY_LOG_FORMAT", "json")
            .run()
            .expect_code(code);
        let lines = json(&finished.stderr);
        let last = lines.last().expect("an error is told");
        let mut found = keys(last);
        found.sort_unstable();
        assert_eq!(found, error, "{last}");
        assert_eq!(last["exit_code"], code);
    }
}

/// Runs seaworthy where `/dev` is a directory of ours with a termination log
/// in it, and returns what the log holds afterwards.
fn termination_log(project: &Project, arguments: &str, code: i32) -> String {
    let script = format!(
        "set -e; mkdir dev; : > dev/null; : > dev/termination-log; mount --bind dev /dev; \
         set +e; {} {arguments} 2> stderr < /dev/null; echo $? > code; cat /dev/termination-log",
        env!("CARGO_BIN_EXE_seaworthy")
    );
    let as_root: &[&str] = if nix::unistd::geteuid().is_root() {
        &[]
    } else {
        &["--user", "--map-root-user"]
    };
    let output = Command::new("unshare")
        .args(as_root)
        .args(["--mount", "sh", "-c", &script])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .current_dir(project.path())
        .output()
        .expect("unshare (Debian's util-linux) can be run");
    assert_eq!(project.read("code").trim(), code.to_string(), "{output:?}");
    String::from_utf8(output.stdout).expect("what is cut is cut between characters")
}

#[test]
fn the_termination_log_has_the_last_words_as_text_and_short() {
    let project = Project::new();
    let late = format!("wait --timeout 100ms --log-format json --database-url {NOWHERE}");
    let log = termination_log(&project, &late, 69);
    assert!(
        log.starts_with("seaworthy: error[not-ready]: `127.0.0.1:1/d` was not ready"),
        "{log}"
    );
    let stderr = project.read("stderr");
    let last = json(&stderr).pop().expect("an error is told");
    assert!(log.contains(last["hints"][0].as_str().expect("there is a hint")));

    let project = Project::new();
    let log = termination_log(&project, "wiat", 2);
    assert_eq!(log, project.read("stderr").trim_end());

    // A probe runs in the application's container, whose log it is.
    for probe in ["health", "health --shema", "health --app tcp://127.0.0.1:1"] {
        let silent = format!("{probe} > /dev/null");
        assert_eq!(termination_log(&Project::new(), &silent, 1), "");
    }

    let project = Project::new();
    for number in 0..400 {
        project.revision(&format!("ä{number:060}"), "", "SELECT 1;", "");
    }
    let log = termination_log(&project, &format!("run --database-url {NOWHERE}"), 65);
    assert!((4090..=4096).contains(&log.len()), "{}", log.len());
    assert!(project.read("stderr").starts_with(&log), "{log}");
}

#[test]
fn escape_codes_are_for_terminals_and_never_where_they_are_not_wanted() {
    let line = format!(
        "{} wait --timeout 100ms --database-url {NOWHERE}",
        env!("CARGO_BIN_EXE_seaworthy")
    );
    let written = |variables: &[(&str, &str)]| {
        let output = Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("TERM", "xterm")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .expect("script (Debian's bsdutils) can be run");
        assert_eq!(output.status.code(), Some(69));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("waiting for 127.0.0.1:1/d"), "{text}");
        text
    };
    let coloured = |variables: &[(&str, &str)]| written(variables).contains("\x1b[32m");
    assert!(coloured(&[]));
    assert!(coloured(&[("NO_COLOR", "")]), "an empty one does not count");
    assert!(!coloured(&[("NO_COLOR", "1")]));
    for term in ["dumb", ""] {
        let text = written(&[("TERM", term)]);
        assert!(!text.contains('\x1b'), "{term}: {text}");
    }
    let text = written(&[("NO_COLOR", "1")]);
    assert!(
        text.contains("\r\x1b[Kseaworthy: error["),
        "no bar is left before the last words: {text}"
    );
    let call = ["wait", "--timeout", "100ms", "--database-url", NOWHERE];
    let piped = Binary::new(call).run().expect_code(69);
    assert!(!piped.stderr.contains('\x1b'), "{}", piped.stderr);
}

#[test]
fn nobody_listens() {
    let call = "wait --timeout 100ms";
    for closed in ["2>&-", ">&-", "<&- >&- 2>&-"] {
        let status = Command::new("sh")
            .args(["-c", &format!("exec \"$0\" {call} {closed}")])
            .arg(env!("CARGO_BIN_EXE_seaworthy"))
            .env("DATABASE_URL", NOWHERE)
            .stderr(Stdio::null())
            .status()
            .expect("sh can be run");
        assert_eq!(status.code(), Some(69), "{closed}");
    }
    let (reader, writer) = pipe().expect("a descriptor is free");
    drop(reader);
    let mut child = bare();
    let child = child.args(call.split(' ')).stderr(writer).status();
    assert_eq!(child.expect("it can be run").code(), Some(69));
}

/// Returns both ends of a pipe that has no room.
fn full_pipe() -> (std::io::PipeReader, std::io::PipeWriter) {
    let (reader, mut writer) = pipe().expect("a descriptor is free");
    let set = |flags| fcntl(writer.as_fd(), FcntlArg::F_SETFL(flags)).expect("it is a pipe");
    set(OFlag::O_NONBLOCK);
    let mut filler = writer.try_clone().expect("a descriptor is free");
    while filler.write(&[b'x'; 4096]).is_ok() {}
    set(OFlag::empty());
    writer.flush().expect("nothing is kept back");
    (reader, writer)
}

#[test]
fn a_full_pipe_that_nobody_reads_holds_nothing_up() {
    let (_reader, writer) = full_pipe();
    let begun = Instant::now();
    let status = bare()
        .args(["wait", "--timeout", "300ms"])
        .stderr(writer)
        .status();
    assert_eq!(status.expect("it can be run").code(), Some(69));
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );

    let (_reader, writer) = full_pipe();
    let database = Server::shared().database();
    let project = Project::new();
    project.revision(
        "a1",
        "",
        "DO $$ BEGIN FOR i IN 1..2000 LOOP RAISE NOTICE 'x'; END LOOP; END $$;",
        "",
    );
    let status = bare()
        .args(["run", "--", "true"])
        .current_dir(project.path())
        .env("DATABASE_URL", database.url())
        .stderr(writer)
        .status();
    assert_eq!(status.expect("it can be run").code(), Some(0));
}

#[test]
fn a_full_pipe_that_nobody_reads_loses_no_signal() {
    let (_reader, writer) = full_pipe();
    let proxy = crate::support::proxy::Proxy::start(1, crate::support::proxy::Behaviour::HangUp);
    let mut child = bare()
        .arg("wait")
        .env(
            "DATABASE_URL",
            format!("postgres://u:p@127.0.0.1:{}/d", proxy.port()),
        )
        .stderr(writer)
        .spawn()
        .expect("it can be run");
    proxy.wait_for_accepted(3);
    let pid = Pid::from_raw(child.id().cast_signed());
    kill(pid, Signal::SIGTERM).expect("it is there");
    let sent = Instant::now();
    assert_eq!(child.wait().expect("it is our child").code(), Some(143));
    assert!(
        sent.elapsed() < Duration::from_secs(1),
        "{:?}",
        sent.elapsed()
    );
}

#[test]
fn a_result_that_cannot_be_written_is_74() {
    for args in [&["--help"][..], &["man"], &["completions", "bash"]] {
        let full = File::options().write(true).open("/dev/full");
        let status = bare()
            .args(args)
            .stdout(full.expect("the kernel has /dev/full"))
            .stderr(Stdio::null())
            .status();
        assert_eq!(status.expect("it can be run").code(), Some(74), "{args:?}");
    }
}

#[test]
fn completions_and_the_manual_are_well_formed() {
    let bash = Binary::new(["completions", "bash"]).run().expect_code(0);
    let project = Project::new();
    project.file("completions", &bash.stdout);
    let checked = Command::new("bash")
        .args(["-n", "completions"])
        .current_dir(project.path())
        .status();
    assert!(checked.expect("bash can be run").success());
    for (shell, part) in [
        ("zsh", "#compdef seaworthy"),
        ("fish", "complete -c seaworthy"),
    ] {
        let script = Binary::new(["completions", shell]).run().expect_code(0);
        assert!(script.stdout.contains(part), "{shell}");
    }
    let page = Binary::new(["man"]).run().expect_code(0).stdout;
    assert!(page.contains(".TH seaworthy 1"), "{page}");
}
