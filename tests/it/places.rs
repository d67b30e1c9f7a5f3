//! Where in the file a script failed, as it is shown.

use crate::support::binary::{Binary, Finished};
use crate::support::project::Project;
use crate::support::server::Server;

/// Applies a file on an empty database.
fn apply(file: impl AsRef<[u8]>) -> Finished {
    let (database, project) = (Server::shared().database(), Project::new());
    project.file("migrations/1.sql", file);
    Binary::new(["upgrade"])
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .run()
}

/// Compares what is said between the title and the hint.
#[track_caller]
fn check(file: impl AsRef<[u8]>, expected: &str) {
    let finished = apply(file).expect_code(1);
    let said = finished.stderr.split_once("\n  --> ");
    let (_, said) = said.unwrap_or_else(|| panic!("no place in:\n{}", finished.stderr));
    let said = said.split("\n\n").next().unwrap_or_default();
    // What version 18 calls it, and what 13 runs for it.
    let said = said.replace("PL/pgSQL expression", "SQL expression");
    let said = match Server::shared().version() {
        ..14 => said.replace("SQL statement \"SELECT 1/0\"", "SQL expression \"1/0\""),
        _ => said,
    };
    assert_eq!(said.trim_end(), expected.trim_matches('\n'));
}

#[test]
fn a_syntax_error_in_the_middle() {
    check(
        "CREATE TABLE a (n int);\nSELECT 1;\nSELEKT 2;\nSELECT 3;\n",
        r#"
migrations/1.sql:3:1   revision `1`
   3 | SELEKT 2;
     | ^
  cause: syntax error at or near "SELEKT" (SQLSTATE 42601)"#,
    );
}

#[test]
fn an_error_inside_a_function() {
    check(
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN 1/0;\nEND $$;\n\
         SELECT 1;\nSELECT f();\n",
        r#"
migrations/1.sql:6:1   revision `1`
   6 | SELECT f();
     | ^
  cause: division by zero (SQLSTATE 22012)
         CONTEXT: SQL expression "1/0"
         PL/pgSQL function f() line 3 at RETURN"#,
    );
    check(
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETRUN 1;\nEND $$;\n",
        r#"
migrations/1.sql:3:3   revision `1`
   3 |   RETRUN 1;
     |   ^
  cause: syntax error at or near "RETRUN" (SQLSTATE 42601)"#,
    );
}

#[test]
fn a_constraint_that_was_put_off() {
    check(
        "-- a comment\nCREATE TABLE a (n int PRIMARY KEY);\n\
         CREATE TABLE b (n int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\n\
         INSERT INTO b VALUES (1);\n",
        r#"
migrations/1.sql:2:1   revision `1`
   2 | CREATE TABLE a (n int PRIMARY KEY);
     | ^
  cause: insert or update on table "b" violates foreign key constraint "b_n_fkey" (SQLSTATE 23503)
         DETAIL: Key (n)=(1) is not present in table "a"."#,
    );
}

#[test]
fn characters_of_several_bytes_tabs_and_line_endings() {
    let cause = "\n  cause: column \"nope\" does not exist (SQLSTATE 42703)";
    for (file, place) in [
        (
            "-- ä\nSELECT 'äöü', nope;",
            "2:15   revision `1`\n   2 | SELECT 'äöü', nope;\n     |               ^",
        ),
        (
            "\tSELECT\t'a',\tnope;",
            "1:14   revision `1`\n   1 | \tSELECT\t'a',\tnope;\n     | \t      \t    \t^",
        ),
        (
            "SELECT 1;\r\nSELECT\r\n  nope;\r\n",
            "3:3   revision `1`\n   3 |   nope;\n     |   ^",
        ),
        (
            "\u{feff}SELECT nope;\r\n",
            "1:8   revision `1`\n   1 | SELECT nope;\n     |        ^",
        ),
        (
            "\u{feff}SELECT 1;\nSELECT nope;",
            "2:8   revision `1`\n   2 | SELECT nope;\n     |        ^",
        ),
    ] {
        check(file, &format!("migrations/1.sql:{place}{cause}"));
    }
}

#[test]
fn a_long_line_is_cut_around_the_caret() {
    let row = "(1, 'aaaaaaaaaaaaa'), ";
    let file = format!(
        "CREATE TABLE a (n int, s text);\nINSERT INTO a VALUES {}(nope, ''), {}(2, '');\n",
        row.repeat(300),
        row.repeat(300)
    );
    check(
        file,
        r#"
migrations/1.sql:2:6623   revision `1`
   2 | …aaaaaaaaaa'), (1, 'aaaaaaaaaaaaa'), (1, 'aaaaaaaaaaaaa'), (nope, ''), (1, 'aaaaaaaaaaaaa'), (1, 'aaaaaaaaaaaaa'), (1, …
     |                                                             ^
  cause: column "nope" does not exist (SQLSTATE 42703)"#,
    );
}

#[test]
fn a_section_of_five_megabytes() {
    let row = format!("(1, '{}'),\n", "some text of a usual length ".repeat(2));
    let rows = 5_000_000 / row.len() + 1;
    let file = format!(
        "CREATE TABLE a (n int, s text);\nINSERT INTO a VALUES\n{}(2, '');\nSELECT nope;\n",
        row.repeat(rows)
    );
    let line = rows + 4;
    check(
        &file,
        &format!(
            "migrations/1.sql:{line}:8   revision `1`\n   {line} | SELECT nope;\n   {} |        ^\n  \
             cause: column \"nope\" does not exist (SQLSTATE 42703)",
            " ".repeat(line.to_string().len())
        ),
    );
    apply(file.replace("nope", "1")).expect_code(0);
}

#[test]
fn what_a_function_ran_is_shown() {
    check(
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS\n\
         $$ BEGIN INSERT INTO nowhere VALUES (1); END $$;\nSELECT f();\n",
        r#"
migrations/1.sql:3:1   revision `1`
   3 | SELECT f();
     | ^
  cause: relation "nowhere" does not exist (SQLSTATE 42P01)
         QUERY: INSERT INTO nowhere VALUES (1)
         CONTEXT: PL/pgSQL function f() line 1 at SQL statement"#,
    );
}

#[test]
fn a_statement_that_takes_too_long() {
    let slow = "-- migrate:up statement-timeout:100ms\nSELECT pg_sleep(60);\n";
    check(
        slow,
        r#"
migrations/1.sql:2:1   revision `1`
   2 | SELECT pg_sleep(60);
     | ^
  cause: canceling statement due to statement timeout (SQLSTATE 57014)"#,
    );
    let finished = apply(slow).expect_code(1);
    assert!(
        finished
            .stderr
            .contains("hint: give it more time: `--statement-timeout`"),
        "{}",
        finished.stderr
    );
}
