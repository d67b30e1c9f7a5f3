//! No password is ever part of what is shown, whatever is wrong around it.

use proptest::prelude::*;

use super::*;
use crate::config::tests::World;
use crate::config::{self, Secret};

/// The marker in every password; nothing else that is shown holds it.
const MARKER: &str = "Zq7Xw9";

/// Text around the marker, with what URLs, connection strings and env files
/// give a meaning to.
fn password() -> impl Strategy<Value = String> {
    let noise = || "[:@/%#?&= '\"\\\\$a-z0-9,;+{}()\\[\\]-]{0,6}";
    (noise(), noise()).prop_map(|(before, after)| format!("{before}{MARKER}{after}"))
}

fn template() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "postgres://user:PASSWORD@db:5432/app",
        "postgres://user:PASSWORD@db:5432/app?sslmode=require&odd=1",
        "postgres://user:PASSWORD@[::1]:5432/app",
        "postgresql+asyncpg://user:PASSWORD@a,b/app?ssl=odd",
        "postgres://user@db/app?password=PASSWORD&sslmode=require",
        "host=db user=u password=PASSWORD dbname=app",
        "host=db user=u password='PASSWORD' sslmode=odd",
        "jdbc:postgresql://db/app?user=u&password=PASSWORD",
        "mysql://user:PASSWORD@db/app",
        "\"postgres://user:PASSWORD@db/app\"",
        "postgres:/user:PASSWORD@db/app",
        "user:PASSWORD@db/app",
        "PASSWORD",
    ])
}

