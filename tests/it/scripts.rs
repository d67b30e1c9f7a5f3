//! `upgrade --sql`: what psql makes of it cannot be told from an online run; and
//! what `pg_dump` prints is a first revision.

use std::path::PathBuf;
use std::process::Command;

use crate::support::binary::{Binary, Finished};
use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::server::{Server, binaries};

fn upgrade(project: &Project, database: &Database<'_>, args: &[&str]) -> Finished {
    args.iter()
        .fold(Binary::new(["upgrade"]), |call, arg| call.arg(arg))
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .run()
}

/// Prints a script without a database to ask.
fn printed(project: &Project, args: &[&str]) -> String {
    args.iter()
        .fold(Binary::new(["upgrade", "--sql"]), |call, arg| call.arg(arg))
        .within(project.path())
        .run()
        .expect_code(0)
        .stdout
}

#[track_caller]
fn psql(project: &Project, database: &Database<'_>, script: &str) {
    project.file("offline.sql", script);
    let output = Command::new(binaries().join("psql"))
        .env_clear()
        .args([
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            &database.url(),
            "-f",
        ])
        .arg(project.path().join("offline.sql"))
        .output()
        .expect("psql can be run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.is_empty(),
        "{said}\n{script}"
    );
}

/// Returns everything in a database but what tells two runs apart: the key of a
/// dump, times, durations and addresses.
fn everything(database: &Database<'_>) -> (String, Vec<String>, Vec<String>) {
    let dump = pg_dump(database, &["--exclude-table-data=seaworthy*"]);
    let rows = database.column(
        "SELECT concat_ws('|', revision, revises, depends_on, message, checksum, state, \
         applied_by, finished, prefix, started) FROM seaworthy_revision ORDER BY revision",
    );
    let history = database.column(
        "SELECT concat_ws('|', id, action, revision, checksum, by, tool, note) \
         FROM seaworthy_log ORDER BY id",
    );
    (dump, rows, history)
}

fn pg_dump(database: &Database<'_>, args: &[&str]) -> String {
    let dump = database.dump(args);
    let lines = dump.lines().filter(|line| !line.contains("restrict "));
    lines.collect::<Vec<_>>().join("\n")
}

fn project() -> Project {
    let project = Project::new();
    project
        .revision(
            "aaaa",
            "",
            "CREATE TABLE a (n int, s text);\nCOPY a (n, s) FROM stdin;\n1\tit's\n2\t\\N\n\
             3\ta\\tb;;\\\\\n\\.\nINSERT INTO a VALUES (4, 'x;y')",
            "",
        )
        .revision(
            "bbbb",
            "aaaa",
            "DO $$ BEGIN PERFORM set_config('search_path', '', false); END $$;\n\
             CREATE TABLE public.b (n int PRIMARY KEY) -- no end;",
            "",
        )
        .file(
            "migrations/cccc.sql",
            "-- make cccc\n-- revision: cccc\n-- revises: bbbb\n\
             -- migrate:up transaction:false lock-timeout:2s\n\
             CREATE INDEX CONCURRENTLY i ON a (n);\nVACUUM a;\nCOPY a FROM stdin;\n9\tnine\n\\.\n\
             INSERT INTO a VALUES (10, E'te\\\\n');\nSET search_path = public;\n\
             CREATE TABLE c (n int);\n",
        )
        .revision("dddd", "cccc", "CREATE TYPE e AS ENUM ('x');", "")
        .revision("eeee", "dddd", "ALTER TYPE e ADD VALUE 'y';", "")
        .revision(
            "ffff",
            "eeee",
            "CREATE TABLE f (v e DEFAULT 'y');\nCREATE FUNCTION g() RETURNS int LANGUAGE plpgsql \
             AS $$ BEGIN RETURN ';'::text; END; $$;",
            "",
        );
    project
}

#[test]
fn a_script_makes_what_an_online_run_makes() {
    let project = project();
    let online = Server::shared().database();
    upgrade(&project, &online, &[]).expect_code(0);
    let expected = everything(&online);

    let check = |scripts: &dyn Fn(&Database<'_>) -> Vec<String>| {
        let database = Server::shared().database();
        for script in scripts(&database) {
            psql(&project, &database, &script);
        }
        assert_eq!(everything(&database), expected);
        let finished = Binary::new(["run", "--", "echo", "up"])
            .within(project.path())
            .env("DATABASE_URL", database.url())
            .run()
            .expect_code(0);
        assert_eq!(finished.stdout, "up\n");
        assert!(
            finished.stderr.contains("up to date"),
            "{}",
            finished.stderr
        );
    };
    check(&|_| vec![printed(&project, &[])]);
    check(&|_| {
        ["base:bbbb", "bbbb:head"]
            .map(|range| printed(&project, &[range]))
            .to_vec()
    });
    check(&|database| {
        upgrade(&project, database, &["dddd"]).expect_code(0);
        let rest = upgrade(&project, database, &["--sql", "current:head"]).expect_code(0);
        assert!(rest.stdout.starts_with("-- Running upgrade dddd -> eeee\n"));
        vec![rest.stdout]
    });
    let nothing = upgrade(&project, &online, &["--sql", "current:head"]).expect_code(0);
    assert_eq!(nothing.stdout, "");
}

#[test]
fn one_transaction_for_all_of_a_script() {
    let project = project();
    let args = ["--sql", "--transaction", "all"];
    let refused = args
        .iter()
        .fold(Binary::new(["upgrade"]), |call, arg| call.arg(arg))
        .within(project.path())
        .run()
        .expect_code(65);
    assert!(refused.stderr.contains("`cccc`"), "{}", refused.stderr);

    let online = Server::shared().database();
    upgrade(&project, &online, &["bbbb"]).expect_code(0);
    let script = printed(&project, &["bbbb", "--transaction", "all"]);
    for keyword in ["BEGIN;\n", "COMMIT;\n"] {
        assert_eq!(script.matches(keyword).count(), 1, "{script}");
    }
    let offline = Server::shared().database();
    psql(&project, &offline, &script);
    assert_eq!(everything(&offline), everything(&online));
}

#[test]
fn a_dump_of_the_example_schema_is_a_first_revision() {
    let source = Server::shared().database();
    let example = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("migrations");
    Binary::new(["upgrade", "--dir"])
        .arg(example)
        .env("DATABASE_URL", source.url())
        .run()
        .expect_code(0);
    source.execute(
        "INSERT INTO users (email, name) \
         VALUES ('ada@example.org', E'A\\tda\\\\.'), ('bo@example.org', E'Bo\\n\\\\.\\nx')",
    );
    let ours = ["--exclude-table=seaworthy*"];
    let expected = pg_dump(&source, &ours);
    for more in [&[][..], &["--inserts"], &["--clean", "--if-exists"]] {
        let dump = pg_dump(&source, &[&ours[..], more].concat());
        let project = Project::new();
        project.file("migrations/001_start.sql", dump);
        let database = Server::shared().database();
        upgrade(&project, &database, &[]).expect_code(0);
        assert_eq!(pg_dump(&database, &ours), expected, "{more:?}");
        project.file("migrations/002_more.sql", "CREATE TABLE more (n int);");
        upgrade(&project, &database, &[]).expect_code(0);
        assert_eq!(database.value("SELECT count(*) FROM public.more"), "0");
    }
}
