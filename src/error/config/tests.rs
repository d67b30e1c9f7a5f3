//! What every error says, and the code it ends with.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::*;
use crate::config::{EnvFilePlace, SETTINGS};

#[track_caller]
fn said(error: &ConfigError) -> String {
    let diagnostic = diagnostic(error);
    format!("{diagnostic}\nexit {}", diagnostic.exit.code())
}

fn variable(name: &str) -> Variable {
    Variable {
        name: name.to_owned(),
        env_file: None,
    }
}

fn in_env_file(name: &str) -> Variable {
    Variable {
        env_file: Some(EnvFilePlace {
            path: ".env".into(),
            line: Some(3),
        }),
        ..variable(name)
    }
}

fn place() -> FilePlace {
    FilePlace {
        path: "seaworthy.toml".into(),
        line: 2,
        column: 1,
        excerpt: Some("timeout = …".to_owned()),
    }
}

fn setting(flag: &str) -> &'static Setting {
    let mut settings = SETTINGS.iter();
    settings
        .find(|setting| setting.flag == flag)
        .expect("a setting of that name")
}

fn value(flag: &'static str, origin: Origin, mismatch: Mismatch) -> ConfigError {
    ConfigError::Value {
        setting: setting(flag),
        origin,
        value: None,
        mismatch,
    }
}

fn by(name: &str) -> Origin {
    Origin::Variable(variable(name))
}

fn bad_url(problem: UrlProblem) -> ConfigError {
    ConfigError::Url {
        origin: by("DATABASE_URL"),
        problem,
    }
}

fn parameter(parameter: &'static str, problem: ParameterProblem) -> ConfigError {
    ConfigError::Parameter {
        parameter,
        origin: by("PGHOST"),
        problem,
    }
}

