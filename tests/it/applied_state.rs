//! What the state table says, the files say otherwise, and the binary makes of it.

use crate::support::binary::{Binary, Finished};
use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::server::Server;

const A: &str = "CREATE TABLE a (n int);";
const B: &str = "CREATE TABLE b (n int);";
const C: &str = "CREATE TABLE c (n int);";

const APPLIED: &str = "SELECT revision FROM seaworthy_revision ORDER BY revision";

fn upgrade(project: &Project, url: &str, args: &[&str]) -> Finished {
    args.iter()
        .fold(Binary::new(["upgrade"]), |call, arg| call.arg(arg))
        .within(project.path())
        .env("DATABASE_URL", url)
        .run()
}

#[track_caller]
fn says(finished: Finished, code: i32, parts: &[&str]) {
    let finished = finished.expect_code(code);
    assert_eq!(finished.stdout, "");
    for part in parts {
        assert!(
            finished.stderr.contains(part),
            "no `{part}` in:\n{}",
            finished.stderr
        );
    }
}

/// A project of two revisions, both applied.
fn two() -> (Database<'static>, Project) {
    let (database, project) = (Server::shared().database(), Project::new());
    project
        .revision("aaaa", "", A, "")
        .revision("bbbb", "aaaa", B, "");
    upgrade(&project, &database.url(), &[]).expect_code(0);
    (database, project)
}

#[test]
fn divergent() {
    let (database, project) = two();
    let url = database.url();
    project.revision("bbbb", "aaaa", "CREATE TABLE b (n bigint);", "");
    says(
        upgrade(&project, &url, &[]),
        65,
        &["error[divergent]", "`bbbb`", "migrations/bbbb.sql"],
    );
    let allowed = upgrade(&project, &url, &["--allow-divergent"]);
    says(allowed, 0, &["WARN", "`bbbb`", "up to date"]);
    project.revision("bbbb", "aaaa", "-- why\nCREATE  TABLE b\r\n(n int) ;", "");
    says(upgrade(&project, &url, &[]), 0, &["up to date"]);
}

#[test]
fn retired() {
    let (database, project) = two();
    project
        .remove("migrations/aaaa.sql")
        .revision("bbbb", "", B, "");
    let finished = upgrade(&project, &database.url(), &[]).expect_code(0);
    assert!(!finished.stderr.contains("WARN"), "{}", finished.stderr);
}

#[test]
fn ahead() {
    let (database, project) = two();
    let url = database.url();
    project.remove("migrations/bbbb.sql");
    says(
        upgrade(&project, &url, &[]),
        0,
        &["WARN", "ahead", "`bbbb`"],
    );
    let fail = upgrade(&project, &url, &["--on-ahead", "fail"]);
    says(fail, 65, &["error[ahead]", "`bbbb` (make bbbb)"]);

    project.revision("cccc", "aaaa", C, "");
    for how in ["warn", "fail"] {
        says(
            upgrade(&project, &url, &["--on-ahead", how]),
            65,
            &[
                "error[ahead]",
                "`bbbb`",
                "`cccc` is pending",
                "--on-ahead apply",
            ],
        );
    }
    assert_eq!(database.column(APPLIED), ["aaaa", "bbbb"]);
    let apply = upgrade(&project, &url, &["--on-ahead", "apply"]);
    says(apply, 0, &["WARN", "ahead", "applied revision=cccc"]);
    assert_eq!(database.column(APPLIED), ["aaaa", "bbbb", "cccc"]);
}

#[test]
fn out_of_order_in_a_numbered_directory() {
    let (database, project) = (Server::shared().database(), Project::new());
    let url = database.url();
    project
        .file("migrations/001_a.sql", A)
        .file("migrations/003_c.sql", C);
    upgrade(&project, &url, &[]).expect_code(0);
    project.file("migrations/002_b.sql", B);
    says(
        upgrade(&project, &url, &[]),
        65,
        &["error[out-of-order]", "`002`", "`003`", "002_b.sql"],
    );
    let allowed = upgrade(&project, &url, &["--allow-out-of-order"]);
    says(allowed, 0, &["WARN", "`002`", "applied revision=002"]);
    assert_eq!(database.column(APPLIED), ["001", "002", "003"]);
    says(upgrade(&project, &url, &[]), 0, &["up to date"]);
}

