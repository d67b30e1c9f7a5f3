//! `stamp`: the record alone changes.

use crate::downgrade::{branched, call, recorded};
use crate::support::database::Database;
use crate::support::server::Server;

fn history(database: &Database<'_>) -> Vec<String> {
    database.column("SELECT concat_ws(' ', action, revision, note) FROM seaworthy_log ORDER BY id")
}

#[test]
fn nothing_runs_and_the_history_tells() {
    let (database, project) = (Server::shared().database(), branched());
    let finished = call(&project, &database, &["stamp", "cccc3"]).expect_code(0);
    assert_eq!(finished.stdout, "");
    assert_eq!(recorded(&database), ["aaaa1", "bbbb2", "cccc3"]);
    assert_eq!(
        database.value("SELECT count(*) FROM pg_class WHERE relname LIKE 't\\_%'"),
        "0"
    );
    call(&project, &database, &["stamp", "bbbb2"]).expect_code(0);
    assert_eq!(recorded(&database), ["aaaa1", "bbbb2"]);
    assert_eq!(
        history(&database),
        [
            "stamp aaaa1 recorded",
            "stamp bbbb2 recorded",
            "stamp cccc3 recorded",
            "stamp cccc3 forgotten",
        ]
    );
    let again = call(&project, &database, &["stamp", "bbbb2"]).expect_code(0);
    assert!(again.stderr.contains("says so already"), "{}", again.stderr);
    assert_eq!(history(&database).len(), 4);
}

#[test]
fn lineages_that_are_not_named_stay() {
    let (database, project) = (Server::shared().database(), branched());
    let check = |targets: &[&str], expected: &[&str]| {
        let args: Vec<&str> = ["stamp"].iter().chain(targets).copied().collect();
        call(&project, &database, &args).expect_code(0);
        assert_eq!(recorded(&database), expected, "after {targets:?}");
    };
    check(&["heads"], &["aaaa1", "bbbb2", "cccc3", "dddd4", "eeee5"]);
    check(&["cccc3"], &["aaaa1", "bbbb2", "cccc3", "dddd4"]);
    check(&["right@base"], &["aaaa1", "bbbb2", "cccc3"]);
    check(&["cccc3", "dddd4"], &["aaaa1", "bbbb2", "cccc3", "dddd4"]);
    check(&["base"], &[]);
}

#[test]
fn a_stamped_database_can_be_upgraded_from_there() {
    let (database, project) = (Server::shared().database(), branched());
    database.execute("CREATE TABLE t_aaaa1 (n int); CREATE TABLE t_bbbb2 (n int)");
    call(&project, &database, &["stamp", "bbbb2"]).expect_code(0);
    call(&project, &database, &["upgrade", "heads"]).expect_code(0);
    assert_eq!(recorded(&database).len(), 5);
}

#[test]
fn a_changed_text_is_accepted_and_no_head_moves() {
    let (database, project) = (Server::shared().database(), branched());
    call(&project, &database, &["upgrade", "left@head"]).expect_code(0);
    let text = project.read("migrations/bbbb2.sql");
    project.file(
        "migrations/bbbb2.sql",
        text.replace("(n int)", "(n int NOT NULL)"),
    );
    let refused = call(&project, &database, &["upgrade", "heads"]).expect_code(65);
    assert!(
        refused.stderr.contains("seaworthy stamp --checksum bbbb2"),
        "{}",
        refused.stderr
    );
    call(&project, &database, &["stamp", "--checksum", "bbbb2"]).expect_code(0);
    assert_eq!(recorded(&database).len(), 4);
    call(&project, &database, &["upgrade", "heads"]).expect_code(0);
    let pending = call(&project, &database, &["stamp", "--checksum", "zzzz"]).expect_code(65);
    assert!(
        pending.stderr.contains("unknown-revision"),
        "{}",
        pending.stderr
    );
}