#[test]
fn values_of_settings() {
    insta::assert_snapshot!(said(&ConfigError::Value {
            setting: setting("timeout"),
            origin: Origin::Flag("timeout"),
            value: Some("60".to_owned()),
            mismatch: crate::duration::parse("60").map_err(Mismatch::from).unwrap_err(),
        }), @r"
    seaworthy: error[setting]: `60` is not a valid value of `--timeout`
      --> --timeout
      cause: `60` has no unit: write `60s` for seconds or `60ms` for milliseconds

      hint: write a number and its unit: `--timeout 60s`
    exit 2
    ");
    insta::assert_snapshot!(said(&value("timeout", Origin::File(place()), Mismatch::NoDuration)), @r"
    seaworthy: error[setting]: the value of `wait.timeout` is not valid
      --> seaworthy.toml:2:1
       2 | timeout = …
         | ^
      cause: it is not a duration

      hint: write a number and its unit: `--timeout 60s`
    exit 78
    ");
    insta::assert_snapshot!(said(&value("max-interval", by("SEAWORTHY_MAX_INTERVAL"), Mismatch::Zero)), @r"
    seaworthy: error[setting]: the value of `SEAWORTHY_MAX_INTERVAL` is not valid
      --> SEAWORTHY_MAX_INTERVAL
      cause: zero has no meaning here

      hint: write a number and its unit: `--max-interval 500ms`
    exit 78
    ");
    insta::assert_snapshot!(said(&value("skip-wait", by("SKIP_WAIT"), Mismatch::Switch)), @r"
    seaworthy: error[setting]: the value of `SKIP_WAIT` is not valid
      --> SKIP_WAIT
      cause: it is not a switch

      hint: write true or false, yes or no, on or off, 1 or 0
    exit 78
    ");
    insta::assert_snapshot!(said(&value("dir", Origin::Flag("dir"), Mismatch::Empty)), @r"
    seaworthy: error[setting]: the value of `--dir` is not valid
      --> --dir
      cause: it is empty
    exit 2
    ");
    insta::assert_snapshot!(said(&value(
            "log-format",
            Origin::Variable(in_env_file("SEAWORTHY_LOG_FORMAT")),
            Mismatch::Choice { allowed: &["text", "json"], nearest: Some("json") },
        )), @r"
    seaworthy: error[setting]: the value of `SEAWORTHY_LOG_FORMAT` is not valid
      --> .env:3   `SEAWORTHY_LOG_FORMAT`
      cause: it is one of `text`, `json`

      hint: did you mean `json`?
    exit 78
    ");
    insta::assert_snapshot!(said(&value("version-table", by("SEAWORTHY_VERSION_TABLE"), Mismatch::LongName)), @r"
    seaworthy: error[setting]: the value of `SEAWORTHY_VERSION_TABLE` is not valid
      --> SEAWORTHY_VERSION_TABLE
      cause: a name has at most 63 bytes
    exit 78
    ");
    insta::assert_snapshot!(said(&value("dir", by("SEAWORTHY_DIR"), Mismatch::ControlCharacter)), @r"
    seaworthy: error[setting]: the value of `SEAWORTHY_DIR` is not valid
      --> SEAWORTHY_DIR
      cause: a control character stands in it
    exit 78
    ");
    insta::assert_snapshot!(said(&value("unset", Origin::Flag("unset"), Mismatch::VariableName)), @r"
    seaworthy: error[setting]: the value of `--unset` is not valid
      --> --unset
      cause: it cannot be the name of a variable

      hint: name the variable only, without `=` and value
    exit 2
    ");
    insta::assert_snapshot!(said(&value("also", Origin::Flag("also"), Mismatch::Also(AlsoProblem::Scheme))), @r"
    seaworthy: error[setting]: the value of `--also` is not valid
      --> --also
      cause: it has no scheme that is known

      hint: write `tcp://HOST:PORT`, `http://HOST/PATH`, `https://HOST/PATH`, `unix:///PATH` or `file:///PATH`
    exit 2
    ");
    insta::assert_snapshot!(said(&value("also", Origin::Flag("also"), Mismatch::Also(AlsoProblem::NoPort))), @r"
    seaworthy: error[setting]: the value of `--also` is not valid
      --> --also
      cause: it names no port

      hint: write `tcp://HOST:PORT`, such as `tcp://redis:6379`
    exit 2
    ");
    insta::assert_snapshot!(said(&value("also", Origin::Flag("also"), Mismatch::Also(AlsoProblem::RelativePath))), @r"
    seaworthy: error[setting]: the value of `--also` is not valid
      --> --also
      cause: its path is not absolute

      hint: write three slashes: `unix:///run/app.sock`
    exit 2
    ");
    insta::assert_snapshot!(said(&value("target", Origin::Flag("target"), Mismatch::NoTarget)), @r"
    seaworthy: error[setting]: the value of `--target` is not valid
      --> --target
      cause: it is not a target

      hint: a target is `head`, `heads`, a revision, `+1`
    exit 2
    ");
    insta::assert_snapshot!(said(&value(
            "target",
            Origin::Flag("target"),
            "a:b".parse::<crate::revision::Target>().map_err(Mismatch::from).unwrap_err(),
        )), @r"
    seaworthy: error[setting]: the value of `--target` is not valid
      --> --target
      cause: `a:b` is a range, where one target is wanted
    exit 2
    ");
    insta::assert_snapshot!(said(&value("also", Origin::File(place()), Mismatch::Type { expected: "an array of strings" })), @r"
    seaworthy: error[setting]: the value of `wait.also` is not valid
      --> seaworthy.toml:2:1
       2 | timeout = …
         | ^
      cause: it must be an array of strings
    exit 78
    ");
}

#[test]
fn variables() {
    insta::assert_snapshot!(said(&ConfigError::NotUnicode { variable: variable("SEAWORTHY_DIR") }), @r"
    seaworthy: error[not-unicode]: the value of `SEAWORTHY_DIR` is not UTF-8
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::BothSet { variable: variable("PGPASSWORD"), sibling: variable("PGPASSWORD_FILE") }), @r"
    seaworthy: error[both-set]: `PGPASSWORD` and `PGPASSWORD_FILE` are both set

      hint: unset one of them: `unset PGPASSWORD`
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::SkipContradiction { skip: variable("SKIP_MIGRATION"), run: in_env_file("RUN_MIGRATIONS_ON_STARTUP") }), @r"
    seaworthy: error[contradiction]: `SKIP_MIGRATION` and `RUN_MIGRATIONS_ON_STARTUP` contradict each other
      --> .env:3   `RUN_MIGRATIONS_ON_STARTUP`

      hint: unset one of them: `unset RUN_MIGRATIONS_ON_STARTUP`
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::Switch { variable: variable("RUN_MIGRATIONS_ON_STARTUP") }), @r"
    seaworthy: error[setting]: `RUN_MIGRATIONS_ON_STARTUP` is neither true nor false

      hint: write `RUN_MIGRATIONS_ON_STARTUP=true` or `RUN_MIGRATIONS_ON_STARTUP=false`
    exit 78
    ");
}

#[test]
fn files() {
    insta::assert_snapshot!(said(&ConfigError::Unreadable {
            path: "/run/secrets/db".into(),
            role: FileRole::Secret,
            origin: by("PGPASSWORD_FILE"),
            kind: ErrorKind::NotFound,
        }), @r"
    seaworthy: error[unreadable]: the secret file `/run/secrets/db` cannot be read
      --> PGPASSWORD_FILE
      cause: entity not found

      hint: is it mounted? `ls -l /run/secrets/db`
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::Unreadable {
            path: "conf.toml".into(),
            role: FileRole::Configuration,
            origin: Origin::Flag("config"),
            kind: ErrorKind::PermissionDenied,
        }), @r"
    seaworthy: error[unreadable]: the configuration file `conf.toml` cannot be read
      --> --config
      cause: permission denied

      hint: may this uid read it? `ls -ln conf.toml`
    exit 2
    ");
    insta::assert_snapshot!(said(&ConfigError::Unreadable {
            path: "seaworthy.toml".into(),
            role: FileRole::Configuration,
            origin: Origin::Default,
            kind: ErrorKind::InvalidData,
        }), @r"
    seaworthy: error[unreadable]: the configuration file `seaworthy.toml` cannot be read
      cause: it is not UTF-8
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::EmptySecret { path: "/run/secrets/db".into(), origin: by("PGPASSWORD_FILE") }), @r"
    seaworthy: error[empty-secret]: the secret file `/run/secrets/db` is empty
      --> PGPASSWORD_FILE

      hint: put the value into it: `cat /run/secrets/db` must show it
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::EnvFileLine { path: ".env".into(), line: Some(7) }), @r"
    seaworthy: error[env-file]: a line of the env file is no assignment
      --> .env:7

      hint: write `NAME=value`; a value with spaces or `#` stands in single quotes
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::TwoFiles { first: "seaworthy.toml".into(), second: "pyproject.toml".into() }), @r"
    seaworthy: error[two-configuration-files]: `seaworthy.toml` and `pyproject.toml` both configure seaworthy

      hint: keep one of them, or name one: `--config seaworthy.toml`
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::NoSection { path: "pyproject.toml".into(), origin: Origin::Flag("config") }), @r"
    seaworthy: error[no-section]: `pyproject.toml` has no section `[tool.seaworthy]`
      --> --config

      hint: add the section, or name another file with `--config`
    exit 2
    ");
    insta::assert_snapshot!(said(&ConfigError::Toml { place: FilePlace { excerpt: None, ..place() }, message: "invalid basic string".to_owned() }), @r"
    seaworthy: error[toml]: `seaworthy.toml` is not valid TOML
      --> seaworthy.toml:2:1
      cause: invalid basic string
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::UnknownKey { key: Some("wait.timout".to_owned()), nearest: Some("wait.timeout"), place: place() }), @r"
    seaworthy: error[unknown-key]: there is no setting `wait.timout`
      --> seaworthy.toml:2:1
       2 | timeout = …
         | ^

      hint: did you mean `wait.timeout`?
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::UnknownKey { key: None, nearest: None, place: FilePlace { excerpt: None, ..place() } }), @r"
    seaworthy: error[unknown-key]: there is no such setting
      --> seaworthy.toml:2:1

      hint: `seaworthy run --help` lists the keys of the configuration file
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::NoTable { key: "wait".to_owned(), place: place() }), @r"
    seaworthy: error[no-table]: `wait` must be a table
      --> seaworthy.toml:2:1
       2 | timeout = …
         | ^

      hint: write its keys under a header `[wait]`
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::Service { path: "/s.conf".into(), line: 3, problem: UrlProblem::NoEquals }), @r"
    seaworthy: error[service-file]: the service file `/s.conf` is not valid
      --> /s.conf:3
      cause: a parameter has no `=`
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::NoService { origin: by("PGSERVICE"), looked_in: vec![PathBuf::from("/home/me/.pg_service.conf")] }), @r"
    seaworthy: error[no-service]: the named service is defined nowhere
      --> PGSERVICE
      cause: it is not in `/home/me/.pg_service.conf`
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::NoService { origin: by("PGSERVICE"), looked_in: Vec::new() }), @r"
    seaworthy: error[no-service]: the named service is defined nowhere
      --> PGSERVICE

      hint: name the service file: `PGSERVICEFILE=/path/pg_service.conf`
    exit 78
    ");
}

#[test]
fn databases() {
    insta::assert_snapshot!(said(&ConfigError::NoHost { passed_over: None }), @r"
    seaworthy: error[no-database]: no database host is configured

      hint: set `DATABASE_URL=postgres://USER@HOST/DATABASE`, or `PGHOST` and its like
      hint: or skip the database: `SKIP_WAIT=true SKIP_MIGRATION=true`
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::NoHost { passed_over: Some(variable("MIGRATION_DATABASE_URL")) }), @r#"
    seaworthy: error[no-database]: no database host is configured
      cause: `MIGRATION_DATABASE_URL` is set, but this command waits for the application's database

      hint: set `DATABASE_URL=postgres://USER@HOST/DATABASE` as the application has it
      hint: or pass the same URL: `--database-url "$MIGRATION_DATABASE_URL"`
    exit 78
    "#);
    insta::assert_snapshot!(said(&ConfigError::NoUser), @r"
    seaworthy: error[no-user]: no database user is configured, and this uid has no name to use in its place

      hint: set `PGUSER`, or write the user into the URL
    exit 78
    ");
    insta::assert_snapshot!(said(&ConfigError::NoDatabase), @r"
    seaworthy: error[bug]: this command has no database

      hint: this is a bug in seaworthy: please report it
    exit 70
    ");
    insta::assert_snapshot!(said(&ConfigError::Declaration), @r"
    seaworthy: error[bug]: the declaration of the settings is inconsistent

      hint: this is a bug in seaworthy: please report it
    exit 70
    ");
}

#[test]
fn urls() {
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Jdbc)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: it begins with `jdbc:`

      hint: leave `jdbc:` out, and write user and password before the host
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::OtherDatabase)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: it is a URL for another database

      hint: write `postgres://USER:PASSWORD@HOST:PORT/DATABASE`
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Driver)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: its driver is not known

      hint: write `postgresql://`, or one of the drivers asyncpg, psycopg, psycopg2, psycopg_async, pg8000
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Unrecognised)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: it is neither a URL nor a list of key=value pairs

      hint: write `postgres://USER:PASSWORD@HOST:PORT/DATABASE`
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Quoted)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: quotes stand around it

      hint: leave the quotes out: an env file of Docker and a manifest keep them as part of the value
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Unexpanded)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: it holds a variable that nothing replaced

      hint: no shell reads this value: set the URL itself, or set `PGHOST`, `PGUSER` and `PGPASSWORD`
      hint: or, if the password has a `$`, write it `%24`
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::WhiteSpace)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: it holds white space or a control character

      hint: percent-encode the password (`@` is `%40`, `/` is `%2F`, `%` is `%25`, a space is `%20`)
      hint: or leave it out of the URL and set `PGPASSWORD`, or `POSTGRES_PASSWORD_FILE` to a secret file
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Userinfo)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: a character in the user name or the password is not percent-encoded

      hint: percent-encode the password (`@` is `%40`, `/` is `%2F`, `%` is `%25`, a space is `%20`)
      hint: or leave it out of the URL and set `PGPASSWORD`, or `POSTGRES_PASSWORD_FILE` to a secret file
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Percent)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: a `%` is not followed by two hexadecimal digits, or the bytes are not UTF-8

      hint: percent-encode the password (`@` is `%40`, `/` is `%2F`, `%` is `%25`, a space is `%20`)
      hint: or leave it out of the URL and set `PGPASSWORD`, or `POSTGRES_PASSWORD_FILE` to a secret file
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Brackets)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: the brackets of an IPv6 address are not right

      hint: write an IPv6 address in brackets: `postgres://USER@[::1]:5432/DATABASE`
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::NoEquals)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: a parameter has no `=`

      hint: leave it out of the URL and set `PGPASSWORD`, or `POSTGRES_PASSWORD_FILE` to a secret file
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::OpenQuote)), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: a quote is not closed

      hint: leave it out of the URL and set `PGPASSWORD`, or `POSTGRES_PASSWORD_FILE` to a secret file
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Unknown { name: Some("sslmod".to_owned()), nearest: Some("sslmode") })), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: there is no parameter `sslmod`

      hint: did you mean `sslmode`?
    exit 78
    ");
    insta::assert_snapshot!(said(&bad_url(UrlProblem::Unknown { name: None, nearest: None })), @r"
    seaworthy: error[database-url]: the database URL is not valid
      --> DATABASE_URL
      cause: a parameter is not known
    exit 78
    ");
}

