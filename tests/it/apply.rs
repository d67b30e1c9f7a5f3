//! Revisions in transactions: what stays, what goes, what is said.

use seaworthy::postgres::apply::{ApplyError, Mode, Scope};

use crate::support::dock::{Dock, Ship, Ship::InTransaction, one_try};

const TWO: [Ship<'_>; 2] = [
    InTransaction(
        "aaaa",
        "CREATE TABLE a (n int);\nINSERT INTO a VALUES (1); -- one",
    ),
    InTransaction("bbbb", "CREATE TABLE b (n int)"),
];

#[tokio::test]
async fn a_chain_is_applied_and_recorded() {
    let dock = Dock::new(&TWO);
    let report = dock.sail().await.expect("it applies");
    assert_eq!(report.done.len(), 2);
    assert_eq!(dock.state(), ["aaaa applied", "bbbb applied"]);
    assert_eq!(dock.database.value("SELECT n FROM a"), "1");
    assert_eq!(
        dock.database.column(
            "SELECT concat_ws(' ', id, action, revision, by, client, duration_ms < 60000, tool LIKE 'seaworthy %') \
             FROM seaworthy_log ORDER BY id"
        ),
        [
            "1 upgrade aaaa postgres 127.0.0.1 t t",
            "2 upgrade bbbb postgres 127.0.0.1 t t"
        ]
    );
    assert_eq!(
        dock.database.column(
            "SELECT obj_description(c.oid) IS NOT NULL FROM pg_class c \
             WHERE relname IN ('seaworthy_revision', 'seaworthy_log')"
        ),
        ["t", "t"]
    );
    let again = dock.sail().await.expect("there is nothing to do");
    assert!(again.done.is_empty());
}

#[tokio::test]
async fn what_is_recorded_is_read_back() {
    let dock = Dock::new(&TWO);
    dock.sail().await.expect("it applies");
    // A newer version may have added columns.
    dock.database
        .execute("ALTER TABLE seaworthy_revision ADD COLUMN news jsonb");
    let recorded = dock.recorded().await.expect("it can be read");
    assert_eq!(recorded.location.schema, "public");
    let row = &recorded.state.rows[&"bbbb".parse_id()];
    assert_eq!(row.down_revisions, ["aaaa".parse_id()]);
    assert_eq!(row.message, "add bbbb");
    assert!(
        row.checksum
            .as_ref()
            .is_some_and(|sum| sum.starts_with("1:"))
    );
}

#[tokio::test]
async fn a_half_failed_revision_leaves_nothing() {
    let dock = Dock::new(&[
        TWO[0],
        InTransaction(
            "bbbb",
            "CREATE TABLE b (n int);\nINSERT INTO b\n  VALUES ('x'::text::int)",
        ),
    ]);
    let wreck = dock.sail().await.expect_err("the cast fails");
    let ApplyError::Script {
        site,
        failure,
        scope,
    } = wreck.stopped()
    else {
        panic!("another error");
    };
    assert_eq!(failure.sqlstate(), "22P02");
    assert_eq!(scope, Scope::Revision);
    // The server names no position for an error of execution: the statement is known.
    let position = site.source.position(site.offset);
    assert_eq!((position.line, position.column), (4, 1));
    assert!(!dock.has("b"));
    assert_eq!(dock.state(), ["aaaa applied"]);
}

#[tokio::test]
async fn a_first_revision_that_fails_leaves_no_tables() {
    let dock = Dock::new(&[InTransaction("aaaa", "CREATE TABLE a (n int);\nSELCT 1;")]);
    let wreck = dock.sail().await.expect_err("a word is wrong");
    let ApplyError::Script { site, failure, .. } = wreck.stopped() else {
        panic!("another error");
    };
    assert_eq!(failure.sqlstate(), "42601");
    let position = site.source.position(site.offset);
    assert_eq!((position.line, position.column), (4, 1));
    assert!(!dock.has("a") && !dock.has("seaworthy_revision"));
}

