//! `downgrade`: what was applied is taken back, and only that.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::binary::{Binary, Finished, Running};
use crate::support::database::Database;
use crate::support::eventually;
use crate::support::project::Project;
use crate::support::server::{Server, binaries};

/// a1 <- b2 <- c3 (left) <- e5, b2 <- d4 (right), each with a table of its own.
pub(crate) fn branched() -> Project {
    let project = Project::new();
    for (id, revises, more) in [
        ("aaaa1", "", ""),
        ("bbbb2", "-- revises: aaaa1\n", ""),
        ("cccc3", "-- revises: bbbb2\n", "-- branch: left\n"),
        ("dddd4", "-- revises: bbbb2\n", "-- branch: right\n"),
        ("eeee5", "-- revises: cccc3\n", ""),
    ] {
        let text = format!(
            "-- make {id}\n-- revision: {id}\n{revises}{more}-- migrate:up\n\
             CREATE TABLE t_{id} (n int);\n-- migrate:down\nDROP TABLE t_{id};\n"
        );
        project.file(&format!("migrations/{id}.sql"), text);
    }
    project
}

pub(crate) fn call(project: &Project, database: &Database<'_>, args: &[&str]) -> Finished {
    Binary::new(args)
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .run()
}

pub(crate) fn recorded(database: &Database<'_>) -> Vec<String> {
    database.column("SELECT revision FROM seaworthy_revision ORDER BY revision")
}

fn tables(database: &Database<'_>) -> Vec<String> {
    database.column(
        "SELECT substr(relname, 3) FROM pg_class WHERE relname LIKE 't\\_%' AND relkind = 'r' \
         ORDER BY relname",
    )
}

#[test]
fn each_kind_of_target_takes_back_so_far_and_no_farther() {
    let (database, project) = (Server::shared().database(), branched());
    call(&project, &database, &["upgrade", "heads"]).expect_code(0);
    let check = |target: &str, left: &[&str]| {
        call(&project, &database, &["downgrade", target]).expect_code(0);
        assert_eq!(recorded(&database), left, "after {target}");
        assert_eq!(tables(&database), left, "after {target}");
    };
    check("right@-1", &["aaaa1", "bbbb2", "cccc3", "eeee5"]);
    check("eeee5", &["aaaa1", "bbbb2", "cccc3", "eeee5"]);
    check("-1", &["aaaa1", "bbbb2", "cccc3"]);
    check("cccc3-1", &["aaaa1", "bbbb2"]);
    check("aaaa", &["aaaa1"]);
    check("base", &[]);
    check("base", &[]);
    assert_eq!(
        database.value(
            "SELECT string_agg(action, ' ' ORDER BY id) FROM seaworthy_log WHERE revision = 'eeee5'"
        ),
        "upgrade downgrade"
    );
}

#[test]
fn targets_that_lead_nowhere_take_nothing_back() {
    let (database, project) = (Server::shared().database(), branched());
    call(&project, &database, &["upgrade", "left@head"]).expect_code(0);
    let before = recorded(&database);
    for (target, code) in [
        ("+1", "upwards"),
        ("heads", "upwards"),
        ("dddd4", "not-applied"),
        ("right@-1", "not-of-branch"),
        ("-9", "no-such-step"),
        ("zzzz", "unknown-revision"),
    ] {
        let finished = call(&project, &database, &["downgrade", "--", target]).expect_code(65);
        let code = format!("error[{code}]");
        let said = &finished.stderr;
        assert!(said.contains(&code), "{target}: {said}");
    }
    assert_eq!(recorded(&database), before);
}

#[test]
fn several_heads_make_one_step_ambiguous() {
    let (database, project) = (Server::shared().database(), branched());
    call(&project, &database, &["upgrade", "heads"]).expect_code(0);
    let finished = call(&project, &database, &["downgrade", "-1"]).expect_code(65);
    let said = &finished.stderr;
    assert!(said.contains("the database has 2 heads"), "{said}");
    assert_eq!(recorded(&database).len(), 5);
}

