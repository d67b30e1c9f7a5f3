//! Where passwords come from, and when they are read.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::binary::Binary;
use crate::support::database::Database;
use crate::support::project::Project;
use crate::support::server::{PASSWORD, Server};

/// A wait that has everything but the password.
fn wait(database: &Database<'_>, project: &Project) -> Binary {
    Binary::new(["wait", "--timeout", "30s", "--grace", "30s"])
        .within(project.path())
        .env("PGHOST", "127.0.0.1")
        .env("PGPORT", database.server().port().to_string())
        .env("PGUSER", "postgres")
        .env("PGDATABASE", database.name())
        .env("PGSSLMODE", "disable")
}

#[test]
fn a_secret_file_that_is_written_during_the_wait_is_read_anew() {
    let database = Server::shared().database();
    let project = Project::new();
    for name in ["PGPASSWORD_FILE", "POSTGRES_PASSWORD_FILE"] {
        project.file("secret", "not-this-one\n");
        let running = wait(&database, &project).env(name, "secret").spawn();
        running.stderr_line("a first boot may still change that");
        project.file("secret", format!("{PASSWORD}\r\n\n"));
        let finished = running.finish().expect_code(0);
        assert!(!finished.stderr.contains("not-this-one"));
        assert!(!finished.stderr.contains(PASSWORD));
    }
}

#[test]
fn a_secret_file_that_is_empty_or_away_for_a_moment_is_waited_for() {
    let database = Server::shared().database();
    let project = Project::new();
    project.file("secret", "not-this-one\n");
    let running = wait(&database, &project)
        .env("PGPASSWORD_FILE", "secret")
        .spawn();
    running.stderr_line("28P01");
    project.file("secret", "");
    running.stderr_line("is empty (a first boot may still change that");
    project.remove("secret");
    running.stderr_line("cannot be read (a first boot may still change that");
    project.file("secret", PASSWORD);
    running.finish().expect_code(0);
}

#[test]
fn the_whole_url_may_lie_in_a_file_that_changes() {
    let database = Server::shared().database();
    let project = Project::new();
    for name in ["DATABASE_URL_FILE", "SEAWORTHY_DATABASE_URL_FILE"] {
        let wrong = database.url().replace(PASSWORD, "not-this-one");
        project.file("secret", wrong);
        let call = Binary::new(["wait", "--timeout", "30s", "--grace", "30s"]);
        let running = call.within(project.path()).env(name, "secret").spawn();
        running.stderr_line("a first boot may still change that");
        project.file("secret", database.url());
        running.finish().expect_code(0);
    }
}

#[test]
fn grace_ends_for_a_wrong_password_that_stays() {
    let database = Server::shared().database();
    let project = Project::new();
    project.file("secret", "not-this-one");
    let finished = wait(&database, &project)
        .env("PGPASSWORD_FILE", "secret")
        .arg("--lock-wait=1s")
        .run();
    // A flag of another command is none of this one.
    finished.expect_code(2);
    let finished = Binary::new(["wait", "--grace", "300ms"])
        .within(project.path())
        .env(
            "DATABASE_URL",
            database.url().replace(PASSWORD, "not-this-one"),
        )
        .run()
        .expect_code(77);
    for part in ["error[password-refused]", "--grace", "28P01"] {
        assert!(finished.stderr.contains(part), "{}", finished.stderr);
    }
}

#[test]
fn a_variable_and_its_file_are_not_both_set() {
    let database = Server::shared().database();
    let project = Project::new();
    project.file("secret", PASSWORD);
    let finished = wait(&database, &project)
        .env("PGPASSWORD", PASSWORD)
        .env("PGPASSWORD_FILE", "secret")
        .run()
        .expect_code(78);
    for part in ["`PGPASSWORD`", "`PGPASSWORD_FILE`"] {
        assert!(finished.stderr.contains(part), "{}", finished.stderr);
    }
    assert!(!finished.stderr.contains(PASSWORD), "{}", finished.stderr);
}

#[test]
fn password_file_service_file_and_the_other_spellings_lead_to_the_database() {
    let database = Server::shared().database();
    let project = Project::new();
    let (port, name) = (database.server().port(), database.name());
    project.file(
        ".pgpass",
        format!("127.0.0.1:{port}:*:postgres:{PASSWORD}\n"),
    );
    let file = project.path().join(".pgpass");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("it is ours");
    wait(&database, &project).run().expect_code(0);

    project.file(
        ".pg_service.conf",
        format!("[harbour]\nhost=127.0.0.1\nport={port}\nuser=postgres\ndbname={name}\n"),
    );
    let service = Binary::new(["wait", "--timeout", "10s"]).within(project.path());
    service.env("PGSERVICE", "harbour").run().expect_code(0);

    let alchemy = database
        .url()
        .replace("postgres://", "postgresql+asyncpg://")
        + "?ssl=disable";
    let postgres = [
        ("POSTGRES_HOST", "127.0.0.1".to_owned()),
        ("POSTGRES_PORT", port.to_string()),
        ("POSTGRES_USER", "postgres".to_owned()),
        ("POSTGRES_DB", name.to_owned()),
        ("POSTGRES_PASSWORD", PASSWORD.to_owned()),
    ];
    let empty = Project::new();
    let bare = || Binary::new(["wait", "--timeout", "10s"]).within(empty.path());
    let conninfo = format!(
        "host=127.0.0.1 port={port} user=postgres password={PASSWORD} dbname='{name}' sslmode=disable"
    );
    bare().env("DATABASE_URL", alchemy).run().expect_code(0);
    bare().env("DATABASE_URL", conninfo).run().expect_code(0);
    postgres
        .iter()
        .fold(bare(), |call, (name, value)| call.env(name, value))
        .run()
        .expect_code(0);
    // What a Service called `postgres` injects is no port.
    let injected = postgres.iter().fold(bare(), |call, (name, value)| {
        let value = if *name == "POSTGRES_PORT" {
            "tcp://10.0.0.9:5432"
        } else {
            value
        };
        call.env(name, value)
    });
    let injected = injected.env("PGPORT", port.to_string()).run();
    assert!(!injected.expect_code(0).stderr.contains("WARN"));
}

