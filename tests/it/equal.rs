//! What counts as equal: a schema that `pg_dump` wrote and one that it was
//! dumped from, whose texts differ where the server writes its own anew.

use std::process::Command;

use crate::support::binary::{Binary, Finished};
use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::server::{Server, binaries};

/// Expressions everywhere that one can stand, each of a text that changes when
/// it is loaded again.
const EXPRESSIONS: &str = "\
CREATE TABLE boat (id int PRIMARY KEY, rig varchar(10) CHECK (rig IN ('sloop', 'ketch')), \
    masts int CHECK (masts BETWEEN 1 AND 5 AND id > 0), \
    is_old boolean GENERATED ALWAYS AS (rig NOT IN ('a', 'b')) STORED, \
    built text DEFAULT CASE WHEN 'x'::varchar IN ('a', 'b') THEN 'x' END, \
    EXCLUDE USING btree (masts WITH =) WHERE (rig IN ('a', 'b'))); \
CREATE INDEX ON boat (masts) WHERE rig IN ('a', 'b') AND masts BETWEEN 1 AND 3; \
CREATE INDEX ON boat ((rig IN ('a', 'b'))); \
CREATE POLICY own ON boat USING (rig IN ('a', 'b')) WITH CHECK (rig IN ('a', 'c')); \
CREATE DOMAIN rig AS varchar(10) DEFAULT 'a' CHECK (VALUE IN ('a', 'b')); \
CREATE VIEW few AS SELECT rig, masts FROM boat \
    WHERE rig IN ('a', 'b') AND (id, masts) = (1, 2) AND id > 0; \
CREATE MATERIALIZED VIEW more AS SELECT rig IN ('a', 'b') AS is_rig FROM boat; \
CREATE FUNCTION sail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; \
CREATE TRIGGER sail BEFORE UPDATE ON boat FOR EACH ROW WHEN (new.rig IN ('a', 'b')) \
    EXECUTE FUNCTION sail(); \
CREATE RULE still AS ON UPDATE TO few WHERE new.rig IN ('a', 'b') DO INSTEAD NOTHING; \
CREATE TABLE parts (rig varchar) PARTITION BY LIST ((rig IN ('a', 'b')));";

const SINCE_14: &str = "\
CREATE STATISTICS rigs ON (rig IN ('a', 'b')), masts FROM boat; \
CREATE FUNCTION is_rig(varchar) RETURNS boolean \
    BEGIN ATOMIC SELECT $1 IN ('a', 'b') AND 1 BETWEEN 1 AND 2; END;";

fn dump(database: &Database<'_>) -> String {
    let output = Command::new(binaries().join("pg_dump"))
        .env_clear()
        .args(["--schema-only", "-d", &database.url()])
        .output()
        .expect("pg_dump can be run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).expect("a dump is text")
}

fn expressions(server: &Server) -> String {
    let more = if server.version() >= 14 { SINCE_14 } else { "" };
    format!("{EXPRESSIONS}\n{more}")
}

fn diff(from: &str, to: &str) -> Finished {
    Binary::new(["diff", "--exit-code", from, to]).run()
}

#[test]
fn what_was_dumped_and_loaded_is_equal() {
    let server = Server::shared();
    let (written, loaded) = (server.database(), server.database());
    written.psql(&expressions(server));
    loaded.psql(&dump(&written));
    assert_ne!(
        dump(&written),
        dump(&loaded),
        "the texts are to be different"
    );
    for (from, to) in [(&written, &loaded), (&loaded, &written)] {
        let finished = diff(&from.url(), &to.url()).expect_code(0);
        assert_eq!(finished.stdout, "");
    }
    for (changed, differing) in [
        ("rig IN ('sloop', 'yawl')", "boat_rig_check"),
        ("rig IN ('ketch', 'sloop')", "boat_rig_check"),
    ] {
        loaded.execute(&format!(
            "ALTER TABLE boat DROP CONSTRAINT boat_rig_check; \
             ALTER TABLE boat ADD CONSTRAINT boat_rig_check CHECK ({changed})"
        ));
        let finished = diff(&written.url(), &loaded.url()).expect_code(1);
        assert!(
            finished.stdout.contains(differing),
            "{changed}\n{}",
            finished.stdout
        );
    }
}

#[test]
fn revisions_and_models_may_be_a_dump_of_each_other() {
    let server = Server::shared();
    let written = server.database();
    written.psql(&expressions(server));
    let (orm, dumped) = (expressions(server), dump(&written));
    for (revision, models) in [(&orm, &dumped), (&dumped, &orm)] {
        let (project, database) = (Project::new(), server.database());
        project
            .revision("aaaa", "", revision, "")
            .file("seaworthy.toml", "[schema]\nmodels = [\"schema.sql\"]\n")
            .file("schema.sql", models);
        for line in [&["upgrade"][..], &["check", "--drift"]] {
            let finished = Binary::new(line).within(project.path());
            finished
                .env("DATABASE_URL", database.url())
                .run()
                .expect_code(0);
        }
    }
}
