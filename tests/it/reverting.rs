//! Down sections outside a transaction: where they stop, what waits for them,
//! and how they go on.

use nix::sys::signal::Signal;
use serde_json::json;

use crate::downgrade::call;
use crate::support::binary::{Binary, Finished};
use crate::support::database::Database;
use crate::support::eventually;
use crate::support::project::Project;
use crate::support::server::Server;

const STATE: &str = "SELECT concat_ws(' ', revision, state, finished, \
    CASE WHEN started IS NOT NULL THEN 'started' END) FROM seaworthy_revision ORDER BY revision";

/// Writes a revision whose way down has no transaction.
fn outside(project: &Project, id: &str, revises: &str, up: &str, down: &str) {
    let revises = match revises {
        "" => String::new(),
        id => format!("-- revises: {id}\n"),
    };
    let text = format!(
        "-- make {id}\n-- revision: {id}\n{revises}-- migrate:up\n{up}\n\
         -- migrate:down transaction:false\n{down}\n"
    );
    project.file(&format!("migrations/{id}.sql"), text);
}

/// aaaa1 <- bbbb2 and aaaa1 <- cccc3, all applied; the down section of `bbbb2`
/// is given.
fn fork(down: &str) -> (Database<'static>, Project) {
    let (database, project) = (Server::shared().database(), Project::new());
    project.revision("aaaa1", "", "CREATE TABLE t (n int);", "DROP TABLE t;");
    outside(
        &project,
        "bbbb2",
        "aaaa1",
        "CREATE INDEX i ON t (n);\nCREATE TABLE b ();",
        down,
    );
    project.revision("cccc3", "aaaa1", "CREATE TABLE c ();", "DROP TABLE c;");
    call(&project, &database, &["upgrade", "heads"]).expect_code(0);
    (database, project)
}

fn rewrite(project: &Project, old: &str, new: &str) {
    let file = "migrations/bbbb2.sql";
    let text = project.read(file);
    assert!(text.contains(old), "{text}");
    project.file(file, text.replace(old, new));
}

#[track_caller]
fn says(finished: Finished, code: i32, parts: &[&str]) {
    let finished = finished.expect_code(code);
    for part in parts {
        assert!(
            finished.stderr.contains(part),
            "no `{part}` in:\n{}",
            finished.stderr
        );
    }
}

#[track_caller]
fn document(finished: Finished, code: i32) -> serde_json::Value {
    serde_json::from_str(&finished.expect_code(code).stdout).expect("JSON")
}

