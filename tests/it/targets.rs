//! `upgrade TARGET`, and what a dry run says it did.

use serde_json::json;

use crate::support::binary::{Binary, Finished};
use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::server::Server;

/// a1 <- b2 <- c3 (left) <- e5, b2 <- d4 (right)
fn branched() -> Project {
    let project = Project::new();
    let file = |id: &str, revises: &str, more: &str| {
        let text = format!(
            "-- {id}\n-- revision: {id}\n-- revises: {revises}\n{more}-- migrate:up\n\
             CREATE TABLE t_{id} (n int);\n"
        );
        project.file(&format!("migrations/{id}.sql"), text);
    };
    project.revision("aaaa1", "", "CREATE TABLE t_aaaa1 (n int);", "");
    file("bbbb2", "aaaa1", "");
    file("cccc3", "bbbb2", "-- branch: left\n");
    file("dddd4", "bbbb2", "-- branch: right\n");
    file("eeee5", "cccc3", "");
    project
}

fn upgrade(project: &Project, database: &Database<'_>, args: &[&str]) -> Finished {
    args.iter()
        .fold(Binary::new(["upgrade"]), |call, arg| call.arg(arg))
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .run()
}

#[test]
fn each_kind_of_target_goes_so_far_and_no_farther() {
    let (database, project) = (Server::shared().database(), branched());
    let check = |target: &str, applied: &[&str]| {
        upgrade(&project, &database, &[target]).expect_code(0);
        assert_eq!(
            database.column("SELECT revision FROM seaworthy_revision ORDER BY revision"),
            applied,
            "after {target}"
        );
    };
    check("+1", &["aaaa1"]);
    check("aaaa1", &["aaaa1"]);
    check("aaaa1+1", &["aaaa1", "bbbb2"]);
    check("left@+1", &["aaaa1", "bbbb2", "cccc3"]);
    check("bbbb", &["aaaa1", "bbbb2", "cccc3"]);
    check("left@head", &["aaaa1", "bbbb2", "cccc3", "eeee5"]);
    check("dddd", &["aaaa1", "bbbb2", "cccc3", "dddd4", "eeee5"]);
    check("heads", &["aaaa1", "bbbb2", "cccc3", "dddd4", "eeee5"]);
}

#[test]
fn targets_that_lead_nowhere_change_nothing() {
    let (database, project) = (Server::shared().database(), branched());
    for (target, code) in [
        ("head", "multiple-heads"),
        ("zzzz", "unknown-revision"),
        ("bb", "unknown-revision"),
        ("nowhere@head", "unknown-branch"),
        ("left@dddd4", "other-branch"),
        ("-1", "downwards"),
        ("+9", "ambiguous-target"),
    ] {
        let finished = upgrade(&project, &database, &["--", target]).expect_code(65);
        let code = format!("error[{code}]");
        assert!(
            finished.stderr.contains(&code),
            "{target}: {}",
            finished.stderr
        );
    }
    assert_eq!(
        database.value("SELECT to_regclass('seaworthy_revision') IS NULL"),
        "t"
    );
}

#[test]
fn a_dry_run_shows_its_steps_and_leaves_nothing() {
    let (database, project) = (Server::shared().database(), branched());
    let text = upgrade(&project, &database, &["left@head", "--dry-run"]).expect_code(0);
    assert_eq!(text.stdout, "");
    for id in ["aaaa1", "bbbb2", "cccc3", "eeee5"] {
        let line = format!("ran, to be rolled back revision={id}");
        assert!(text.stderr.contains(&line), "{}", text.stderr);
    }
    let document = upgrade(&project, &database, &["bbbb2", "--dry-run", "--json"]).expect_code(0);
    let document: serde_json::Value =
        serde_json::from_str(&document.stdout).expect("stdout is one document");
    let step = |id: &str| {
        json!({
            "direction": "upgrade",
            "revision": id,
            "path": format!("migrations/{id}.sql"),
        })
    };
    assert_eq!(document, json!({ "steps": [step("aaaa1"), step("bbbb2")] }));
    assert_eq!(
        database.value("SELECT count(*) FROM pg_class WHERE relname ~ '^(t_|seaworthy)'"),
        "0"
    );
    upgrade(&project, &database, &["heads"]).expect_code(0);
    let nothing = upgrade(&project, &database, &["heads", "--dry-run", "--json"]).expect_code(0);
    let nothing: serde_json::Value =
        serde_json::from_str(&nothing.stdout).expect("stdout is one document");
    assert_eq!(nothing, json!({ "steps": [] }));
}

#[test]
fn one_transaction_for_all_is_all_or_nothing() {
    let (database, project) = (Server::shared().database(), branched());
    project.revision("ffff6", "eeee5", "SELECT 1/0;", "");
    let args = ["left@head", "--transaction", "all"];
    let failed = upgrade(&project, &database, &args).expect_code(1);
    for part in ["everything was rolled back", "ffff6.sql:7:1"] {
        assert!(failed.stderr.contains(part), "{}", failed.stderr);
    }
    assert_eq!(
        database.value("SELECT count(*) FROM pg_class WHERE relname ~ '^(t_|seaworthy)'"),
        "0"
    );
    project.remove("migrations/ffff6.sql");
    upgrade(&project, &database, &args).expect_code(0);
}
