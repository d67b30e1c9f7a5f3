//! Each setting in its three spellings, over the whole declaration: a new row
//! is tested without a new test.

use super::*;

/// A value of a setting that is not its default: as text, as TOML, and as
/// `Debug` shows it.
fn example(setting: &Setting) -> (&'static str, &'static str) {
    match (setting.flag, setting.shape) {
        (_, Shape::Words) => ("tool 'to head'", r#"["tool", "to head"]"#),
        ("sqlalchemy", _) => ("a.b:C.d,e:f", r#"["a.b:C.d", "e:f"]"#),
        ("also", _) => ("tcp://a:1,tcp://b:2", r#"["tcp://a:1", "tcp://b:2"]"#),
        ("app", _) => ("tcp://a:1", r#""tcp://a:1""#),
        ("live-path", _) => ("/healthz,/up", r#"["/healthz", "/up"]"#),
        ("deny-hazard", _) => ("data-loss,rewrite", r#"["data-loss", "rewrite"]"#),
        ("listen", _) => ("[::1]:80", r#""[::1]:80""#),
        (_, Shape::List | Shape::Directories) => ("A,B", r#"["A", "B"]"#),
        ("log-level", _) => ("debug", r#""debug""#),
        ("target", _) => ("+1", r#""+1""#),
        (_, Shape::Switch) => ("yes", "true"),
        (_, Shape::Number) => ("7", "7"),
        (_, Shape::Duration) => ("7s", r#""7s""#),
        (_, Shape::Choice(words)) => match words.last() {
            Some(&"json") => ("json", r#""json""#),
            Some(&"native") => ("native", r#""native""#),
            Some(&"apply") => ("apply", r#""apply""#),
            Some(&"all") => ("all", r#""all""#),
            other => panic!("no example of {other:?}"),
        },
        ("config", _) => ("other.toml", ""),
        ("env-file", _) => ("other.env", ""),
        (_, Shape::Url) => ("postgres://u@other/db", r#""postgres://u@other/db""#),
        (_, Shape::Text | Shape::File) => ("other", r#""other""#),
    }
}

fn command_of(setting: &Setting) -> &'static str {
    // These need more than their name.
    use CommandName::{Merge, Revision, Squash};
    let is_short = |name: &CommandName| !matches!(name, Revision | Merge | Squash);
    let rows = command::COMMANDS.iter().map(|row| row.name);
    let mut users = rows.filter(|name| setting.used_by.include(*name));
    users.find(is_short).expect("it has one").word()
}

fn world(line: &[&str]) -> World {
    World::typing(line)
        .file("other.toml", "")
        .file("other.env", "")
        .with("PGHOST", "db")
}

/// The field of a setting in the `Debug` of all values, without its origin.
fn value_of(world: &World, setting: &Setting) -> (String, Origin) {
    let config = world.resolve().unwrap_or_else(|error| panic!("{error}"));
    let all = format!("{:#?}", config.values);
    let field = format!("    {}: Sourced {{\n", setting.flag.replace('-', "_"));
    let rest = all.split_once(&field).expect("a field of that name").1;
    let value = rest.split_once("        origin: ").expect("an origin").0;
    (value.to_owned(), origin_of(&config.values, setting.flag))
}

fn origin_of(values: &Values, flag: &str) -> Origin {
    values
        .origins()
        .into_iter()
        .find(|(name, _)| *name == flag)
        .map(|(_, origin)| origin.clone())
        .expect("every setting has an origin")
}

#[test]
fn every_setting_has_the_same_value_in_its_three_spellings() {
    for setting in SETTINGS {
        let (text, toml) = example(setting);
        let command = command_of(setting);
        let flag = format!("--{}", setting.flag);
        let line: Vec<String> = if setting.shape.is_repeatable() {
            text.split(',')
                .flat_map(|item| [flag.clone(), item.to_owned()])
                .collect()
        } else {
            vec![format!("{flag}={text}")]
        };
        let line: Vec<&str> = std::iter::once(command)
            .chain(line.iter().map(String::as_str))
            .collect();

        let (unset, origin) = value_of(&world(&[command]), setting);
        assert_eq!(origin, Origin::Default, "{}", setting.flag);

        let (typed, origin) = value_of(&world(&line), setting);
        assert_eq!(origin, Origin::Flag(setting.flag));
        assert_ne!(typed, unset, "{}", setting.flag);

        let by_variable = world(&[command]).with(&setting.variable(), text);
        let (value, origin) = value_of(&by_variable, setting);
        assert_eq!(origin.to_string(), setting.variable());
        assert_eq!(value, typed, "{}", setting.flag);

        let by_flag = world(&line).with(&setting.variable(), "not a value");
        assert_eq!(value_of(&by_flag, setting).0, typed, "{}", setting.flag);

        let empty = world(&[command]).with(&setting.variable(), "");
        assert_eq!(value_of(&empty, setting).0, unset, "{}", setting.flag);

        let Some(key) = setting.key else { continue };
        let by_file = world(&[command]).file("seaworthy.toml", &format!("{key} = {toml}\n"));
        let (value, origin) = value_of(&by_file, setting);
        assert_eq!(
            origin.to_string(),
            "seaworthy.toml:1:".to_owned() + &column(key)
        );
        assert_eq!(value, typed, "{}", setting.flag);

        let both = by_file.with(&setting.variable(), default_text(setting));
        let (_, origin) = value_of(&both, setting);
        assert_eq!(origin.to_string(), setting.variable(), "the variable wins");
    }
}

/// A dotted key is told by its last part.
fn column(key: &str) -> String {
    let at = key.rfind('.').map_or(0, |at| at + 1);
    (at + 1).to_string()
}

fn default_text(setting: &Setting) -> &'static str {
    match setting.default {
        DefaultValue::Text(text) => text,
        DefaultValue::Nothing(_) => example(setting).0,
    }
}

#[test]
fn a_bad_value_names_its_setting_and_tells_the_layers_apart() {
    for setting in SETTINGS {
        let bad = match setting.shape {
            Shape::Switch => "perhaps",
            Shape::Duration => "60",
            Shape::Number => "none",
            Shape::Choice(_) => "neither",
            Shape::Text | Shape::File | Shape::Directories => "a\u{1}b",
            // What a URL may be is tested with the connections.
            Shape::Url => continue,
            Shape::List => "a=[",
            Shape::Words => "a 'b",
        };
        let command = command_of(setting);
        let flag = format!("--{}", setting.flag);
        let typed = format!("{flag}={bad}");
        let by_flag = world(&[command, &typed]);
        assert_eq!(refused(&by_flag), (setting.flag, flag.clone()));

        let variable = setting.variable();
        let by_variable = world(&[command]).with(&variable, bad);
        assert_eq!(refused(&by_variable), (setting.flag, variable));

        let Some(key) = setting.key else { continue };
        let text = format!("[{}]\n{} = 1.5\n", table(key), last(key));
        let by_file = world(&[command]).file("seaworthy.toml", &text);
        assert_eq!(
            refused(&by_file),
            (setting.flag, "seaworthy.toml:2:1".to_owned())
        );
    }
}

/// Returns the setting whose value is refused, and where it came from.
fn refused(world: &World) -> (&'static str, String) {
    match world.resolve() {
        Err(ConfigError::Value {
            setting, origin, ..
        }) => (setting.flag, origin.to_string()),
        other => panic!("{other:?}"),
    }
}

fn table(key: &str) -> &str {
    key.split_once('.').map_or("", |(table, _)| table)
}

fn last(key: &str) -> &str {
    key.rsplit_once('.').map_or(key, |(_, last)| last)
}

#[test]
fn the_declaration_is_consistent() {
    for setting in SETTINGS {
        assert!(!setting.flag.ends_with("-host") && !setting.flag.ends_with("-port"));
        assert!(!setting.help.ends_with('.'), "{}", setting.flag);
        if let Some(key) = setting.key {
            assert_eq!(
                last(key),
                setting
                    .flag
                    .replace('-', "_")
                    .replace("database_url", "url")
                    .replace("deny_hazard", "deny_hazards")
                    .replace("migrate_command", "command")
                    .replace("models_command", "command")
                    .replace("log_format", "format")
                    .replace("log_level", "level")
            );
        }
    }
}

#[test]
fn zero_means_what_the_setting_says() {
    let config = world(&["run"])
        .with("SEAWORTHY_TIMEOUT", "0")
        .with("SEAWORTHY_GRACE", "0")
        .with("SEAWORTHY_LOCK_WAIT", "0")
        .resolve()
        .unwrap();
    assert_eq!(config.wait.timeout, None);
    assert_eq!(config.wait.grace, Duration::ZERO);
    assert_eq!(config.migrations.lock_wait, Duration::ZERO);
    assert_eq!(config.migrations.statement_timeout, None);
    let complaint = world(&["run"])
        .with("SEAWORTHY_MAX_INTERVAL", "0")
        .complaint();
    assert_eq!(
        complaint,
        "the value of `--max-interval` from SEAWORTHY_MAX_INTERVAL is not valid: zero has no meaning here"
    );
}

#[test]
fn a_newline_after_a_variable_is_cut() {
    let config = world(&["run"])
        .with("SEAWORTHY_TIMEOUT", "7s\n")
        .resolve()
        .unwrap();
    assert_eq!(config.wait.timeout, Some(Duration::from_secs(7)));
}

#[test]
fn a_directory_stands_beside_the_file_that_names_it() {
    let dirs = |world: World| world.resolve().unwrap().migrations.dirs;
    let dir = |world: World| match &dirs(world)[..] {
        [dir] => dir.clone(),
        dirs => panic!("{dirs:?}"),
    };
    let text = "migrations.dir = \"db\"\n";
    assert_eq!(
        dir(world(&["run"]).file("seaworthy.toml", text)),
        PathBuf::from("db")
    );
    let elsewhere = world(&["run", "--config", "/etc/app/sea.toml"]);
    assert_eq!(
        dir(elsewhere.clone().file("/etc/app/sea.toml", text)),
        PathBuf::from("/etc/app/db")
    );
    assert_eq!(
        dir(elsewhere.clone().file("/etc/app/sea.toml", "")),
        PathBuf::from("migrations")
    );
    let absolute = elsewhere
        .clone()
        .file("/etc/app/sea.toml", "migrations.dir = \"/db\"\n");
    assert_eq!(dir(absolute), PathBuf::from("/db"));
    let several = elsewhere.file(
        "/etc/app/sea.toml",
        "migrations.dir = [\"a\", \"/b\", \"a\"]\n",
    );
    assert_eq!(dirs(several), [Path::new("/etc/app/a"), Path::new("/b")]);
}

#[test]
fn a_configuration_file_is_ours_or_a_section_of_pythons() {
    let level = |world: World| world.resolve().unwrap().log.level;
    let python = "[project]\nname = \"x\"\n[tool.seaworthy.log]\nlevel = \"debug\"\n";
    let other = "[project]\nname = \"x\"\n";
    assert_eq!(
        level(world(&["run"]).file("pyproject.toml", python)),
        tracing::Level::DEBUG
    );
    assert_eq!(
        level(world(&["run"]).file("pyproject.toml", other)),
        tracing::Level::INFO
    );
    let broken = world(&["run"]).file("pyproject.toml", "[project\n");
    assert_eq!(level(broken), tracing::Level::INFO);
    let both = world(&["run"]).file("pyproject.toml", other);
    let both = both.file("seaworthy.toml", "log.level = \"trace\"\n");
    assert_eq!(level(both), tracing::Level::TRACE);
}

#[test]
fn the_log_is_configured_even_when_the_rest_is_wrong() {
    let world = world(&["run", "--log-format=json", "--timeout=bad"])
        .with("SEAWORTHY_LOG_LEVEL", "loud")
        .file("seaworthy.toml", "nonsense = 1\n");
    assert!(world.resolve().is_err());
    let typed = world.typed().unwrap();
    let log = super::super::log(Some(&typed), &world.environment(), &world.files);
    assert_eq!(log.format, LogFormat::Json);
    assert_eq!(log.level, tracing::Level::INFO);
    let from_variables = World::default().with("SEAWORTHY_LOG_FORMAT", "json");
    let log = super::super::log(None, &from_variables.environment(), &from_variables.files);
    assert_eq!(log.format, LogFormat::Json);
}

#[test]
fn unknown_variables_of_ours_are_named_and_injected_ones_are_not() {
    let config = world(&["run"])
        .with("SEAWORTHY_TIMEOUTS", "1s")
        .with("SEAWORTHY_ZEBRA", "1")
        .with("SEAWORTHY_PORT", "tcp://10.0.0.1:80")
        .with("SEAWORTHY_PORT_80_TCP_ADDR", "10.0.0.1")
        .with("SEAWORTHY_DEMO_SERVICE_HOST", "10.0.0.1")
        .with("SEAWORTHY_NAME", "/app/seaworthy")
        .with("SEAWORTHY_ENV_PATH", "/bin")
        .resolve()
        .unwrap();
    let unknown = |name: &str, nearest: Option<&str>| ConfigWarning::UnknownVariable {
        name: name.to_owned(),
        nearest: nearest.map(str::to_owned),
    };
    assert_eq!(
        config.warnings,
        [
            unknown("SEAWORTHY_TIMEOUTS", Some("SEAWORTHY_TIMEOUT")),
            unknown("SEAWORTHY_ZEBRA", None),
        ]
    );
}

#[test]
fn the_env_file_fills_in_what_the_environment_lacks() {
    let text = "# ours\nexport SEAWORTHY_TIMEOUT=7s\nSEAWORTHY_GRACE='3s'\n";
    let base = world(&["run", "--env-file", ".env"]).file(".env", text);
    let config = base
        .clone()
        .with("SEAWORTHY_GRACE", "1s")
        .resolve()
        .unwrap();
    assert_eq!(config.wait.timeout, Some(Duration::from_secs(7)));
    assert_eq!(config.wait.grace, Duration::from_secs(1));
    assert_eq!(
        config.values.timeout.origin.to_string(),
        "SEAWORTHY_TIMEOUT (.env:2)"
    );
    let by_variable = world(&["run"])
        .file(".env", text)
        .with("SEAWORTHY_ENV_FILE", ".env");
    assert_eq!(
        by_variable.resolve().unwrap().wait.grace,
        Duration::from_secs(3)
    );
    let bad = base.file(".env", "SEAWORTHY_TIMEOUT=60\n").complaint();
    assert_eq!(
        bad,
        "the value of `--timeout` from SEAWORTHY_TIMEOUT (.env:1) is not valid: \
         `60` has no unit: write `60s` for seconds or `60ms` for milliseconds"
    );
}

#[test]
fn the_table_for_the_readme_has_a_row_for_each_setting() {
    let table = settings_table();
    assert_eq!(table.lines().count(), SETTINGS.len() + 2);
    for line in table.lines() {
        assert_eq!(line.replace("\\|", "").matches('|').count(), 6, "{line}");
    }
}

#[cfg(unix)]
#[test]
fn only_variables_that_are_read_must_be_utf8() {
    use std::os::unix::ffi::OsStringExt;
    let resolve = |name: &str| {
        let odd = OsString::from_vec(vec![0xff, b'x']);
        let variables = [(name.into(), odd), ("PGHOST".into(), "db".into())];
        let typed = World::typing(&["wait"]).typed().unwrap();
        let account = Account {
            user: Some("sailor".to_owned()),
            home: None,
        };
        let environment = Environment::new(variables, account);
        super::super::resolve(&typed, &environment, &Shelf::default()).map(|_| ())
    };
    assert!(resolve("SOMEBODY_ELSES").is_ok());
    assert!(resolve("SEAWORTHY_UNKNOWN").is_ok());
    for name in [
        "SEAWORTHY_TIMEOUT",
        "PGPASSWORD",
        "DATABASE_URL",
        "SKIP_WAIT",
    ] {
        let error = resolve(name).unwrap_err();
        assert!(matches!(error, ConfigError::NotUnicode { .. }), "{error}");
    }
}