#[test]
fn until_it_is_finished_nothing_else_runs_and_everything_shows_it() {
    let (database, project) = fork("DROP INDEX CONCURRENTLY i;\nSELECT 1/0;\nDROP TABLE b;");
    let run = |args: &[&str]| call(&project, &database, args);
    says(
        run(&["downgrade", "bbbb2@-1"]),
        1,
        &[
            "bbbb2.sql:9:1",
            "22012",
            "the statements before this one stay",
            "`seaworthy downgrade`",
        ],
    );
    let half_way = ["aaaa1 applied", "bbbb2 reverting 1", "cccc3 applied"];
    assert_eq!(database.column(STATE), half_way);

    let hint = "run `seaworthy downgrade bbbb2@aaaa1`: it goes on where it stopped";
    for args in [
        &["upgrade", "heads"][..],
        &["upgrade", "aaaa1"],
        &["upgrade", "+1"],
        &["run", "--target", "cccc3"],
        &["downgrade", "cccc3@-1"],
        &["downgrade", "cccc3"],
        &["downgrade", "-1"],
        &["upgrade", "--sql", "current:heads"],
    ] {
        says(
            run(args),
            65,
            &["error[partial]", "`bbbb2` is half way down", hint],
        );
    }
    for more in [&["--dry-run"][..], &["--transaction", "all"]] {
        let refused = run(&[&["downgrade", "aaaa1"], more].concat());
        says(refused, 65, &["error[not-transactional]", "`bbbb2`"]);
    }
    says(
        run(&["downgrade", "--sql", "current:aaaa1"]),
        65,
        &["error[half-done]", "`seaworthy downgrade`"],
    );
    let waiting = ["wait", "--schema", "bbbb2", "--timeout", "300ms"];
    says(run(&waiting), 69, &["has not reached `bbbb2`"]);

    let status = run(&["status"]).expect_code(0).stdout;
    assert!(
        status.contains("partial       bbbb2, half way down, 1 statement is finished\n"),
        "{status}"
    );
    let status = document(run(&["status", "--json"]), 0);
    assert_eq!(status["partial"], json!(["bbbb2"]));
    assert_eq!(status["applied"], json!(["aaaa1", "cccc3"]));
    let current = document(run(&["current", "--json"]), 0);
    assert_eq!(
        current,
        json!({"heads": ["cccc3"], "at_head": false, "ahead": [], "partial": ["bbbb2"]})
    );
    let check = run(&["check"]).expect_code(1).stdout;
    assert!(check.contains(hint), "{check}");
    let check = document(run(&["check", "--json"]), 1);
    assert_eq!(check["partial"], json!(["bbbb2"]));

    // The statement that failed may be changed, and whoever goes farther goes
    // on with it first.
    rewrite(&project, "SELECT 1/0", "SELECT 1");
    let done = run(&["downgrade", "base"]).expect_code(0).stderr;
    let order: Vec<&str> = done
        .lines()
        .filter_map(|line| line.split(" reverted revision=").nth(1)?.split(' ').next())
        .collect();
    assert_eq!(order, ["bbbb2", "cccc3", "aaaa1"], "{done}");
    assert_eq!(database.column(STATE), Vec::<String>::new());
    assert_eq!(
        database.column("SELECT action || ' ' || revision FROM seaworthy_log ORDER BY id")[3..],
        ["downgrade bbbb2", "downgrade cccc3", "downgrade aaaa1"]
    );
    assert_eq!(
        database.value(
            "SELECT duration_ms IS NOT NULL FROM seaworthy_log \
             WHERE revision = 'bbbb2' AND action = 'downgrade'"
        ),
        "t"
    );
}

#[test]
fn what_the_hint_says_finishes_it_and_does_nothing_else() {
    let (database, project) = fork("DROP INDEX CONCURRENTLY i;\nSELECT 1/0;\nDROP TABLE b;");
    call(&project, &database, &["downgrade", "aaaa1"]).expect_code(1);
    rewrite(&project, "SELECT 1/0;\n", "");
    call(&project, &database, &["downgrade", "bbbb2@aaaa1"]).expect_code(0);
    assert_eq!(database.column(STATE), ["aaaa1 applied", "cccc3 applied"]);
    call(&project, &database, &["upgrade", "heads"]).expect_code(0);
}

#[test]
fn where_nothing_was_done_yet_the_revision_is_applied_as_before() {
    let (database, project) = fork("SELECT 1/0;\nDROP INDEX CONCURRENTLY i;");
    for first in [
        "SELECT 1/0",
        "DO $$ BEGIN RAISE 'no'; END $$",
        "VACUUM nowhere",
    ] {
        let file = project.read("migrations/bbbb2.sql");
        let (head, _) = file.split_once("transaction:false").expect("its marker");
        let text = format!("{head}transaction:false\n{first};\nDROP INDEX CONCURRENTLY i;\n");
        project.file("migrations/bbbb2.sql", text);
        call(&project, &database, &["downgrade", "bbbb2@-1"]).expect_code(1);
        let state = database.column(STATE);
        if first.starts_with("VACUUM") {
            // Of which nobody knows how far it came.
            assert_eq!(state[1], "bbbb2 reverting 0 started");
        } else {
            assert_eq!(state[1], "bbbb2 applied", "{first}");
            call(&project, &database, &["upgrade", "heads"]).expect_code(0);
        }
    }
    rewrite(&project, "VACUUM nowhere;\n", "");
    call(&project, &database, &["downgrade", "bbbb2@-1"]).expect_code(0);
    assert_eq!(database.column(STATE), ["aaaa1 applied", "cccc3 applied"]);
}

