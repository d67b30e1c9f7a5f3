//! `--online`: plans for tables that stay in use.

use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::server::Server;

const BEFORE: &str = "CREATE TABLE harbour (id int PRIMARY KEY); \
     CREATE TABLE boat (id int, name text, harbour int, length int); \
     CREATE INDEX by_name ON boat (name); CREATE INDEX by_length ON boat (length); \
     ALTER TABLE boat ADD CONSTRAINT one UNIQUE (name);";

const AFTER: &str = "CREATE TABLE harbour (id int PRIMARY KEY); \
     CREATE TABLE boat (id int PRIMARY KEY, name text NOT NULL, \
         harbour int REFERENCES harbour, length int CHECK (length > 0)); \
     CREATE INDEX by_name ON boat (name, length); CREATE INDEX by_harbour ON boat (harbour); \
     ALTER TABLE boat ADD CONSTRAINT one UNIQUE (name, harbour) DEFERRABLE INITIALLY DEFERRED;";

const ROWS: &str = "INSERT INTO harbour VALUES (1); INSERT INTO boat VALUES (1, 'Anna', 1, 7);";

/// `BEFORE` with rows, applied, as the only revision, and `after` as models.
fn project<'a>(after: &str) -> (Project, Database<'a>) {
    project_from(&format!("{BEFORE}{ROWS}"), after)
}

fn project_from<'a>(before: &str, after: &str) -> (Project, Database<'a>) {
    let (project, database) = (Project::new(), Server::shared().database());
    project
        .revision("aaaa", "", before, "DROP TABLE boat, harbour;")
        .file(
            "seaworthy.toml",
            "[schema]\nmodels = [\"schema.sql\"]\nonline = true\n",
        )
        .file("schema.sql", after);
    project.run(&database.url(), &["upgrade"]).expect_code(0);
    (project, database)
}

/// Returns the statements of a script, without what is only said about them.
fn statements(script: &str) -> Vec<&str> {
    let lines = script.lines();
    lines
        .filter(|line| !line.is_empty() && !line.starts_with("--"))
        .collect()
}

const AUTOGENERATE: [&str; 4] = ["revision", "--autogenerate", "-m", "more"];

#[test]
fn what_no_transaction_holds_gets_revisions_of_its_own() {
    goes_both_ways(project(AFTER));
}

