//! Revisions outside a transaction: where they stop, and where they go on.

use seaworthy::postgres::apply::{ApplyError, InvalidIndex, Outcome, Scope};
use seaworthy::postgres::lock;

use crate::support::dock::{Dock, Ship::InTransaction, Ship::Outside, one_try};

/// Ends the session that calls it with this number, once.
const TRAP: &str = "CREATE TABLE trap (n int); CREATE TABLE t (n int); INSERT INTO t VALUES (1); \
    CREATE FUNCTION spring(k int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN \
    IF EXISTS (SELECT FROM public.trap WHERE n = k) THEN \
    PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN k; END $$;";

const SCRIPT: &str = "INSERT INTO t VALUES (spring(2));\n\
    CREATE INDEX CONCURRENTLY i ON t (spring(n + 100));\n\
    INSERT INTO t VALUES (spring(3));\n\
    VACUUM t;\n\
    CREATE TABLE u AS SELECT spring(4) AS n;\n\
    DROP INDEX CONCURRENTLY i;\n\
    INSERT INTO t VALUES (spring(5));";

#[tokio::test]
async fn a_killed_run_goes_on_where_it_was() {
    for (trap, state) in [
        (2, "aaaa partial 0"),
        (101, "aaaa partial 1 started"),
        (3, "aaaa partial 2"),
        (4, "aaaa partial 4"),
        (5, "aaaa partial 6"),
    ] {
        let dock = Dock::new(&[Outside("aaaa", SCRIPT)]);
        dock.database.execute(TRAP);
        dock.database
            .execute(&format!("INSERT INTO trap VALUES ({trap})"));
        let error = dock.sail().await.expect_err("it is killed").stopped();
        assert!(
            matches!(
                error,
                ApplyError::Lost {
                    outcome: Outcome::Journalled,
                    ..
                }
            ),
            "{error}"
        );
        assert_eq!(dock.state(), [state]);
        dock.database.execute("DELETE FROM trap");
        dock.sail().await.expect("it goes on");
        assert_eq!(dock.state(), ["aaaa applied"]);
        assert_eq!(
            dock.database.column("SELECT n FROM t ORDER BY n"),
            ["1", "2", "3", "5"],
            "each statement took effect once, after trap {trap}"
        );
        assert!(dock.has("u") && !dock.has("i"));
        assert_eq!(
            dock.database.column("SELECT action FROM seaworthy_log"),
            ["upgrade"]
        );
    }
}

#[tokio::test]
async fn only_the_finished_statements_must_stay() {
    let mut dock = Dock::new(&[Outside("aaaa", "CREATE TABLE a (n int);\nSELECT 1/0;")]);
    let error = dock.sail().await.expect_err("a division by zero").stopped();
    let ApplyError::Script {
        site,
        scope: Scope::Statement,
        ..
    } = error
    else {
        panic!("another error: {error}");
    };
    assert_eq!(site.source.position(site.offset).line, 4);
    assert_eq!(dock.state(), ["aaaa partial 1"]);
    dock.refit(&[Outside("aaaa", "CREATE TABLE a (m int);\nSELECT 1;")]);
    let error = dock
        .sail()
        .await
        .expect_err("the first has changed")
        .stopped();
    assert!(
        matches!(error, ApplyError::PrefixChanged { finished: 1, .. }),
        "{error}"
    );
    dock.refit(&[Outside(
        "aaaa",
        "-- a comment\nCREATE  TABLE a (n int);\nSELECT 1;",
    )]);
    dock.sail()
        .await
        .expect("only what comes after has changed");
    assert_eq!(dock.state(), ["aaaa applied"]);
}

#[tokio::test]
async fn what_failed_last_may_be_taken_out() {
    let mut dock = Dock::new(&[Outside("aaaa", "CREATE TABLE a (n int);\nSELECT 1/0;")]);
    dock.sail().await.expect_err("a division by zero");
    dock.refit(&[Outside("aaaa", "CREATE TABLE a (n int);")]);
    dock.sail().await.expect("nothing is left to run");
    assert_eq!(dock.state(), ["aaaa applied"]);
}

#[tokio::test]
async fn a_script_that_did_nothing_yet_may_become_transactional() {
    let mut dock = Dock::new(&[Outside("aaaa", "SELECT 1/0;")]);
    dock.sail().await.expect_err("a division by zero");
    assert_eq!(dock.state(), ["aaaa partial 0"]);
    dock.refit(&[InTransaction("aaaa", "CREATE TABLE a (n int);")]);
    dock.sail().await.expect("it runs from its start");
    assert_eq!(dock.state(), ["aaaa applied"]);
}

#[tokio::test]
async fn a_script_that_is_half_done_may_not_become_transactional() {
    let mut dock = Dock::new(&[Outside("aaaa", "SELECT 1;\nSELECT 1/0;")]);
    dock.sail().await.expect_err("a division by zero");
    dock.refit(&[InTransaction("aaaa", "SELECT 1;\nSELECT 2;")]);
    let error = dock
        .sail()
        .await
        .expect_err("what has run is lost")
        .stopped();
    assert!(matches!(error, ApplyError::PrefixChanged { .. }), "{error}");
}

