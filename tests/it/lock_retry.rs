//! Revisions that do not get their locks.

use std::time::Duration;

use seaworthy::config::TransactionScope;
use seaworthy::postgres::apply::ApplyError;

use crate::support::dock::{Dock, Ship, Ship::InTransaction, Ship::Outside};
use crate::support::log::Log;

const ALTER: Ship<'_> = InTransaction("aaaa", "CREATE TABLE b (n int);\nALTER TABLE a ADD m int");

async fn blocked(ships: &[Ship<'_>]) -> (Dock, tokio_postgres::Client) {
    let mut dock = Dock::new(ships);
    dock.options.lock_timeout = Some(Duration::from_millis(400));
    dock.options.lock_retry = Duration::from_secs(60);
    dock.database.execute("CREATE TABLE a (n int)");
    let other = dock.database.client().await;
    let hold = "SET application_name = 'reader'; BEGIN; SELECT 'secret' FROM a";
    other.batch_execute(hold).await.expect("it reads");
    (dock, other)
}

/// Lets go when the first try was given up, and returns what was logged.
async fn succeeds_when_free(dock: &Dock, other: &tokio_postgres::Client, log: &Log) -> String {
    let (applied, line) = tokio::join!(dock.sail(), async {
        let line = log.line("trying again").await;
        other.batch_execute("COMMIT").await.expect("it lets go");
        line
    });
    applied.expect("the next try gets the lock");
    line
}

#[tokio::test]
async fn the_blocker_is_named_and_the_revision_tried_again() {
    let log = Log::capture();
    let (dock, other) = blocked(&[ALTER]).await;
    let line = succeeds_when_free(&dock, &other, &log).await;
    assert!(line.contains("55P03"), "{line}");
    assert!(line.contains("application `reader`"), "{line}");
    assert!(!line.contains("secret"), "{line}");
    assert_eq!(dock.state(), ["aaaa applied"]);
}

#[tokio::test]
async fn a_whole_run_is_tried_again_as_a_whole() {
    let log = Log::capture();
    let (mut dock, other) =
        blocked(&[InTransaction("0000", "CREATE TABLE c (n int)"), ALTER]).await;
    dock.options.transaction = TransactionScope::All;
    succeeds_when_free(&dock, &other, &log).await;
    assert_eq!(dock.state(), ["0000 applied", "aaaa applied"]);
}

#[tokio::test]
async fn a_statement_outside_a_transaction_is_tried_again() {
    let log = Log::capture();
    let script =
        "CREATE TABLE b (n int);\nALTER TABLE a ADD m int;\nCREATE INDEX CONCURRENTLY i ON b (n)";
    let (dock, other) = blocked(&[Outside("aaaa", script)]).await;
    succeeds_when_free(&dock, &other, &log).await;
    assert_eq!(dock.state(), ["aaaa applied"]);
}

#[tokio::test]
async fn tries_that_are_spent_name_the_blocker() {
    let (mut dock, _other) = blocked(&[ALTER]).await;
    dock.options.lock_retry = Duration::ZERO;
    let error = dock.sail().await.expect_err("the reader stays").stopped();
    let ApplyError::RetrySpent {
        site,
        blocker,
        tries,
        ..
    } = error
    else {
        panic!("another error: {error}");
    };
    assert_eq!(tries, 1);
    assert_eq!(site.source.position(site.offset).line, 4);
    let blocker = blocker.expect("it was seen");
    assert_eq!(blocker.application.as_deref(), Some("reader"));
    assert_eq!(blocker.state.as_deref(), Some("idle in transaction"));
    assert!(!dock.has("b") && !dock.has("seaworthy_revision"));
}

#[tokio::test]
async fn a_concurrent_index_waits_longer_than_the_lock_timeout() {
    let script = "CREATE INDEX CONCURRENTLY i ON a (n)";
    let (mut dock, other) = blocked(&[Outside("aaaa", script)]).await;
    dock.options.lock_timeout = Some(Duration::from_millis(1));
    other
        .batch_execute("INSERT INTO a VALUES (1)")
        .await
        .expect("it writes");
    let watcher = dock.database.client().await;
    let (applied, ()) = tokio::join!(dock.sail(), async {
        // The build waits for the writer: its lock timeout passes by.
        let waits = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%CONCURRENTLY i%' \
                     AND wait_event_type = 'Lock' AND now() - query_start > '20 ms' \
                     AND pid <> pg_backend_pid()";
        while watcher
            .query_one(waits, &[])
            .await
            .expect("it can be asked")
            .get::<_, i64>(0)
            == 0
        {}
        other.batch_execute("COMMIT").await.expect("it lets go");
    });
    applied.expect("it waited");
    assert_eq!(
        dock.database
            .value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass"),
        "t"
    );
}
