//! `seaworthy health`: what is well, what is not, and how little it takes to
//! find out.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::{Value, json};

use crate::support::binary::{Binary, Finished};
use crate::support::database::Database;
use crate::support::pgbouncer::{PgBouncer, PoolMode};
use crate::support::project::Project;
use crate::support::server::{Options, PASSWORD, Server, StopMode};
use crate::support::{eventually, standby};

fn project() -> Project {
    let project = Project::new();
    project
        .revision("aa11", "", "CREATE TABLE boats (id int);", "")
        .revision("bb22", "aa11", "CREATE TABLE crew (id int);", "");
    project
}

fn upgrade(database: &Database<'_>, project: &Project, target: &str) -> Finished {
    Binary::new(["upgrade", target])
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .run()
}

/// Returns a probe that has all the time it may need on a busy machine.
fn health(url: &str, project: &Project) -> Binary {
    Binary::new(["health", "--timeout", "20s"])
        .within(project.path())
        .env("DATABASE_URL", url)
}

/// Expects one line and nothing else, and returns it.
#[track_caller]
fn line(finished: Finished, code: i32) -> String {
    let finished = finished.expect_code(code);
    assert_eq!(finished.stderr, "");
    let line = finished.stdout.strip_suffix('\n').expect("a line");
    assert!(!line.contains('\n') && !line.contains(PASSWORD), "{line}");
    line.to_owned()
}

#[track_caller]
fn document(finished: Finished, code: i32) -> Value {
    serde_json::from_str(&line(finished, code)).expect("a document")
}

fn shown(database: &Database<'_>) -> String {
    let port = database.server().port();
    format!("postgres@127.0.0.1:{port}/{}", database.name())
}

/// Starts an HTTP server on a port of its own and returns the port.
fn http(status: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("it has an address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes());
        }
    });
    port
}

#[test]
fn the_schema_is_behind_then_at_the_target_then_ahead() {
    let database = Server::shared().database();
    let (project, url) = (project(), database.url());
    let behind = "unhealthy: the schema has not reached `head`";
    assert_eq!(line(health(&url, &project).run(), 1), behind);
    upgrade(&database, &project, "aa11").expect_code(0);
    assert_eq!(line(health(&url, &project).run(), 1), behind);
    let early = health(&url, &project).args(["--target", "aa11"]).run();
    let name = shown(&database);
    let expected = format!("healthy: database {name}; schema at aa11");
    assert_eq!(line(early, 0), expected);

    upgrade(&database, &project, "head").expect_code(0);
    let expected = format!("healthy: database {name}; schema at bb22");
    assert_eq!(line(health(&url, &project).run(), 0), expected);
    project.remove("migrations/bb22.sql");
    let expected = format!("healthy: database {name}; schema at aa11");
    assert_eq!(line(health(&url, &project).run(), 0), expected);
    // An image without revisions names an id.
    let without = Project::new();
    let bare = health(&url, &without).args(["--target", "bb22"]);
    let expected = format!("healthy: database {name}; schema at bb22");
    assert_eq!(line(bare.run(), 0), expected);
}

#[test]
fn a_revision_that_stopped_half_way_is_named() {
    let database = Server::shared().database();
    let project = project();
    project.file(
        "migrations/cc33.sql",
        "-- half\n-- revision: cc33\n-- revises: bb22\n-- migrate:up transaction:false\n\
         CREATE TABLE half (id int);\nSELECT 1 / 0;\n",
    );
    upgrade(&database, &project, "head").expect_code(1);
    let half = health(&database.url(), &project).run();
    let expected = "unhealthy: the schema has not reached `head`: `cc33` not finished";
    assert_eq!(line(half, 1), expected);
    let half = health(&database.url(), &project).arg("--json").run();
    let schema = document(half, 1)["schema"].clone();
    assert_eq!(schema["partial"], json!(["cc33"]));
    assert_eq!(schema["error"]["code"], "schema-behind");
    // Who needs only what is before it is not taken out of service meanwhile.
    let older = health(&database.url(), &project).args(["--target", "bb22"]);
    line(older.run(), 0);
}

#[test]
fn where_alembic_migrates_its_heads_are_compared() {
    let database = Server::shared().database();
    let alembic = "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
                   INSERT INTO alembic_version VALUES ('27c6a30d7c24')";
    database.execute(alembic);
    let (without, url) = (Project::new(), database.url());
    let at = |target: &str| health(&url, &without).args(["--schema", "--target", target]);
    let expected = "healthy: schema at 27c6a30d7c24";
    assert_eq!(line(at("27c6a30d7c24").run(), 0), expected);
    let behind = line(at("ae1027a6acf0").run(), 1);
    assert!(behind.contains("holds `27c6a30d7c24`"), "{behind}");
}

