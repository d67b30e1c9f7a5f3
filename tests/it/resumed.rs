//! A revision outside a transaction that is killed at each of its statements,
//! and goes on until the end is that of a run that nobody disturbed.

use nix::sys::signal::Signal;

use crate::support::binary::{Binary, Running};
use crate::support::database::Database;
use crate::support::eventually;
use crate::support::project::Project;
use crate::support::server::Server;

/// `spring` waits where a trap is set, and returns its argument.
const TRAP: &str = "CREATE TABLE trap (n int); CREATE TABLE t (n int); INSERT INTO t VALUES (1); \
    CREATE FUNCTION spring(k int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN \
    IF EXISTS (SELECT FROM public.trap WHERE n = k) THEN PERFORM pg_sleep(600); END IF; RETURN k; \
    END $$;";

const SCRIPT: &str = "-- mixed\n-- revision: aaaa\n-- migrate:up transaction:false\n\
    SET application_name = 'mixed';\n\
    INSERT INTO t VALUES (spring(2));\n\
    CREATE INDEX CONCURRENTLY i ON t (spring(n + 100));\n\
    COPY t FROM stdin;\n3\n\\.\n\
    CREATE UNIQUE INDEX CONCURRENTLY j ON t ((spring(n + 200)));\n\
    VACUUM t;\n\
    CREATE TABLE u AS SELECT spring(4) AS n, current_setting('application_name') AS name;\n\
    REINDEX INDEX CONCURRENTLY i;\n\
    DROP INDEX CONCURRENTLY j;\n\
    INSERT INTO t VALUES (spring(5));\n";

const END: &str = "SELECT 't ' || n FROM t UNION ALL SELECT 'u ' || n || name FROM u \
    UNION ALL SELECT 'index ' || indexrelid::regclass || indisvalid FROM pg_index \
    WHERE indrelid = 't'::regclass \
    UNION ALL SELECT concat_ws(' ', revision, checksum, state, finished, prefix, started) \
    FROM seaworthy_revision UNION ALL SELECT action || ' ' || revision FROM seaworthy_log \
    ORDER BY 1";

const TRAPPED: &str = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
    AND wait_event = 'PgSleep'";

/// Who is killed.
#[derive(Clone, Copy, Debug)]
enum Victim {
    Client,
    ServerProcess,
}

fn prepared() -> (Database<'static>, Project) {
    let (database, project) = (Server::shared().database(), Project::new());
    database.execute(TRAP);
    project.file("migrations/aaaa.sql", SCRIPT);
    (database, project)
}

fn upgrade(project: &Project, database: &Database<'_>) -> Running {
    Binary::new(["upgrade"])
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .spawn()
}

/// Sets a trap, kills the run that goes into it, and takes the trap away.
fn kill_at(project: &Project, database: &Database<'_>, trap: u32, victim: Victim) {
    database.execute(&format!("INSERT INTO trap VALUES ({trap})"));
    let running = upgrade(project, database);
    eventually("the trap springs", || database.column(TRAPPED).len() == 1);
    let pid = database.value(TRAPPED);
    match victim {
        Victim::Client => {
            running.signal(Signal::SIGKILL);
            running.finish().expect_code(137);
            database.end_what_a_killed_client_left();
        }
        Victim::ServerProcess => {
            database.execute(&format!("SELECT pg_terminate_backend({pid})"));
            let finished = running.finish().expect_code(69);
            assert!(
                finished.stderr.contains("error[connection-lost]"),
                "{}",
                finished.stderr
            );
        }
    }
    eventually("the server process ends", || {
        database.value(&format!(
            "SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}"
        )) == "0"
    });
    database.execute("DELETE FROM trap");
}

#[test]
fn killed_at_each_statement_it_ends_as_if_nothing_had_happened() {
    let (undisturbed, project) = prepared();
    upgrade(&project, &undisturbed).finish().expect_code(0);
    let expected = undisturbed.column(END);
    assert_eq!(expected.len(), 8, "{expected:?}");
    for victim in [Victim::Client, Victim::ServerProcess] {
        // Once each, and all of them one after the other.
        for traps in [&[2][..], &[101], &[203], &[4], &[5], &[2, 101, 201, 4, 5]] {
            let (database, project) = prepared();
            for trap in traps {
                kill_at(&project, &database, *trap, victim);
            }
            upgrade(&project, &database).finish().expect_code(0);
            assert_eq!(database.column(END), expected, "{traps:?} {victim:?}");
        }
    }
}
