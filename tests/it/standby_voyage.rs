//! The voyage where the server accepts no writes.

use crate::support::binary::Binary;
use crate::support::database::query;
use crate::support::project::Project;
use crate::support::server::{Options, Server};
use crate::support::{eventually, standby};

fn one_table() -> Project {
    let project = Project::new();
    project.revision("a1", "", "CREATE TABLE boats (id int);", "");
    project
}

fn run(project: &Project, url: &str) -> Binary {
    Binary::new(["run", "--", "echo", "up"])
        .within(project.path())
        .env("DATABASE_URL", url)
}

#[test]
fn a_standby_at_the_target_is_good_enough_and_a_promoted_one_is_migrated() {
    let primary = Server::start(Options::default());
    let standby = standby::start(&primary, Options::default());
    let project = one_table();
    run(&project, &primary.url("postgres")).run().expect_code(0);
    let copy = standby.url("postgres");
    eventually("the standby has what the primary has", || {
        query(&copy, "SELECT to_regclass('boats') IS NOT NULL")[0][0].as_deref() == Some("t")
    });

    let at_head = run(&project, &copy).run().expect_code(0);
    assert_eq!(at_head.stdout, "up\n");

    project.revision("b2", "a1", "CREATE TABLE crew (id int);", "");
    let late = run(&project, &copy).env("SEAWORTHY_TIMEOUT", "1s");
    let late = late.run().expect_code(69);
    assert_eq!(late.stdout, "");
    for part in ["a standby, and revisions are pending", "`b2`"] {
        assert!(late.stderr.contains(part), "no `{part}`: {}", late.stderr);
    }

    // Several hosts: the standby alone is not good enough for what is pending.
    let both = format!(
        "postgres://postgres:anchor-and-chain@127.0.0.1:{},127.0.0.1:{}/postgres",
        standby.port(),
        primary.port()
    );
    let wanted = format!("{both}?target_session_attrs=read-write");
    let offered = run(&project, &format!("{both}?target_session_attrs=standby"));
    let offered = offered.env("SEAWORTHY_TIMEOUT", "1s").run();
    offered.expect_code(69);
    let elsewhere = run(&project, &wanted).run().expect_code(0);
    assert_eq!(elsewhere.stdout, "up\n");
    eventually("the standby has this one too", || {
        query(&copy, "SELECT to_regclass('crew') IS NOT NULL")[0][0].as_deref() == Some("t")
    });

    project.revision("c3", "b2", "CREATE TABLE cargo (id int);", "");
    let waiting = run(&project, &copy).spawn();
    waiting.stderr_line("a standby, and revisions are pending");
    query(&copy, "SELECT pg_promote()");
    assert_eq!(waiting.finish().expect_code(0).stdout, "up\n");
    assert_eq!(
        query(&copy, "SELECT count(*) FROM cargo")[0][0].as_deref(),
        Some("0")
    );
}

#[test]
fn a_primary_that_is_listed_second_is_found_without_being_asked_for() {
    let primary = Server::start(Options::default());
    let standby = standby::start(&primary, Options::default());
    let url = format!(
        "postgres://postgres:anchor-and-chain@127.0.0.1:{},127.0.0.1:{}/postgres",
        standby.port(),
        primary.port()
    );
    let finished = run(&one_table(), &url).env("SEAWORTHY_TIMEOUT", "3s").run();
    assert_eq!(finished.expect_code(0).stdout, "up\n");
}
