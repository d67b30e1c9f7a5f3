//! What no kind of the comparison reads is named, and fails a check.

use serde_json::{Value, json};

use crate::support::binary::{Binary, Finished};
use crate::support::database::{Database, try_query};
use crate::support::project::Project;
use crate::support::server::Server;

/// A table in a schema that belongs to an extension, and a subscription.
const UNREAD: &str = "\
CREATE SCHEMA yard; \
ALTER EXTENSION plpgsql ADD SCHEMA yard; \
CREATE TABLE yard.slip (id int PRIMARY KEY);";

const SUBSCRIBE: &str =
    "CREATE SUBSCRIPTION news CONNECTION 'dbname=nowhere' PUBLICATION news WITH (connect = false)";

fn check_drift(project: &Project, database: &Database<'_>) -> Finished {
    project.run(&database.url(), &["check", "--drift", "--json"])
}

fn differences(finished: &Finished) -> Vec<Value> {
    let document: Value = serde_json::from_str(&finished.stdout).expect("JSON");
    document["differences"].as_array().expect("a list").clone()
}

fn not_compared(kind: &str, object: &str) -> Value {
    json!({
        "comparison": "database-revisions", "kind": kind, "object": object,
        "change": "not compared", "detail": "added",
    })
}

#[test]
fn what_is_not_read_fails_a_check() {
    let (project, database) = (Project::new(), Server::shared().database());
    project.revision("aaaa", "", "CREATE TABLE boat (id int PRIMARY KEY);", "");
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    check_drift(&project, &database).expect_code(0);
    database.execute(UNREAD);
    database.execute(SUBSCRIBE);
    let found = check_drift(&project, &database);
    let script = project.run(&database.url(), &["diff", "empty", "database"]);
    // A database with a subscription cannot be dropped.
    database.execute("ALTER SUBSCRIPTION news DISABLE");
    database.execute("ALTER SUBSCRIPTION news SET (slot_name = NONE)");
    database.execute("DROP SUBSCRIPTION news");
    let found = found.expect_code(1);
    assert_eq!(
        differences(&found),
        [
            not_compared("constraint", "yard.slip_pkey"),
            not_compared("relation", "yard.slip"),
            not_compared("subscription", "news"),
        ]
    );
    let script = script.expect_code(0);
    assert!(!script.stdout.contains("yard"), "{}", script.stdout);
    let told = "relation yard.slip is of a kind that is not compared (added)";
    assert!(script.stderr.contains(told), "{}", script.stderr);
}

#[test]
fn what_belongs_to_an_extension_is_left_alone() {
    let (project, database) = (Project::new(), Server::shared().database());
    project.revision("aaaa", "", "CREATE TABLE boat (id int PRIMARY KEY);", "");
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    database.execute(
        "CREATE TABLE slip (id serial PRIMARY KEY, name text DEFAULT 'a' CHECK (name <> '')); \
         CREATE INDEX ON slip (name); CREATE TYPE size AS ENUM ('a'); \
         CREATE TEMPORARY TABLE short (id serial PRIMARY KEY CHECK (id > 0)); \
         ALTER EXTENSION plpgsql ADD TABLE slip; ALTER EXTENSION plpgsql ADD SEQUENCE slip_id_seq; \
         ALTER EXTENSION plpgsql ADD TYPE size; SELECT lo_create(0)",
    );
    check_drift(&project, &database).expect_code(0);
}

#[test]
fn a_security_label_is_seen() {
    let server = Server::shared();
    let (from, to) = (server.database(), server.database());
    for database in [&from, &to] {
        database.execute("CREATE TABLE boat (id int)");
    }
    // No provider is at hand that would let one be given.
    let label = |part: u32, text: &str| {
        to.execute(&format!(
            "SET allow_system_table_mods = on; INSERT INTO pg_seclabel \
             VALUES ('boat'::regclass, 'pg_class'::regclass, {part}, 'guard', '{text}')"
        ));
    };
    label(0, "secret");
    label(1, "it''s more");
    let diff = |one: &Database<'_>, other: &Database<'_>| {
        let finished = Binary::new(["diff", &one.url(), &other.url()]).run();
        finished.expect_code(0).stdout
    };
    let added = diff(&from, &to);
    for expected in [
        "SECURITY LABEL FOR guard ON TABLE public.boat IS 'secret';",
        "SECURITY LABEL FOR guard ON COLUMN public.boat.id IS 'it''s more';",
    ] {
        assert!(added.contains(expected), "{added}");
    }
    let removed = diff(&to, &from);
    assert!(
        removed.contains("SECURITY LABEL FOR guard ON TABLE public.boat IS NULL;"),
        "{removed}"
    );
}

#[test]
fn an_index_that_could_not_be_built_is_built_anew() {
    let server = Server::shared();
    let (from, to) = (server.database(), server.database());
    for database in [&from, &to] {
        database.execute("CREATE TABLE boat (id int)");
    }
    from.execute("INSERT INTO boat VALUES (1), (1)");
    let build = "CREATE UNIQUE INDEX CONCURRENTLY boat_id ON boat (id)";
    try_query(&from.url(), build).expect_err("two rows are the same");
    from.execute("DELETE FROM boat");
    to.execute(build);
    let diff = |one: &Database<'_>, other: &Database<'_>| {
        let finished = Binary::new(["diff", &one.url(), &other.url()]).run();
        finished.expect_code(0).stdout
    };
    assert_eq!(diff(&to, &from), "", "none can be made that is not valid");
    let script = diff(&from, &to);
    assert!(script.contains("DROP INDEX public.boat_id;"), "{script}");
    from.psql(&script);
    assert_eq!(diff(&from, &to), "");
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'boat_id'::regclass";
    assert_eq!(from.value(valid), "t");
}
