//! `dump`: a schema as SQL that psql loads, and that models may be made of.

use crate::schema_cases::{self, Case, each_file};
use crate::support::binary::Binary;
use crate::support::database::{Database, query};
use crate::support::project::Project;
use crate::support::server::{Options, Server};
use crate::support::{eventually, judge, standby};

macro_rules! files {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check_file(stringify!($name));
        })*
    };
}

each_file! {files}

/// Tries the second schema of every case of a file, and names all that fail.
fn check_file(name: &str) {
    let server = Server::shared();
    let cases = schema_cases::cases(name);
    let failures: Vec<String> = cases
        .iter()
        .filter(|case| case.since <= server.version())
        .filter_map(|case| {
            schema_cases::make_roles(server, case);
            let failure = check(server, case).err()?;
            Some(format!("{}: {failure}", case.name))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// Dumps a schema, loads that in both ways, and compares.
fn check(server: &Server, case: &Case) -> Result<(), String> {
    let (from, to) = (server.database(), server.database());
    from.psql(&judge::quiet(&case.after));
    let script = dumped(&from.url());
    judge::apply(&to, &script)?;
    let (wanted, found) = (judge::dump(&from), judge::dump(&to));
    if wanted != found {
        return Err(format!("{wanted:#?}\nhas become\n{found:#?}\nby\n{script}"));
    }
    let project = Project::new();
    project.file("schema.sql", &script);
    let line = ["diff", "database", "schema.sql", "--log-level", "error"];
    let models = project.run(&from.url(), &line);
    match (models.status.code(), models.stdout.as_str()) {
        (Some(0), "") => Ok(()),
        (Some(0), left) => Err(format!("models of it differ:\n{left}")),
        _ => Err(format!("{}in\n{script}", models.stderr)),
    }
}

#[track_caller]
fn dumped(url: &str) -> String {
    let finished = Binary::new(["dump", "--log-level", "error"])
        .env("DATABASE_URL", url)
        .run()
        .expect_code(0);
    finished.stdout
}

fn harbour(database: &Database<'_>) {
    database.psql(
        "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);\n\
         CREATE TABLE seaworthy_revision (); CREATE TABLE seaworthy_log ();\n\
         CREATE VIEW named AS SELECT 1 AS one;\n\
         CREATE TYPE rig AS ENUM ('sloop', 'ketch');\n\
         CREATE TABLE boat (id serial PRIMARY KEY, rig rig DEFAULT 'ketch');\n\
         INSERT INTO boat DEFAULT VALUES;",
    );
}

#[test]
fn it_is_plain_sql_without_anybodys_version_table() {
    let database = Server::shared().database();
    assert_eq!(dumped(&database.url()), "", "nothing was made there");
    harbour(&database);
    let script = dumped(&database.url());
    for part in [
        "CREATE TYPE public.rig",
        "CREATE TABLE public.boat",
        "CREATE VIEW public.named",
    ] {
        assert!(script.contains(part), "{script}");
    }
    for part in ["alembic", "seaworthy", "INSERT", "BEGIN", "--", "OWNER"] {
        assert!(!script.contains(part), "{part} in\n{script}");
    }
}

#[test]
fn a_role_that_may_only_look_can_dump() {
    let (database, other) = (Server::shared().database(), Server::shared().database());
    harbour(&database);
    let reader = database.role("");
    database.execute(&format!(
        "REVOKE ALL ON SCHEMA public FROM public, {}",
        reader.name
    ));
    let script = dumped(&reader.url);
    assert!(
        script.contains("ALTER TABLE public.boat OWNER TO"),
        "{script}"
    );
    other.psql(&script);
    assert_eq!(
        dumped(&reader.url),
        script,
        "it is the same, and in the same order"
    );
    let line = [
        "diff",
        &database.url(),
        &other.url(),
        "--exit-code",
        "--log-level",
        "error",
    ];
    assert_eq!(Binary::new(line).run().expect_code(0).stdout, "");
}

#[test]
fn models_of_a_dump_are_what_the_revisions_make() {
    let (project, database) = (Project::new(), Server::shared().database());
    project
        .revision(
            "aaaa",
            "",
            "CREATE TABLE boat (id int PRIMARY KEY);\n\
             CREATE FUNCTION boats() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM boat';\n\
             CREATE VIEW fleet AS SELECT boats() AS boats;",
            "",
        )
        .file("seaworthy.toml", "[schema]\nmodels = [\"schema.sql\"]\n");
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    let script = project.run(&database.url(), &["dump"]).expect_code(0);
    project.file("schema.sql", script.stdout);
    project
        .run(&database.url(), &["check", "--drift"])
        .expect_code(0);
    project.file("schema.sql", "CREATE TABLE boat (id int PRIMARY KEY);");
    project.run(&database.url(), &["check"]).expect_code(1);
}

#[test]
fn without_a_database_it_says_where_one_is_named() {
    let finished = Binary::new(["dump"]).run().expect_code(78);
    assert_eq!(finished.stdout, "");
    assert!(finished.stderr.contains("hint: "), "{}", finished.stderr);
}

#[test]
fn what_every_database_begins_with_may_be_gone() {
    let (database, other) = (Server::shared().database(), Server::shared().database());
    database.psql("DROP SCHEMA public; CREATE SCHEMA port; CREATE TABLE port.boat ()");
    let script = dumped(&database.url());
    assert!(script.contains("DROP SCHEMA public"), "{script}");
    other.psql(&script);
    assert_eq!(judge::dump(&database), judge::dump(&other));
}

#[test]
fn a_standby_can_be_dumped() {
    let primary = Server::start(Options::default());
    let standby = standby::start(&primary, Options::default());
    query(&primary.url("postgres"), "CREATE TABLE boat (id int)");
    let copy = standby.url("postgres");
    eventually("the standby has what the primary has", || {
        query(&copy, "SELECT to_regclass('boat') IS NOT NULL")[0][0].as_deref() == Some("t")
    });
    assert_eq!(
        dumped(&copy),
        "CREATE TABLE public.boat (\n    id integer\n);\n\n"
    );
}
