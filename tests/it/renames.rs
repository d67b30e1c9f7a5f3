//! What keeps its rows under another name: asked for by an argument, by a line
//! of the models, or on a terminal.

use serde_json::{Value, json};

use crate::support::binary::{Binary, Finished};
use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::server::Server;

const BOATS: &str = "CREATE TABLE boat (id serial PRIMARY KEY, name text NOT NULL UNIQUE, \
     berth int GENERATED ALWAYS AS IDENTITY, CHECK (name <> ''));\n\
     CREATE INDEX ON boat (berth);\n\
     CREATE VIEW named AS SELECT name FROM boat;\n\
     CREATE TABLE crew (boat int REFERENCES boat);";

const SHIPS: &str = "CREATE TABLE ship (id serial PRIMARY KEY, label text NOT NULL UNIQUE, \
     berth int GENERATED ALWAYS AS IDENTITY, CHECK (label <> ''));\n\
     CREATE INDEX ON ship (berth);\n\
     CREATE VIEW named AS SELECT label FROM ship;\n\
     CREATE TABLE crew (boat int REFERENCES ship);";

const LINES: &str = "-- seaworthy:rename table boat ship\n\
     -- seaworthy:rename column public.boat.name label\n";

const AUTOGENERATE: [&str; 4] = ["revision", "--autogenerate", "-m", "more"];

const TYPED: [&str; 4] = [
    "--rename",
    "table:boat=ship",
    "--rename",
    "column:ship.name=label",
];

/// `aaaa`: boats, applied and with rows; and models of ships.
fn boats<'a>(models: &str) -> (Project, Database<'a>) {
    let (project, database) = (Project::new(), Server::shared().database());
    project
        .revision(
            "aaaa",
            "",
            &format!("{BOATS}\nINSERT INTO boat (name) VALUES ('Anna'), ('Berta');"),
            "DROP TABLE boat CASCADE; DROP TABLE crew;",
        )
        .file("seaworthy.toml", "[schema]\nmodels = [\"schema.sql\"]\n")
        .file("schema.sql", models);
    seaworthy(&project, &database, &["upgrade"], &[]).expect_code(0);
    (project, database)
}

fn binary(project: &Project, database: &Database<'_>, line: &[&str], more: &[&str]) -> Binary {
    Binary::new(line)
        .args(more)
        .within(project.path())
        .env("DATABASE_URL", database.url())
}

fn seaworthy(project: &Project, database: &Database<'_>, line: &[&str], more: &[&str]) -> Finished {
    binary(project, database, line, more).run()
}

/// Takes a new revision up, down and up, and looks at the rows and what comes
/// behind them each time.
#[track_caller]
fn check_rows(project: &Project, database: &Database<'_>, made: &Finished) {
    let text = project.read(made.stdout.trim_end());
    for word in [
        "DROP TABLE",
        "DROP COLUMN",
        "CREATE TABLE",
        "DROP INDEX",
        "data-loss",
    ] {
        assert!(!text.contains(word), "{word} in\n{text}");
    }
    for (line, table, column) in [
        (&["upgrade"][..], "ship", "label"),
        (&["downgrade", "-1"], "boat", "name"),
        (&["upgrade"], "ship", "label"),
    ] {
        seaworthy(project, database, line, &[]).expect_code(0);
        let rows = format!(
            "INSERT INTO {table} ({column}) VALUES ('x' || random()); \
             SELECT count(*) = max(id) AND max(id) = max(berth) FROM {table}"
        );
        assert_eq!(database.value(&rows), "t", "{text}");
    }
    let check = seaworthy(project, database, &["check", "--drift"], &[]).expect_code(0);
    assert!(!check.stderr.contains("WARN"), "{}", check.stderr);
}

#[test]
fn what_is_typed_keeps_its_rows_both_ways() {
    let (project, database) = boats(SHIPS);
    let made = seaworthy(&project, &database, &AUTOGENERATE, &TYPED).expect_code(0);
    check_rows(&project, &database, &made);
    let names = "SELECT relname FROM pg_class WHERE relname ~ 'boat' ORDER BY 1";
    assert_eq!(database.column(names), Vec::<String>::new(), "names follow");
}

