//! A real Alembic, over asyncpg, under seaworthy's lock.

use nix::sys::signal::Signal;

use crate::support::alembic::{REVISIONS, path, project};
use crate::support::binary::{Binary, Finished, Running};
use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::server::Server;

const UPGRADE: &str = "alembic upgrade head";

fn run(project: &Project, database: &Database<'_>) -> Binary {
    Binary::new(["run", "--migrate-command", UPGRADE])
        .within(project.path())
        .env("PATH", path())
        .env("DATABASE_URL", database.url())
}

fn started(binary: Binary) -> Binary {
    binary.args(["--", "echo", "up"])
}

fn wait(database: &Database<'_>, target: &str, timeout: &str) -> Binary {
    Binary::new(["wait", "--schema", target, "--timeout", timeout])
        .env("DATABASE_URL", database.url())
}

/// Each revision is recorded once and was run once.
#[track_caller]
fn is_at(database: &Database<'_>, revisions: &[&str]) {
    let head = revisions.last().expect("one at least");
    let recorded = database.column("SELECT version_num FROM alembic_version");
    assert_eq!(recorded, [*head]);
    let passed = database.column("SELECT revision FROM passed ORDER BY 1");
    assert_eq!(passed, revisions);
}

fn advisory_locks(database: &Database<'_>) -> String {
    database.value(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = \
         (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
}

#[test]
fn three_replicas_at_once_run_each_revision_once() {
    let database = Server::shared().database();
    let project = project();
    let replicas: Vec<Running> = (0..3)
        .map(|_| started(run(&project, &database)).spawn())
        .collect();
    let finished: Vec<Finished> = replicas.into_iter().map(Running::finish).collect();
    let mut upgrades = 0;
    for finished in finished {
        let finished = finished.expect_code(0);
        assert_eq!(finished.stdout, "up\n");
        upgrades += finished.stderr.matches("Running upgrade").count();
    }
    assert_eq!(upgrades, REVISIONS.len());
    is_at(&database, &REVISIONS);
    assert_eq!(advisory_locks(&database), "0");
    let ours = database.value("SELECT to_regclass('seaworthy_revision') IS NULL");
    assert_eq!(ours, "t");
}

#[test]
fn a_signal_in_the_middle_leaves_whole_revisions_and_a_free_lock() {
    let database = Server::shared().database();
    let project = project();
    let running = started(run(&project, &database).env("STAY_IN_THE_MIDDLE", "1")).spawn();
    running.stderr_line("in the middle of b2c3d4e5f6a1");
    running.signal(Signal::SIGTERM);
    let finished = running.finish().expect_code(143);
    assert_eq!(finished.stdout, "");
    let said = "error[signal]: ended by SIGTERM while the migrate command `alembic` ran";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    is_at(&database, &REVISIONS[..1]);
    assert_eq!(advisory_locks(&database), "0");
    let again = started(run(&project, &database)).run().expect_code(0);
    assert_eq!(again.stdout, "up\n");
    is_at(&database, &REVISIONS);
}

#[test]
fn a_revision_that_fails_ends_it_with_1() {
    let database = Server::shared().database();
    let project = project();
    let failed = started(run(&project, &database).env("FAIL_AT_THE_END", "1")).run();
    let failed = failed.expect_code(1);
    assert_eq!(failed.stdout, "");
    for part in [
        "column \"no_such_column\" does not exist",
        "error[command-failed]: the migrate command `alembic` failed\n  cause: it ended with exit code 1",
    ] {
        assert!(failed.stderr.contains(part), "{}", failed.stderr);
    }
    is_at(&database, &REVISIONS[..2]);
}

#[test]
fn an_owner_role_migrates_and_upgrade_needs_no_application() {
    let database = Server::shared().database();
    let project = project();
    let application = database.role("");
    let finished = Binary::new(["upgrade"])
        .within(project.path())
        .env("PATH", path())
        .env("SEAWORTHY_MIGRATE_COMMAND", UPGRADE)
        .env("DATABASE_URL", &application.url)
        .env("MIGRATION_DATABASE_URL", database.url())
        .run()
        .expect_code(0);
    assert_eq!(finished.stdout, "");
    is_at(&database, &REVISIONS);
}

#[test]
fn a_replica_waits_for_a_revision_of_alembic() {
    let database = Server::shared().database();
    let project = project();
    let [first, middle, last] = REVISIONS;
    let waiting = [last, "c3d4"].map(|target| wait(&database, target, "60s").spawn());
    for waiting in &waiting {
        waiting.stderr_line("has not reached");
    }
    let staying = started(run(&project, &database).env("STAY_IN_THE_MIDDLE", "1")).spawn();
    staying.stderr_line("in the middle");
    for waiting in &waiting {
        waiting.stderr_line(&format!("alembic_version holds `{first}`"));
    }
    staying.signal(Signal::SIGTERM);
    staying.finish().expect_code(143);
    wait(&database, first, "60s").run().expect_code(0);
    started(run(&project, &database)).run().expect_code(0);
    for waiting in waiting {
        assert_eq!(waiting.finish().expect_code(0).stdout, "");
    }
    // What stands below a head is not known.
    let below = wait(&database, middle, "300ms").run().expect_code(69);
    let said = format!("cause: `alembic_version` holds `{last}`");
    assert!(below.stderr.contains(&said), "{}", below.stderr);
}

#[test]
fn what_only_a_graph_can_find_is_refused_at_once() {
    let database = Server::shared().database();
    database.execute(
        "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); \
         INSERT INTO alembic_version VALUES ('a1b2c3d4e5f6')",
    );
    let project = Project::new();
    project.revision("aa11", "", "SELECT 1;", "");
    let head = wait(&database, "head", "60s").within(project.path()).run();
    let head = head.expect_code(65);
    for part in [
        "error[heads-alone]",
        "it holds `a1b2c3d4e5f6`",
        "wait --schema REVISION",
    ] {
        assert!(head.stderr.contains(part), "{}", head.stderr);
    }
    // Whoever would apply revisions is refused as ever.
    let refused = Binary::new(["upgrade"])
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .run()
        .expect_code(65);
    for part in ["error[other-tool]", "--migrate-command"] {
        assert!(refused.stderr.contains(part), "{}", refused.stderr);
    }
}

#[test]
fn alembic_s_table_is_read_as_a_lesser_role_and_ours_goes_first() {
    let database = Server::shared().database();
    let role = database.role("");
    database.execute(
        "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); \
         INSERT INTO alembic_version VALUES ('a1b2c3d4e5f6'); \
         CREATE TABLE schema_migrations (version bigint); \
         INSERT INTO schema_migrations VALUES (1)",
    );
    let waiting = |timeout| wait(&database, "a1b2c3d4e5f6", timeout).env("DATABASE_URL", &role.url);
    let refused = waiting("300ms").run().expect_code(69);
    let grant = format!(
        "GRANT SELECT ON \"public\".\"alembic_version\" TO \"{}\";",
        role.name
    );
    assert!(refused.stderr.contains(&grant), "{}", refused.stderr);
    database.execute(&grant);
    waiting("60s").run().expect_code(0);

    let project = Project::new();
    project.revision("aa11", "", "SELECT 1;", "");
    let stamp = Binary::new(["stamp", "head"]).within(project.path());
    stamp
        .env("DATABASE_URL", database.url())
        .run()
        .expect_code(0);
    let other = wait(&database, "a1b2c3d4e5f6", "300ms").run();
    other.expect_code(69);
    wait(&database, "aa11", "60s").run().expect_code(0);
}