#[test]
fn partial() {
    let (database, project) = (Server::shared().database(), Project::new());
    let url = database.url();
    let script = |second: &str| {
        let text = format!(
            "-- revision: aaaa\n-- migrate:up transaction:false\n{A}\n{second}\nVACUUM a;\n"
        );
        project.file("migrations/aaaa.sql", text);
    };
    script("SELECT 1/0;");
    project.revision("bbbb", "aaaa", B, "");
    for _ in 0..2 {
        says(
            upgrade(&project, &url, &[]),
            1,
            &["error[revision-failed]", "aaaa.sql:4:1", "22012", "stay"],
        );
    }
    assert_eq!(database.value("SELECT to_regclass('b') IS NULL"), "t");
    let printed = upgrade(&project, &url, &["--sql", "current:head"]);
    says(printed, 65, &["error[half-done]", "`aaaa`"]);
    for args in [&["--dry-run"][..], &["--transaction", "all"]] {
        let refused = upgrade(&project, &url, args);
        says(refused, 65, &["error[not-transactional]", "`aaaa`"]);
    }
    script("SELECT 1;");
    upgrade(&project, &url, &[]).expect_code(0);
    assert_eq!(
        database.column("SELECT revision || ' ' || state FROM seaworthy_revision ORDER BY 1"),
        ["aaaa applied", "bbbb applied"]
    );
}

#[test]
fn replaces() {
    let squashed = Project::new();
    squashed.file(
        "migrations/dddd.sql",
        format!("-- all\n-- revision: dddd\n-- replaces: aaaa, bbbb\n-- migrate:up\n{A}\n{B}\n"),
    );
    squashed.revision("eeee", "dddd", C, "");

    let empty = Server::shared().database();
    upgrade(&squashed, &empty.url(), &[]).expect_code(0);
    assert_eq!(empty.column(APPLIED), ["dddd", "eeee"]);

    let (all, project) = two();
    let recorded = upgrade(&squashed, &all.url(), &[]);
    says(recorded, 0, &["recorded without running revision=dddd"]);
    says(upgrade(&squashed, &all.url(), &[]), 0, &["up to date"]);
    assert_eq!(
        all.column("SELECT action || ' ' || revision FROM seaworthy_log ORDER BY id"),
        [
            "upgrade aaaa",
            "upgrade bbbb",
            "record dddd",
            "upgrade eeee"
        ]
    );

    let some = Server::shared().database();
    upgrade(&project, &some.url(), &["aaaa"]).expect_code(0);
    says(
        upgrade(&squashed, &some.url(), &[]),
        65,
        &["error[partly-replaced]", "`dddd`", "`aaaa`", "`bbbb`"],
    );
    assert_eq!(some.column(APPLIED), ["aaaa"]);
}

#[test]
fn no_schema_for_the_table() {
    let (database, project) = (Server::shared().database(), Project::new());
    project.revision("aaaa", "", "CREATE TABLE public.a (n int);", "");
    let url = format!("{}?options=-csearch_path%3Dnowhere", database.url());
    says(
        upgrade(&project, &url, &[]),
        78,
        &["error[no-schema]", "--version-schema"],
    );
    says(
        upgrade(&project, &url, &["--version-schema", "nowhere"]),
        78,
        &["error[no-schema]", "CREATE SCHEMA \"nowhere\""],
    );
    upgrade(&project, &url, &["--version-schema", "public"]).expect_code(0);
    assert_eq!(database.column(APPLIED), ["aaaa"]);
}

