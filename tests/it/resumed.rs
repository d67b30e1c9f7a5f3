//! A revision outside a transaction that is killed at each of its statements, on
//! the way up and down, and goes on until the end is that of a run that nobody
//! disturbed.

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
    INSERT INTO t VALUES (spring(5));\n\
    -- migrate:down transaction:false\n\
    SET application_name = 'back';\n\
    DELETE FROM t WHERE n = spring(15) - 10;\n\
    CREATE INDEX CONCURRENTLY j ON t (spring(n + 300));\n\
    INSERT INTO u VALUES (spring(16), current_setting('application_name'));\n\
    DROP INDEX CONCURRENTLY i;\n\
    COPY t FROM stdin;\n17\n\\.\n\
    REINDEX TABLE CONCURRENTLY t;\n\
    UPDATE t SET n = n + 1 WHERE spring(18) = 18;\n";

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

const UP: &[&str] = &["upgrade"];
const DOWN: &[&str] = &["downgrade", "base"];

fn start(project: &Project, database: &Database<'_>, command: &[&str]) -> Running {
    Binary::new(command)
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .spawn()
}

/// Sets a trap, kills the run that goes into it, and takes the trap away.
fn kill_at(
    project: &Project,
    database: &Database<'_>,
    command: &[&str],
    trap: u32,
    victim: Victim,
) {
    database.execute(&format!("INSERT INTO trap VALUES ({trap})"));
    let running = start(project, database, command);
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
    start(&project, &undisturbed, UP).finish().expect_code(0);
    let expected = undisturbed.column(END);
    assert_eq!(expected.len(), 8, "{expected:?}");
    for victim in [Victim::Client, Victim::ServerProcess] {
        // Once each, and all of them one after the other.
        for traps in [&[2][..], &[101], &[203], &[4], &[5], &[2, 101, 201, 4, 5]] {
            let (database, project) = prepared();
            for trap in traps {
                kill_at(&project, &database, UP, *trap, victim);
            }
            start(&project, &database, UP).finish().expect_code(0);
            assert_eq!(database.column(END), expected, "{traps:?} {victim:?}");
        }
    }
}

#[test]
fn killed_at_each_statement_on_the_way_down_it_ends_as_if_nothing_had_happened() {
    let applied = || {
        let (database, project) = prepared();
        start(&project, &database, UP).finish().expect_code(0);
        (database, project)
    };
    let (undisturbed, project) = applied();
    start(&project, &undisturbed, DOWN).finish().expect_code(0);
    let expected = undisturbed.column(END);
    assert_eq!(
        expected,
        [
            "downgrade aaaa",
            "index jtrue",
            "t 18",
            "t 2",
            "t 3",
            "t 4",
            "u 16back",
            "u 4mixed",
            "upgrade aaaa"
        ]
    );
    for victim in [Victim::Client, Victim::ServerProcess] {
        for traps in [
            &[15][..],
            &[302],
            &[16],
            &[317],
            &[18],
            &[15, 301, 16, 303, 18],
        ] {
            let (database, project) = applied();
            for trap in traps {
                kill_at(&project, &database, DOWN, *trap, victim);
                let state = database.value("SELECT state FROM seaworthy_revision");
                assert_eq!(state, "reverting", "{trap} {victim:?}");
            }
            start(&project, &database, DOWN).finish().expect_code(0);
            assert_eq!(database.column(END), expected, "{traps:?} {victim:?}");
        }
    }
}