#[test]
fn only_what_is_named_is_asked() {
    let database = Server::shared().database();
    let (project, url) = (project(), database.url());
    let name = shown(&database);
    let asked = |args: &[&str]| health(&url, &project).args(args).run();
    let database_alone = format!("healthy: database {name}");
    assert_eq!(line(asked(&["--database"]), 0), database_alone);
    assert_eq!(line(asked(&["--schema=false"]), 0), database_alone);
    line(asked(&["--schema"]), 1);
    line(asked(&["--database=no"]), 1);
    upgrade(&database, &project, "head").expect_code(0);
    let schema = line(asked(&["--schema"]), 0);
    assert_eq!(schema, "healthy: schema at bb22");
    let app = format!("http://127.0.0.1:{}/healthz", http("204 No Content"));
    let all = asked(&["--database", "--schema", "--app", &app]);
    let expected = format!("healthy: database {name}; schema at bb22; {app}");
    assert_eq!(line(all, 0), expected);
    let document = document(asked(&["--database", "--schema", "--json"]), 0);
    let expected = json!({
        "ok": true,
        "database": {"ok": true, "name": name, "error": null},
        "schema": {"ok": true, "target": "head", "revisions": ["bb22"], "partial": [], "error": null},
        "app": null,
        "error": null,
    });
    assert_eq!(document, expected);
    // The file chooses as the flags do, and a skipped migration is no answer.
    project.file("seaworthy.toml", "[health]\nschema = true\n");
    let skipped = health(&url, &project).env("SKIP_MIGRATION", "true").run();
    assert_eq!(line(skipped, 0), "healthy: schema at bb22");
}

