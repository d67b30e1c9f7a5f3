//! Secrets, password files and services in files, and which database is whose.

use super::connections::{check, connection, shown, url, wait};
use super::*;

#[test]
fn every_name_may_have_its_value_in_a_file() {
    let world = wait()
        .with("PGHOST_FILE", "/run/secrets/host")
        .with("POSTGRES_PASSWORD_FILE", "/run/secrets/password")
        .file("/run/secrets/host", "db\r\n")
        .file("/run/secrets/password", " p w \n\n");
    check(&world, "sailor@db:5432( p w )/sailor");
    let by_url = wait()
        .with("DATABASE_URL_FILE", "/run/secrets/url")
        .file("/run/secrets/url", "postgres://u:p@db/app\n");
    check(&by_url, "u@db:5432(p)/app");
    let ours = wait()
        .with("SEAWORTHY_DATABASE_URL_FILE", "/run/secrets/url")
        .file("/run/secrets/url", "postgres://u:p@db/app\n");
    check(&ours, "u@db:5432(p)/app");
    assert_eq!(ours.resolve().unwrap().warnings, []);
}

#[test]
fn secrets_are_read_anew_for_each_connection() {
    let world = wait()
        .with("PGHOST", "db")
        .with("PGPASSWORD_FILE", "/secret")
        .file("/secret", "old");
    let config = world.resolve().unwrap();
    let source = config.databases().unwrap().application();
    let rotated = world.file("/secret", "new");
    let connection = source.connection(&rotated.files).unwrap();
    assert_eq!(shown(&connection), "sailor@db:5432(new)/sailor");
}

#[test]
fn a_variable_and_its_file_are_not_both_set() {
    let world = url("postgres://u@db")
        .with("PGPASSWORD", "a")
        .with("PGPASSWORD_FILE", "/b")
        .file("/b", "b");
    assert!(matches!(world.resolve(), Err(ConfigError::BothSet { .. })));
    // The environment's pair goes before the env file's.
    let layered = wait()
        .with("SEAWORTHY_ENV_FILE", ".env")
        .with("PGHOST", "db")
        .with("PGPASSWORD_FILE", "/b")
        .file("/b", "b")
        .file(".env", "PGPASSWORD=a\n");
    check(&layered, "sailor@db:5432(b)/sailor");
}

#[test]
fn the_files_of_the_home_directory_are_found() {
    let world = url("postgres://u@db/app")
        .file("/home/sailor/.postgresql/root.crt", "")
        .file("/home/sailor/.postgresql/postgresql.crt", "");
    check(
        &world,
        "u@db:5432/app sslrootcert=File(\"/home/sailor/.postgresql/root.crt\") \
         sslcert=/home/sailor/.postgresql/postgresql.crt \
         sslkey=/home/sailor/.postgresql/postgresql.key",
    );
    let elsewhere = world.with("HOME", "/elsewhere");
    check(&elsewhere, "u@db:5432/app");
}

#[test]
fn the_password_file_is_asked_last() {
    let file = "db:5432:app:u:filed\n";
    let world = url("postgres://u@db/app").file("/home/sailor/.pgpass", file);
    check(&world, "u@db:5432(filed)/app");
    check(&world.with("PGPASSWORD", "given"), "u@db:5432(given)/app");
    let named = url("postgres://u@db/app").with("PGPASSFILE", "/pgpass");
    check(&named.clone().file("/pgpass", file), "u@db:5432(filed)/app");
    let open = named.clone().open_file("/pgpass", file);
    check(&open, "u@db:5432/app");
    assert_eq!(
        open.resolve().unwrap().warnings,
        [ConfigWarning::PasswordFileReaders {
            path: "/pgpass".into()
        }]
    );
    assert!(matches!(
        connection(&named),
        Err(ConfigError::Unreadable { .. })
    ));
    let several = url("postgres://u@a,b/app").with("PGPASSFILE", "/pgpass");
    let several = several.file("/pgpass", "a:*:*:*:pa\nb:*:*:*:pb\n");
    check(&several, "u@a:5432(pa),b:5432(pb)/app");
}

#[test]
fn a_service_completes_what_is_missing() {
    let text = "# ours\n[other]\nhost=x\n\n[sea]\nhost=db\nport = 5433\nuser=su\ndbname=app\n[more]\nhost=y\n";
    let world = wait().with("PGSERVICE", "sea");
    check(
        &world.clone().file("/home/sailor/.pg_service.conf", text),
        "su@db:5433/app",
    );
    check(
        &world
            .clone()
            .with("PGSERVICEFILE", "/s.conf")
            .with("PGUSER", "me")
            .file("/s.conf", text),
        "me@db:5433/app",
    );
    check(
        &world
            .clone()
            .with("PGSYSCONFDIR", "/etc/pg")
            .file("/etc/pg/pg_service.conf", text),
        "su@db:5433/app",
    );
    check(
        &url("postgres://?service=sea").file("/home/sailor/.pg_service.conf", text),
        "su@db:5433/app",
    );
    assert!(matches!(
        connection(&world),
        Err(ConfigError::NoService { .. })
    ));
    let named = world.clone().with("PGSERVICEFILE", "/s.conf");
    assert!(matches!(
        connection(&named),
        Err(ConfigError::Unreadable { .. })
    ));
    let bad = world.file(
        "/home/sailor/.pg_service.conf",
        "[sea]\nhost=db\nnonsense\n",
    );
    assert!(matches!(
        connection(&bad),
        Err(ConfigError::Service { line: 3, .. })
    ));
}

#[test]
fn migrations_may_log_in_elsewhere() {
    let both = World::typing(&["run"])
        .with("MIGRATION_DATABASE_URL", "postgres://owner@direct/app")
        .with("DATABASE_URL", "postgres://app@pooler/app");
    let config = both.resolve().unwrap();
    let databases = config.databases().unwrap();
    let migration = databases.migration.connection(&both.files).unwrap();
    assert_eq!(shown(&migration), "owner@direct:5432/app");
    let elsewhere = databases.application_elsewhere(&both.files).unwrap();
    let elsewhere = elsewhere
        .expect("two databases")
        .connection(&both.files)
        .unwrap();
    assert_eq!(shown(&elsewhere), "app@pooler:5432/app");

    for same in [
        World::typing(&["run"]).with("DATABASE_URL", "postgres://u@db/app"),
        World::typing(&["run"])
            .with("DATABASE_URL", "postgresql+asyncpg://u@db/app")
            .with("MIGRATION_DATABASE_URL", "postgres://u@db:5432/app"),
        World::typing(&["run"]).with("MIGRATION_DATABASE_URL", "postgres://u@db/app"),
        both.clone()
            .with("SEAWORTHY_DATABASE_URL", "postgres://u@db/app"),
    ] {
        let config = same.resolve().unwrap();
        let databases = config.databases().unwrap();
        let elsewhere = databases.application_elsewhere(&same.files).unwrap();
        assert!(elsewhere.is_none());
    }
}

#[test]
fn waiting_passes_the_migration_url_over() {
    let both = wait()
        .with("MIGRATION_DATABASE_URL", "postgres://owner@direct/app")
        .with("DATABASE_URL", "postgres://app@pooler/app");
    check(&both, "app@pooler:5432/app");
    let only = wait().with("MIGRATION_DATABASE_URL", "postgres://owner@direct/app");
    let passed_over = Some(Variable::real("MIGRATION_DATABASE_URL"));
    match only.resolve() {
        Err(ConfigError::NoHost {
            passed_over: named, ..
        }) => assert_eq!(named, passed_over),
        other => panic!("{other:?}"),
    }
}