#[test]
fn what_the_models_say_is_done_once() {
    let (project, database) = boats(&format!("{LINES}{SHIPS}"));
    let check = seaworthy(&project, &database, &["check", "--json"], &[]).expect_code(1);
    let document: Value = serde_json::from_str(&check.stdout).expect("JSON");
    let renamed = |kind: &str, object: &str, to: &str| {
        json!({
            "comparison": "revisions-models", "kind": kind,
            "object": object, "change": "renamed", "detail": to,
        })
    };
    let differences = document["differences"].as_array().expect("an array");
    assert!(
        differences.contains(&renamed("table", "public.boat", "to ship")),
        "{document}"
    );
    assert!(
        differences.contains(&renamed("column", "public.boat.name", "to label")),
        "{document}"
    );
    let gone = |one: &&Value| one["change"] == "removed" && one["kind"] != "view column";
    assert_eq!(differences.iter().find(gone), None);
    let made = seaworthy(&project, &database, &AUTOGENERATE, &[]).expect_code(0);
    check_rows(&project, &database, &made);
    let again = seaworthy(&project, &database, &AUTOGENERATE, &[]).expect_code(0);
    assert_eq!(
        (again.stdout.as_str(), again.stderr.contains("WARN")),
        ("", false)
    );
    // What is wanted back is renamed back.
    let back = seaworthy(
        &project,
        &database,
        &["diff", "models", "revisions@aaaa"],
        &[],
    );
    let back = back.expect_code(0).stdout;
    assert!(
        back.contains("ALTER TABLE public.ship RENAME TO boat"),
        "{back}"
    );
    assert!(!back.contains("DROP TABLE"), "{back}");
}

#[test]
fn a_database_is_compared_under_the_new_name_and_left_alone() {
    let (project, database) = boats(SHIPS);
    database.execute("ALTER TABLE boat ADD COLUMN by_hand int");
    let line = ["diff", "database", "models"];
    let diff = seaworthy(&project, &database, &line, &TYPED).expect_code(0);
    let there = "SELECT to_regclass('boat') IS NOT NULL AND to_regclass('ship') IS NULL";
    assert_eq!(database.value(there), "t", "a comparison writes nothing");
    database.psql(&diff.stdout);
    assert_eq!(
        database.column("SELECT label FROM ship ORDER BY 1"),
        ["Anna", "Berta"]
    );
    let left = seaworthy(&project, &database, &line, &["--exit-code"]).expect_code(0);
    assert_eq!(left.stdout, "");
}

#[test]
fn without_a_rename_the_hazard_says_how() {
    let same = BOATS.replace("name", "label").replace("labeld", "named");
    let (project, database) = boats(&same);
    let diff = seaworthy(&project, &database, &["diff"], &[]).expect_code(0);
    let hazard = "-- hazard data-loss: column public.boat.name; \
         to keep it: `--rename column:public.boat.name=label`";
    assert!(diff.stdout.contains(hazard), "{}", diff.stdout);
    project.file("schema.sql", BOATS.replace("boat", "\"Boat\""));
    let diff = seaworthy(&project, &database, &["diff"], &[]).expect_code(0);
    let hazard = "table public.boat; to keep it: `--rename table:public.boat=\"Boat\"`";
    assert!(diff.stdout.contains(hazard), "{}", diff.stdout);
}

#[track_caller]
fn check_refused(rename: &str, said: &str) {
    let (project, database) = boats(&SHIPS.replace("crew", "boat2"));
    let made = seaworthy(&project, &database, &AUTOGENERATE, &["--rename", rename]);
    let stderr = made.expect_code(65).stderr;
    assert!(
        stderr.contains(&format!("error[rename]: {said}")),
        "{stderr}"
    );
}

