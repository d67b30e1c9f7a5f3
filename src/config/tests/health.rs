//! What `health` asks, in which time, and how much it says.

use super::*;

fn world(flags: &[&str]) -> World {
    let line: Vec<&str> = [&["health"], flags].concat();
    World::typing(&line).with("PGHOST", "db")
}

/// `expected` names what is asked, such as `database schema`.
#[track_caller]
fn check(world: &World, expected: &str) {
    let health = world.resolve().unwrap_or_else(|e| panic!("{e}")).health;
    let parts = [
        ("database", health.database),
        ("schema", health.schema),
        ("app", health.app.is_some()),
    ];
    let asked: Vec<&str> = parts
        .iter()
        .filter(|part| part.1)
        .map(|part| part.0)
        .collect();
    assert_eq!(asked.join(" "), expected);
}

#[test]
fn what_is_named_is_asked_and_nothing_else() {
    let app = "--app=tcp://127.0.0.1:80";
    check(&world(&[]), "database schema");
    check(&world(&["--database"]), "database");
    check(&world(&["--schema"]), "schema");
    check(&world(&[app]), "app");
    check(&world(&[app, "--schema"]), "schema app");
    check(&world(&["--schema=false"]), "database");
    check(&world(&["--database=false"]), "schema");
    check(&world(&["--database=no", "--schema"]), "schema");
    check(&world(&["--database=no", "--schema=no", app]), "app");
    let by_variable = world(&[]).with("SEAWORTHY_APP", "http://127.0.0.1/");
    check(&by_variable, "app");
    let by_file = world(&["--database"]).file("seaworthy.toml", "health.schema = true\n");
    check(&by_file, "database schema");
}

#[test]
fn nothing_to_ask_is_an_error_of_the_probe_alone() {
    let file = "[health]\ndatabase = false\nschema = false\n";
    let nothing = world(&[]).file("seaworthy.toml", file).resolve();
    assert!(matches!(nothing, Err(ConfigError::NothingAsked)));
    let wait = World::typing(&["wait"]).with("PGHOST", "db");
    wait.file("seaworthy.toml", file).resolve().unwrap();
}

#[test]
fn the_application_alone_needs_no_database() {
    let config = World::typing(&["health", "--app", "tcp://127.0.0.1:80"]).resolve();
    let error = config.unwrap().databases().map(drop).unwrap_err();
    assert!(matches!(error, ConfigError::NoDatabase));
    let config = World::typing(&["health", "--database"]).resolve();
    assert!(matches!(config, Err(ConfigError::NoHost { .. })));
}

#[test]
fn only_the_flag_says_how_long_it_may_take() {
    let limit = |world: World| health_timeout(&world.typed().unwrap());
    let ms = |count| Some(Duration::from_millis(count));
    let minutes = world(&[]).with("SEAWORTHY_TIMEOUT", "5m");
    assert_eq!(limit(minutes), ms(800));
    assert_eq!(limit(world(&["--timeout", "2s"])), ms(2000));
    assert_eq!(limit(world(&["--timeout", "0"])), None);
    // What is wrong with it is told when the settings are resolved.
    let wrong = world(&["--timeout", "2"]);
    assert_eq!(limit(wrong.clone()), ms(800));
    assert!(wrong.resolve().is_err());
}

#[test]
fn a_probe_is_quiet_unless_the_flag_wants_it_otherwise() {
    let level = |world: World| {
        let typed = world.typed().unwrap();
        super::super::log(Some(&typed), &world.environment(), &world.files).level
    };
    let loud = world(&[]).with("SEAWORTHY_LOG_LEVEL", "debug");
    assert_eq!(level(loud), tracing::Level::ERROR);
    let typed = world(&["--log-level", "debug"]);
    assert_eq!(level(typed), tracing::Level::DEBUG);
}

#[test]
fn a_revision_behind_the_switch_is_shown_its_place() {
    let tip = |flags: &[&str]| world(flags).typed().unwrap_err().tip;
    let target = tip(&["--schema", "head"]).unwrap_or_default();
    assert!(target.contains("`--target`"), "{target}");
    assert_eq!(tip(&["--database", "head"]), None);
}

#[test]
fn a_target_of_wait_is_no_switch_of_health() {
    let wait = World::typing(&["wait", "--schema", "head"]).with("PGHOST", "db");
    let config = wait.resolve().unwrap();
    assert_eq!(config.values.schema.origin, Origin::Default);
}
