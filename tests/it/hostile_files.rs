//! Directories that nobody would make on purpose: an end, an error with its
//! place, and nothing that a terminal would obey.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::time::Duration;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::support::binary::{Binary, Finished};
use crate::support::project::Project;

/// Whatever is wrong with files is said at once: nothing is waited for.
const AT_ONCE: Duration = Duration::from_secs(20);

/// Runs against a port on which nothing listens, which nobody may ask for.
#[track_caller]
fn refused(project: &Project) -> Finished {
    let finished = Binary::new(["run", "--", "echo", "started"])
        .within(project.path())
        .env("DATABASE_URL", "postgres://u@127.0.0.1:1/d")
        .run()
        .expect_code(65);
    assert!(finished.took < AT_ONCE, "{:?}", finished.took);
    assert_eq!(finished.stdout, "");
    let obeyed = finished
        .stderr
        .chars()
        .find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    assert_eq!(obeyed, None, "{:?}", finished.stderr);
    finished
}

fn migrations() -> Project {
    let project = Project::new();
    fs::create_dir(project.migrations()).expect("an empty project");
    project
}

#[test]
fn what_is_no_file_is_named() {
    let project = migrations();
    mkfifo(&project.migrations().join("a.sql"), Mode::S_IRWXU).unwrap();
    assert!(refused(&project).stderr.contains("error[not-a-file]"));

    let project = migrations();
    fs::create_dir(project.migrations().join("x.sql")).unwrap();
    assert!(refused(&project).stderr.contains("error[not-a-file]"));

    let project = migrations();
    symlink("b.sql", project.migrations().join("a.sql")).unwrap();
    symlink("a.sql", project.migrations().join("b.sql")).unwrap();
    let stderr = refused(&project).stderr;
    assert!(stderr.contains("error[file-unreadable]"), "{stderr}");
    assert!(
        stderr.contains("Too many levels of symbolic links"),
        "{stderr}"
    );
}

#[test]
fn a_name_is_shown_and_not_obeyed() {
    let name = OsStr::from_bytes(b"\x1b[2J\n\xff\xc2\x9b.sql");
    let project = migrations();
    File::create(project.migrations().join(name)).unwrap();
    let stderr = refused(&project).stderr;
    assert!(stderr.contains("␛[2J␊"), "{stderr}");
}

#[test]
fn a_comment_is_shown_and_not_obeyed() {
    let project = migrations();
    project.file(
        "migrations/a.sql",
        "-- \x1b]0;title\x07\n-- revision: \x1b[31ma\n-- migrate:up\n",
    );
    let stderr = refused(&project).stderr;
    assert!(stderr.contains("␛[31m"), "{stderr}");
}

#[test]
fn what_the_wire_cannot_carry_has_a_place() {
    let project = Project::new();
    project.revision("a", "", "SELECT 1;\nSELECT 'a\0b';", "");
    let stderr = refused(&project).stderr;
    assert!(stderr.contains("migrations/a.sql:7:10"), "{stderr}");
    assert!(stderr.contains("SELECT 'a␀b';"), "{stderr}");
}

#[test]
fn a_long_line_is_cut_around_the_caret() {
    let project = Project::new();
    let values = "(1), ".repeat(1_000_000);
    project.revision("a", "", &format!("INSERT INTO t VALUES {values}'open;"), "");
    let stderr = refused(&project).stderr;
    assert!(stderr.len() < 2000, "{} bytes", stderr.len());
    assert!(stderr.contains("(1), 'open;"), "{stderr}");
}

#[test]
fn many_files_are_read() {
    let project = migrations();
    for number in 1..10_000 {
        let path = project.migrations().join(format!("{number:05}.sql"));
        fs::write(path, "SELECT 1;").unwrap();
    }
    project.file("migrations/10000_last.sql", "SELECT 'open");
    let stderr = refused(&project).stderr;
    assert!(stderr.contains("10000_last.sql:1:8"), "{stderr}");
}

#[test]
fn a_large_file_is_read() {
    let project = Project::new();
    project.revision("a", "", "SELECT 1;", "");
    let path = project.migrations().join("a.sql");
    let mut file = File::options().write(true).open(&path).unwrap();
    file.seek(SeekFrom::End(0)).unwrap();
    let line = b"-- a comment of sixty-four bytes, as many of them as there are..\n";
    let block = line.repeat(1024);
    for _ in 0..200 {
        file.write_all(&block).unwrap();
    }
    file.write_all(b"'open").unwrap();
    drop(file);
    let stderr = refused(&project).stderr;
    assert!(stderr.contains("error[unclosed]"), "{stderr}");
}

#[test]
fn a_pipe_that_nobody_writes_into_is_no_empty_configuration() {
    let project = Project::new();
    let path = project.path().join("config");
    mkfifo(&path, Mode::S_IRWXU).expect("it can be made");
    let call = || {
        Binary::new(["wait", "--timeout", "1ms", "--config"])
            .arg(&path)
            .env("DATABASE_URL", "postgres://u@127.0.0.1:1/d")
            .spawn()
    };
    let finished = call().finish().expect_code(2);
    let said = "it is a pipe, and nobody writes into it";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);

    // A writer that comes late is heard.
    let late = call();
    fs::write(&path, "[wait]\nattempt_timeout = 7\n").expect("somebody reads");
    let finished = late.finish().expect_code(78);
    assert!(
        finished.stderr.contains("wait.attempt_timeout"),
        "{}",
        finished.stderr
    );
}