/// Where the text is put.
#[derive(Clone, Copy, Debug)]
enum Way {
    Variable(&'static str),
    Flag,
    Target,
    Argument,
    EnvFile,
    Toml(&'static str),
    Service,
    PasswordFile,
    SecretFile,
}

fn way() -> impl Strategy<Value = Way> {
    prop::sample::select(vec![
        Way::Variable("DATABASE_URL"),
        Way::Variable("SEAWORTHY_DATABASE_URL"),
        Way::Variable("MIGRATION_DATABASE_URL"),
        Way::Variable("PGPASSWORD"),
        Way::Variable("SEAWORTHY_TIMEOUT"),
        Way::Variable("SEAWORTHY_ALSO"),
        Way::Variable("SKIP_WAIT"),
        Way::Variable("PGPORT"),
        Way::Variable("PGHOST"),
        Way::Variable("PGSSLMODE"),
        Way::Flag,
        Way::Target,
        Way::Argument,
        Way::EnvFile,
        Way::Toml("database.url = \"TEXT\"\n"),
        Way::Toml("databse.url = \"TEXT\"\n"),
        Way::Toml("database.url = TEXT\n"),
        Way::Toml("database.url = 'TEXT'\nwait.timeout = 5\n"),
        Way::Toml("[database]\nurl = \"\"\"\nTEXT\"\"\"\n[odd]\n"),
        Way::Toml("[database]\nurl = \"\"\"\nTEXT \\z\"\"\"\n"),
        Way::Toml("wait.also = [\"http://u:TEXT@h/\"]\n"),
        Way::Service,
        Way::PasswordFile,
        Way::SecretFile,
    ])
}

fn may_be_repeated(way: Way) -> bool {
    match way {
        Way::Target | Way::Variable("SEAWORTHY_TIMEOUT" | "SKIP_WAIT") => true,
        Way::Variable(_)
        | Way::Flag
        | Way::Argument
        | Way::EnvFile
        | Way::Toml(_)
        | Way::Service
        | Way::PasswordFile
        | Way::SecretFile => false,
    }
}

fn world(way: Way, text: &str) -> World {
    let upgrade = World::typing(&["upgrade"]);
    match way {
        Way::Variable(name) => upgrade.with("PGSERVICE", "").with(name, text),
        Way::Flag => World::typing(&["upgrade", "--database-url", text]),
        Way::Target => World::typing(&["upgrade", "--target", text]),
        Way::Argument => World::typing(&["wait", "--database-url", "postgres://db", text]),
        Way::EnvFile => {
            let lines = format!("A=1\nDATABASE_URL={text}\nB\n");
            upgrade
                .with("SEAWORTHY_ENV_FILE", ".env")
                .file(".env", &lines)
        }
        Way::Toml(toml) => upgrade
            .with("PGHOST", "db")
            .file("seaworthy.toml", &toml.replace("TEXT", text)),
        Way::Service => upgrade
            .with("PGSERVICE", "sea")
            .with("PGSERVICEFILE", "/s.conf")
            .file("/s.conf", &format!("[sea]\nhost=db\n{text}\n")),
        Way::PasswordFile => upgrade
            .with("PGHOST", "db")
            .with("PGPASSFILE", "/pgpass")
            .file("/pgpass", &format!("db:*:*:*:{text}\n{text}\n")),
        Way::SecretFile => upgrade
            .with("DATABASE_URL_FILE", "/secret")
            .file("/secret", text),
    }
}

/// Returns all that anybody is ever shown of a world. A URL that was valid
/// with the marker outside its password is not a leak: it is the host.
fn everything_shown(world: &World) -> String {
    let mut shown = format!("{:?}", world.environment());
    let typed = match world.typed() {
        Ok(typed) => typed,
        Err(error) => {
            return format!("{shown}{error}{error:?}{}", usage(&error));
        }
    };
    shown += &format!("{typed:?}");
    match config::resolve(&typed, &world.environment(), &world.files) {
        Ok(config) => {
            for each in &config.warnings {
                shown += &format!("{each:?}{}", warning(each));
            }
            shown += &format!("{:?}", config.databases());
        }
        Err(error) => {
            let diagnostic = diagnostic(&error);
            shown += &format!("{error}{error:?}{diagnostic}{}", diagnostic.to_json());
        }
    }
    shown
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_password_is_never_shown(
        way in way(),
        template in template(),
        password in password(),
        cut in 0_usize..80,
        insert in "[@:/?%&=' \"$]{0,2}",
    ) {
        // A word by itself in a setting that is no secret may be repeated.
        if template == "PASSWORD" && may_be_repeated(way) {
            return Ok(());
        }
        // The text is damaged anywhere but inside the marker.
        let mut text = template.replace("PASSWORD", &password);
        let marker = text.find(MARKER).expect("the marker is in the text");
        let at = text.floor_char_boundary(cut.min(text.len()));
        if at <= marker || at >= marker + MARKER.len() {
            text.insert_str(at, &insert);
        }
        let shown = everything_shown(&world(way, &text));
        prop_assert!(!shown.contains(MARKER), "{way:?} {text}\n{shown}");
    }

}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_password_that_is_encoded_arrives(password in "[ -~]{1,20}") {
        let encoded = percent_encoding::utf8_percent_encode(
            &password,
            percent_encoding::NON_ALPHANUMERIC,
        );
        let world = World::typing(&["wait"])
            .with("DATABASE_URL", &format!("postgres://u:{encoded}@db/app"));
        let config = world.resolve().unwrap();
        let source = config.databases().unwrap().application();
        let connection = source.connection(&world.files).unwrap();
        prop_assert_eq!(connection.hosts[0].password.as_ref(), Some(&Secret::new(password.as_str())));
        let debug = format!("{connection:?}");
        prop_assert!(debug.contains("Secret(..)"), "{}", debug);
    }

    #[test]
    fn no_text_makes_the_readers_panic(text in "[ -~\n\u{e9}\u{0}]{0,60}") {
        let _ = world(Way::Variable("DATABASE_URL"), &text).resolve();
        let _ = world(Way::Variable("DATABASE_URL"), &format!("postgres://{text}")).resolve();
        let _ = world(Way::Variable("SEAWORTHY_ALSO"), &format!("http://{text}")).resolve();
        let _ = world(Way::Toml("TEXT"), &text).resolve();
        let _ = world(Way::PasswordFile, &text).resolve();
        let _ = world(Way::EnvFile, &text).resolve();
    }
}