#[test]
fn a_revision_without_a_way_back_stops_it_before_anything_runs() {
    let (database, project) = (Server::shared().database(), branched());
    project.revision("ffff6", "eeee5", "CREATE TABLE t_ffff6 ();", "");
    project.revision(
        "gggg7",
        "ffff6",
        "CREATE TABLE t_gggg7 ();",
        "DROP TABLE t_gggg7;",
    );
    call(&project, &database, &["upgrade", "gggg7"]).expect_code(0);
    let finished = call(&project, &database, &["downgrade", "cccc3"]).expect_code(65);
    let said = &finished.stderr;
    assert!(said.contains("error[irreversible]"), "{said}");
    assert!(said.contains("ffff6"), "{said}");
    assert!(recorded(&database).contains(&"gggg7".to_owned()));
    assert!(tables(&database).contains(&"gggg7".to_owned()));
}

#[test]
fn a_failing_way_back_is_rolled_back_with_its_row() {
    let (database, project) = (Server::shared().database(), branched());
    call(&project, &database, &["upgrade", "left@head"]).expect_code(0);
    database.execute("CREATE VIEW v AS SELECT n FROM t_cccc3");
    let finished = call(&project, &database, &["downgrade", "bbbb2"]).expect_code(1);
    let said = &finished.stderr;
    assert!(said.contains("migrations/cccc3.sql:8:1"), "{said}");
    assert!(said.contains("2BP01"), "{said}");
    // What was taken back before it stays so.
    assert_eq!(recorded(&database), ["aaaa1", "bbbb2", "cccc3"]);
    assert_eq!(tables(&database), ["aaaa1", "bbbb2", "cccc3"]);
}

#[test]
fn a_dry_run_shows_its_steps_and_takes_nothing_back() {
    let (database, project) = (Server::shared().database(), branched());
    call(&project, &database, &["upgrade", "left@head"]).expect_code(0);
    let finished = call(
        &project,
        &database,
        &["downgrade", "bbbb2", "--dry-run", "--json"],
    )
    .expect_code(0);
    let document: serde_json::Value = serde_json::from_str(&finished.stdout).expect("JSON");
    let step = |id: &str| {
        let path = format!("migrations/{id}.sql");
        json!({"direction": "downgrade", "revision": id, "path": path})
    };
    assert_eq!(document, json!({"steps": [step("eeee5"), step("cccc3")]}));
    assert_eq!(recorded(&database).len(), 4);
    assert_eq!(tables(&database).len(), 4);
}

#[test]
fn the_script_takes_back_what_the_command_does() {
    let project = branched();
    // With an index, and a way back that has no transaction.
    project.file(
        "migrations/cccc3.sql",
        "-- make cccc3\n-- revision: cccc3\n-- revises: bbbb2\n-- branch: left\n-- migrate:up\n\
         CREATE TABLE t_cccc3 (n int);\nCREATE INDEX i ON t_bbbb2 (n);\n\
         -- migrate:down transaction:false lock-timeout:2s\nDROP INDEX CONCURRENTLY i;\n\
         COPY t_bbbb2 FROM stdin;\n7\n\\.\nDROP TABLE t_cccc3;\n",
    );
    let online = Server::shared().database();
    let offline = Server::shared().database();
    for database in [&online, &offline] {
        call(&project, database, &["upgrade", "heads"]).expect_code(0);
    }
    call(&project, &online, &["downgrade", "bbbb2"]).expect_code(0);
    let args = ["downgrade", "--sql", "heads:bbbb2"];
    let script = call(&project, &offline, &args).expect_code(0).stdout;
    let headlines = script.lines().filter(|line| line.starts_with("-- Running"));
    assert_eq!(
        headlines.collect::<Vec<_>>(),
        [
            "-- Running downgrade dddd4 -> bbbb2",
            "-- Running downgrade eeee5 -> cccc3",
            "-- Running downgrade cccc3 -> bbbb2",
        ]
    );
    offline.psql(&script);
    assert_eq!(tables(&offline), tables(&online));
    for database in [&online, &offline] {
        assert_eq!(database.value("SELECT to_regclass('i') IS NULL"), "t");
        assert_eq!(database.column("SELECT n FROM t_bbbb2"), ["7"]);
    }
    let rows = "SELECT concat_ws('|', revision, revises, checksum, state) \
                FROM seaworthy_revision ORDER BY revision";
    assert_eq!(offline.column(rows), online.column(rows));
    let history = "SELECT concat_ws(' ', action, revision) FROM seaworthy_log ORDER BY id";
    assert_eq!(offline.column(history), online.column(history));
    call(&project, &offline, &["current"]).expect_code(0);
    let from_state = ["downgrade", "--sql", "current:aaaa1"];
    let script = call(&project, &offline, &from_state).expect_code(0).stdout;
    assert!(
        script.contains("-- Running downgrade bbbb2 -> aaaa1"),
        "{script}"
    );
}

