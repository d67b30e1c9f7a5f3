//! Settings of new files, hooks, the example file, and what may be shown.

use super::*;

const HOOKS: &str = "\
[[migrations.post_write_hooks]]
name = \"format\"
command = [\"pg_format\", \"-i\", \"REVISION_SCRIPT_FILENAME\"]

[[migrations.post_write_hooks]]
command = [\"true\"]
name = \"nothing\"
";

fn init() -> World {
    World::typing(&["init"])
}

#[test]
fn hooks_stand_in_the_file_in_their_order() {
    let shown = |world: World| {
        let hooks = world.resolve().expect("it is right").writing.hooks;
        let shown = hooks.iter().map(|hook| {
            let command = hook.command.join(" ");
            format!("{}: {} = {command}", hook.place, hook.name)
        });
        shown.collect::<Vec<_>>()
    };
    assert_eq!(shown(init()), Vec::<String>::new());
    assert_eq!(
        shown(init().file("seaworthy.toml", HOOKS)),
        [
            "seaworthy.toml:1:1: format = pg_format -i REVISION_SCRIPT_FILENAME",
            "seaworthy.toml:5:1: nothing = true"
        ]
    );
    let python = HOOKS.replace("[[", "[[tool.seaworthy.");
    assert_eq!(shown(init().file("pyproject.toml", &python)).len(), 2);
    let inline = "migrations.post_write_hooks = [{ name = \"a\", command = [\"b\"] }]\n";
    assert_eq!(
        shown(init().file("seaworthy.toml", inline)),
        ["seaworthy.toml:1:32: a = b"]
    );
}

#[test]
fn a_hook_that_is_none_is_refused_with_its_place() {
    let check = |text: &str, expected: &str| {
        let world = init().file("seaworthy.toml", text);
        assert_eq!(world.complaint(), expected, "{text}");
    };
    let list = "the hook at seaworthy.toml:1:12 is not valid: it is no list of tables";
    check("migrations.post_write_hooks = \"fmt\"\n", list);
    check("migrations.post_write_hooks = [\"fmt\"]\n", list);
    check("migrations.post_write_hooks = { name = \"fmt\" }\n", list);
    let header = "[[migrations.post_write_hooks]]\n";
    let name = "the hook at seaworthy.toml:1:1 is not valid: it has no `name`, or one that is not a string";
    check(&format!("{header}command = [\"a\"]\n"), name);
    check(&format!("{header}name = 1\ncommand = [\"a\"]\n"), name);
    let command = "the hook at seaworthy.toml:1:1 is not valid: it has no `command`, or one that is not an array of strings";
    for line in [
        "",
        "command = \"a b\"\n",
        "command = []\n",
        "command = [1]\n",
        "command = [\"\"]\n",
    ] {
        check(&format!("{header}name = \"a\"\n{line}"), command);
    }
    check(
        &format!("{header}name = \"a\"\ncomand = [\"a\"]\n"),
        "the hook at seaworthy.toml:3:1 is not valid: a key is not known",
    );
    let world = init().file("seaworthy.toml", "[migrations]\npost_write_hook = []\n");
    let Err(ConfigError::UnknownKey { nearest, .. }) = world.resolve() else {
        panic!("{}", world.complaint());
    };
    assert_eq!(nearest, Some("migrations.post_write_hooks"));
}

#[test]
fn the_example_file_changes_nothing_but_the_directory() {
    let typed = World::typing(&["init", "--dir", "db/\"é\"", "--timeout", "5s"]);
    let text = example_file(&typed.resolve().expect("it is right")).text;
    let world = init().file("seaworthy.toml", &text);
    let config = world.resolve().expect("it is right");
    assert_eq!(config.migrations.dirs, [Path::new("db/\"é\"")]);
    for (flag, origin) in config.values.origins() {
        let is_file = matches!(origin, Origin::File(_));
        assert_eq!(is_file, flag == "dir", "{flag}");
    }
}

#[test]
fn the_file_keeps_what_was_typed_of_the_project() {
    let typed = World::typing(&[
        "init",
        "--models",
        "a b.sql",
        "--models",
        "c/*.sql",
        "--truncate-slug-length",
        "9",
        "--online",
        "--shadow-url",
        "postgres://u:hunter2@db",
        "--log-level",
        "warn",
    ]);
    let file = example_file(&typed.resolve().expect("it is right"));
    assert_eq!(file.withheld, ["shadow-url"]);
    assert!(!file.text.contains("hunter2"), "{}", file.text);
    let read = init().file("seaworthy.toml", &file.text);
    let config = read.resolve().expect("it is right");
    let models = [PathBuf::from("a b.sql"), PathBuf::from("c/*.sql")];
    assert_eq!(config.schema.models, Models::Files(models.to_vec()));
    let kept = config.values.shown().into_iter();
    let kept = kept.filter(|one| matches!(one.origin, Origin::File(_)));
    let kept: Vec<&str> = kept.map(|one| one.name).collect();
    let expected = ["dir", "truncate-slug-length", "models", "online"];
    assert_eq!(kept, expected);
}

const WITHOUT_DEFAULT: [&str; 9] = [
    "shadow_url = ",
    "url = ",
    "version_schema = ",
    "database = ",
    "schema = ",
    "app = ",
    "listen = ",
    "command = ",
    "python = ",
];

#[test]
fn what_the_example_file_offers_is_the_default() {
    let text = example_file(&init().resolve().expect("it is right")).text;
    let offered: Vec<&str> = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(offer) if offer.contains(" = ") || offer.starts_with("[[") => offer,
            Some(_) | None => line,
        })
        .filter(|line| {
            let has_no_default = WITHOUT_DEFAULT.iter().any(|key| line.starts_with(key));
            !has_no_default || line.contains("pg_format")
        })
        .collect();
    let world = init().file("seaworthy.toml", &offered.join("\n"));
    let config = world
        .resolve()
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    let default = init().resolve().expect("it is right");
    for (offered, default) in config.values.shown().iter().zip(default.values.shown()) {
        assert_eq!(offered.value, default.value, "{}", offered.name);
        let has_default = !matches!(default.value, ShownValue::Nothing);
        let setting = SETTINGS.iter().find(|setting| setting.flag == offered.name);
        let key = setting.and_then(|setting| setting.key);
        assert_eq!(
            matches!(offered.origin, Origin::File(_)),
            key.is_some() && has_default,
            "{}",
            offered.name
        );
    }
    assert_eq!(config.writing.hooks.len(), 1);
}