#[tokio::test]
async fn a_row_that_somebody_deleted_stops_the_script() {
    let script = "DELETE FROM seaworthy_revision;\nCREATE TABLE a (n int);";
    let dock = Dock::new(&[Outside("aaaa", script)]);
    let error = dock.sail().await.expect_err("its row is gone").stopped();
    assert!(matches!(error, ApplyError::Record { .. }), "{error}");
    assert_eq!(dock.state(), ["aaaa partial 0"]);
}

#[tokio::test]
async fn an_empty_script_is_recorded() {
    let dock = Dock::new(&[Outside("aaaa", "-- nothing yet\n")]);
    dock.sail().await.expect("there is nothing to fail");
    assert_eq!(dock.state(), ["aaaa applied"]);
}

#[tokio::test]
async fn an_invalid_index_of_our_own_is_built_again() {
    let script = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON s.t (n);\nSELECT 1;";
    let dock = Dock::new(&[Outside("aaaa", script)]);
    dock.database
        .execute("CREATE SCHEMA s; CREATE TABLE s.t (n int); INSERT INTO s.t VALUES (1), (1)");
    for _ in 0..2 {
        let error = dock
            .sail()
            .await
            .expect_err("there are duplicates")
            .stopped();
        let ApplyError::Script { failure, .. } = error else {
            panic!("another error: {error}");
        };
        assert_eq!(failure.sqlstate(), "23505");
        assert_eq!(dock.state(), ["aaaa partial 0 started"]);
    }
    dock.database.execute("DELETE FROM s.t");
    dock.sail().await.expect("it is built");
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 's.i'::regclass";
    assert_eq!(dock.database.value(valid), "t");
    assert_eq!(dock.state(), ["aaaa applied"]);
}

#[tokio::test]
async fn what_an_interrupted_reindex_has_left_is_taken_away() {
    let long = "l".repeat(63);
    for (statement, left) in [
        ("REINDEX INDEX CONCURRENTLY s.i".to_owned(), "i_ccnew"),
        (
            format!("REINDEX (VERBOSE) INDEX CONCURRENTLY s.{long}"),
            &format!("{}_ccnew", &long[..57]),
        ),
        ("REINDEX TABLE CONCURRENTLY s.t".to_owned(), "i_ccnew"),
        ("REINDEX SCHEMA CONCURRENTLY s".to_owned(), "i_ccnew"),
    ] {
        let dock = Dock::new(&[Outside("aaaa", &statement)]);
        dock.database.execute(TRAP);
        dock.database.execute(&format!(
            "CREATE SCHEMA s; CREATE TABLE s.t (n int, note text); INSERT INTO s.t VALUES (1); \
             ALTER FUNCTION spring SET search_path = public; \
             CREATE INDEX i ON s.t (spring(n + 100)); CREATE INDEX {long} ON s.t (spring(n + 100)); \
             CREATE INDEX other ON s.t (n); ALTER INDEX s.other RENAME TO other_ccnew; \
             INSERT INTO trap VALUES (101)"
        ));
        dock.sail().await.expect_err("it is killed");
        assert_eq!(dock.state(), ["aaaa partial 0 started"]);
        let invalid = "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
             WHERE NOT indisvalid";
        let remains = dock.database.column(invalid);
        assert!(
            remains.iter().any(|name| name == left),
            "{statement}: {remains:?}"
        );
        dock.database.execute("DELETE FROM trap");
        dock.sail().await.expect("it goes on");
        assert_eq!(dock.state(), ["aaaa applied"]);
        assert!(dock.database.column(invalid).is_empty(), "{statement}");
        let all = "SELECT relname FROM pg_class WHERE relkind = 'i' \
             AND relnamespace = 's'::regnamespace ORDER BY 1";
        assert_eq!(
            dock.database.column(all),
            ["i", &long, "other_ccnew"],
            "{statement}"
        );
    }
}