#[test]
fn configuration_and_env_files_lead_to_the_database_and_stay_ours() {
    let database = Server::shared().database();
    let url = database.url();
    let files = [
        ("seaworthy.toml", format!("[database]\nurl = \"{url}\"\n")),
        (
            "pyproject.toml",
            format!("[tool.seaworthy.database]\nurl = \"{url}\"\n"),
        ),
    ];
    for (name, text) in files {
        let project = Project::new();
        project.file(name, text);
        let call = Binary::new(["wait", "--timeout", "10s"]);
        call.within(project.path()).run().expect_code(0);
    }
    let project = Project::new();
    project.file("some.env", format!("export DATABASE_URL='{url}'\n"));
    let finished = Binary::new(["run", "--skip-migration", "--env-file", "some.env"])
        .within(project.path())
        .args(["--", "sh", "-c", "echo ${DATABASE_URL-nothing}"])
        .run()
        .expect_code(0);
    assert_eq!(finished.stdout, "nothing\n");
    // The real environment wins.
    let finished = Binary::new(["wait", "--env-file", "some.env", "--timeout", "200ms"])
        .within(project.path())
        .env("DATABASE_URL", "postgres://u:p@127.0.0.1:1/d")
        .run()
        .expect_code(69);
    assert!(finished.stderr.contains("127.0.0.1:1/d"));
}

#[test]
fn an_env_file_may_be_a_pipe_that_is_written_to_slowly() {
    let database = Server::shared().database();
    let project = Project::new();
    let ready = project.path().join("ready");
    let script = format!(
        "exec {} wait --timeout 10s --env-file <(until [ -e ready ]; do :; done; \
         echo DATABASE_URL={})",
        env!("CARGO_BIN_EXE_seaworthy"),
        database.url()
    );
    let child = std::process::Command::new("bash")
        .args(["-c", &script])
        .current_dir(project.path())
        .spawn();
    let mut child = child.expect("bash can be run");
    let opened = format!("/proc/{}/fd", child.id());
    crate::support::eventually("the pipe is open and empty", || {
        let open = fs::read_dir(&opened).map_or(0, |names| {
            let targets = names
                .flatten()
                .filter_map(|name| fs::read_link(name.path()).ok());
            targets
                .filter(|target| target.to_string_lossy().starts_with("pipe:"))
                .count()
        });
        let name = fs::read_to_string(format!("/proc/{}/comm", child.id()));
        open >= 2 && name.is_ok_and(|name| name.trim() == "seaworthy")
    });
    fs::write(ready, "").expect("the project can be written");
    assert_eq!(child.wait().expect("it is our child").code(), Some(0));
}

#[test]
fn the_owner_migrates_and_the_application_logs_in_with_its_own_role() {
    let database = Server::shared().database();
    let application = database.role("");
    let project = Project::new();
    let grant = format!(
        "GRANT SELECT ON seaworthy_revision TO {};",
        application.name
    );
    project.revision(
        "a1",
        "",
        &format!("CREATE TABLE boats (id int);\n{grant}"),
        "",
    );
    let both = |command: &[&str]| {
        Binary::new(command)
            .within(project.path())
            .env("MIGRATION_DATABASE_URL", database.url())
            .env("DATABASE_URL", &application.url)
    };
    // `wait` is the application's: nothing is applied yet.
    let early = both(&["wait", "--schema", "head", "--timeout", "300ms"]).run();
    early.expect_code(69);
    both(&["upgrade"]).run().expect_code(0);
    assert_eq!(
        database.column("SELECT applied_by FROM seaworthy_revision"),
        ["postgres"]
    );
    let wait = both(&["wait", "--schema", "head", "--timeout", "10s"]).run();
    assert!(!wait.expect_code(0).stderr.contains("postgres:"));
    let script = "echo ${MIGRATION_DATABASE_URL-gone} $DATABASE_URL";
    let run = both(&["run", "--unset", "MIGRATION_DATABASE_URL"])
        .args(["--", "sh", "-c", script])
        .run()
        .expect_code(0);
    assert_eq!(run.stdout, format!("gone {}\n", application.url));
    // Only `upgrade` may do without the application's.
    let alone = Binary::new(["wait"]).env("MIGRATION_DATABASE_URL", database.url());
    alone.run().expect_code(78);
}