#[test]
fn parameters() {
    insta::assert_snapshot!(said(&parameter("port", ParameterProblem::Port)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `port` is not valid
      --> PGHOST
      cause: it is not a port from 1 to 65535
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("port", ParameterProblem::PortCount)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `port` is not valid
      --> PGHOST
      cause: there is not one port for each host
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("host", ParameterProblem::Host)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `host` is not valid
      --> PGHOST
      cause: it is not a host name, an address or a directory
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("host", ParameterProblem::HostWithPort)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `host` is not valid
      --> PGHOST
      cause: a port stands in it

      hint: set the port by itself: `PGPORT=5432`
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("host", ParameterProblem::EmptyHost)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `host` is not valid
      --> PGHOST
      cause: a host of the list is empty
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("hostaddr", ParameterProblem::Address)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `hostaddr` is not valid
      --> PGHOST
      cause: it is not an IP address
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("hostaddr", ParameterProblem::AddressCount)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `hostaddr` is not valid
      --> PGHOST
      cause: there is not one address for each host
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("connect_timeout", ParameterProblem::Seconds)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `connect_timeout` is not valid
      --> PGHOST
      cause: it is not a whole number of seconds
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("sslmode", ParameterProblem::Choice { allowed: &["disable", "require"] })), @r"
    seaworthy: error[connection-parameter]: the connection parameter `sslmode` is not valid
      --> PGHOST
      cause: it is one of `disable`, `require`
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("sslmode", ParameterProblem::WeakSslMode)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `sslmode` is not valid
      --> PGHOST
      cause: `sslrootcert=system` needs `sslmode=verify-full`
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("options", ParameterProblem::ControlCharacter)), @r"
    seaworthy: error[connection-parameter]: the connection parameter `options` is not valid
      --> PGHOST
      cause: a control character stands in it
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("sslcrl", ParameterProblem::Unsupported { hint: None })), @r"
    seaworthy: error[connection-parameter]: the connection parameter `sslcrl` is not supported
      --> PGHOST
      cause: libpq has it and seaworthy does not
    exit 78
    ");
    insta::assert_snapshot!(said(&parameter("requiressl", ParameterProblem::Unsupported { hint: Some("use `sslmode=require`") })), @r"
    seaworthy: error[connection-parameter]: the connection parameter `requiressl` is not supported
      --> PGHOST
      cause: libpq has it and seaworthy does not

      hint: use `sslmode=require`
    exit 78
    ");
}