#[test]
fn the_settings_are_shown_without_secrets() {
    let world = World::typing(&["config", "--database-url", "postgres://u:hunter2@db/app"])
        .with("SEAWORTHY_ALSO", "http://u:hunter2@web/?t=hunter2")
        .with("PGPASSWORD", "hunter2")
        .with("PGSSLMODE", "require");
    let config = world.resolve().expect("it is right");
    let databases = config.databases().expect("there is one");
    let parts = databases.application().described(&world.files);
    let parts = parts.expect("it can be resolved");
    let shown = format!("{:?} {parts:?}", config.values.shown());
    assert!(!shown.contains("hunter2"), "{shown}");
    let parts: Vec<String> = parts
        .iter()
        .map(|part| format!("{}={} from {}", part.name, part.value, part.origin))
        .collect();
    assert_eq!(
        parts,
        [
            "host=db from --database-url",
            "port=5432 from the default",
            "name=app from --database-url",
            "user=u from --database-url",
            "sslmode=require from PGSSLMODE"
        ]
    );
}

#[test]
fn the_settings_are_shown_without_a_database_too() {
    let config = World::typing(&["config"])
        .resolve()
        .expect("none is needed");
    assert!(matches!(config.databases(), Err(ConfigError::NoDatabase)));
    let wrong = World::typing(&["config"]).with("DATABASE_URL", "mysql://db");
    assert!(matches!(wrong.resolve(), Err(ConfigError::Url { .. })));
    let migrations = World::typing(&["config"]).with("MIGRATION_DATABASE_URL", "postgres://u@db");
    assert!(
        migrations
            .resolve()
            .expect("one is enough")
            .databases()
            .is_ok()
    );
}
