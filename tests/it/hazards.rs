//! What a plan endangers: named above its statement, and refused where it is
//! denied.

use serde_json::Value;

use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::server::Server;

/// A project with `before` as its only revision, and `after` as its models.
fn project<'a>(before: &str, after: &str) -> (Project, Database<'a>) {
    let (project, database) = (Project::new(), Server::shared().database());
    project
        .revision("aaaa", "", before, "")
        .file("seaworthy.toml", "[schema]\nmodels = [\"schema.sql\"]\n")
        .file("schema.sql", after);
    (project, database)
}

/// Compares the hazards of the way from one schema to another.
#[track_caller]
fn check(before: &str, after: &str, expected: &[&str]) {
    let (project, database) = project(before, after);
    let diff = project.run(&database.url(), &["diff"]).expect_code(0);
    let lines = diff.stdout.lines();
    let mut found: Vec<&str> = lines
        .filter_map(|line| line.strip_prefix("-- hazard "))
        .collect();
    // Where two statements do not need each other, either may be the first.
    let mut expected = expected.to_vec();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected, "{}", diff.stdout);
}

#[test]
fn what_goes_is_lost() {
    check(
        "CREATE TABLE boat (id int, name text); CREATE INDEX named ON boat (id); \
         CREATE TABLE crew (id int PRIMARY KEY); CREATE SEQUENCE number; \
         CREATE TYPE rig AS ENUM ('sloop', 'ketch'); CREATE TABLE rigged (rig rig);",
        "CREATE TABLE boat (id int); CREATE TYPE rig AS ENUM ('sloop'); CREATE TABLE rigged (rig rig);",
        &[
            "data-loss: table public.crew",
            "irreversible: table public.crew",
            "irreversible: where sequence public.number stands",
            "index-dropped: index public.named",
            "data-loss: column public.boat.name",
            "irreversible: column public.boat.name",
            "data-loss: rows with ketch of enum public.rig",
            "irreversible: rows with ketch of enum public.rig",
            "rewrite: column public.rigged.rig",
            "long-lock: ACCESS EXCLUSIVE on public.rigged while it is written anew",
        ],
    );
}

#[test]
fn a_type_may_be_narrower_or_need_the_table_anew() {
    check(
        "CREATE TABLE boat (a varchar(20), b varchar(20), c int, d bigint, e text);",
        "CREATE TABLE boat (a varchar(10), b varchar(30), c bigint, d int, e text COLLATE \"C\");",
        &[
            "data-loss: column public.boat.a: character varying(20) becomes character varying(10)",
            "rewrite: column public.boat.a",
            "long-lock: ACCESS EXCLUSIVE on public.boat while it is written anew",
            "irreversible: column public.boat.a: character varying(20) becomes character varying(10)",
            "rewrite: column public.boat.c",
            "long-lock: ACCESS EXCLUSIVE on public.boat while it is written anew",
            "data-loss: column public.boat.d: bigint becomes integer",
            "rewrite: column public.boat.d",
            "long-lock: ACCESS EXCLUSIVE on public.boat while it is written anew",
            "irreversible: column public.boat.d: bigint becomes integer",
            "long-lock: ACCESS EXCLUSIVE on public.boat while its indexes are built anew",
        ],
    );
}

#[test]
fn what_is_new_in_a_table_may_lock_it() {
    check(
        "CREATE TABLE boat (id int, a int, b int CHECK (b IS NOT NULL)); \
         CREATE TABLE harbour (id int PRIMARY KEY);",
        "CREATE TABLE boat (id int PRIMARY KEY, a int CHECK (a > 0), b int NOT NULL CHECK (b IS NOT NULL), \
             c timestamptz DEFAULT now(), d uuid DEFAULT gen_random_uuid(), \
             e int GENERATED ALWAYS AS (id + 1) STORED, \
             f int GENERATED ALWAYS AS IDENTITY, harbour int REFERENCES harbour); \
         CREATE INDEX ON boat (a); CREATE TABLE harbour (id int PRIMARY KEY);",
        &[
            "long-lock: ACCESS EXCLUSIVE on public.boat while its rows are checked",
            "rewrite: column public.boat.d",
            "long-lock: ACCESS EXCLUSIVE on public.boat while it is written anew",
            "rewrite: column public.boat.e",
            "long-lock: ACCESS EXCLUSIVE on public.boat while it is written anew",
            "rewrite: column public.boat.f",
            "long-lock: ACCESS EXCLUSIVE on public.boat while it is written anew",
            "long-lock: SHARE on public.boat while the index is built",
            "long-lock: ACCESS EXCLUSIVE on public.boat while its rows are checked",
            "long-lock: ACCESS EXCLUSIVE on public.boat while its index is built",
            "long-lock: SHARE ROW EXCLUSIVE on public.harbour, and on public.boat while its rows are checked",
        ],
    );
}

