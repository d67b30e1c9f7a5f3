//! Every error of a run as it is shown, with its exit code.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::plan::{Action, Step};
use crate::postgres::Location;
use crate::postgres::apply::{Blocker, Done};
use crate::postgres::version_table::{DEFAULT_TABLE, VersionTable};
use crate::revision::RevisionId;
use crate::source::Source;

pub(in crate::error) fn failure(sqlstate: &str, message: &str) -> ServerFailure {
    ServerFailure {
        kind: FailureKind::Server(sqlstate.to_owned()),
        message: message.to_owned(),
        detail: None,
        hint: None,
        context: None,
        position: None,
        internal_query: None,
    }
}

fn site() -> Box<Site> {
    Box::new(Site {
        revision: RevisionId::recorded("bbbb"),
        direction: Direction::Upgrade,
        source: Arc::new(Source::new(
            "migrations/b.sql",
            "-- b\n\nCREATE TABLE b (n int);\n",
        )),
        offset: 6,
    })
}

fn location() -> Location {
    let table = VersionTable {
        schema: None,
        name: DEFAULT_TABLE.to_owned(),
    };
    Location::absent("public", &table)
}

#[track_caller]
fn check(error: ApplyError, exit: u8) -> Diagnostic {
    let stopped = Stopped {
        error: Box::new(error),
        report: Report::default(),
    };
    let diagnostic = diagnostic(&stopped);
    assert_eq!(diagnostic.exit.code(), exit);
    diagnostic
}