#[test]
fn several_at_once_take_one_step_back_in_all() {
    let (database, project) = (Server::shared().database(), branched());
    call(&project, &database, &["upgrade", "left@head"]).expect_code(0);
    project.file(
        "migrations/eeee5.sql",
        "-- make eeee5\n-- revision: eeee5\n-- revises: cccc3\n-- migrate:up\n\
         CREATE TABLE t_eeee5 (n int);\n-- migrate:down\n\
         SELECT pg_advisory_xact_lock(4711);\nDROP TABLE t_eeee5;\n",
    );
    let mut gate = Command::new(binaries().join("psql"))
        .env_clear()
        .args(["-X", "-q", "-d", &database.url()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("psql can be run");
    let mut keeper = gate.stdin.take().expect("it has a pipe");
    writeln!(keeper, "SELECT pg_advisory_lock(4711);").expect("it listens");
    let holds = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 \
                 AND granted AND database = (SELECT oid FROM pg_database \
                 WHERE datname = current_database())";
    eventually("the gate is shut", || database.value(holds) == "1");
    let one_step = || {
        Binary::new(["downgrade", "-1"])
            .within(project.path())
            .env("DATABASE_URL", database.url())
            .spawn()
    };
    let runs = [one_step(), one_step(), one_step()];
    // Whoever stands in the queue has planned with the same state.
    let waiting = |runs: &[Running; 3]| {
        let stderrs = runs.iter().map(Running::stderr);
        stderrs.filter(|said| said.contains("lock")).count() >= 2
    };
    eventually("one is at the gate and two in the queue", || waiting(&runs));
    drop(keeper);
    gate.wait().expect("psql ends");
    for run in runs {
        run.finish().expect_code(0);
    }
    assert_eq!(recorded(&database), ["aaaa1", "bbbb2", "cccc3"]);
}

#[test]
fn taking_back_a_replacing_revision_forgets_what_it_replaced() {
    let (database, project) = (Server::shared().database(), Project::new());
    project.revision("aaaa1", "", "CREATE TABLE t_a ();", "DROP TABLE t_a;");
    project.revision("bbbb2", "aaaa1", "CREATE TABLE t_b ();", "DROP TABLE t_b;");
    project.revision("cccc3", "bbbb2", "CREATE TABLE t_c ();", "DROP TABLE t_c;");
    call(&project, &database, &["upgrade"]).expect_code(0);
    project
        .remove("migrations/bbbb2.sql")
        .remove("migrations/cccc3.sql");
    project.file(
        "migrations/ssss9.sql",
        "-- both\n-- revision: ssss9\n-- revises: aaaa1\n-- replaces: bbbb2, cccc3\n\
         -- migrate:up\nCREATE TABLE t_b (); CREATE TABLE t_c ();\n\
         -- migrate:down\nDROP TABLE t_c; DROP TABLE t_b;\n",
    );
    call(&project, &database, &["upgrade"]).expect_code(0);
    call(&project, &database, &["downgrade", "-1"]).expect_code(0);
    assert_eq!(recorded(&database), ["aaaa1"]);
    // So that it runs again, and is not taken for applied.
    call(&project, &database, &["upgrade"]).expect_code(0);
    assert_eq!(tables(&database), ["a", "b", "c"]);
}