#[test]
fn what_is_there_already_may_be_moved_or_looked_through() {
    check(
        "CREATE TABLE boat (id int); CREATE TABLE whole (id int) PARTITION BY LIST (id); \
         CREATE TABLE part (id int); CREATE DOMAIN knots AS int; CREATE TABLE speed (knots knots);",
        "CREATE UNLOGGED TABLE boat (id int); CREATE TABLE whole (id int) PARTITION BY LIST (id); \
         CREATE TABLE part PARTITION OF whole FOR VALUES IN (1); \
         CREATE DOMAIN knots AS int CHECK (VALUE >= 0); CREATE TABLE speed (knots knots);",
        &[
            "long-lock: SHARE on the tables with values of domain public.knots while they are checked",
            "rewrite: table public.boat",
            "long-lock: ACCESS EXCLUSIVE on public.boat while it is written anew",
            "long-lock: ACCESS EXCLUSIVE on public.part while its rows are checked",
        ],
    );
}

#[test]
fn a_new_table_endangers_nobody() {
    check(
        "CREATE TABLE harbour (id int PRIMARY KEY);",
        "CREATE TABLE harbour (id int PRIMARY KEY); \
         CREATE TABLE boat (id int PRIMARY KEY, a int UNIQUE CHECK (a > 0), \
             b uuid DEFAULT gen_random_uuid() NOT NULL, f int GENERATED ALWAYS AS IDENTITY); \
         CREATE INDEX ON boat (b); CREATE TABLE crew (boat int REFERENCES boat);",
        &[],
    );
}

const BOAT: &str = "CREATE TABLE boat (id int, name text);";
const SHORTER: &str = "CREATE TABLE boat (id bigint);";

#[test]
fn what_is_denied_is_not_written() {
    let (project, database) = project(BOAT, SHORTER);
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    let revision = [
        "revision",
        "--autogenerate",
        "-m",
        "more",
        "--deny-hazard",
        "data-loss",
    ];
    let refused = project.run(&database.url(), &revision).expect_code(1);
    assert_eq!(refused.stdout, "");
    assert!(
        refused
            .stderr
            .contains("error[hazard-denied]: the plan has a hazard that is denied")
    );
    assert!(
        refused
            .stderr
            .contains("cause: data-loss: column public.boat.name"),
        "{}",
        refused.stderr
    );
    let files = std::fs::read_dir(project.migrations()).expect("a directory");
    assert_eq!(files.count(), 1, "nothing is written");
    let line = [
        "diff",
        "--deny-hazard",
        "data-loss",
        "--deny-hazard",
        "rewrite",
    ];
    let refused = project.run(&database.url(), &line).expect_code(1);
    assert_eq!(refused.stdout, "");
    assert!(
        refused.stderr.contains("2 hazards that are denied"),
        "{}",
        refused.stderr
    );
    // The way down loses the column, and is meant to.
    project.file(
        "schema.sql",
        "CREATE TABLE boat (id int, name text, rig text);",
    );
    let made = project.run(&database.url(), &revision).expect_code(0);
    let text = project.read(made.stdout.trim_end());
    assert!(
        text.contains("-- hazard data-loss: column public.boat.rig"),
        "{text}"
    );
    assert!(!text.contains("irreversible"), "{text}");
}

#[test]
fn check_names_what_is_denied() {
    let (project, database) = project(BOAT, SHORTER);
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    project.file(
        "seaworthy.toml",
        "[schema]\nmodels = [\"schema.sql\"]\ndeny_hazards = [\"data-loss\", \"long-lock\"]\n",
    );
    let check = project.run(&database.url(), &["check"]).expect_code(1);
    let said = "error[hazard-denied]: the plan has 2 hazards that are denied\n  \
         cause: data-loss: column public.boat.name\n  cause: long-lock: ACCESS EXCLUSIVE on public.boat";
    assert!(check.stdout.contains(said), "{}", check.stdout);
    let check = project
        .run(&database.url(), &["check", "--json"])
        .expect_code(1);
    let document: Value = serde_json::from_str(&check.stdout).expect("JSON");
    let differences = document["differences"].as_array().expect("an array");
    let denied = differences.iter().filter(|one| one["change"] == "denied");
    let denied: Vec<&Value> = denied.map(|one| &one["object"]).collect();
    assert_eq!(denied, ["data-loss", "long-lock"]);
    project.file("schema.sql", BOAT);
    project.run(&database.url(), &["check"]).expect_code(0);
}

#[test]
fn a_kind_that_there_is_not_is_refused() {
    let (project, database) = project(BOAT, BOAT);
    let wrong = project.run(&database.url(), &["diff", "--deny-hazard", "dataloss"]);
    let stderr = wrong.expect_code(2).stderr;
    for word in [
        "`data-loss`",
        "`rewrite`",
        "`long-lock`",
        "`index-dropped`",
        "`irreversible`",
    ] {
        assert!(stderr.contains(word), "{stderr}");
    }
}
