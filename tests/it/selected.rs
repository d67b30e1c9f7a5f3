//! Which objects are compared, and how the result of `diff` is shown.

use serde_json::{Value, json};

use crate::support::binary::{Binary, Finished};
use crate::support::database::try_query;
use crate::support::project::Project;
use crate::support::server::Server;

const BEFORE: &str = "\
CREATE TABLE boat (id serial PRIMARY KEY, name text);\n\
CREATE TABLE legacy_boat (id int);\n\
CREATE SCHEMA yard;\n\
CREATE TABLE yard.slip (id int);\n";

/// Every table has changed; an index, a comment and a schema have come.
const AFTER: &str = "\
CREATE TABLE boat (id serial PRIMARY KEY, name text, rig text);\n\
CREATE INDEX boat_rig ON boat (rig);\n\
COMMENT ON COLUMN boat.rig IS 'as bought';\n\
CREATE TABLE legacy_boat (id int, rig text);\n\
CREATE SCHEMA yard;\n\
CREATE TABLE yard.slip (id int, length int);\n\
CREATE TABLE more (id serial PRIMARY KEY);\n\
CREATE SCHEMA dock;\n\
CREATE TABLE dock.crane (id int);\n";

fn project() -> Project {
    let project = Project::new();
    project.file("before.sql", BEFORE).file("after.sql", AFTER);
    project
}

fn diff(project: &Project, more: &[&str]) -> Finished {
    let database = Server::shared().database();
    let mut line = vec!["diff", "./before.sql", "./after.sql", "--json"];
    line.extend(more);
    Binary::new(&line)
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .run()
}

