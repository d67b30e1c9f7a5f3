//! The command that migrates in the place of the revisions, from its text to
//! its words.

use super::*;

/// Returns the command's words, or what is wrong with it.
fn words(world: &World) -> Result<Vec<String>, String> {
    let config = world.resolve().map_err(|error| error.to_string())?;
    let command = config.migrations.command.expect("there is one");
    let arguments = command.arguments.iter().map(Secret::expose);
    let words = std::iter::once(command.program.as_str()).chain(arguments);
    Ok(words.map(str::to_owned).collect())
}

fn run() -> World {
    World::typing(&["run"]).with("PGHOST", "db")
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let world = run().with("SEAWORTHY_MIGRATE_COMMAND", text);
    let expected = expected.iter().map(|word| (*word).to_owned()).collect();
    assert_eq!(words(&world), Ok(expected), "{text}");
}

#[track_caller]
fn check_error(world: &World, part: &str) {
    let error = words(world).expect_err("it is refused");
    assert!(error.contains(part), "{error}");
}

#[test]
fn a_text_is_split_as_a_shell_splits_it() {
    check("alembic upgrade head", &["alembic", "upgrade", "head"]);
    check(
        "  sh -c 'a && b \"c\"'\t--x=\"1 2\" \\\"y",
        &["sh", "-c", "a && b \"c\"", "--x=1 2", "\"y"],
    );
    check("tool '' $HOME a;b", &["tool", "", "$HOME", "a;b"]);
}

#[test]
fn an_array_is_taken_as_it_is() {
    let file = |toml: &str| run().file("seaworthy.toml", toml);
    let taken = words(&file("migrations.command = [\"a b\", \"&&\", \"\", \"'\"]"));
    assert_eq!(taken, Ok(["a b", "&&", "", "'"].map(str::to_owned).into()));
    for toml in ["\"a b\"", "[]", "[\"a\", 1]", "true"] {
        let world = file(&format!("migrations.command = {toml}"));
        check_error(&world, "it has the wrong type");
    }
    check_error(&file("migrations.command = [\"\"]"), "it is empty");
    let control = "migrations.command = [\"a\", \"\\u0000\"]";
    check_error(&file(control), "a control character");
}

#[test]
fn a_text_that_is_no_command_is_refused_and_not_shown() {
    for (text, part) in [
        ("tool 'hush7", "a quote in it is not closed"),
        ("tool hush7 \\", "a backslash stands at its end"),
        ("tool hush7 && other", "`&&` is a shell's word"),
        ("tool hush7 | other", "`|` is a shell's word"),
        ("# hush7", "it is empty"),
        ("'' hush7", "it is empty"),
    ] {
        let world = run().with("SEAWORTHY_MIGRATE_COMMAND", text);
        check_error(&world, part);
        check_error(&world, "SEAWORTHY_MIGRATE_COMMAND");
        let shown = format!("{:?}", world.resolve());
        assert!(!shown.contains("hush7"), "{shown}");
    }
}

#[test]
fn its_words_are_never_shown() {
    let world = run().with("SEAWORTHY_MIGRATE_COMMAND", "tool --password hush7");
    let config = world.resolve().expect("it is right");
    let shown = format!("{config:?} {:?}", config.values.shown());
    assert!(!shown.contains("hush7"), "{shown}");
    assert!(shown.contains("tool (its words are not shown)"), "{shown}");
}

#[test]
fn what_it_would_not_hear_of_is_refused() {
    let refused = |line: &[&str], variables: &[(&str, &str)]| {
        let world = World::typing(line)
            .with("PGHOST", "db")
            .with("SEAWORTHY_MIGRATE_COMMAND", "tool");
        let with = |world: World, (name, value): &(&str, &str)| world.with(name, value);
        match variables.iter().fold(world, with).resolve() {
            Err(ConfigError::WithCommand { excluded, .. }) => Some(excluded),
            Ok(_) => None,
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!(refused(&["upgrade"], &[]), None);
    assert_eq!(refused(&["upgrade", "b2"], &[]), Some(Excluded::Argument));
    assert_eq!(refused(&["upgrade", "--sql"], &[]), Some(Excluded::Print));
    let dry_run = ["upgrade", "b2", "--dry-run"];
    assert_eq!(refused(&dry_run, &[]), Some(Excluded::DryRun));
    let target = [("SEAWORTHY_TARGET", "head")];
    assert!(matches!(
        refused(&["run"], &target),
        Some(Excluded::Target(Origin::Variable(_)))
    ));
    // What does not run it has nothing to do with it.
    let skipped = [("SEAWORTHY_TARGET", "head"), ("SKIP_MIGRATION", "1")];
    assert_eq!(refused(&["run"], &skipped), None);
    for line in [&["wait"][..], &["downgrade", "-1"], &["config"]] {
        assert_eq!(refused(line, &target), None);
    }
}

#[test]
fn typed_flags_without_effect_are_named() {
    let command = "--migrate-command=tool";
    let line = ["run", command, "--lock-timeout=1s", "--transaction=all"];
    let world = World::typing(&line).with("PGHOST", "db");
    let config = world.resolve().expect("it is right");
    let flags = vec!["transaction", "lock-timeout"];
    assert_eq!(config.warnings, [ConfigWarning::NoEffect { flags }]);
}