#[test]
fn only_the_finished_statements_must_stay() {
    let (database, project) = fork("DROP TABLE b;\nSELECT 1/0;");
    let down = || call(&project, &database, &["downgrade", "bbbb2@-1"]);
    down().expect_code(1);
    rewrite(&project, "DROP TABLE b;", "DROP TABLE b CASCADE;");
    says(
        down(),
        65,
        &[
            "error[partial-changed]",
            "after 1 statement",
            "`seaworthy stamp bbbb2`",
        ],
    );
    rewrite(
        &project,
        "DROP TABLE b CASCADE;",
        "/* why */ DROP  TABLE b ;",
    );
    rewrite(&project, "migrate:down transaction:false", "migrate:down");
    says(down(), 65, &["error[partial-changed]"]);
    rewrite(&project, "migrate:down", "migrate:down transaction:false");
    rewrite(&project, "SELECT 1/0;", "");
    down().expect_code(0);
    assert_eq!(database.column(STATE), ["aaaa1 applied", "cccc3 applied"]);
}

#[test]
fn a_stamp_brings_it_back_or_lets_it_go() {
    let (database, project) = fork("DROP TABLE b;\nSELECT 1/0;");
    let run = |args: &[&str]| call(&project, &database, args);
    run(&["downgrade", "bbbb2@-1"]).expect_code(1);
    database.execute("CREATE TABLE b ()");
    run(&["stamp", "bbbb2"]).expect_code(0);
    let all = ["aaaa1 applied", "bbbb2 applied", "cccc3 applied"];
    assert_eq!(database.column(STATE), all);
    run(&["upgrade", "heads"]).expect_code(0);

    run(&["downgrade", "bbbb2@-1"]).expect_code(1);
    says(
        run(&["stamp", "--checksum", "bbbb2"]),
        65,
        &["error[partial]"],
    );
    run(&["stamp", "aaaa1"]).expect_code(0);
    assert_eq!(database.column(STATE), ["aaaa1 applied"]);
}

#[test]
fn a_procedure_that_may_have_committed_stops_the_next_run() {
    let (database, project) = fork("CALL p();\nDROP INDEX i;\nDROP TABLE b;");
    database.execute(
        "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN \
         INSERT INTO t VALUES (1); COMMIT; RAISE 'half way'; END $$",
    );
    let down = || call(&project, &database, &["downgrade", "bbbb2@-1"]);
    down().expect_code(1);
    assert_eq!(database.column(STATE)[1], "bbbb2 reverting 0 started");
    let ambiguous = ["error[partial-ambiguous]", "bbbb2.sql:8:1", "commented out"];
    says(down(), 65, &ambiguous);
    rewrite(&project, "CALL p();", "-- CALL p();");
    down().expect_code(0);
    rewrite(&project, "-- CALL p();", "CALL p();");
    says(
        call(&project, &database, &["upgrade", "heads"]),
        0,
        &["applied revision=bbbb2"],
    );
    assert_eq!(database.value("SELECT count(*) FROM t"), "1");
}

