//! The switches that leave out a part of the voyage.

use super::*;

fn world() -> World {
    World::typing(&["run"]).with("PGHOST", "db")
}

#[track_caller]
fn check(world: &World, wait: Option<&str>, migration: Option<&str>) {
    let run = world
        .resolve()
        .unwrap_or_else(|error| panic!("{error}"))
        .run;
    assert_eq!(run.skip_wait.as_deref(), wait);
    assert_eq!(run.skip_migration.as_deref(), migration);
}

#[test]
fn skips_have_well_known_names_beside_ours() {
    check(&world(), None, None);
    check(&world().with("SKIP_WAIT", "1"), Some("SKIP_WAIT"), None);
    check(
        &world().with("SKIP_MIGRATION", "Yes"),
        None,
        Some("SKIP_MIGRATION"),
    );
    check(&world().with("SKIP_MIGRATION", "no"), None, None);
    check(&world().with("SKIP_MIGRATION", ""), None, None);
    let ours = world().with("SEAWORTHY_SKIP_MIGRATION", "on");
    check(&ours, None, Some("SEAWORTHY_SKIP_MIGRATION"));
    let against = world()
        .with("SEAWORTHY_SKIP_MIGRATION", "off")
        .with("SKIP_MIGRATION", "on");
    check(&against, None, None);
    check(
        &World::typing(&["run", "--skip-wait"]).with("PGHOST", "db"),
        Some("--skip-wait"),
        None,
    );
    check(
        &World::typing(&["run", "--skip-wait=false"])
            .with("PGHOST", "db")
            .with("SKIP_WAIT", "1"),
        None,
        None,
    );
}

#[test]
fn running_migrations_on_startup_is_the_opposite_of_skipping_them() {
    let run = "RUN_MIGRATIONS_ON_STARTUP";
    check(&world().with(run, "false"), None, Some(run));
    check(&world().with(run, "true"), None, None);
    let agreeing = world().with(run, "false").with("SKIP_MIGRATION", "true");
    check(&agreeing, None, Some("SKIP_MIGRATION"));
    let contradicting = world().with(run, "true").with("SKIP_MIGRATION", "true");
    assert!(matches!(
        contradicting.resolve(),
        Err(ConfigError::SkipContradiction { .. })
    ));
    let unclear = world().with(run, "maybe");
    assert!(matches!(unclear.resolve(), Err(ConfigError::Switch { .. })));
}

#[test]
fn who_skips_everything_needs_no_database() {
    let skipping = World::typing(&["run", "--skip-wait", "--skip-migration", "--", "app"]);
    let config = skipping.resolve().unwrap();
    assert!(config.databases().is_err());
    let printing = World::typing(&["upgrade", "--sql"]).resolve().unwrap();
    assert!(printing.databases().is_err());
    let asking: &[&str] = &["upgrade", "--sql", "current:head"];
    for line in [&["run", "--skip-wait"][..], &["wait"], &["upgrade"], asking] {
        let error = World::typing(line).resolve().unwrap_err();
        let ConfigError::NoHost {
            passed_over: None,
            is_skippable,
        } = error
        else {
            panic!("{error}");
        };
        assert_eq!(is_skippable, line[0] == "run");
    }
}

#[test]
fn variables_to_unset_are_listed() {
    let config = world().with("SEAWORTHY_UNSET", "MIGRATION_DATABASE_URL, PGPASSWORD");
    let unset = config.resolve().unwrap().run.unset;
    assert_eq!(unset, ["MIGRATION_DATABASE_URL", "PGPASSWORD"]);
}