#[test]
fn a_schema_that_comes_earlier_in_the_search_path_hides_nothing() {
    let (database, project) = (Server::shared().database(), Project::new());
    project
        .revision("aaaa", "", "CREATE SCHEMA early;", "")
        .revision("bbbb", "aaaa", B, "")
        .revision(
            "cccc",
            "bbbb",
            "SELECT set_config('search_path', '', false);",
            "",
        )
        .revision("dddd", "cccc", "CREATE TABLE d (n int);", "");
    let url = format!("{}?options=-csearch_path%3Dearly,public", database.url());
    upgrade(&project, &url, &["bbbb"]).expect_code(0);
    upgrade(&project, &url, &[]).expect_code(0);
    says(upgrade(&project, &url, &[]), 0, &["up to date"]);
    assert_eq!(
        database.column(
            "SELECT relnamespace::regnamespace || '.' || relname FROM pg_class \
             WHERE relname IN ('b', 'd', 'seaworthy_revision', 'seaworthy_log') ORDER BY 1"
        ),
        [
            "early.b",
            "early.d",
            "public.seaworthy_log",
            "public.seaworthy_revision"
        ]
    );
}

#[test]
fn names_that_need_quoting() {
    let (database, project) = (Server::shared().database(), Project::new());
    project.revision("aaaa", "", A, "");
    database.execute(r#"CREATE SCHEMA "My ""S""#);
    let table = format!("{}; it's", "ü".repeat(26));
    let args = ["--version-schema", "My \"S", "--version-table", &table];
    upgrade(&project, &database.url(), &args).expect_code(0);
    says(
        upgrade(&project, &database.url(), &args),
        0,
        &["up to date"],
    );
    assert_eq!(
        database.column(
            "SELECT relname FROM pg_class WHERE relkind = 'r' \
             AND relnamespace = '\"My \"\"S\"'::regnamespace ORDER BY length(relname)"
        ),
        [table.clone(), format!("{table}_log")]
    );
    let long = "x".repeat(60);
    let refused = upgrade(&project, &database.url(), &["--version-table", &long]);
    says(refused, 2, &["--version-table", "59 bytes"]);
}

#[test]
fn a_table_that_somebody_dropped() {
    let (database, project) = two();
    let url = database.url();
    database.execute("ALTER TABLE seaworthy_revision RENAME TO kept");
    says(
        upgrade(&project, &url, &[]),
        65,
        &[
            "error[state-table-gone]",
            "public.seaworthy_log",
            "seaworthy stamp",
        ],
    );
    database.execute("ALTER TABLE kept RENAME TO seaworthy_revision; DROP TABLE seaworthy_log");
    says(upgrade(&project, &url, &[]), 0, &["up to date"]);
    project.revision("cccc", "bbbb", C, "");
    upgrade(&project, &url, &[]).expect_code(0);
    assert_eq!(
        database.column("SELECT revision FROM seaworthy_log"),
        ["cccc"],
        "the history begins again"
    );
    database.execute("ALTER TABLE seaworthy_revision DROP COLUMN prefix");
    says(
        upgrade(&project, &url, &[]),
        65,
        &["error[state-table-taken]", "no column `prefix`"],
    );
}

#[test]
fn json_lines_say_each_thing_once() {
    let (database, project) = (Server::shared().database(), Project::new());
    let notice = "DO $$ BEGIN RAISE NOTICE 'ahoy'; RAISE WARNING 'reef'; END $$;";
    project.revision("aaaa", "", notice, "");
    let finished = upgrade(&project, &database.url(), &["--log-format", "json"]).expect_code(0);
    let lines: Vec<serde_json::Value> = finished
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    let line = |message: &str| {
        let line = lines.iter().find(|line| line["message"] == message);
        line.unwrap_or_else(|| panic!("no `{message}` in:\n{}", finished.stderr))
    };
    assert_eq!(line("ahoy")["level"], "INFO");
    assert_eq!(line("reef")["level"], "WARN");
    let applied = line("applied");
    assert_eq!(applied["revision"], "aaaa");
    assert_eq!(applied["title"], "make aaaa");
    assert!(applied["took_ms"].is_u64());
}