/// Tries what is made of the models, with one row in `boat`.
#[track_caller]
fn goes_both_ways((project, database): (Project, Database<'_>)) {
    let made = project.run(&database.url(), &AUTOGENERATE).expect_code(0);
    let files: Vec<String> = made.stdout.lines().map(|path| project.read(path)).collect();
    assert!(files.len() > 5, "{}", made.stdout);
    for text in &files {
        let (up, down) = text.split_once("-- migrate:down").expect("both directions");
        for direction in [up, &format!("-- migrate:{down}")] {
            // The old key goes, and the new one comes, in one transaction.
            if direction.contains("CONCURRENTLY") {
                assert!(direction.contains(" transaction:false\n"), "{text}");
            }
        }
        assert!(!up.contains("hazard long-lock"), "{text}");
        let count = statements(up)
            .iter()
            .filter(|line| line.contains("CONCURRENTLY"))
            .count();
        assert!(count == 0 || statements(up).len() == 1, "{text}");
    }
    for line in [&["upgrade"][..], &["downgrade", "aaaa"], &["upgrade"]] {
        project.run(&database.url(), line).expect_code(0);
        assert_eq!(database.value("SELECT count(*) FROM boat"), "1");
        let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
        assert_eq!(database.value(invalid), "0");
        // Up to 17 those that stand for a reference to each partition say so for ever.
        let unproved =
            "SELECT count(*) FROM pg_constraint WHERE NOT convalidated AND conparentid = 0";
        assert_eq!(database.value(unproved), "0");
    }
    project
        .run(&database.url(), &["check", "--drift"])
        .expect_code(0);
    let again = project.run(&database.url(), &AUTOGENERATE).expect_code(0);
    assert_eq!(again.stdout, "");
}

#[test]
fn a_script_does_the_same() {
    let (project, database) = project(AFTER);
    let diff = project
        .run(&database.url(), &["diff"])
        .expect_code(0)
        .stdout;
    database.psql(&diff);
    let left = project.run(
        &database.url(),
        &["diff", "database", "models", "--exit-code"],
    );
    assert_eq!(left.expect_code(0).stdout, "");
}

#[track_caller]
fn check(before: &str, after: &str, expected: &[&str]) {
    let (project, database) = (Project::new(), Server::shared().database());
    project.file("before.sql", before).file("after.sql", after);
    let line = ["diff", "./before.sql", "./after.sql", "--online"];
    let diff = project.run(&database.url(), &line).expect_code(0).stdout;
    assert_eq!(statements(&diff), expected, "{diff}");
}

#[test]
fn a_new_index_is_there_before_the_old_one_goes() {
    check(
        "CREATE TABLE a (b int, c int); CREATE INDEX i ON a (b); CREATE INDEX gone ON a (c);",
        "CREATE TABLE a (b int, c int); CREATE INDEX i ON a (c); CREATE INDEX more ON a (b);",
        &[
            "CREATE INDEX CONCURRENTLY i_new ON public.a USING btree (c);",
            "DROP INDEX CONCURRENTLY public.i;",
            "BEGIN;",
            "ALTER INDEX public.i_new RENAME TO i;",
            "COMMIT;",
            "CREATE INDEX CONCURRENTLY more ON public.a USING btree (b);",
            "DROP INDEX CONCURRENTLY public.gone;",
        ],
    );
}

#[test]
fn a_key_gets_its_index_first() {
    check(
        "CREATE TABLE a (b int NOT NULL, c int, CONSTRAINT k UNIQUE (b));",
        "CREATE TABLE a (b int NOT NULL, c int, CONSTRAINT k UNIQUE (b, c) DEFERRABLE, PRIMARY KEY (b));",
        &[
            "CREATE UNIQUE INDEX CONCURRENTLY a_pkey ON public.a (b);",
            "BEGIN;",
            "ALTER TABLE public.a ADD CONSTRAINT a_pkey PRIMARY KEY USING INDEX a_pkey;",
            "COMMIT;",
            "CREATE UNIQUE INDEX CONCURRENTLY k_new ON public.a (b, c);",
            "BEGIN;",
            "ALTER TABLE public.a DROP CONSTRAINT k;",
            "ALTER INDEX public.k_new RENAME TO k;",
            "ALTER TABLE public.a ADD CONSTRAINT k UNIQUE USING INDEX k DEFERRABLE;",
            "COMMIT;",
        ],
    );
}

#[test]
fn checks_and_references_are_validated_at_the_end() {
    check(
        "CREATE TABLE a (b int PRIMARY KEY, c int);",
        "CREATE TABLE a (b int PRIMARY KEY CHECK (b > 0), c int REFERENCES a, d int);",
        &[
            "BEGIN;",
            "ALTER TABLE public.a ADD COLUMN d integer;",
            "ALTER TABLE public.a ADD CONSTRAINT a_b_check CHECK ((b > 0)) NOT VALID;",
            "ALTER TABLE public.a ADD CONSTRAINT a_c_fkey FOREIGN KEY (c) REFERENCES public.a(b) NOT VALID;",
            "COMMIT;",
            "BEGIN;",
            "ALTER TABLE public.a VALIDATE CONSTRAINT a_b_check;",
            "ALTER TABLE public.a VALIDATE CONSTRAINT a_c_fkey;",
            "COMMIT;",
        ],
    );
}

#[test]
fn a_column_is_checked_before_it_may_hold_no_null() {
    check(
        "CREATE TABLE a (b int);",
        "CREATE TABLE a (b int NOT NULL);",
        &[
            "BEGIN;",
            "ALTER TABLE public.a ADD CONSTRAINT a_b_given CHECK (b IS NOT NULL) NOT VALID;",
            "COMMIT;",
            "BEGIN;",
            "ALTER TABLE public.a VALIDATE CONSTRAINT a_b_given;",
            "COMMIT;",
            "BEGIN;",
            "ALTER TABLE public.a ALTER COLUMN b SET NOT NULL;",
            "ALTER TABLE public.a DROP CONSTRAINT a_b_given;",
            "COMMIT;",
        ],
    );
}

const PARTS: &str = "CREATE TABLE harbour (id int); \
     CREATE TABLE boat (id int, built date NOT NULL, name text) PARTITION BY RANGE (built); \
     CREATE TABLE old PARTITION OF boat FOR VALUES FROM (MINVALUE) TO ('2000-01-01') \
         PARTITION BY LIST (name); \
     CREATE TABLE old_rest PARTITION OF old DEFAULT; \
     CREATE TABLE young PARTITION OF boat DEFAULT;";

#[test]
fn every_part_of_an_index_is_built_beside_its_users() {
    check(
        PARTS,
        &format!("{PARTS} CREATE INDEX named ON boat (name);"),
        &[
            "BEGIN;",
            "CREATE INDEX named ON ONLY public.boat USING btree (name);",
            "CREATE INDEX old_name_idx ON ONLY public.old USING btree (name);",
            "COMMIT;",
            "CREATE INDEX CONCURRENTLY old_rest_name_idx ON public.old_rest USING btree (name);",
            "CREATE INDEX CONCURRENTLY young_name_idx ON public.young USING btree (name);",
            "BEGIN;",
            "ALTER INDEX public.named ATTACH PARTITION public.old_name_idx;",
            "ALTER INDEX public.old_name_idx ATTACH PARTITION public.old_rest_name_idx;",
            "ALTER INDEX public.named ATTACH PARTITION public.young_name_idx;",
            "COMMIT;",
        ],
    );
}

#[test]
fn a_partitioned_table_goes_both_ways() {
    let before = format!(
        "{PARTS} CREATE INDEX named ON boat (name); \
         ALTER TABLE boat ADD UNIQUE (id, built, name); \
         INSERT INTO boat VALUES (1, '1990-01-01', 'Anna');"
    );
    let after = format!(
        "{PARTS} CREATE INDEX named ON boat (name, id); \
         ALTER TABLE boat ADD PRIMARY KEY (id, built, name); \
         ALTER TABLE harbour ADD COLUMN built date, ADD COLUMN name text, \
             ADD FOREIGN KEY (id, built, name) REFERENCES boat;"
    );
    goes_both_ways(project_from(&before, &after));
}

#[test]
fn a_new_or_partitioned_table_is_planned_as_ever() {
    check(
        "CREATE TABLE p (b int) PARTITION BY LIST (b);",
        "CREATE TABLE p (b int) PARTITION BY LIST (b); CREATE INDEX ON p (b); \
         CREATE TABLE a (b int); CREATE INDEX ON a (b);",
        &[
            "BEGIN;",
            "CREATE TABLE public.a (",
            "    b integer",
            ");",
            "CREATE INDEX a_b_idx ON public.a USING btree (b);",
            "CREATE INDEX p_b_idx ON ONLY public.p USING btree (b);",
            "COMMIT;",
        ],
    );
}

#[test]
fn locks_that_are_denied_can_be_done_without() {
    let (project, database) = project(AFTER);
    let line = ["diff", "--deny-hazard", "long-lock"];
    project.run(&database.url(), &line).expect_code(0);
    let plain = [&line[..], &["--online=false"]].concat();
    let refused = project.run(&database.url(), &plain).expect_code(1).stderr;
    assert!(refused.contains("error[hazard-denied]: "), "{refused}");
    assert!(refused.contains("--online"), "{refused}");
}