#[tokio::test]
async fn an_invalid_index_of_somebody_else_is_not_touched() {
    let script = "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (n)";
    let dock = Dock::new(&[Outside("aaaa", script)]);
    dock.database.execute(
        "CREATE TABLE t (n int); CREATE INDEX i ON t (n); \
         UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass",
    );
    for _ in 0..2 {
        let error = dock.sail().await.expect_err("it is in the way").stopped();
        let ApplyError::InvalidIndex { index, why, .. } = error else {
            panic!("another error: {error}");
        };
        assert_eq!(
            (index.as_str(), why),
            (r#""public"."i""#, InvalidIndex::NotOurs)
        );
        assert!(dock.has("i"));
    }
}

#[tokio::test]
async fn a_failure_does_not_become_a_success_by_trying_again() {
    for (script, sqlstate) in [
        ("CREATE INDEX CONCURRENTLY i ON t (n)", "42P07"),
        ("DROP INDEX CONCURRENTLY nowhere", "42704"),
    ] {
        let dock = Dock::new(&[Outside("aaaa", script)]);
        dock.database
            .execute("CREATE TABLE t (n int); CREATE INDEX i ON t (n)");
        for _ in 0..2 {
            let error = dock.sail().await.expect_err("it cannot run").stopped();
            let ApplyError::Script { failure, .. } = error else {
                panic!("another error: {error}");
            };
            assert_eq!(failure.sqlstate(), sqlstate);
        }
    }
}

#[tokio::test]
async fn a_procedure_that_may_have_committed_stops_the_next_run() {
    let dock = Dock::new(&[Outside("aaaa", "SELECT 1;\nCALL p();")]);
    dock.database.execute(
        "CREATE TABLE t (n int); CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN \
         INSERT INTO t VALUES (1); COMMIT; RAISE 'half way'; END $$",
    );
    let error = dock.sail().await.expect_err("it raises").stopped();
    assert!(matches!(error, ApplyError::Script { .. }), "{error}");
    assert_eq!(dock.state(), ["aaaa partial 1 started"]);
    let error = dock.sail().await.expect_err("nobody knows").stopped();
    let ApplyError::Ambiguous { site, .. } = error else {
        panic!("another error: {error}");
    };
    assert_eq!(site.source.position(site.offset).line, 4);
    assert_eq!(dock.database.value("SELECT count(*) FROM t"), "1");
}

#[tokio::test]
async fn a_procedure_that_rolled_back_is_run_again() {
    let dock = Dock::new(&[Outside(
        "aaaa",
        "DO $$ BEGIN INSERT INTO t VALUES (1); RAISE 'no'; END $$;",
    )]);
    dock.database.execute("CREATE TABLE t (n int)");
    for _ in 0..2 {
        let error = dock.sail().await.expect_err("it raises").stopped();
        assert!(matches!(error, ApplyError::Script { .. }), "{error}");
        assert_eq!(dock.state(), ["aaaa partial 0"]);
    }
}

#[tokio::test]
async fn settings_last_to_the_end_of_the_script_and_no_longer() {
    let script = "SET search_path = s;\nSET ROLE rower;\nCREATE TABLE a (n int);\n\
        INSERT INTO a VALUES (spring(2));\nCREATE INDEX CONCURRENTLY i ON a (n);\n\
        SELECT 1/(CASE current_user WHEN 'rower' THEN 1 ELSE 0 END);";
    let dock = Dock::new(&[
        Outside("aaaa", script),
        InTransaction("bbbb", "CREATE TABLE b AS SELECT current_user AS u"),
    ]);
    dock.database.execute(TRAP);
    dock.database.execute(
        "CREATE ROLE rower; CREATE SCHEMA s AUTHORIZATION rower; INSERT INTO trap VALUES (2); \
         ALTER FUNCTION spring SECURITY DEFINER SET search_path = public; \
         CREATE FUNCTION s.spring(int) RETURNS int LANGUAGE sql AS 'SELECT public.spring($1)'",
    );
    dock.sail().await.expect_err("the trap is set");
    assert_eq!(dock.state(), ["aaaa partial 3"]);
    dock.database.execute("DELETE FROM trap");
    dock.sail()
        .await
        .expect("it goes on with the same settings");
    assert_eq!(dock.state(), ["aaaa applied", "bbbb applied"]);
    assert_eq!(
        dock.database
            .value("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 's.a'::regclass"),
        "rower"
    );
    assert_eq!(dock.database.value("SELECT u FROM public.b"), "postgres");
}

#[tokio::test]
async fn inline_data_is_copied_outside_too() {
    let dock = Dock::new(&[Outside(
        "aaaa",
        "CREATE TABLE a (n int);\nCOPY a FROM stdin;\n1\n2\n\\.\nVACUUM a;",
    )]);
    dock.sail().await.expect("it applies");
    assert_eq!(dock.database.value("SELECT count(*) FROM a"), "2");
}

#[tokio::test]
async fn behind_a_proxy_nothing_runs_outside_a_transaction() {
    let dock = Dock::new(&[Outside("aaaa", "CREATE TABLE a (n int)")]);
    let mut session = dock.session().await;
    session.facts.key_pid += 1;
    let locked = lock::acquire(session, dock.key(), one_try()).await;
    let mut locked = locked.expect("it is free");
    let error = dock
        .apply(&mut locked)
        .await
        .expect_err("it is refused")
        .stopped();
    assert!(matches!(error, ApplyError::Proxied { .. }), "{error}");
    locked.release().await;
    assert!(!dock.has("a"));
}

#[tokio::test]
async fn a_script_that_releases_the_lock_stops_at_once() {
    let dock = Dock::new(&[Outside(
        "aaaa",
        "SELECT pg_advisory_unlock_all();\nCREATE TABLE a (n int);",
    )]);
    let error = dock.sail().await.expect_err("the lock is gone").stopped();
    assert!(matches!(error, ApplyError::LockLost { .. }), "{error}");
    assert!(!dock.has("a"));
}
