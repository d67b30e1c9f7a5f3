//! `init`, `revision` and `merge`: the files that they make, and what they refuse.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::binary::{Binary, Finished};
use crate::support::project::Project;
use crate::support::server::Server;

fn seaworthy(project: &Project, line: &[&str]) -> Finished {
    Binary::new(line).within(project.path()).run()
}

/// Makes a revision and returns its path.
#[track_caller]
fn made(project: &Project, line: &[&str]) -> String {
    let finished = seaworthy(project, line).expect_code(0);
    let path = finished.stdout.trim_end().to_owned();
    assert_eq!(finished.stdout, format!("{path}\n"));
    path
}

#[track_caller]
fn check(finished: Finished, code: i32, error: &str, parts: &[&str]) {
    let finished = finished.expect_code(code);
    assert_eq!(finished.stdout, "", "there is no result");
    let stderr = &finished.stderr;
    assert!(
        stderr.contains(&format!("seaworthy: error[{error}]: ")),
        "{stderr}"
    );
    for part in parts {
        assert!(stderr.contains(part), "no `{part}` in:\n{stderr}");
    }
}

/// Returns the values of a header's lines, or nothing for one that is not there.
fn header(text: &str, key: &str) -> String {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("-- {key}: ")));
    line.unwrap_or_default().to_owned()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    let mut names: Vec<String> = entries
        .map(|entry| {
            let name = entry.expect("an entry").file_name();
            name.to_string_lossy().into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn a_project_starts_with_what_upgrade_needs() {
    let (database, project) = (Server::shared().database(), Project::new());
    let finished = seaworthy(&project, &["init"]).expect_code(0);
    let paths: Vec<&str> = finished.stdout.lines().collect();
    let [revision, configuration] = paths[..] else {
        panic!("{}", finished.stdout);
    };
    assert_eq!(configuration, "seaworthy.toml");
    assert!(
        revision.ends_with("_create_the_example_table.sql"),
        "{revision}"
    );
    Binary::new(["upgrade"])
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .run()
        .expect_code(0);
    assert_eq!(database.value("SELECT count(*) FROM example"), "0");
    made(&project, &["revision", "-m", "add more"]);
    let text = project.read("seaworthy.toml");
    check(
        seaworthy(&project, &["init"]),
        74,
        "file-exists",
        &["seaworthy.toml"],
    );
    assert_eq!(project.read("seaworthy.toml"), text);
}

#[test]
fn a_project_starts_over_nothing() {
    let project = Project::new();
    project.revision("a1", "", "SELECT 1;", "");
    let occupied = seaworthy(&project, &["init"]);
    check(
        occupied,
        74,
        "file-exists",
        &["`migrations` holds revisions already"],
    );
    assert_eq!(names(project.path()), ["migrations"]);
    let python = "[tool.seaworthy.log]\nlevel = \"info\"\n";
    project.file("pyproject.toml", python);
    let configured = seaworthy(&project, &["init", "--dir", "db"]);
    check(configured, 74, "file-exists", &["pyproject.toml"]);
    assert_eq!(names(project.path()), ["migrations", "pyproject.toml"]);
    project.remove("pyproject.toml");
    seaworthy(&project, &["init", "--dir", "db/sql"]).expect_code(0);
    assert!(
        project
            .read("seaworthy.toml")
            .contains("\ndir = \"db/sql\"\n")
    );
    let path = made(&project, &["revision", "-m", "x"]);
    assert!(path.starts_with("db/sql/"), "{path}");
}

#[test]
fn a_revision_revises_the_head() {
    let project = Project::new();
    fs::create_dir(project.migrations()).expect("it is new");
    let first = made(&project, &["revision", "-m", "Add the users"]);
    let text = project.read(&first);
    let id = header(&text, "revision");
    assert!(
        id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{id}"
    );
    assert_eq!(first, format!("migrations/{id}_add_the_users.sql"));
    let created = header(&text, "created");
    assert!(created.ends_with(" UTC"), "{created}");
    assert_eq!(
        text,
        format!(
            "-- Add the users\n--\n-- revision: {id}\n-- created: {created}\n\n\
             -- migrate:up\n\n\n-- migrate:down\n\n"
        )
    );
    let second = made(&project, &["revision", "-m", "two", "--empty"]);
    assert_eq!(header(&project.read(&second), "revises"), id);
    let script = seaworthy(&project, &["upgrade", "--sql"])
        .expect_code(0)
        .stdout;
    assert_eq!(script.matches("-- Running upgrade").count(), 2);
    assert_eq!(names(&project.migrations()).len(), 2);
}

#[test]
fn a_message_is_one_line_whatever_it_holds() {
    let project = Project::new();
    project.revision("a1", "", "SELECT 1;", "");
    let message = format!("two\nlines -- 'and' \"é\" $$ /* {}", "x".repeat(10_000));
    let path = made(&project, &["revision", "-m", &message, "--rev-id", "b2"]);
    assert_eq!(path, "migrations/b2_two_lines_and_é_.sql");
    let first = project.read(&path).lines().next().map(str::to_owned);
    assert_eq!(first, Some(format!("-- {}", message.replace('\n', " "))));
    made(&project, &["revision", "-m", "after it"]);
    for (message, error) in [
        ("revises: nothing", "message"),
        ("Revison: it", "message"),
        ("migrate:up", "message"),
        (" \n", "usage"),
    ] {
        check(
            seaworthy(&project, &["revision", "-m", message]),
            2,
            error,
            &[],
        );
    }
    check(
        seaworthy(&project, &["revision"]),
        2,
        "usage",
        &["--message"],
    );
    assert_eq!(names(&project.migrations()).len(), 3);
}

#[test]
fn heads_are_named_or_merged() {
    let project = Project::new();
    project.revision("a100", "", "SELECT 1;", "");
    project.revision("b200", "a100", "SELECT 2;", "");
    let splice = ["revision", "-m", "c", "--head", "a100", "--rev-id", "c300"];
    let hint = "`--splice`";
    check(
        seaworthy(&project, &splice),
        65,
        "not-a-head",
        &["`b200` revises it", hint],
    );
    let labelled = [&splice[..], &["--splice", "--branch-label", "shop"]].concat();
    let path = made(&project, &labelled);
    assert_eq!(header(&project.read(&path), "revises"), "a100");
    assert_eq!(header(&project.read(&path), "branch"), "shop");

    let ambiguous = seaworthy(&project, &["revision", "-m", "d"]);
    let merge = "seaworthy merge b200 c300 -m";
    check(ambiguous, 65, "multiple-heads", &["--head b200", merge]);
    let line = [
        "revision",
        "-m",
        "d",
        "--head",
        "shop@head",
        "--depends-on",
        "b200",
        "--depends-on",
        "shop",
        "--rev-id",
        "d400",
    ];
    let path = made(&project, &line);
    assert_eq!(header(&project.read(&path), "revises"), "c300");
    assert_eq!(header(&project.read(&path), "depends-on"), "b200, shop");

    let one = seaworthy(&project, &["merge", "b200"]);
    check(one, 65, "nothing-to-merge", &["migrations/b200.sql"]);
    let old = seaworthy(&project, &["merge", "b200", "c300"]);
    check(old, 65, "not-a-head", &["c300", "d400"]);
    let path = made(&project, &["merge", "b200", "d400", "--rev-id", "e500"]);
    assert_eq!(path, "migrations/e500_merge_b200_and_d400.sql");
    assert_eq!(header(&project.read(&path), "revises"), "b200, d400");
    let script = seaworthy(&project, &["upgrade", "--sql"])
        .expect_code(0)
        .stdout;
    assert!(
        script.contains("-- Running upgrade b200, d400 -> e500"),
        "{script}"
    );
    let base = made(
        &project,
        &["revision", "-m", "f", "--head", "base", "--rev-id", "f600"],
    );
    assert_eq!(header(&project.read(&base), "revises"), "");
    let path = made(&project, &["merge", "heads", "-m", "all of them"]);
    let merged = header(&project.read(&path), "revises");
    assert_eq!(merged, "e500, f600");
}

#[test]
fn names_are_free_and_are_names() {
    let project = Project::new();
    project.revision("a100", "", "SELECT 1;", "");
    let new = |more: &[&str]| seaworthy(&project, &[&["revision", "-m", "x"], more].concat());
    check(
        new(&["--rev-id", "a100"]),
        65,
        "id-taken",
        &["migrations/a100.sql"],
    );
    check(
        new(&["--branch-label", "a100"]),
        65,
        "label-taken",
        &["migrations/a100.sql"],
    );
    check(
        new(&["--rev-id", "b", "--branch-label", "b"]),
        65,
        "label-is-id",
        &[],
    );
    check(
        new(&["--rev-id", "a-b"]),
        2,
        "usage",
        &["`--rev-id`", "`-` stands in it"],
    );
    check(
        new(&["--branch-label", "head"]),
        2,
        "usage",
        &["`--branch-label`"],
    );
    check(
        new(&["--depends-on", "b200"]),
        65,
        "unknown-revision",
        &["b200"],
    );
    check(
        new(&["--depends-on", "base"]),
        65,
        "no-dependency",
        &["base"],
    );
    check(new(&["--head", "b200"]), 65, "unknown-revision", &["b200"]);
    check(new(&["--rev-id", "../up"]), 2, "file-name", &["`../up_x`"]);
    check(new(&["--rev-id", ".b"]), 2, "file-name", &["`.b_x`"]);
    let secret = new(&["--rev-id", "postgres://u:hunter2@db"]).expect_code(2);
    assert!(!secret.stderr.contains("hunter2"), "{}", secret.stderr);
    assert_eq!(names(&project.migrations()), ["a100.sql"]);
}

#[test]
fn a_numbered_directory_stays_one() {
    let project = Project::new();
    project.file("migrations/0009_a.sql", "SELECT 1;\n");
    let path = made(&project, &["revision", "-m", "add b"]);
    assert_eq!(path, "migrations/0010_add_b.sql");
    assert_eq!(project.read(&path), "-- add b\n\n");
    let json = seaworthy(&project, &["revision", "-m", "add c", "--json"]).expect_code(0);
    let document: Value = serde_json::from_str(&json.stdout).expect("one document");
    let expected = serde_json::json!({"path": "migrations/0011_add_c.sql", "revision": "0011"});
    assert_eq!(document, expected);
    // What a number cannot say, a header does.
    let path = made(&project, &["revision", "-m", "d", "--branch-label", "shop"]);
    let text = project.read(&path);
    assert_eq!(path, "migrations/0012_d.sql");
    assert_eq!(header(&text, "revises"), "0011");
    assert_eq!(header(&text, "branch"), "shop");
    let script = seaworthy(&project, &["upgrade", "--sql"])
        .expect_code(0)
        .stdout;
    assert!(
        script.contains("-- Running upgrade 0011 -> 0012"),
        "{script}"
    );
}

#[test]
fn two_files_a_revision_stay_two() {
    let project = Project::new();
    project.file("migrations/1_a.up.sql", "SELECT 1;\n");
    project.file("migrations/1_a.down.sql", "SELECT -1;\n");
    let finished = seaworthy(&project, &["revision", "-m", "b"]).expect_code(0);
    assert_eq!(
        finished.stdout,
        "migrations/2_b.up.sql\nmigrations/2_b.down.sql\n"
    );
    project.file("migrations/1_a.up.sql", "-- migrate:up\nSELECT 1;\n");
    seaworthy(&project, &["upgrade", "--sql"]).expect_code(0);
}

#[test]
fn the_name_follows_the_pattern_and_the_date_the_zone() {
    let project = Project::new();
    project.revision("a1", "", "SELECT 1;", "");
    let settings = "[migrations]\nfile_template = \"%(year)d-%(rev)s-%(slug)s\"\n\
                    timezone = \"Asia/Kolkata\"\ntruncate_slug_length = 9\n";
    project.file("seaworthy.toml", settings);
    let path = made(
        &project,
        &["revision", "-m", "add the users", "--rev-id", "b2"],
    );
    let text = project.read(&path);
    let created = header(&text, "created");
    assert!(created.ends_with(" +05:30"), "{created}");
    assert_eq!(
        path,
        format!("migrations/{}-b2-add_the_.sql", &created[..4])
    );
    let unknown = seaworthy(
        &project,
        &["revision", "-m", "x", "--timezone", "Europe/Atlantis"],
    );
    check(unknown, 78, "time-zone", &["`Europe/Atlantis`"]);
    // Without zones UTC is there all the same.
    let utc = Binary::new(["revision", "-m", "x", "--timezone", "UTC"])
        .within(project.path())
        .env("TZDIR", "/nowhere");
    utc.run().expect_code(0);
    let bad = seaworthy(
        &project,
        &["revision", "-m", "x", "--file-template", "%(slugs)s"],
    );
    check(
        bad,
        2,
        "setting",
        &["`--file-template`", "did you mean `%(slug)`?"],
    );
}

#[test]
fn nothing_is_written_over_and_nothing_half() {
    let project = Project::new();
    project.revision("a1", "", "SELECT 1;", "");
    let line = ["revision", "-m", "x", "--file-template", "%(slug)s"];
    let path = made(&project, &line);
    project.file(&path, project.read(&path) + "-- edited\n");
    let text = project.read(&path);
    check(
        seaworthy(&project, &line),
        74,
        "file-exists",
        &["migrations/x.sql"],
    );
    assert_eq!(project.read(&path), text);
    assert_eq!(names(&project.migrations()), ["a1.sql", "x.sql"]);
    let long = [
        "revision",
        "-m",
        &"x".repeat(300),
        "--truncate-slug-length",
        "300",
    ];
    check(
        seaworthy(&project, &long),
        74,
        "file-not-written",
        &["File name too long"],
    );
    assert_eq!(names(&project.migrations()), ["a1.sql", "x.sql"]);
    // A directory in which not even root makes files.
    let refused = seaworthy(&project, &["revision", "-m", "x", "--dir", "/proc/sys/vm"]);
    check(refused, 74, "file-not-written", &["/proc/sys/vm/"]);
    let refused = seaworthy(&project, &["init", "--dir", "/proc/sys/vm"]);
    check(refused, 74, "file-not-written", &["/proc/sys/vm/"]);
    let missing = seaworthy(&project, &["revision", "-m", "x", "--dir", "nowhere"]);
    check(
        missing,
        65,
        "no-directory",
        &["`nowhere`", "seaworthy init"],
    );
}

#[test]
fn a_broken_directory_gets_no_new_file() {
    let project = Project::new();
    project.revision("a1", "zz", "SELECT 1;", "");
    let refused = seaworthy(&project, &["revision", "-m", "x"]);
    check(refused, 65, "unknown-down-revision", &["migrations/a1.sql"]);
    assert_eq!(names(&project.migrations()), ["a1.sql"]);
}

#[test]
fn a_project_has_a_template_of_its_own() {
    let project = Project::new();
    project.revision("a1", "", "SELECT 1;", "");
    let name = "migrations/revision.sql.template";
    project.file(
        name,
        "${header}\n\n-- migrate:up lock-timeout:1s\n-- ticket for: ${message}\n\n-- migrate:down\n",
    );
    let path = made(&project, &["revision", "-m", "add x", "--rev-id", "b2"]);
    let text = project.read(&path);
    assert!(
        text.ends_with(
            "\n\n-- migrate:up lock-timeout:1s\n-- ticket for: add x\n\n-- migrate:down\n"
        ),
        "{text}"
    );
    project.file(name, "${header}\n\n-- migrate:up\n-- ${mesage}\n");
    let broken = seaworthy(&project, &["revision", "-m", "x"]);
    let place = "migrations/revision.sql.template:4:4";
    check(broken, 65, "template", &[place, "write `${message}`"]);
    assert_eq!(names(&project.migrations()).len(), 3);
}

fn with_hook(command: &str) -> Project {
    let project = Project::new();
    project.revision("a1", "", "SELECT 1;", "");
    project.file(
        "seaworthy.toml",
        format!("[[migrations.post_write_hooks]]\nname = \"first\"\ncommand = {command}\n"),
    );
    project
}

#[test]
fn hooks_work_on_the_new_file() {
    let project = with_hook(
        r#"["sh", "-c", "echo on stdout; echo '-- formatted' >> $0", "REVISION_SCRIPT_FILENAME"]"#,
    );
    let finished = seaworthy(&project, &["revision", "-m", "x", "--rev-id", "b2"]).expect_code(0);
    assert_eq!(finished.stdout, "migrations/b2_x.sql\n");
    assert!(
        finished.stderr.contains("on stdout\n"),
        "{}",
        finished.stderr
    );
    assert!(
        project
            .read("migrations/b2_x.sql")
            .ends_with("\n-- formatted\n")
    );
    // Where no word names the file, it comes last.
    let project = with_hook(r#"["rm"]"#);
    seaworthy(&project, &["revision", "-m", "x"]).expect_code(0);
    assert_eq!(names(&project.migrations()), ["a1.sql"]);
}

#[test]
fn a_hook_that_fails_is_shown_and_the_file_stays() {
    for (command, part) in [
        ("[\"false\"]", "the hook `first` failed: exit status: 1"),
        (
            "[\"sh\", \"-c\", \"kill -9 $$\"]",
            "the hook `first` failed: signal: 9",
        ),
        ("[\"no-such-program\"]", "`no-such-program`: No such file"),
        ("[\"/etc/passwd\"]", "`/etc/passwd`: Permission denied"),
    ] {
        let project = with_hook(command);
        let text = project.read("seaworthy.toml")
            + "[[migrations.post_write_hooks]]\nname = \"second\"\ncommand = [\"rm\"]\n";
        project.file("seaworthy.toml", text);
        let finished = seaworthy(&project, &["revision", "-m", "x", "--rev-id", "b2"]);
        let place = "migrations/b2_x.sql   was written, and stays";
        check(finished, 1, "hook", &[part, place]);
        assert_eq!(names(&project.migrations()), ["a1.sql", "b2_x.sql"]);
    }
    let project = with_hook("\"false\"");
    let finished = seaworthy(&project, &["revision", "-m", "x"]);
    check(
        finished,
        78,
        "hook",
        &["seaworthy.toml:1:1", "it has no `command`"],
    );
}

#[test]
fn the_settings_are_printed_with_their_sources() {
    let project = Project::new();
    project.file("seaworthy.toml", "[wait]\ntimeout = \"7s\"\n");
    let call = || Binary::new(["config"]).within(project.path());
    let printed = call()
        .env("SEAWORTHY_DIR", "db")
        .run()
        .expect_code(0)
        .stdout;
    for line in [
        "timeout\t7s\tseaworthy.toml:2:1",
        "dir\tdb\tSEAWORTHY_DIR",
        "grace\t10s\tthe default",
        "database\tnone\tno host is configured",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{printed}");
    }
    let finished = call()
        .args(["--json"])
        .env("DATABASE_URL", "postgres://u:hunter2@db/app")
        .env("MIGRATION_DATABASE_URL", "postgres://owner:hunter2@db/app")
        .run()
        .expect_code(0);
    assert!(!finished.stdout.contains("hunter2"), "{}", finished.stdout);
    let document: Value = serde_json::from_str(&finished.stdout).expect("one document");
    let user = |database: &str| document[database][3].clone();
    let expected =
        |value, source| serde_json::json!({"name": "user", "value": value, "source": source});
    assert_eq!(user("database"), expected("u", "DATABASE_URL"));
    assert_eq!(
        user("migration_database"),
        expected("owner", "MIGRATION_DATABASE_URL")
    );
}

#[test]
fn several_directories_are_one_graph() {
    let project = Project::new();
    project.file("core/0001_a.sql", "SELECT 1;\n");
    project.file(
        "seaworthy.toml",
        "[migrations]\ndir = [\"core\", \"shop\"]\n",
    );
    fs::create_dir(project.path().join("shop")).expect("it is new");
    let elsewhere = ["revision", "-m", "b", "--version-path", "shop/"];
    assert_eq!(made(&project, &elsewhere), "shop/0002_b.sql");
    assert_eq!(made(&project, &["revision", "-m", "c"]), "shop/0003_c.sql");
    let base = ["revision", "-m", "d", "--head", "base", "--rev-id", "d400"];
    assert_eq!(made(&project, &base), "core/d400_d.sql");
    assert_eq!(
        made(&project, &["merge", "0003", "d400", "--rev-id", "e500"]),
        "shop/e500_merge_0003_and_d400.sql"
    );
    let script = seaworthy(&project, &["upgrade", "--sql"])
        .expect_code(0)
        .stdout;
    assert_eq!(script.matches("-- Running upgrade").count(), 5);
    let wrong = seaworthy(&project, &["revision", "-m", "x", "--version-path", "sql"]);
    check(wrong, 2, "other-directory", &["`core` and `shop`"]);
    let twice = seaworthy(
        &project,
        &["revision", "-m", "x", "--dir", "core", "--dir", "nowhere"],
    );
    check(twice, 65, "no-directory", &["`nowhere`"]);
    let variable = Binary::new(["upgrade", "--sql"])
        .within(project.path())
        .env("SEAWORTHY_DIR", "core,shop")
        .run();
    assert_eq!(variable.expect_code(0).stdout, script);
}