#[test]
fn a_typed_rename_must_be_possible() {
    let nothing = "nothing can be renamed: ";
    check_refused(
        "table:bot=ship",
        &format!("{nothing}neither table bot nor table ship is there"),
    );
    check_refused(
        "table:boat=shop",
        &format!("{nothing}table boat would become table shop, which shall not be there"),
    );
    check_refused(
        "table:boat=crew",
        &format!("{nothing}both table boat and table crew are there already"),
    );
    check_refused(
        "column:boat.nam=label",
        &format!("{nothing}neither column boat.nam nor column boat.label is there"),
    );
    check_refused(
        "table:ship=boat",
        &format!("{nothing}neither table ship nor table boat is there"),
    );
}

/// Compares a table `a` with a column `one` of 1 and `two` of 2, and a table `b`,
/// with models; takes what is written up, down and up, and looks at what a query
/// of the new schema returns.
#[track_caller]
fn check_together(models: &str, renames: &[&str], query: &str, expected: &str) {
    let (project, database) = (Project::new(), Server::shared().database());
    project
        .revision(
            "aaaa",
            "",
            "CREATE TABLE a (one int, two int); INSERT INTO a VALUES (1, 2); CREATE TABLE b ();",
            "DROP TABLE a; DROP TABLE b;",
        )
        .file("seaworthy.toml", "[schema]\nmodels = [\"schema.sql\"]\n")
        .file("schema.sql", models);
    seaworthy(&project, &database, &["upgrade"], &[]).expect_code(0);
    let typed = renames.iter().flat_map(|rename| ["--rename", rename]);
    let typed: Vec<&str> = typed.collect();
    let made = seaworthy(&project, &database, &AUTOGENERATE, &typed).expect_code(0);
    let text = project.read(made.stdout.trim_end());
    assert!(!text.contains("DROP"), "{text}");
    seaworthy(&project, &database, &["upgrade"], &[]).expect_code(0);
    assert_eq!(database.value(query), expected, "{text}");
    seaworthy(&project, &database, &["downgrade", "-1"], &[]).expect_code(0);
    assert_eq!(database.value("SELECT one + 10 * two FROM a"), "21");
    seaworthy(&project, &database, &["upgrade"], &[]).expect_code(0);
    assert_eq!(database.value(query), expected, "{text}");
    let check = seaworthy(&project, &database, &["check", "--drift"], &[]).expect_code(0);
    assert!(!check.stderr.contains("WARN"), "{}", check.stderr);
}

#[test]
fn names_are_handed_on_and_exchanged() {
    for renames in [
        ["column:a.one=two", "column:a.two=three"],
        ["column:a.two=three", "column:a.one=two"],
    ] {
        let models = "CREATE TABLE a (two int, three int); CREATE TABLE b ();";
        check_together(models, &renames, "SELECT two + 10 * three FROM a", "21");
    }
    check_together(
        "CREATE TABLE a (two int, one int); CREATE TABLE b ();",
        &["column:a.one=two", "column:a.two=one"],
        "SELECT two + 10 * one FROM a",
        "21",
    );
    check_together(
        "CREATE TABLE b (uno int, two int); CREATE TABLE a ();",
        &["table:a=b", "table:b=a", "column:a.one=uno"],
        "SELECT uno + 10 * two FROM b",
        "21",
    );
    check_together(
        "CREATE TABLE b (one int, two int); CREATE TABLE c ();\n\
         -- seaworthy:rename table a b\n-- seaworthy:rename table b c\n",
        &[],
        "SELECT one + 10 * two FROM b",
        "21",
    );
}

/// A line may stay when it is done, so that it says nothing about a table that
/// gets its old name later.
#[test]
fn a_line_that_is_done_hands_no_name_on() {
    let (project, database) = boats(&format!(
        "CREATE TABLE ship (id int);\n{BOATS}\nCREATE TABLE raft (id int);\n\
         -- seaworthy:rename table boat ship\n-- seaworthy:rename table ship raft\n"
    ));
    project.revision(
        "bbbb",
        "aaaa",
        "CREATE TABLE ship (id int);",
        "DROP TABLE ship;",
    );
    let diff = seaworthy(&project, &database, &["diff"], &[]).expect_code(0);
    let expected =
        "BEGIN;\n\nALTER TABLE public.ship RENAME TO raft;\n\nCREATE TABLE public.ship (";
    assert!(diff.stdout.starts_with(expected), "{}", diff.stdout);
    assert!(!diff.stdout.contains("boat"), "{}", diff.stdout);
}

