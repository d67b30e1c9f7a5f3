//! The migration lock: one at a time, and what becomes of it.

use std::time::{Duration, Instant};

use seaworthy::postgres::apply::{ApplyError, Outcome};
use seaworthy::postgres::lock::{self, LockError, Patience, PoolingSign};

use crate::support::dock::{Dock, Ship, Ship::InTransaction, Ship::Outside, one_try};
use crate::support::log::Log;

const ONE: [Ship<'_>; 1] = [InTransaction("aaaa", "CREATE TABLE a (n int)")];

/// Long enough for a machine under load; no test waits so long.
const LONG: Duration = Duration::from_secs(60);

fn patience() -> Patience {
    Patience::starting_now(LONG, Some(LONG))
}

#[tokio::test]
async fn why_a_wait_for_the_lock_broke_off_is_said() {
    let log = Log::capture();
    let dock = Dock::new(&ONE);
    let holder = dock.locked().await;
    let session = dock.session().await;
    let end = format!("SELECT pg_terminate_backend({})", session.facts.backend_pid);
    let waiting = lock::acquire(session, dock.key(), patience());
    let (acquired, ()) = tokio::join!(waiting, async {
        log.line("waiting for the migration lock").await;
        dock.database.execute(&end);
    });
    let Err(LockError::Server { failure, .. }) = acquired else {
        panic!("the session was ended: {acquired:?}");
    };
    let why = "terminating connection due to administrator command";
    assert!(failure.message.contains(why), "{failure}");
    holder.release().await;
}

#[tokio::test]
async fn who_holds_the_lock_is_said() {
    let dock = Dock::new(&ONE);
    let holder = dock.locked().await;
    let session = dock.session().await;
    let error = lock::acquire(session, dock.key(), one_try()).await;
    let Err(LockError::Busy {
        holder: Some(seen), ..
    }) = error
    else {
        panic!("not busy: {error:?}");
    };
    assert_eq!(seen.pid, holder.session().facts.backend_pid);
    assert_eq!(seen.application.as_deref(), Some("seaworthy"));
    assert_eq!(seen.address.as_deref(), Some("127.0.0.1"));
    assert!(seen.since.is_some());
    holder.release().await;
    dock.locked().await.release().await;
}

#[tokio::test]
async fn a_waiter_gets_the_lock_when_it_is_free() {
    let log = Log::capture();
    let dock = Dock::new(&ONE);
    let holder = dock.locked().await;
    let session = dock.session().await;
    let (locked, ()) = tokio::join!(lock::acquire(session, dock.key(), patience()), async {
        let line = log.line("waiting for the migration lock").await;
        let pid = holder.session().facts.backend_pid;
        assert!(line.contains(&format!("pid {pid}")), "{line}");
        holder.release().await;
    });
    locked.expect("it is free").release().await;
}

#[tokio::test]
async fn a_killed_holder_frees_the_lock() {
    let log = Log::capture();
    let dock = Dock::new(&[InTransaction(
        "aaaa",
        "CREATE TABLE a (n int); SELECT pg_sleep(600)",
    )]);
    let mut holder = dock.locked().await;
    let pid = holder.session().facts.backend_pid;
    let session = dock.session().await;
    let (applied, locked, ()) = tokio::join!(
        dock.apply(&mut holder),
        lock::acquire(session, dock.key(), patience()),
        async {
            log.line("waiting for the migration lock").await;
            dock.database
                .execute(&format!("SELECT pg_terminate_backend({pid})"));
        }
    );
    let error = applied.expect_err("it was killed").stopped();
    assert!(
        matches!(
            error,
            ApplyError::Lost {
                outcome: Outcome::RolledBack,
                ..
            }
        ),
        "{error}"
    );
    locked
        .expect("the lock went with its session")
        .release()
        .await;
    holder.release().await;
    assert!(!dock.has("a"));
}

#[tokio::test]
async fn a_server_session_that_holds_the_key_already_is_shared() {
    let dock = Dock::new(&ONE);
    let session = dock.session().await;
    let other = format!("SELECT pg_advisory_lock({})", dock.key().as_i64());
    session
        .client
        .simple_query(&other)
        .await
        .expect("it is free");
    let error = lock::acquire(session, dock.key(), patience()).await;
    assert!(
        matches!(
            error,
            Err(LockError::Pooled {
                sign: PoolingSign::HeldBefore,
                ..
            })
        ),
        "{error:?}"
    );
}

/// Each revision gives up one hold of the lock and takes it again; nobody may
/// get in between, and the last unlock must give up all of them.
#[tokio::test]
async fn the_lock_stays_held_while_it_is_proved_and_is_free_afterwards() {
    let dock = Dock::new(&ONE);
    let mut locked = dock.locked().await;
    dock.apply(&mut locked).await.expect("it applies");
    let Err(LockError::Busy { .. }) =
        lock::acquire(dock.session().await, dock.key(), one_try()).await
    else {
        panic!("the proof let the lock go");
    };
    // A pooler would keep the session, and whatever it still holds.
    let unlock = format!("SELECT pg_advisory_unlock({})", dock.key().as_i64());
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = ";
    let pid = locked.session().facts.backend_pid;
    for expected in ["1", "0"] {
        let answer = locked.session().client.simple_query(&unlock).await;
        answer.expect("it can be unlocked");
        assert_eq!(dock.database.value(&format!("{held}{pid}")), expected);
    }
    locked.release().await;
    dock.locked().await.release().await;
}

#[tokio::test]
async fn a_cancelled_run_leaves_nothing_within_a_second() {
    let dock = Dock::new(&[InTransaction(
        "aaaa",
        "CREATE TABLE a (n int); SELECT pg_sleep(600)",
    )]);
    let mut locked = dock.locked().await;
    let pid = locked.session().facts.backend_pid;
    let sleeps = format!("SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = {pid}");
    let watcher = dock.database.client().await;
    tokio::select! {
        applied = dock.apply(&mut locked) => panic!("it ended: {applied:?}"),
        () = async {
            loop {
                let rows = watcher.query(&sleeps, &[]).await.expect("it can be asked");
                if rows[0].get::<_, Option<bool>>(0) == Some(true) {
                    break;
                }
            }
        } => {}
    }
    let began = Instant::now();
    locked.cancel_and_release().await;
    assert!(began.elapsed() < Duration::from_secs(1));
    dock.locked().await.release().await;
    assert!(!dock.has("a"));
    // The server process may need a moment to end after the socket closed.
    crate::support::eventually("the session ends", || {
        dock.database.value(&format!(
            "SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}"
        )) == "0"
    });
}

#[tokio::test]
async fn waiters_do_not_block_a_concurrent_index() {
    let log = Log::capture();
    let dock = Dock::new(&[
        InTransaction("aaaa", "CREATE TABLE a (n int)"),
        Outside("bbbb", "CREATE INDEX CONCURRENTLY i ON a (n)"),
    ]);
    let mut holder = dock.locked().await;
    let mut waiters = Vec::new();
    for _ in 0..5 {
        let session = dock.session().await;
        waiters.push(lock::acquire(session, dock.key(), patience()));
    }
    let waiting = futures_util::future::join_all(waiters.into_iter().map(async |waiter| {
        waiter.await.expect("its turn comes").release().await;
    }));
    let (applied, _) = tokio::join!(
        async {
            log.line("waiting for the migration lock").await;
            let applied = dock.apply(&mut holder).await;
            holder.release().await;
            applied
        },
        waiting
    );
    assert_eq!(applied.expect("no deadlock").done.len(), 2);
    assert_eq!(dock.state(), ["aaaa applied", "bbbb applied"]);
}