#[tokio::test]
async fn a_missing_end_is_found_at_the_end() {
    let dock = Dock::new(&[InTransaction("aaaa", "SELECT (1")]);
    let wreck = dock.sail().await.expect_err("a parenthesis is open");
    let ApplyError::Script { site, .. } = wreck.stopped() else {
        panic!("another error");
    };
    let position = site.source.position(site.offset);
    assert_eq!((position.line, position.column), (3, 10));
}

#[tokio::test]
async fn deferred_constraints_fail_at_commit() {
    let dock = Dock::new(&[InTransaction(
        "aaaa",
        "CREATE TABLE a (n int PRIMARY KEY);\n\
         CREATE TABLE b (n int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\n\
         INSERT INTO b VALUES (1);",
    )]);
    let error = dock
        .sail()
        .await
        .expect_err("nothing is referenced")
        .stopped();
    assert!(
        matches!(&error, ApplyError::AtCommit { failure, .. } if failure.sqlstate() == "23503")
    );
    assert!(!dock.has("a"));
}

#[tokio::test]
async fn what_a_script_sets_does_not_outlive_it() {
    let dock = Dock::new(&[
        InTransaction(
            "aaaa",
            "CREATE ROLE /*test*/ shore NOLOGIN;\n\
             SELECT set_config('search_path', '', false);\n\
             SET standard_conforming_strings = off;\n\
             SET statement_timeout = 1;\n\
             SET SESSION AUTHORIZATION shore;\n\
             SET ROLE shore;",
        ),
        InTransaction(
            "bbbb",
            r"CREATE TABLE b (s text); INSERT INTO b VALUES ('a\b');",
        ),
        InTransaction("cccc", "RESET SESSION AUTHORIZATION; DROP ROLE shore;"),
    ]);
    dock.sail().await.expect("it applies");
    assert_eq!(dock.database.value("SELECT s FROM public.b"), r"a\b");
    assert_eq!(
        dock.state(),
        ["aaaa applied", "bbbb applied", "cccc applied"]
    );
}

#[tokio::test]
async fn inline_data_is_copied() {
    let dock = Dock::new(&[InTransaction(
        "aaaa",
        "\\restrict abc\n\
         CREATE TABLE a (n int, s text);\n\
         COPY a (n, s) FROM stdin;\n1\tone's\n2\t\\N\n\\.\n\
         CREATE TABLE b AS SELECT count(*) AS n FROM a;\n\
         COPY a FROM stdin;\n\\.\n\
         \\unrestrict abc\n",
    )]);
    dock.sail().await.expect("it applies");
    assert_eq!(dock.database.value("SELECT n FROM b"), "2");
    assert_eq!(dock.state(), ["aaaa applied"]);
}

#[tokio::test]
async fn inline_data_that_does_not_fit_is_an_error_with_its_context() {
    let dock = Dock::new(&[InTransaction(
        "aaaa",
        "CREATE TABLE a (n int);\nCOPY a FROM stdin;\n1\nx\n\\.\nSELECT 1;",
    )]);
    let wreck = dock.sail().await.expect_err("x is no number");
    let ApplyError::Script { site, failure, .. } = wreck.stopped() else {
        panic!("another error");
    };
    assert_eq!(site.source.position(site.offset).line, 4);
    let context = failure.context.expect("the server says which line");
    assert!(context.contains("line 2"), "{context}");
    assert!(!dock.has("a"));
}

#[tokio::test]
async fn one_transaction_for_all_is_all_or_nothing() {
    let mut dock = Dock::new(&[TWO[0], InTransaction("bbbb", "SELECT 1/0")]);
    dock.options.transaction = seaworthy::config::TransactionScope::All;
    let error = dock.sail().await.expect_err("a division by zero").stopped();
    assert!(matches!(
        error,
        ApplyError::Script {
            scope: Scope::Run,
            ..
        }
    ));
    assert!(!dock.has("a") && !dock.has("seaworthy_revision"));
    dock.refit(&TWO);
    assert_eq!(dock.sail().await.expect("it applies").done.len(), 2);
    assert_eq!(dock.state(), ["aaaa applied", "bbbb applied"]);
}