#[test]
fn a_name_in_several_schemas_needs_its_schema() {
    let more = "CREATE SCHEMA other; CREATE TABLE other.boat (id int);";
    let (project, database) = boats(&format!("{SHIPS}\n{more}"));
    project.revision("bbbb", "aaaa", more, "DROP SCHEMA other CASCADE;");
    let refused = seaworthy(&project, &database, &["diff"], &TYPED)
        .expect_code(65)
        .stderr;
    assert!(
        refused.contains("table boat is in several schemas: other, public"),
        "{refused}"
    );
    let line = [
        "--rename",
        "table:public.boat=ship",
        "--rename",
        "column:ship.name=label",
    ];
    let diff = seaworthy(&project, &database, &["diff"], &line)
        .expect_code(0)
        .stdout;
    assert!(!diff.contains("DROP TABLE"), "{diff}");
}

#[test]
fn what_is_no_rename_is_refused_with_its_place() {
    let (project, database) = boats(SHIPS);
    let wrong = seaworthy(&project, &database, &["diff"], &["--rename", "boat=ship"]);
    let stderr = wrong.expect_code(2).stderr;
    assert!(stderr.contains("column:table.old=new"), "{stderr}");
    let empty = ["revision", "-m", "more", "--rename", "table:a=b"];
    seaworthy(&project, &database, &empty, &[]).expect_code(2);
    project.file(
        "schema.sql",
        format!("\n-- seaworthy:rename boat ship\n{SHIPS}"),
    );
    let stderr = seaworthy(&project, &database, &["diff"], &[])
        .expect_code(65)
        .stderr;
    assert!(stderr.contains("error[rename]: "), "{stderr}");
    assert!(stderr.contains("schema.sql:2:1"), "{stderr}");
    project.file(
        "schema.sql",
        format!("\n-- seaworthy:rename table boat shop\n{SHIPS}"),
    );
    let stderr = seaworthy(&project, &database, &["diff"], &[])
        .expect_code(65)
        .stderr;
    assert!(stderr.contains("schema.sql:2:1"), "{stderr}");
    assert!(stderr.contains("would become table shop"), "{stderr}");
}

#[test]
fn a_line_about_nothing_is_told_with_its_place() {
    let (project, database) = boats(&format!("{BOATS}\n-- seaworthy:rename table public.a b"));
    let check = seaworthy(&project, &database, &["check"], &[]).expect_code(0);
    let said = "schema.sql:5: neither table public.a nor table public.b is there";
    assert!(check.stderr.contains(said), "{}", check.stderr);
    let first = ["diff", "empty", "models"];
    let first = seaworthy(&project, &database, &first, &[]).expect_code(0);
    assert!(!first.stderr.contains("public.a"), "{}", first.stderr);
}

#[test]
fn a_person_is_asked_on_a_terminal_only() {
    let (project, database) = boats(&BOATS.replace("berth", "pier"));
    let asked = |answer: &str| {
        let call = binary(&project, &database, &AUTOGENERATE, &[]);
        call.stdin(answer).on_terminal().run().expect_code(0)
    };
    let yes = asked("yes\n");
    let question = "was column public.boat.berth to pier renamed?";
    assert!(yes.stderr.contains(question), "{}", yes.stderr);
    let text = project.read(yes.stdout.trim_end());
    assert!(text.contains("RENAME COLUMN berth TO pier"), "{text}");
    project.remove(yes.stdout.trim_end());
    let no = asked("\n");
    let text = project.read(no.stdout.trim_end());
    assert!(text.contains("DROP COLUMN berth"), "{text}");
    project.remove(no.stdout.trim_end());
    let call = binary(&project, &database, &AUTOGENERATE, &[]).stdin("yes\n");
    let never = call.run().expect_code(0);
    assert!(!never.stderr.contains("renamed?"), "{}", never.stderr);
    assert!(
        project
            .read(never.stdout.trim_end())
            .contains("DROP COLUMN berth")
    );
}