#[test]
fn the_command_line() {
    let error = UsageError {
        title: "unexpected argument `--timout`".to_owned(),
        tip: Some("did you mean `--timeout`?".to_owned()),
        command: "seaworthy run".to_owned(),
    };
    let diagnostic = usage(&error);
    insta::assert_snapshot!(diagnostic, @r"
    seaworthy: error[usage]: unexpected argument `--timout`

      hint: did you mean `--timeout`?
      hint: `seaworthy run --help` says what there is
    ");
    assert_eq!(diagnostic.exit, Exit::Usage);
}

#[test]
fn warnings_are_lines() {
    let lines = [
        ConfigWarning::UnknownVariable {
            name: "SEAWORTHY_TIMEOUTS".to_owned(),
            nearest: Some("SEAWORTHY_TIMEOUT".to_owned()),
        },
        ConfigWarning::UnknownVariable {
            name: "SEAWORTHY_ZEBRA".to_owned(),
            nearest: None,
        },
        ConfigWarning::UnknownUrlParameter {
            name: Some("schema".to_owned()),
            origin: by("DATABASE_URL"),
        },
        ConfigWarning::UnknownUrlParameter {
            name: None,
            origin: by("DATABASE_URL"),
        },
        ConfigWarning::PasswordFileReaders {
            path: "/pgpass".into(),
        },
    ]
    .map(|each| warning(&each));
    insta::assert_snapshot!(lines.join("\n"), @r"
    `SEAWORTHY_TIMEOUTS` is no setting: did you mean `SEAWORTHY_TIMEOUT`?
    `SEAWORTHY_ZEBRA` is no setting, and has no effect
    the parameter `schema` in the URL of `DATABASE_URL` is not known, and has no effect here
    a parameter in the URL of `DATABASE_URL` is not known, and has no effect here
    the password file `/pgpass` is passed over, since others than its owner may read it: `chmod 600 /pgpass`
    ");
}