#[tokio::test]
async fn a_dry_run_leaves_nothing_and_checks_what_is_deferred() {
    let mut dock = Dock::new(&TWO);
    dock.options.mode = Mode::DryRun;
    assert_eq!(dock.sail().await.expect("it runs").done.len(), 2);
    assert!(!dock.has("a") && !dock.has("seaworthy_revision"));
    dock.refit(&[InTransaction(
        "aaaa",
        "CREATE TABLE a (n int PRIMARY KEY);\n\
         CREATE TABLE b (n int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\n\
         INSERT INTO b VALUES (1);",
    )]);
    let error = dock
        .sail()
        .await
        .expect_err("nothing is referenced")
        .stopped();
    assert!(matches!(error, ApplyError::AtCommit { .. }));
}

#[tokio::test]
async fn a_dry_run_tells_what_comes_only_from_sharing() {
    let mut dock = Dock::new(&[
        InTransaction("aaaa", "CREATE TYPE e AS ENUM ('x')"),
        InTransaction("bbbb", "ALTER TYPE e ADD VALUE 'y'"),
        InTransaction("cccc", "SELECT 'y'::e"),
    ]);
    dock.sail().await.expect("each in its own transaction");
    dock.database
        .execute("DROP TYPE e; CREATE TYPE e AS ENUM ('x'); DELETE FROM seaworthy_revision WHERE revision <> 'aaaa'");
    dock.options.mode = Mode::DryRun;
    let error = dock
        .sail()
        .await
        .expect_err("the value is too new")
        .stopped();
    assert!(
        matches!(error, ApplyError::SharedTransaction { .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_role_that_may_not_create_is_told_so() {
    let dock = Dock::new(&TWO);
    // Before version 15 everybody could create in `public`.
    dock.database
        .execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    let role = dock.database.role("");
    let error = dock
        .sail_as(&role.name)
        .await
        .expect_err("no CREATE")
        .stopped();
    let ApplyError::Record { failure, .. } = error else {
        panic!("another error: {error}");
    };
    assert_eq!(failure.sqlstate(), "42501");
}

#[tokio::test]
async fn a_lost_lock_is_found_before_anything_runs() {
    let dock = Dock::new(&TWO);
    let mut locked = dock.locked().await;
    let unlock = "SELECT pg_advisory_unlock_all()";
    locked
        .session()
        .client
        .simple_query(unlock)
        .await
        .expect("it is ours");
    let error = dock
        .apply(&mut locked)
        .await
        .expect_err("no lock")
        .stopped();
    assert!(matches!(error, ApplyError::LockLost { .. }), "{error}");
    assert!(!dock.has("a"));
    locked.release().await;
}

#[tokio::test]
async fn a_killed_session_is_a_lost_connection() {
    let dock = Dock::new(&[InTransaction(
        "aaaa",
        "CREATE TABLE a (n int); SELECT pg_terminate_backend(pg_backend_pid());",
    )]);
    let error = dock.sail().await.expect_err("it ends itself").stopped();
    assert!(
        matches!(
            error,
            ApplyError::Lost {
                outcome: seaworthy::postgres::apply::Outcome::RolledBack,
                ..
            }
        ),
        "{error}"
    );
    assert!(!dock.has("a"));
}

#[tokio::test]
async fn a_pooler_s_session_keeps_none_of_our_settings() {
    let dock = Dock::new(&TWO);
    let mut session = dock.session().await;
    session.facts.key_pid += 1;
    let locked = seaworthy::postgres::lock::acquire(session, dock.key(), one_try()).await;
    let mut locked = locked.expect("it is free");
    dock.apply(&mut locked).await.expect("it applies");
    let changed =
        "SELECT name || setting FROM pg_settings WHERE source = 'session' AND setting <> reset_val";
    let messages = locked.session().client.simple_query(changed).await;
    let rows = messages.expect("it can be asked").into_iter();
    let names: Vec<String> = rows
        .filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
        .collect();
    assert_eq!(names, [""; 0]);
    locked.release().await;
}

trait ParseId {
    fn parse_id(&self) -> seaworthy::revision::RevisionId;
}

impl ParseId for str {
    fn parse_id(&self) -> seaworthy::revision::RevisionId {
        seaworthy::revision::RevisionId::recorded(self)
    }
}
