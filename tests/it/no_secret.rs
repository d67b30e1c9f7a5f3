//! No password is written anywhere, whatever goes wrong and however odd it is.

use std::fs;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::binary::{Binary, Finished};
use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::server::Server;

/// What every password here holds, so that a part of it is found too.
const MARK: &str = "hush7";

/// Characters that mean something in a URL, in a connection string, in a
/// shell, in TOML, or nowhere.
fn passwords() -> impl Strategy<Value = String> {
    let odd = "[:@/%#?& =\"'\\\\$,;+{}\\[\\]a1é]{0,6}";
    (odd, odd).prop_map(|(before, after)| format!("{before}{MARK}{after}{MARK}"))
}

fn encoded(password: &str) -> String {
    utf8_percent_encode(password, NON_ALPHANUMERIC).to_string()
}

#[track_caller]
fn check(finished: &Finished, codes: &[i32], what: &str) {
    let written = format!("{}{}", finished.stdout, finished.stderr);
    assert!(!written.contains(MARK), "{what}:\n{written}");
    // A setting that is not valid is 2 where it was typed, 78 elsewhere.
    let code = match finished.code() {
        2 => 78,
        code => code,
    };
    assert!(codes.contains(&code), "{code}: {what}:\n{written}");
}

/// Returns how long a call may take: where it may be in vain it is short, and
/// where only the answer counts a machine under load gets its time.
fn limits(codes: &[i32]) -> [&'static str; 6] {
    let timeout = if codes.contains(&69) { "150ms" } else { "30s" };
    ["--timeout", timeout, "--grace", "0", "--log-level", "trace"]
}

/// Calls the binary in each way in which this password can be refused.
fn try_all(database: &Database<'_>, password: &str) {
    let (port, name) = (database.server().port(), database.name());
    let url =
        |host: &str, name: &str| format!("postgres://postgres:{}@{host}/{name}", encoded(password));
    let here = format!("127.0.0.1:{port}");
    let raw = format!("postgres://postgres:{password}@127.0.0.1:1/{name}");
    let quoted = password.replace('\\', "\\\\").replace('\'', "\\'");
    let conninfo =
        |end: &str| format!("host=127.0.0.1 port={port} user=postgres password='{quoted}{end}");
    let urls = [
        // Refused: the password itself, and on the way to it.
        (url(&here, name), &[77][..]),
        (url("127.0.0.1:1", name), &[69]),
        (url(&here, "no_such_database"), &[77]),
        (format!("{}?sslmode=require", url(&here, name)), &[77]),
        (conninfo("'"), &[77]),
        // Not valid, or read in another way than was meant.
        (conninfo(""), &[69, 77, 78]),
        (raw, &[69, 77, 78]),
        (password.to_owned(), &[69, 78]),
        (
            format!("{}?sslmode={}", url(&here, name), encoded(password)),
            &[78],
        ),
        (
            format!("{}?{}=1", url(&here, name), encoded(password)),
            &[77, 78],
        ),
        (url("127.0.0.1:99999", name), &[78]),
        (url(&here, name).replace("postgres://", "mysql://"), &[78]),
    ];
    for (index, (url, codes)) in urls.iter().enumerate() {
        let format = ["text", "json"][index % 2];
        let call = Binary::new(["wait", "--log-format", format]).args(limits(codes));
        let finished = match index % 3 {
            0 => call.env("DATABASE_URL", url).run(),
            1 => call.env("SEAWORTHY_DATABASE_URL", url).run(),
            _ => call.args(["--database-url", url]).run(),
        };
        check(&finished, codes, &format!("{url} ({index})"));
        let probe = Binary::new(["health", "--database", "--json", "--log-format", format]);
        let probe = probe.env("DATABASE_URL", url).run();
        check(&probe, &[0, 1], &format!("{url} ({index}, health)"));
    }
    let project = Project::new();
    let try_one = |change: &dyn Fn(Binary) -> Binary, codes: &[i32], what: &str| {
        let call = Binary::new(["wait"])
            .args(limits(codes))
            .within(project.path())
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", port.to_string());
        check(&change(call).run(), codes, what);
    };
    try_one(
        &|call| call.env("PGPASSWORD", password),
        &[77],
        "PGPASSWORD",
    );
    project.file("secret", password);
    try_one(
        &|call| call.env("POSTGRES_PASSWORD_FILE", "secret"),
        &[77],
        "POSTGRES_PASSWORD_FILE",
    );
    let also = format!("http://u:{}@127.0.0.1:1/", encoded(password));
    try_one(&|call| call.args(["--also", &also]), &[69, 77], "--also");
    let also = format!("http://u:{password}@127.0.0.1:1/");
    let codes = [69, 77, 78];
    try_one(&|call| call.args(["--also", &also]), &codes, "--also");
    let env_file = |call: Binary| call.args(["--env-file", "some.env"]);
    let line = format!("PGPASSWORD={password}\nPGPASSWORD '{password}\n");
    project.file("some.env", line);
    try_one(&env_file, &[77, 78], "--env-file");
    project.file("some.env", format!("PGPASSWORD=\"{password}\n"));
    try_one(&env_file, &[77, 78], "--env-file");
    for toml in [
        format!("[database]\nurl = \"{raw}\n", raw = password),
        format!("[database]\nurl = {password}\n"),
        format!("[database]\nurl = [{password:?}]\n"),
        format!("[database]\npassword = {password:?}\n"),
    ] {
        project.file("seaworthy.toml", &toml);
        try_one(&|call| call, &[78], &toml);
    }
    fs::remove_file(project.path().join("seaworthy.toml")).expect("it is there");
}

#[test]
fn no_password_is_written_whatever_goes_wrong() {
    let database = Server::shared().database();
    let mut runner = TestRunner::new(Config {
        cases: 6,
        failure_persistence: None,
        // Each step of shrinking would be as long as a case.
        max_shrink_iters: 0,
        ..Config::default()
    });
    let outcome = runner.run(&passwords(), |password| {
        try_all(&database, &password);
        Ok(())
    });
    outcome.expect("no case fails");
    try_all(&database, &format!(":@/%#?& {MARK} \"'\\$"));
    try_all(&database, MARK);
}

#[test]
fn an_odd_password_that_is_right_leads_in() {
    let database = Server::shared().database();
    let role = database.role("");
    let mut runner = TestRunner::new(Config {
        cases: 8,
        failure_persistence: None,
        // Each step of shrinking would be as long as a case.
        max_shrink_iters: 0,
        ..Config::default()
    });
    let outcome = runner.run(&passwords(), |password| {
        let literal = password.replace('\'', "''");
        database.execute(&format!("ALTER ROLE {} PASSWORD '{literal}'", role.name));
        let at = format!("127.0.0.1:{}/{}", database.server().port(), database.name());
        let url = format!("postgres://{}:{}@{at}", role.name, encoded(&password));
        let project = Project::new();
        project.file("secret", format!("{password}\n"));
        let bare = format!("postgres://{}@{at}", role.name);
        let wait = || {
            let call = Binary::new(["wait", "--timeout", "5s", "--grace", "0"]);
            call.within(project.path()).args(["--log-level", "trace"])
        };
        check(&wait().env("DATABASE_URL", &url).run(), &[0], "in the URL");
        let variable = wait().env("DATABASE_URL", &bare);
        let variable = variable.env("PGPASSWORD", &password).run();
        check(&variable, &[0], "in a variable");
        let file = wait().env("DATABASE_URL", &bare);
        let file = file.env("PGPASSWORD_FILE", "secret").run();
        check(&file, &[0], "in a file");
        Ok(())
    });
    outcome.expect("no case fails");
}