/// Returns what differs, as `change object`.
#[track_caller]
fn differing(project: &Project, more: &[&str]) -> Vec<String> {
    let finished = diff(project, more).expect_code(0);
    let document: Value = serde_json::from_str(&finished.stdout).expect("JSON");
    let differences = document["differences"].as_array().expect("a list");
    let told = |one: &Value| format!("{} {}", text(&one["change"]), text(&one["object"]));
    let mut told: Vec<String> = differences.iter().map(told).collect();
    told.sort();
    told
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_pattern_takes_what_goes_with_its_object() {
    let project = project();
    let everything = differing(&project, &[]);
    assert_eq!(
        everything,
        [
            "added dock",
            "added public.boat.rig",
            "added public.boat_rig",
            "added public.legacy_boat.rig",
            "added public.more",
            "added public.more_id_seq",
            "added yard.slip.length",
        ]
    );
    let check = |more: &[&str], expected: &[&str]| {
        assert_eq!(differing(&project, more), expected, "{more:?}");
    };
    check(
        &["--include", "public.boat"],
        &["added public.boat.rig", "added public.boat_rig"],
    );
    check(
        &["--include", "public.boat", "--exclude", "*_rig"],
        &["added public.boat.rig"],
    );
    check(
        &["--include", "public.more"],
        &["added public.more", "added public.more_id_seq"],
    );
    // A schema is part of what is in it.
    check(&["--include", "dock.*"], &["added dock"]);
    check(&["--include", "dock"], &["added dock"]);
    let made = diff(&project, &["--include", "dock.*"]).stdout;
    assert!(made.contains("CREATE TABLE dock.crane"), "{made}");
    let made = diff(&project, &["--include", "dock"]).stdout;
    assert!(!made.contains("CREATE TABLE"), "{made}");
    check(
        &["--exclude", "public.*", "--exclude", "dock*"],
        &["added yard.slip.length"],
    );
    check(
        &["--include", "yard.*", "--include", "public.legacy_*"],
        &["added public.legacy_boat.rig", "added yard.slip.length"],
    );
    check(&["--include", "*.slip", "--exclude", "yard.*"], &[]);
}

#[test]
fn what_is_left_out_is_neither_made_nor_dropped() {
    let project = project();
    project.file(
        "seaworthy.toml",
        "[schema]\nmodels = [\"after.sql\"]\nexclude = [\"public.legacy_*\", \"dock*\"]\n",
    );
    project.revision("aaaa", "", BEFORE, "");
    let database = Server::shared().database();
    let run = |line: &[&str]| {
        let finished = Binary::new(line).within(project.path());
        finished
            .env("DATABASE_URL", database.url())
            .run()
            .expect_code(0)
    };
    run(&["upgrade"]);
    let file = run(&["revision", "--autogenerate", "-m", "more"]).stdout;
    let text = project.read(file.trim_end());
    assert!(text.contains("ADD COLUMN rig"), "{text}");
    assert!(!text.contains("legacy") && !text.contains("dock"), "{text}");
    run(&["upgrade"]);
    run(&["check", "--drift"]);
    database.execute("ALTER TABLE legacy_boat ADD COLUMN by_hand int");
    run(&["check", "--drift"]);
}

#[test]
fn what_is_no_pattern_is_an_error() {
    let finished = diff(&project(), &["--exclude", "public.["]).expect_code(2);
    assert!(
        finished.stderr.contains("it is not a pattern") && finished.stderr.contains("exclude"),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_diff_is_a_document() {
    let project = project();
    project
        .file("before.sql", "CREATE TABLE boat (id int, name text);")
        .file("after.sql", "CREATE TABLE boat (id int);");
    let finished = diff(&project, &["--exit-code"]).expect_code(1);
    let document: Value = serde_json::from_str(&finished.stdout).expect("JSON");
    assert_eq!(
        document,
        json!({
            "statements": [{
                "sql": "ALTER TABLE public.boat DROP COLUMN name",
                "transaction": "shared",
                "hazards": [
                    {"kind": "data-loss", "detail": "column public.boat.name"},
                    {"kind": "irreversible", "detail": "column public.boat.name"},
                ],
            }],
            "differences": [{
                "kind": "column", "object": "public.boat.name", "change": "removed", "detail": "",
            }],
        })
    );
    let same = ["--include", "nothing", "--exit-code"];
    let finished = diff(&project, &same).expect_code(0);
    let document: Value = serde_json::from_str(&finished.stdout).expect("JSON");
    assert_eq!(document, json!({"statements": [], "differences": []}));
}

#[test]
fn the_order_of_columns_may_count() {
    let project = project();
    let before = "CREATE TABLE boat (id int, name text, rig text);";
    let after = "CREATE TABLE boat (rig text, id int, size int, name text);";
    project
        .file("before.sql", before)
        .file("after.sql", after.replace("size int, ", ""))
        .file("seaworthy.toml", "[schema]\nmodels = [\"after.sql\"]\n")
        .revision("aaaa", "", before, "");
    let finished = diff(&project, &["--exit-code"]).expect_code(0);
    let document: Value = serde_json::from_str(&finished.stdout).expect("JSON");
    assert_eq!(document, json!({"statements": [], "differences": []}));
    let order = json!([{
        "kind": "table", "object": "public.boat", "change": "altered",
        "detail": "column order: id, name, rig -> rig, id, name",
    }]);
    let finished = diff(&project, &["--exit-code", "--column-order"]).expect_code(1);
    let document: Value = serde_json::from_str(&finished.stdout).expect("JSON");
    assert_eq!(document, json!({"statements": [], "differences": order}));
    // A column that has come is no matter of order.
    project.file(
        "after.sql",
        "CREATE TABLE boat (id int, new int, name text, rig text);",
    );
    assert_eq!(
        differing(&project, &["--column-order"]),
        ["added public.boat.new"]
    );
    project.file("after.sql", after);
    let database = Server::shared().database();
    let run = |line: &[&str]| {
        let finished = Binary::new(line).within(project.path());
        finished.env("DATABASE_URL", database.url()).run()
    };
    run(&["upgrade"]).expect_code(0);
    let check = run(&["check", "--column-order"]).expect_code(1);
    let told = "table public.boat altered: column order: id, name, rig -> rig, id, name";
    assert!(check.stdout.contains(told), "{}", check.stdout);
    let script = run(&["diff", "--column-order"]).expect_code(0);
    assert!(
        script.stdout.contains("ADD COLUMN size"),
        "{}",
        script.stdout
    );
    assert!(
        script.stderr.contains("column order: "),
        "{}",
        script.stderr
    );
}

/// Types whose statements take along what needs them, and tables that do.
const HELD: &str = "\
CREATE TYPE size; \
CREATE FUNCTION size_in(cstring) RETURNS size LANGUAGE internal IMMUTABLE STRICT AS 'int4in'; \
CREATE FUNCTION size_out(size) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out'; \
CREATE TYPE size (INPUT = size_in, OUTPUT = size_out, LIKE = int4); \
CREATE TYPE frame AS (id int, length int); \
CREATE TABLE kept_boat (id int, size size); \
CREATE TABLE kept_frame OF frame;";

#[test]
fn no_statement_reaches_what_is_left_out() {
    let server = Server::shared();
    let (from, to) = (server.database(), server.database());
    from.execute(HELD);
    to.execute("CREATE TYPE frame AS (id int); CREATE TABLE kept_frame OF frame;");
    let diff = |more: &[&str]| {
        let finished = Binary::new(["diff", &from.url(), &to.url()])
            .args(more)
            .run();
        finished.expect_code(0).stdout
    };
    assert!(diff(&[]).contains("DROP ATTRIBUTE length CASCADE;"));
    let script = diff(&["--exclude", "public.kept_*"]);
    assert!(script.contains("DROP ATTRIBUTE length;"), "{script}");
    assert!(script.contains("DROP TYPE public.size;"), "{script}");
    assert!(!script.contains("CASCADE"), "{script}");
    assert!(!script.contains("kept_"), "{script}");
    for statement in script.split(';').filter(|one| one.contains("public.")) {
        let refused = try_query(&from.url(), statement).expect_err("something needs it");
        let code = refused.code().map(|code| code.code().to_owned());
        assert_eq!(code.as_deref(), Some("2BP01"), "{statement}");
    }
}
