//! The commands that look: what they print of the directory and the database,
//! and that they leave both alone.

use seaworthy::postgres::lock::Key;
use serde_json::{Value, json};

use crate::support::binary::{Binary, Finished};
use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::server::Server;

/// `a1f3 <- b2c4 <- c300 (shop)`, `b2c4 <- d400`.
fn fork() -> Project {
    let project = Project::new();
    project
        .revision("a1f3", "", "CREATE TABLE a (n int);", "")
        .revision("b2c4", "a1f3", "CREATE TABLE b (n int);", "")
        .file(
            "migrations/c300.sql",
            "-- add the shop\n-- revision: c300\n-- revises: b2c4\n-- branch: shop\n\
             -- created: 2026-01-02 03:04:05 UTC\n\n-- migrate:up\nCREATE TABLE c (n int);\n",
        )
        .revision("d400", "b2c4", "CREATE TABLE d (n int);", "");
    project
}

/// `aaaa <- bbbb <- cccc`.
fn line() -> Project {
    let project = Project::new();
    project
        .revision("aaaa", "", "CREATE TABLE a (n int);", "")
        .revision("bbbb", "aaaa", "CREATE TABLE b (n int);", "")
        .revision("cccc", "bbbb", "CREATE TABLE c (n int);", "");
    project
}

fn offline(project: &Project, args: &[&str]) -> Finished {
    Binary::new(args).within(project.path()).run()
}

fn online(project: &Project, url: &str, args: &[&str]) -> Finished {
    Binary::new(args)
        .within(project.path())
        .env("DATABASE_URL", url)
        .run()
}

/// Returns what a command that finds nothing wrong prints.
#[track_caller]
fn printed(finished: Finished) -> String {
    finished.expect_code(0).stdout
}

#[track_caller]
fn document(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}:\n{}", finished.stdout))
}

#[track_caller]
fn upgrade(project: &Project, database: &Database<'_>, target: &str) {
    online(project, &database.url(), &["upgrade", target]).expect_code(0);
}