#[test]
fn another_tools_history_is_no_obstacle() {
    let (database, project) = (Server::shared().database(), branched());
    database.execute(
        "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL); \
         INSERT INTO alembic_version VALUES ('bbbb2')",
    );
    let refused = call(&project, &database, &["upgrade", "heads"]).expect_code(65);
    assert!(
        refused.stderr.contains("seaworthy stamp"),
        "{}",
        refused.stderr
    );
    call(&project, &database, &["stamp", "bbbb2"]).expect_code(0);
    assert_eq!(recorded(&database), ["aaaa1", "bbbb2"]);
}

#[test]
fn a_state_table_that_is_gone_can_be_stamped_again() {
    let (database, project) = (Server::shared().database(), branched());
    call(&project, &database, &["upgrade", "bbbb2"]).expect_code(0);
    database.execute("DROP TABLE seaworthy_revision");
    call(&project, &database, &["upgrade", "bbbb2"]).expect_code(65);
    call(&project, &database, &["stamp", "bbbb2"]).expect_code(0);
    assert_eq!(recorded(&database), ["aaaa1", "bbbb2"]);
    assert_eq!(
        history(&database),
        [
            "upgrade aaaa1",
            "upgrade bbbb2",
            "stamp aaaa1 recorded",
            "stamp bbbb2 recorded",
        ]
    );
}

#[test]
fn a_purge_forgets_what_cannot_be_read() {
    let (database, project) = (Server::shared().database(), branched());
    call(&project, &database, &["stamp", "heads"]).expect_code(0);
    database.execute(
        "ALTER TABLE seaworthy_revision DROP CONSTRAINT seaworthy_revision_state_check; \
         UPDATE seaworthy_revision SET state = 'later' WHERE revision = 'eeee5'",
    );
    call(&project, &database, &["stamp", "aaaa1"]).expect_code(65);
    call(&project, &database, &["stamp", "aaaa1", "--purge"]).expect_code(0);
    assert_eq!(recorded(&database), ["aaaa1"]);
}

#[test]
fn the_lock_is_respected() {
    let (database, project) = (Server::shared().database(), branched());
    project.file(
        "migrations/aaaa1.sql",
        "-- slow\n-- revision: aaaa1\n-- migrate:up\nSELECT pg_sleep(60);\n",
    );
    let slow = crate::support::binary::Binary::new(["upgrade", "aaaa1"])
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .spawn();
    crate::support::eventually("the revision runs", || {
        database.value(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' \
             AND datname = current_database()",
        ) == "1"
    });
    let refused = call(&project, &database, &["stamp", "heads", "--lock-wait", "0"]);
    let refused = refused.expect_code(75);
    assert!(refused.stderr.contains("error[lock"), "{}", refused.stderr);
    slow.signal(nix::sys::signal::Signal::SIGTERM);
    slow.finish().expect_code(143);
}

#[test]
fn the_script_does_what_the_command_does() {
    let project = branched();
    let online = Server::shared().database();
    call(&project, &online, &["stamp", "left@head"]).expect_code(0);
    call(&project, &online, &["stamp", "bbbb2"]).expect_code(0);
    let offline = Server::shared().database();
    for args in [
        &["stamp", "--sql", "left@head"][..],
        &["stamp", "--sql", "eeee5:bbbb2"],
    ] {
        let printed = call(&project, &offline, args).expect_code(0);
        offline.psql(&printed.stdout);
    }
    let rows = "SELECT concat_ws('|', revision, revises, depends_on, message, checksum, state, \
                duration_ms, finished) FROM seaworthy_revision ORDER BY revision";
    assert_eq!(offline.column(rows), online.column(rows));
    assert_eq!(history(&offline), history(&online));
    let headline = call(&project, &offline, &["stamp", "--sql", "eeee5:bbbb2"]).stdout;
    let first = headline.lines().next();
    assert_eq!(first, Some("-- Running stamp_revision eeee5 -> bbbb2"));
}