#[tokio::test]
async fn an_index_that_was_being_dropped_is_dropped() {
    for how in [
        "a killed process",
        "a killed process, and the server went on",
        "an ended session",
        "a signal",
    ] {
        let (database, project) = fork("DROP INDEX CONCURRENTLY i;\nDROP TABLE b;");
        let reader = database.client().await;
        let open = "BEGIN; SELECT count(*) FROM t";
        reader.simple_query(open).await.expect("it can be read");
        let running = Binary::new(["downgrade", "bbbb2@-1"])
            .within(project.path())
            .env("DATABASE_URL", database.url())
            .spawn();
        let waits = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
             AND query LIKE 'DROP INDEX%' AND wait_event = 'virtualxid'";
        eventually("it waits for the reader", || {
            database.column(waits).len() == 1
        });
        assert_eq!(database.column(STATE)[1], "bbbb2 reverting 0 started");
        let pid = database.value(waits);
        match how {
            "a killed process" | "a killed process, and the server went on" => {
                running.signal(Signal::SIGKILL);
                running.finish().expect_code(137);
                database.execute(&format!("SELECT pg_terminate_backend({pid})"));
            }
            "an ended session" => {
                database.execute(&format!("SELECT pg_terminate_backend({pid})"));
                let said = "the journal knows how far it came";
                says(running.finish(), 69, &["error[connection-lost]", said]);
            }
            _ => {
                running.signal(Signal::SIGTERM);
                let said = "ended by SIGTERM while revision `bbbb2` ran";
                says(running.finish(), 143, &[said]);
            }
        }
        eventually("the server process ends", || {
            database.column(waits).is_empty()
        });
        reader.simple_query("COMMIT").await.expect("it is idle");
        if how.ends_with("went on") {
            database.execute("DROP INDEX i");
        }
        call(&project, &database, &["downgrade", "bbbb2@-1"]).expect_code(0);
        let left = database.value("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass");
        assert_eq!(left, "0", "after {how}");
        assert_eq!(database.column(STATE), ["aaaa1 applied", "cccc3 applied"]);
    }
}

#[test]
fn what_it_replaced_goes_with_it() {
    let (database, project) = (Server::shared().database(), Project::new());
    project.revision("aaaa1", "", "CREATE TABLE a ();", "DROP TABLE a;");
    project.revision("bbbb2", "aaaa1", "CREATE TABLE b ();", "DROP TABLE b;");
    call(&project, &database, &["upgrade"]).expect_code(0);
    project.remove("migrations/bbbb2.sql");
    project.file(
        "migrations/ssss9.sql",
        "-- all\n-- revision: ssss9\n-- revises: aaaa1\n-- replaces: bbbb2\n-- migrate:up\n\
         CREATE TABLE b ();\n-- migrate:down transaction:false\nDROP TABLE b;\nSELECT 1;\n",
    );
    call(&project, &database, &["upgrade"]).expect_code(0);
    call(&project, &database, &["downgrade", "-1"]).expect_code(0);
    assert_eq!(database.column(STATE), ["aaaa1 applied"]);
    call(&project, &database, &["upgrade"]).expect_code(0);
    assert_eq!(database.column(STATE), ["aaaa1 applied", "ssss9 applied"]);
}

/// The first versions made a table in which no revision could be half way down.
#[test]
fn an_older_state_table_is_widened() {
    let (database, project) = fork("DROP TABLE b;\nSELECT 1/0;");
    database.execute(
        "ALTER TABLE seaworthy_revision DROP CONSTRAINT seaworthy_revision_state_check; \
         ALTER TABLE seaworthy_revision ADD CONSTRAINT \"Old\" \
         CHECK (state IN ('applied', 'partial'))",
    );
    call(&project, &database, &["downgrade", "bbbb2@-1"]).expect_code(1);
    assert_eq!(database.column(STATE)[1], "bbbb2 reverting 1");
    assert_eq!(
        database.column(
            "SELECT conname FROM pg_constraint WHERE contype = 'c' \
             AND conrelid = 'seaworthy_revision'::regclass"
        ),
        ["Old"]
    );
}

#[test]
fn an_empty_way_down_only_takes_the_row_away() {
    let (database, project) = fork("-- nothing\n");
    call(&project, &database, &["downgrade", "bbbb2@-1"]).expect_code(0);
    assert_eq!(database.column(STATE), ["aaaa1 applied", "cccc3 applied"]);
    assert_eq!(
        database.value("SELECT count(*) FROM seaworthy_log WHERE action = 'downgrade'"),
        "1"
    );
}