#[test]
fn the_directory_is_shown_without_a_database() {
    let project = fork();
    let shown = |args: &[&str]| {
        let finished = offline(&project, args).expect_code(0);
        assert_eq!(finished.stderr, "", "{args:?}");
        finished.stdout
    };
    insta::assert_snapshot!(shown(&["history"]), @"
    b2c4 -> c300 (shop) (head), add the shop
    b2c4 -> d400 (head), make d400
    a1f3 -> b2c4 (branchpoint), make b2c4
    <base> -> a1f3, make a1f3
    ");
    insta::assert_snapshot!(shown(&["history", "-r", "b2c4:shop@head"]), @"
    b2c4 -> c300 (shop) (head), add the shop
    a1f3 -> b2c4 (branchpoint), make b2c4
    ");
    insta::assert_snapshot!(shown(&["history", "-r-1:d400"]), @"
    b2c4 -> d400 (head), make d400
    a1f3 -> b2c4 (branchpoint), make b2c4
    ");
    insta::assert_snapshot!(shown(&["heads"]), @"
    c300 (shop) (head)
    d400 (head)
    ");
    insta::assert_snapshot!(shown(&["branches"]), @"
    b2c4 (branchpoint)
         -> c300 (shop) (head)
         -> d400 (head)
    ");
    insta::assert_snapshot!(shown(&["show", "shop"]), @"
    Rev: c300 (head)
    Parent: b2c4
    Branch names: shop
    Path: migrations/c300.sql
    Created: 2026-01-02 03:04:05 UTC

        add the shop
    ");
    assert_eq!(shown(&["show", "heads"]), shown(&["heads", "-v"]));
    assert_eq!(
        shown(&["history", "-r", "d400:", "--verbose"]),
        shown(&["show", "d400", "-v"])
    );
}

#[test]
fn the_documents_of_the_directory() {
    let project = fork();
    let shown = |args: &[&str]| document(&offline(&project, args).expect_code(0));
    let shop = json!({
        "revision": "c300",
        "down_revisions": ["b2c4"],
        "depends_on": [],
        "labels": ["shop"],
        "message": "add the shop",
        "path": "migrations/c300.sql",
        "created": "2026-01-02 03:04:05 UTC",
        "is_head": true,
        "is_branch_point": false,
        "is_merge_point": false,
    });
    assert_eq!(shown(&["show", "c300", "--json"]), json!([shop]));
    let ids = |args: &[&str]| -> Vec<String> {
        let document = shown(args);
        let revisions = document.as_array().expect("an array").iter();
        revisions
            .map(|revision| revision["revision"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(
        ids(&["history", "--json"]),
        ["c300", "d400", "b2c4", "a1f3"]
    );
    assert_eq!(ids(&["heads", "--json"]), ["c300", "d400"]);
    assert_eq!(ids(&["branches", "--json"]), ["b2c4"]);
}

#[test]
fn what_cannot_be_shown_is_refused() {
    let project = fork();
    for (args, code, part) in [
        (&["history", "-r", "d400"][..], 2, "is not a range"),
        (&["history", "-r", "current-1:head"], 2, "`current-1`"),
        (&["history", "-i", "--json"], 2, "cannot be used together"),
        (&["history", "-v", "--json"], 2, "cannot be used together"),
        (&["history", "-r", "c300:d400"], 65, "error[no-such-range]"),
        (&["history", "-r", "-1:"], 65, "error[ambiguous-range]"),
        (&["show"], 2, "is missing"),
        (&["show", "c3"], 65, "error[unknown-revision]"),
        (&["show", "head"], 65, "error[multiple-heads]"),
        (&["heads", "--timeout", "1s"], 2, "unexpected argument"),
        (&["history", "-i"], 78, "error["),
        (&["show", "current"], 78, "error["),
        (&["current"], 78, "error["),
    ] {
        let finished = offline(&project, args).expect_code(code);
        assert_eq!(finished.stdout, "", "{args:?}");
        assert!(finished.stderr.contains(part), "{}", finished.stderr);
    }
}

#[test]
fn the_database_is_where_it_is() {
    let (database, project) = (Server::shared().database(), line());
    let url = database.url();
    let shown = |args: &[&str]| printed(online(&project, &url, args));
    assert_eq!(shown(&["current"]), "");
    assert_eq!(shown(&["history", "-r", ":current"]), "");
    assert_eq!(shown(&["show", "current"]), "");
    upgrade(&project, &database, "bbbb");
    assert_eq!(shown(&["current"]), "bbbb\n");
    assert_eq!(
        shown(&["current", "-v"]),
        "Rev: bbbb\nParent: aaaa\nPath: migrations/bbbb.sql\n\n    make bbbb\n\n"
    );
    assert_eq!(
        shown(&["show", "current"]),
        "Rev: bbbb (current)\nParent: aaaa\nPath: migrations/bbbb.sql\n\n    make bbbb\n\n"
    );
    insta::assert_snapshot!(shown(&["history", "-i"]), @"
    bbbb -> cccc (head), make cccc
    aaaa -> bbbb (current), make bbbb
    <base> -> aaaa, make aaaa
    ");
    insta::assert_snapshot!(shown(&["history", "-r", "-1:current"]), @"
    aaaa -> bbbb, make bbbb
    <base> -> aaaa, make aaaa
    ");
    assert_eq!(
        shown(&["history", "-r", "current:+1"]),
        "bbbb -> cccc (head), make cccc\naaaa -> bbbb, make bbbb\n"
    );
    let behind = online(&project, &url, &["current", "--check-heads"]).expect_code(1);
    assert_eq!(behind.stdout, "bbbb\n");
    assert!(behind.stderr.contains("`cccc`"), "{}", behind.stderr);
    let behind = online(&project, &url, &["current", "--check-heads", "--json"]).expect_code(1);
    let expected = json!({"heads": ["bbbb"], "at_head": false, "ahead": [], "partial": []});
    assert_eq!(document(&behind), expected);
    upgrade(&project, &database, "head");
    assert_eq!(shown(&["current", "--check-heads"]), "cccc (head)\n");
    // An older image than the schema is not behind it.
    project.remove("migrations/cccc.sql");
    assert_eq!(
        shown(&["current", "--check-heads"]),
        "bbbb (head)\ncccc (ahead)\n"
    );
    let older = online(&project, &url, &["current", "--json"]).expect_code(0);
    let expected = json!({"heads": ["bbbb"], "at_head": true, "ahead": ["cccc"], "partial": []});
    assert_eq!(document(&older), expected);
}

#[test]
fn the_status_is_what_is_applied_and_what_is_not() {
    let (database, project) = (Server::shared().database(), line());
    let url = database.url();
    let shown = |args: &[&str]| online(&project, &url, args).expect_code(0);
    upgrade(&project, &database, "bbbb");
    // Applied once, and no longer in the directory.
    project.remove("migrations/aaaa.sql").file(
        "migrations/bbbb.sql",
        "-- make bbbb\n-- revision: bbbb\n-- migrate:up\nCREATE TABLE b (n int, s text);\n",
    );
    project.file(
        "migrations/dddd.sql",
        "-- a slow one\n-- revision: dddd\n-- revises: bbbb\n\
         -- migrate:up transaction:false\nCREATE TABLE d (n int);\nSELECT 1/0;\n",
    );
    online(&project, &url, &["upgrade", "dddd", "--allow-divergent"]).expect_code(1);
    let text = shown(&["status"]).stdout;
    let (database_line, rest) = text.split_once('\n').expect("lines");
    assert!(database_line.contains(database.name()) && !database_line.contains("postgres:"));
    insta::assert_snapshot!(rest, @"
    applied       1 revision, at bbbb
    pending       2 revisions
      bbbb -> dddd (head), a slow one
      bbbb -> cccc (head), make cccc
    partial       dddd, 1 statement is finished
    retired       1 revision
    divergent     bbbb
    lock          free
    ");
    let expected = json!({
        "applied": ["bbbb"],
        "pending": ["dddd", "cccc"],
        "partial": ["dddd"],
        "ahead": [],
        "retired": ["aaaa"],
        "lock": null,
    });
    assert_eq!(document(&shown(&["status", "--json"])), expected);
    let current = shown(&["current", "--json"]);
    let expected = json!({"heads": ["bbbb"], "at_head": false, "ahead": [], "partial": ["dddd"]});
    assert_eq!(document(&current), expected);
}

#[tokio::test]
async fn the_status_says_who_holds_the_lock() {
    let (database, project) = (Server::shared().database(), line());
    let client = database.client().await;
    let key = Key::new(None, "seaworthy_revision").as_i64();
    let taken = format!(
        "SET application_name = 'someone'; SELECT pg_advisory_lock({key}), pg_backend_pid()"
    );
    client.simple_query(&taken).await.expect("it is free");
    let role = database.role("");
    let text = printed(online(&project, &role.url, &["status"]));
    assert!(text.contains("\nlock          held by pid "), "{text}");
    let status = online(&project, &database.url(), &["status", "--json"]).expect_code(0);
    let lock = &document(&status)["lock"];
    assert!(lock["pid"].as_i64().is_some_and(|pid| pid > 0), "{lock}");
    assert_eq!(lock["application"], "someone");
    assert!(lock["role"].is_string() && lock["address"].is_string() && lock["since"].is_string());
    drop(client);
}

#[test]
fn whoever_may_only_read_may_look_and_nothing_is_made() {
    let (database, project) = (Server::shared().database(), line());
    let role = database.role("");
    database.execute(&format!(
        "ALTER ROLE {} SET default_transaction_read_only = on",
        role.name
    ));
    let look = |code: i32| {
        for args in [&["current"][..], &["status"], &["history", "-i"]] {
            online(&project, &role.url, args).expect_code(0);
        }
        online(&project, &role.url, &["check"]).expect_code(code);
    };
    look(1);
    assert_eq!(
        database.value("SELECT count(*) FROM pg_class WHERE relname LIKE 'seaworthy%'"),
        "0"
    );
    upgrade(&project, &database, "head");
    let unreadable = online(&project, &role.url, &["status"]).expect_code(77);
    assert!(unreadable.stderr.contains("GRANT SELECT"));
    database.execute(&format!(
        "GRANT SELECT ON seaworthy_revision TO {}",
        role.name
    ));
    look(0);
}

#[test]
fn another_tools_database_is_not_empty() {
    let (database, project) = (Server::shared().database(), line());
    database.execute(
        "CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('x')",
    );
    for command in ["current", "status", "check"] {
        let finished = online(&project, &database.url(), &[command]).expect_code(65);
        assert_eq!(finished.stdout, "");
        assert!(finished.stderr.contains("error[other-tool]"));
        assert!(finished.stderr.contains("seaworthy stamp"));
    }
}

#[test]
fn a_check_tells_everything_at_once() {
    let (database, project) = (Server::shared().database(), line());
    let url = database.url();
    let check = |args: &[&str], code: i32| online(&project, &url, args).expect_code(code);
    insta::assert_snapshot!(check(&["check"], 1).stdout, @"
    seaworthy: error[pending]: 3 revisions are pending
      --> migrations/aaaa.sql   revision `aaaa`, a base
      --> migrations/bbbb.sql   revision `bbbb`, revises `aaaa`
      --> migrations/cccc.sql   revision `cccc`, revises `bbbb`

      hint: run `seaworthy upgrade`
    ");
    upgrade(&project, &database, "head");
    insta::assert_snapshot!(check(&["check"], 0).stdout, @"nothing is pending, and the database is as the revisions say");
    let clean = json!({
        "ok": true, "pending": [], "partial": [], "divergent": [], "out_of_order": [],
        "ahead": [], "heads": [], "differences": [],
    });
    assert_eq!(document(&check(&["check", "--json"], 0)), clean);

    project
        .remove("migrations/cccc.sql")
        .revision("aaaa", "", "CREATE TABLE a (n bigint);", "")
        .revision("eeee", "aaaa", "CREATE TABLE e (n int);", "")
        .revision("mmmm", "aaaa", "CREATE TABLE m (n int);", "")
        .revision("bbbb", "mmmm", "CREATE TABLE b (n int);", "");
    insta::assert_snapshot!(check(&["check"], 1).stdout, @"
    seaworthy: error[divergent]: revision `aaaa` has changed since it was applied
      --> migrations/aaaa.sql   revision `aaaa`, a base

      hint: restore what was applied, and write the change as a new revision
      hint: or accept the present text: run `seaworthy stamp --checksum aaaa`

    seaworthy: error[out-of-order]: revision `mmmm` is pending, but `bbbb`, which stands on it, is applied
      --> migrations/mmmm.sql   revision `mmmm`, revises `aaaa`; below `bbbb`

      hint: if nothing applied depends on it, apply it now: `--allow-out-of-order`
      hint: or place it after the applied ones: a new `-- revises:` line, or a later number

    seaworthy: error[ahead]: the database is ahead of the revisions here, and 2 revisions are pending
      --> migrations/mmmm.sql   revision `mmmm`, revises `aaaa`
      --> migrations/eeee.sql   revision `eeee`, revises `aaaa`
      cause: the database has `cccc` (make cccc), which has no file here

      hint: deploy a version of the application that has these revisions
      hint: or apply what is pending all the same: `--on-ahead apply`

    seaworthy: error[multiple-heads]: target `head` is ambiguous: the revision graph has 2 heads
      --> migrations/bbbb.sql   revision `bbbb`, revises `mmmm`
      --> migrations/eeee.sql   revision `eeee`, revises `aaaa`

      hint: run `seaworthy merge bbbb eeee -m \"merge bbbb and eeee\"`
      hint: or upgrade both branches with target `heads`
    ");
    let expected = json!({
        "ok": false, "pending": ["mmmm", "eeee"], "partial": [], "divergent": ["aaaa"],
        "out_of_order": ["mmmm"], "ahead": ["cccc"], "heads": ["bbbb", "eeee"], "differences": [],
    });
    assert_eq!(document(&check(&["check", "--json"], 1)), expected);
}

#[test]
fn looking_waits_for_a_server_as_an_upgrade_does() {
    let project = line();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = closed.local_addr().expect("it is bound").port();
    drop(closed);
    let url = format!("postgres://nobody:hunter2@127.0.0.1:{port}/none");
    for command in ["current", "status", "check"] {
        let finished = online(&project, &url, &[command, "--timeout", "200ms"]).expect_code(69);
        assert_eq!(finished.stdout, "");
        assert!(!finished.stderr.contains("hunter2"));
    }
}

#[test]
fn messages_do_not_reach_the_terminal_as_commands() {
    let project = Project::new();
    project.file(
        "migrations/aaaa.sql",
        "-- \u{1b}[2Jgone\n-- revision: aaaa\n-- migrate:up\nSELECT 1;\n",
    );
    for args in [&["history"][..], &["show", "aaaa"]] {
        let text = printed(offline(&project, args));
        assert!(
            text.contains("␛[2Jgone") && !text.contains('\u{1b}'),
            "{text}"
        );
    }
}
