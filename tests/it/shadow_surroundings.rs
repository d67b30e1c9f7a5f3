//! What stands around a schema in a shadow database: roles, extensions, and what
//! new objects allow there.

use crate::support::project::Project;
use crate::support::server::Server;

fn project(models: &str) -> Project {
    let project = Project::new();
    project
        .revision(
            "aaaa",
            "",
            "CREATE TABLE boat (id serial PRIMARY KEY);",
            "DROP TABLE boat;",
        )
        .file("seaworthy.toml", "[schema]\nmodels = [\"schema.sql\"]\n")
        .file("schema.sql", models);
    project
}

const BOAT: &str = "CREATE TABLE boat (id serial PRIMARY KEY);";

#[test]
fn all_roles_that_the_server_lacks_are_one_error() {
    let database = Server::shared().database();
    let there = database.role("");
    let sql = format!(
        "{BOAT}\nGRANT SELECT ON boat TO absent_1, {}, \"Absent \"\"2\";\n\
         ALTER TABLE boat OWNER TO absent_3;\n\
         ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC, absent_4;",
        there.name
    );
    let lines = "CREATE ROLE \"Absent \"\"2\";\n         CREATE ROLE absent_1;\n         \
                 CREATE ROLE absent_3;\n         CREATE ROLE absent_4;\n";
    let models = project(&sql);
    let revisions = project(BOAT);
    revisions.revision("bbbb", "aaaa", &sql.replace(BOAT, ""), "");
    for project in [models, revisions] {
        let finished = project.run(&database.url(), &["diff"]).expect_code(65);
        let said = finished.stderr;
        assert!(said.contains("error[missing-roles]: "), "{said}");
        assert!(said.contains(lines), "{said}");
    }
}

#[test]
fn an_extension_that_the_template_has_is_no_error() {
    let database = Server::shared().database();
    // Every database has this one.
    let project = project(&format!("CREATE EXTENSION plpgsql;\n{BOAT}"));
    let line = ["diff", "--exit-code"];
    project.run(&database.url(), &line).expect_code(0);
}

#[test]
fn a_template_that_cannot_be_copied_is_named() {
    let (database, other) = (Server::shared().database(), Server::shared().database());
    let maker = database.role("CREATEDB");
    let foreign = other.value("SELECT current_database()");
    let latin = format!("{foreign}_latin");
    database.execute(&format!(
        "CREATE DATABASE {latin} TEMPLATE template0 ENCODING latin1 LOCALE 'C' IS_TEMPLATE true"
    ));
    let project = project(BOAT);
    for (template, cause) in [
        ("nowhere", "SQLSTATE 3D000"),
        (&foreign, "SQLSTATE 42501"),
        (&latin, "SQLSTATE 22023"),
    ] {
        let line = ["diff", "--shadow-template", template];
        let said = project.run(&maker.url, &line).expect_code(78).stderr;
        let title = format!(
            "error[shadow-template]: a shadow database cannot be made from the template `{template}`"
        );
        assert!(said.contains(&title) && said.contains(cause), "{said}");
        assert!(said.contains("`template0`"), "{said}");
    }
    database.execute(&format!("ALTER DATABASE {latin} IS_TEMPLATE false"));
    database.execute(&format!("DROP DATABASE {latin}"));
}

#[test]
fn new_objects_allow_what_they_allow_in_the_source() {
    let database = Server::shared().database();
    let reader = database.role("");
    let name = &reader.name;
    database.execute(&format!(
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {name}; \
         ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {name}; \
         ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"
    ));
    let sql = format!("{BOAT}\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';");
    let project = project(&sql);
    project.revision("aaaa", "", &sql, "DROP FUNCTION f; DROP TABLE boat;");
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    let granted = format!("SELECT has_table_privilege('{name}', 'boat', 'SELECT')");
    assert_eq!(database.value(&granted), "t");
    let line = ["diff", "--exit-code", "database", "models"];
    let same = project.run(&database.url(), &line).expect_code(0);
    assert_eq!(same.stdout, "");
    project
        .run(&database.url(), &["check", "--drift"])
        .expect_code(0);
    // What the project sets itself is the project's alone.
    let own = format!("{sql}\nALTER DEFAULT PRIVILEGES GRANT INSERT ON TABLES TO {name};");
    project.file("schema.sql", own);
    let differs = project.run(&database.url(), &line).expect_code(1);
    for part in [
        format!("REVOKE SELECT ON TABLE public.boat FROM {name};"),
        format!("ALTER DEFAULT PRIVILEGES GRANT INSERT ON TABLES TO {name};"),
    ] {
        assert!(differs.stdout.contains(&part), "{}", differs.stdout);
    }
}
