//! What every error says, and the code it ends with.

mod connections;
mod listening;
mod secrets;
mod writing;

use std::io::ErrorKind;
use std::path::PathBuf;

use super::*;
use crate::config::{EnvFilePlace, SETTINGS};
use crate::revision::Target;

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
        env_file: Some(Box::new(EnvFilePlace {
            path: ".env".into(),
            line: Some(3),
        })),
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

#[test]
fn values_of_settings() {
    insta::assert_snapshot!(said(&ConfigError::Value {
            setting: setting("timeout"),
            origin: Origin::Flag("timeout"),
            value: Some("60".to_owned()),
            mismatch: crate::duration::parse("60").map_err(Mismatch::from).unwrap_err(),
        }), @r"
    seaworthy: error[setting]: `60` is not a valid value of `--timeout`
      cause: `60` has no unit: write `60s` for seconds or `60ms` for milliseconds

      hint: write a number and its unit: `--timeout 60s`
    exit 2
    ");
    insta::assert_snapshot!(said(&value("timeout", Origin::File(Box::new(place())), Mismatch::NoDuration)), @r"
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
      cause: zero has no meaning here

      hint: write a number and its unit: `--max-interval 500ms`
    exit 78
    ");
    insta::assert_snapshot!(said(&value("skip-wait", by("SKIP_WAIT"), Mismatch::Switch)), @r"
    seaworthy: error[setting]: the value of `SKIP_WAIT` is not valid
      cause: it is not a switch

      hint: write true or false, yes or no, on or off, 1 or 0
    exit 78
    ");
    insta::assert_snapshot!(said(&value("dir", Origin::Flag("dir"), Mismatch::Empty)), @r"
    seaworthy: error[setting]: the value of `--dir` is not valid
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
    insta::assert_snapshot!(said(&value("version-table", by("SEAWORTHY_VERSION_TABLE"), Mismatch::LongName(59))), @r"
    seaworthy: error[setting]: the value of `SEAWORTHY_VERSION_TABLE` is not valid
      cause: a name has at most 59 bytes here
    exit 78
    ");
    insta::assert_snapshot!(said(&value("dir", by("SEAWORTHY_DIR"), Mismatch::ControlCharacter)), @r"
    seaworthy: error[setting]: the value of `SEAWORTHY_DIR` is not valid
      cause: a control character stands in it
    exit 78
    ");
    insta::assert_snapshot!(said(&value("unset", Origin::Flag("unset"), Mismatch::VariableName)), @r"
    seaworthy: error[setting]: the value of `--unset` is not valid
      cause: it cannot be the name of a variable

      hint: name the variable only, without `=` and value
    exit 2
    ");
    insta::assert_snapshot!(said(&value("also", Origin::Flag("also"), Mismatch::Also(AlsoProblem::Scheme))), @r"
    seaworthy: error[setting]: the value of `--also` is not valid
      cause: it has no scheme that is known

      hint: write `tcp://HOST:PORT`, `http://HOST/PATH`, `https://HOST/PATH`, `unix:///PATH` or `file:///PATH`
    exit 2
    ");
    insta::assert_snapshot!(said(&value("also", Origin::Flag("also"), Mismatch::Also(AlsoProblem::NoPort))), @r"
    seaworthy: error[setting]: the value of `--also` is not valid
      cause: it names no port

      hint: write `tcp://HOST:PORT`, such as `tcp://redis:6379`
    exit 2
    ");
    insta::assert_snapshot!(said(&value("also", Origin::Flag("also"), Mismatch::Also(AlsoProblem::NotEncoded))), @r"
    seaworthy: error[setting]: the value of `--also` is not valid
      cause: a character of its user name, password or path is not percent-encoded

      hint: percent-encode user name, password and path (`@` is `%40`, `/` is `%2F`)
    exit 2
    ");
    insta::assert_snapshot!(said(&value("also", Origin::Flag("also"), Mismatch::Also(AlsoProblem::RelativePath))), @r"
    seaworthy: error[setting]: the value of `--also` is not valid
      cause: its path is not absolute

      hint: write three slashes: `unix:///run/app.sock`
    exit 2
    ");
    insta::assert_snapshot!(said(&value("target", Origin::Flag("target"), Mismatch::NoTarget)), @r"
    seaworthy: error[setting]: the value of `--target` is not valid
      cause: it is not a target

      hint: a target is `head`, `heads`, a revision, `+1`
    exit 2
    ");
    insta::assert_snapshot!(said(&value(
            "target",
            Origin::Flag("target"),
            "a:b".parse::<Target>().map_err(Mismatch::from).unwrap_err(),
        )), @r"
    seaworthy: error[setting]: the value of `--target` is not valid
      cause: `a:b` is a range, where one target is wanted

      hint: ranges `A:B` are for `--sql` and `history`
    exit 2
    ");
    insta::assert_snapshot!(said(&value("also", Origin::File(Box::new(place())), Mismatch::Type { expected: "an array of strings" })), @r"
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
      cause: there is no such file

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
fn every_setting_tells_flags_from_the_other_layers() {
    for row in SETTINGS {
        let typed = diagnostic(&value(row.flag, Origin::Flag(row.flag), Mismatch::Empty));
        assert!(
            typed.title.contains(&format!("`--{}`", row.flag)),
            "{typed}"
        );
        assert_eq!(typed.exit, Exit::Usage);
        let name = row.variable();
        let set = diagnostic(&value(row.flag, by(&name), Mismatch::Empty));
        assert!(set.title.contains(&format!("`{name}`")), "{set}");
        assert_eq!(set.exit, Exit::Config);
        let Some(key) = row.key else { continue };
        let filed = diagnostic(&value(
            row.flag,
            Origin::File(Box::new(place())),
            Mismatch::Empty,
        ));
        assert!(filed.title.contains(&format!("`{key}`")), "{filed}");
        assert_eq!(filed.exit, Exit::Config);
    }
}

#[test]
fn the_command_line() {
    let error = UsageError {
        title: "unexpected argument `--timout`".to_owned(),
        tip: Some("did you mean `--timeout`?".to_owned()),
        target: None,
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
fn a_target_on_the_command_line() {
    let error = UsageError {
        title: "`TARGET` is not valid: target `+0` goes no step".to_owned(),
        tip: None,
        target: Some("+0".parse::<Target>().expect_err("no step")),
        command: "seaworthy upgrade".to_owned(),
    };
    insta::assert_snapshot!(usage(&error), @r"
    seaworthy: error[usage]: `TARGET` is not valid: target `+0` goes no step

      hint: `current` is where the database is
      hint: `seaworthy upgrade --help` says what there is
    ");
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