#[test]
fn a_statement_ran_out_of_time() {
    let error = ApplyError::Script {
        site: site(),
        failure: failure("57014", "canceling statement due to statement timeout"),
        scope: Scope::Revision,
    };
    insta::assert_snapshot!(check(error, 1), @r#"
    seaworthy: error[revision-failed]: revision `bbbb` failed and was rolled back
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^
      cause: canceling statement due to statement timeout (SQLSTATE 57014)

      hint: give it more time: `--statement-timeout`, or `statement-timeout:10m` on its marker line
    "#);
}

#[test]
fn a_half_applied_revision_is_not_printed() {
    let error = |direction| {
        let revision = RevisionId::recorded("bbbb");
        ApplyError::Prepare(PrepareError::HalfDone {
            revision,
            direction,
        })
    };
    insta::assert_snapshot!(check(error(Direction::Upgrade), 65), @r#"
    seaworthy: error[half-done]: revision `bbbb` stopped half way, and a script for psql begins at its start

      hint: finish it online: `seaworthy upgrade`, without `--sql`
    "#);
    insta::assert_snapshot!(check(error(Direction::Downgrade), 65), @r#"
    seaworthy: error[half-done]: revision `bbbb` stopped half way, and a script for psql begins at its start

      hint: finish it online: `seaworthy downgrade`, without `--sql`
    "#);
}

#[test]
fn a_script_failed() {
    let mut failure = failure("23505", "duplicate key");
    failure.detail = Some("Key (n)=(1) already exists.".into());
    failure.hint = Some("none".into());
    failure.context = Some("SQL function \"f\"".into());
    let error = |scope| ApplyError::Script {
        site: site(),
        failure: failure.clone(),
        scope,
    };
    insta::assert_snapshot!(check(error(Scope::Revision), 1), @r#"
    seaworthy: error[revision-failed]: revision `bbbb` failed and was rolled back
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^
      cause: duplicate key (SQLSTATE 23505)
             DETAIL: Key (n)=(1) already exists.
             HINT: none
             CONTEXT: SQL function "f"

      hint: correct the script and run `seaworthy upgrade` again
    "#);
    insta::assert_snapshot!(check(error(Scope::Run), 1), @r#"
    seaworthy: error[revision-failed]: revision `bbbb` failed, and everything was rolled back
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^
      cause: duplicate key (SQLSTATE 23505)
             DETAIL: Key (n)=(1) already exists.
             HINT: none
             CONTEXT: SQL function "f"

      hint: correct the script and run `seaworthy upgrade` again
    "#);
    insta::assert_snapshot!(check(error(Scope::Statement), 1), @r#"
    seaworthy: error[revision-failed]: revision `bbbb` failed; the statements before this one stay
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^
      cause: duplicate key (SQLSTATE 23505)
             DETAIL: Key (n)=(1) already exists.
             HINT: none
             CONTEXT: SQL function "f"

      hint: correct this statement, change none before it, and run `seaworthy upgrade` again
    "#);
    let stopped = Stopped {
        error: Box::new(error(Scope::Revision)),
        report: Report {
            done: vec![Done {
                step: Step {
                    revision: RevisionId::recorded("aaaa"),
                    direction: Direction::Upgrade,
                    action: Action::Run,
                },
                took: Duration::ZERO,
            }],
        },
    };
    insta::assert_snapshot!(diagnostic(&stopped), @r#"
    seaworthy: error[revision-failed]: revision `bbbb` failed and was rolled back
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^
      cause: duplicate key (SQLSTATE 23505)
             DETAIL: Key (n)=(1) already exists.
             HINT: none
             CONTEXT: SQL function "f"
      cause: before it this run has committed `aaaa`, which stays

      hint: correct the script and run `seaworthy upgrade` again
    "#);
}

#[test]
fn a_transaction_failed() {
    let failure = failure("23503", "violates foreign key constraint");
    let error = ApplyError::AtCommit {
        site: site(),
        failure: failure.clone(),
    };
    insta::assert_snapshot!(check(error, 1), @r#"
    seaworthy: error[revision-failed]: revision `bbbb` failed at its end, where deferred constraints are checked, and was rolled back
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^
      cause: violates foreign key constraint (SQLSTATE 23503)
    "#);
    let error = ApplyError::SharedTransaction {
        site: site(),
        failure,
    };
    insta::assert_snapshot!(check(error, 1), @r#"
    seaworthy: error[shared-transaction]: revision `bbbb` cannot run in one transaction with those before it; everything was rolled back
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^
      cause: violates foreign key constraint (SQLSTATE 23503)

      hint: it may well run in a transaction of its own: `--transaction revision`, no `--dry-run`
    "#);
}

#[test]
fn it_could_not_be_recorded() {
    let error = |what| ApplyError::Record {
        location: location(),
        revision: RevisionId::recorded("bbbb"),
        what,
        failure: failure(NO_PRIVILEGE, "permission denied"),
    };
    insta::assert_snapshot!(check(error(Recording::Tables), 1), @r#"
    seaworthy: error[not-recorded]: the state table "public"."seaworthy_revision" could not be set up
      cause: permission denied (SQLSTATE 42501)

      hint: let MIGRATION_DATABASE_URL name a role that may create tables in that schema
    "#);
    insta::assert_snapshot!(check(error(Recording::Row), 1), @r#"
    seaworthy: error[not-recorded]: revision `bbbb` could not be recorded in "public"."seaworthy_revision" and was rolled back
      cause: permission denied (SQLSTATE 42501)

      hint: let MIGRATION_DATABASE_URL name a role that may create tables in that schema
    "#);
    insta::assert_snapshot!(check(error(Recording::Session), 1), @r#"
    seaworthy: error[not-recorded]: the transaction of revision `bbbb` could not begin
      cause: permission denied (SQLSTATE 42501)

      hint: let MIGRATION_DATABASE_URL name a role that may create tables in that schema
    "#);
}

#[test]
fn locks_were_lost_or_not_had() {
    let error = |route| ApplyError::LockLost {
        revision: RevisionId::recorded("bbbb"),
        route,
    };
    let proxied = check(error(Route::Proxied), 78);
    let direct = check(error(Route::Direct), 75);
    assert_eq!(proxied.to_string(), direct.to_string());
    insta::assert_snapshot!(direct, @r#"
    seaworthy: error[lock-lost]: revision `bbbb` was not run: this server session does not hold the migration lock
      cause: a pooler in transaction mode has changed the server session, or a script has released every advisory lock

      hint: let MIGRATION_DATABASE_URL name the server itself, past any pooler
    "#);
    let error = |blocker, tries| ApplyError::RetrySpent {
        site: site(),
        failure: failure("55P03", "canceling statement due to lock timeout"),
        waited: Duration::from_secs(300),
        tries,
        blocker,
    };
    insta::assert_snapshot!(check(error(None, 1), 75), @r#"
    seaworthy: error[locks-not-obtained]: revision `bbbb` did not get its locks in 1 try within 5m
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^
      cause: canceling statement due to lock timeout (SQLSTATE 55P03)

      hint: try for longer with `--lock-retry`, or in a quieter hour
    "#);
    let blocker = Blocker {
        pid: 4711,
        application: Some("psql".into()),
        query: Some("select '…'".into()),
        state: Some("idle in transaction".into()),
    };
    insta::assert_snapshot!(check(error(Some(Box::new(blocker)), 9), 75), @r#"
    seaworthy: error[locks-not-obtained]: revision `bbbb` did not get its locks in 9 tries within 5m
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^
      cause: canceling statement due to lock timeout (SQLSTATE 55P03)
      cause: last blocked by pid 4711, application `psql`, idle in transaction, running `select '…'`

      hint: if that session hangs, end it: `SELECT pg_terminate_backend(4711)`
      hint: try for longer with `--lock-retry`, or in a quieter hour
    "#);
}

#[test]
fn the_connection_was_lost() {
    let error = |outcome| ApplyError::Lost {
        revision: RevisionId::recorded("bbbb"),
        failure: failure("57P01", "terminating connection"),
        outcome,
    };
    insta::assert_snapshot!(check(error(Outcome::RolledBack), 69), @r#"
    seaworthy: error[connection-lost]: the connection was lost while revision `bbbb` ran; it was rolled back
      cause: terminating connection (SQLSTATE 57P01)

      hint: run again: the state table says what is left to do
    "#);
    insta::assert_snapshot!(check(error(Outcome::Unknown), 69), @r#"
    seaworthy: error[connection-lost]: the connection was lost while revision `bbbb` ran; COMMIT was sent, and nobody knows whether it took effect
      cause: terminating connection (SQLSTATE 57P01)

      hint: run again: the state table says what is left to do
    "#);
    insta::assert_snapshot!(check(error(Outcome::Journalled), 69), @r#"
    seaworthy: error[connection-lost]: the connection was lost while revision `bbbb` ran; the journal knows how far it came
      cause: terminating connection (SQLSTATE 57P01)

      hint: run again: the state table says what is left to do
    "#);
    let error = ApplyError::Proxied {
        site: site(),
        host: "pool:6432".into(),
    };
    insta::assert_snapshot!(check(error, 78), @r#"
    seaworthy: error[pooler]: revision `bbbb` runs outside a transaction, which needs the server session for itself, and a pooler stands in between
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^
      --> pool:6432

      hint: let MIGRATION_DATABASE_URL name the server itself, past the pooler
    "#);
}

#[test]
fn a_half_done_script_cannot_go_on() {
    let error = ApplyError::PrefixChanged {
        site: site(),
        finished: 2,
    };
    insta::assert_snapshot!(check(error, 65), @r#"
    seaworthy: error[partial-changed]: revision `bbbb` stopped after 2 statements, and those have changed since
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^

      hint: restore the statements that have run; what comes after them may change
      hint: or finish by hand and record it: `seaworthy stamp bbbb`
    "#);
    let error = ApplyError::Ambiguous {
        site: site(),
        location: location(),
    };
    insta::assert_snapshot!(check(error, 65), @r#"
    seaworthy: error[partial-ambiguous]: revision `bbbb` was interrupted in a statement that may or may not have taken effect
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^

      hint: if it did not: `UPDATE "public"."seaworthy_revision" SET started = NULL WHERE revision = 'bbbb'`, and run again
      hint: if it did: finish the rest by hand and record it: `seaworthy stamp bbbb`
    "#);
}

#[test]
fn a_way_down_that_is_half_done_cannot_go_on() {
    let site = || {
        Box::new(Site {
            direction: Direction::Downgrade,
            ..*site()
        })
    };
    let error = ApplyError::PrefixChanged {
        site: site(),
        finished: 1,
    };
    insta::assert_snapshot!(check(error, 65), @r#"
    seaworthy: error[partial-changed]: revision `bbbb` stopped after 1 statement, and those have changed since
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^

      hint: restore the statements that have run; what comes after them may change
      hint: or bring back by hand what they took away, and record it: `seaworthy stamp bbbb`
    "#);
    let error = ApplyError::Ambiguous {
        site: site(),
        location: location(),
    };
    insta::assert_snapshot!(check(error, 65), @r#"
    seaworthy: error[partial-ambiguous]: revision `bbbb` was interrupted in a statement that may or may not have taken effect
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^

      hint: if it did not: `UPDATE "public"."seaworthy_revision" SET started = NULL WHERE revision = 'bbbb'`, and run again
      hint: if it did: run again with that statement commented out, and put it back afterwards
    "#);
}

#[test]
fn an_index_is_not_what_it_should_be() {
    let error = |why| ApplyError::InvalidIndex {
        site: site(),
        index: "\"public\".\"i\"".into(),
        why,
    };
    insta::assert_snapshot!(check(error(InvalidIndex::NotOurs), 65), @r#"
    seaworthy: error[invalid-index]: an INVALID index "public"."i" is in the way
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^
      cause: an earlier build of it, not by this statement, has failed

      hint: drop it: `DROP INDEX CONCURRENTLY "public"."i"`, and run again
    "#);
    insta::assert_snapshot!(check(error(InvalidIndex::Partitioned), 65), @r#"
    seaworthy: error[invalid-index]: the partitioned index "public"."i" is INVALID
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^
      cause: it becomes valid when every partition has its index attached

      hint: build the partitions' indexes and attach them, then run again
    "#);
    insta::assert_snapshot!(check(error(InvalidIndex::AfterBuild), 65), @r#"
    seaworthy: error[invalid-index]: index "public"."i" was built and is INVALID
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^
      cause: the server did not report an error

      hint: drop it: `DROP INDEX CONCURRENTLY "public"."i"`, and run again
    "#);
    let error = ApplyError::BeingBuilt {
        site: site(),
        index: "\"public\".\"i\"".into(),
        pid: 4711,
    };
    insta::assert_snapshot!(check(error, 75), @r#"
    seaworthy: error[index-being-built]: index "public"."i" is being built by pid 4711
      --> migrations/b.sql:3:1   revision `bbbb`
       3 | CREATE TABLE b (n int);
         | ^

      hint: run again when it is done
    "#);
}

#[test]
fn a_plan_of_another_graph_is_a_bug() {
    let error = PrepareError::Unknown(RevisionId::recorded("bbbb"));
    insta::assert_snapshot!(check(ApplyError::Prepare(error), 70), @r#"
    seaworthy: error[unknown-revision]: revision `bbbb` is in the plan and has no file
    "#);
}