#[test]
fn the_application_alone_needs_no_database() {
    let app = |target: &str| {
        Binary::new(["health", "--timeout", "20s", "--app", target])
            .env("PGPORT", "1")
            .run()
    };
    let well = format!("http://127.0.0.1:{}/", http("200 OK"));
    assert_eq!(line(app(&well), 0), format!("healthy: {well}"));
    let port = http("200 OK");
    line(app(&format!("tcp://127.0.0.1:{port}")), 0);
    for (target, reason) in [
        (
            format!("http://127.0.0.1:{}/", http("500 Oh No")),
            "answered with status 500",
        ),
        (
            format!("http://127.0.0.1:{}/", http("302 Found\r\nlocation: /")),
            "answered with status 302, a redirect, which is not followed",
        ),
        ("tcp://127.0.0.1:1".to_owned(), "connection refused"),
    ] {
        let expected = format!("unhealthy: `{target}` is not ready: {reason}");
        assert_eq!(line(app(&target), 1), expected);
    }
    // Neither a password nor a token is shown.
    let secret = format!("http://me:hunter2@127.0.0.1:{}/?t=hunter2", http("500 No"));
    let said = line(app(&secret), 1);
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn what_is_not_well_has_the_code_of_its_error() {
    let database = Server::shared().database();
    let project = project();
    let port = database.server().port();
    let name = database.name();
    let role = database.role("");
    upgrade(&database, &project, "head").expect_code(0);
    let check = |url: &str, codes: [&str; 2]| {
        let finished = health(url, &project).arg("--json").run();
        let document = document(finished, 1);
        let code = |part: &str| document[part]["error"]["code"].as_str().unwrap_or("");
        assert_eq!([code("database"), code("schema")], codes, "{document}");
    };
    let at = |login: &str, rest: &str| format!("postgres://{login}@127.0.0.1:{rest}");
    let refused = ["connection-refused"; 2];
    check(&at("postgres:x", &format!("1/{name}")), refused);
    let password = ["password-refused"; 2];
    check(&at("postgres:wrong", &format!("{port}/{name}")), password);
    let missing = at(&format!("postgres:{PASSWORD}"), &format!("{port}/nowhere"));
    check(&missing, ["database-missing"; 2]);
    // It may log in and not read.
    check(&role.url, ["", "state-unreadable"]);
}

#[test]
fn what_cannot_be_asked_is_one_too_and_its_hints_go_to_stderr() {
    let database = Server::shared().database();
    let project = project();
    let url = database.url();
    let check = |call: Binary, said: &str, code: &str| {
        let finished = call.run().expect_code(1);
        assert_eq!(finished.stdout, format!("unhealthy: {said}\n"));
        let code = format!("error[{code}]");
        assert!(finished.stderr.contains(&code), "{}", finished.stderr);
    };
    let nowhere = Binary::new(["health"]);
    check(nowhere, "no database host is configured", "no-database");
    let without = Project::new();
    let empty = health(&url, &without);
    let said = "the directory `migrations` does not exist";
    check(empty, said, "no-directory");
    let nothing = health(&url, &project).args(["--database=no", "--schema=no"]);
    let said = "`health` has nothing to ask: database and schema are switched off, and no \
                application is named";
    check(nothing, said, "nothing-asked");
    let typing = Binary::new(["health", "--shema"]);
    check(typing, "unexpected argument `--shema`", "usage");
    let relative = health(&url, &project).args(["--target", "+1"]);
    let said = relative.run().expect_code(1);
    assert!(
        said.stderr.contains("error[relative-target]"),
        "{}",
        said.stderr
    );
    // What else was asked is asked all the same.
    let json = health(&url, &without).arg("--json").run();
    let document: Value = serde_json::from_str(&json.expect_code(1).stdout).expect("a document");
    assert_eq!(document["database"]["ok"], true);
    assert_eq!(document["schema"]["error"]["code"], "no-directory");
}

#[test]
fn it_takes_one_connection_and_leaves_no_trace_in_the_server_s_log() {
    let options = Options::default().setting("log_connections", "on");
    let server = Server::start(options.setting("log_disconnections", "on"));
    let database = server.database();
    let project = project();
    upgrade(&database, &project, "aa11").expect_code(0);
    let app = http("200 OK");
    let app = format!("tcp://127.0.0.1:{app}");
    let before = server.log().len();
    let all = ["--database", "--schema", "--app", &app];
    line(health(&database.url(), &project).args(all).run(), 1);
    upgrade(&database, &project, "head").expect_code(0);
    let count = |from: usize, part: &str| {
        let log = server.log().split_off(from);
        log.lines().filter(|line| line.contains(part)).count()
    };
    let all_left = || {
        eventually("every session is over", || {
            count(0, "disconnection") == count(0, "connection authorized")
        });
    };
    all_left();
    let between = server.log().len();
    line(health(&database.url(), &project).args(all).run(), 0);
    all_left();
    assert_eq!(count(between, "connection received"), 1, "{}", server.log());
    for word in ["ERROR", "FATAL", "WARNING", "unexpected", "could not"] {
        assert_eq!(count(before, word), 0, "{}", server.log());
    }
}

#[test]
fn it_asks_as_the_application_does_and_past_whatever_stands_before_the_server() {
    let database = Server::shared().database();
    let (project, name) = (project(), shown(&database));
    upgrade(&database, &project, "head").expect_code(0);
    let elsewhere = "postgres://owner:x@127.0.0.1:1/nowhere";
    let finished = health(&database.url(), &project)
        .env("MIGRATION_DATABASE_URL", elsewhere)
        .run();
    assert!(line(finished, 0).contains(&name));
    for mode in [
        PoolMode::Session,
        PoolMode::Transaction,
        PoolMode::Statement,
    ] {
        let pooler = PgBouncer::start(database.server(), mode);
        let url = pooler.url(database.name());
        line(health(&url, &project).run(), 0);
        line(health(&url, &project).run(), 0);
    }
}

#[test]
fn a_standby_is_well_and_the_server_of_a_first_boot_is_not() {
    let primary = Server::start(Options::default());
    let copy = standby::start(&primary, Options::default());
    let project = project();
    let call = Binary::new(["upgrade"]).within(project.path());
    call.env("DATABASE_URL", primary.url("postgres"))
        .run()
        .expect_code(0);
    let url = copy.url("postgres");
    eventually("the standby has what the primary has", || {
        health(&url, &project).run().code() == 0
    });
    let nowhere = Options::default().setting("listen_addresses", "");
    let booting = Server::start(nowhere);
    let directory = booting.socket_directory().display().to_string();
    let url = format!(
        "postgres://postgres@/postgres?host={directory}&port={}",
        booting.port()
    );
    let finished = health(&url, &project).arg("--database").run();
    let said = line(finished, 1);
    assert!(said.contains("while it makes the database"), "{said}");
    let accepted = health(&url, &project).args(["--database", "--accept-socket-only"]);
    line(accepted.run(), 0);
    booting.stop(StopMode::Fast);
}
