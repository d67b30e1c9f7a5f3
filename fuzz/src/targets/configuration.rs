//! Settings from everywhere: URLs, connection strings, variables and files.
//! Wherever a password can stand, one is planted, and nothing may show it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use seaworthy::config::{
    self, Account, ConfigError, Environment, Files, Parsed, Readers, Typed, args,
};
use seaworthy::error;

use super::{assert_bounded, assert_printable};

/// The password.
const SECRET: &str = "zqS3cr3tqz";

/// Ways to begin a URL.
const SCHEMES: [&str; 4] = ["postgres", "postgresql", "postgresql+psycopg2", "POSTGRES"];

/// Files that stand nowhere but here.
#[derive(Default)]
struct Shelf(BTreeMap<PathBuf, String>);

impl Files for Shelf {
    fn read(&self, path: &Path) -> io::Result<String> {
        let text = self.0.get(path).cloned();
        text.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn readers(&self, path: &Path) -> io::Result<Readers> {
        self.read(path).map(|_| Readers::OwnerOnly)
    }
}

/// A URL: raw; or, after a first byte that picks a scheme, a user, what follows
/// the password, and the rest, a line each.
pub(super) fn url(data: &[u8]) {
    let Some(text) = text(data) else {
        return;
    };
    let mut lines = text.splitn(3, '\n');
    let (Some(user), Some(after), Some(rest)) = (lines.next(), lines.next(), lines.next()) else {
        database(text, text.len());
        return;
    };
    let scheme = SCHEMES[user.len() % SCHEMES.len()];
    // These end the authority or the user: what follows is no password then.
    if user.contains(['/', '?', '#', '@', '[', ']', ',']) {
        return;
    }
    let url = if after.len().is_multiple_of(2) {
        format!("{scheme}://{user}:{SECRET}{after}@{rest}")
    } else {
        let separator = if rest.contains('?') { '&' } else { '?' };
        format!("{scheme}://{user}@{rest}{separator}password={SECRET}{after}")
    };
    database(&url, text.len());
}

/// A connection string: what stands before the password, and what behind it.
pub(super) fn conninfo(data: &[u8]) {
    let Some(text) = text(data) else {
        return;
    };
    let Some((before, after)) = text.split_once('\n') else {
        database(text, text.len());
        return;
    };
    // A quote or an equals sign would make the password part of another value.
    if before.contains(['\'', '\\']) || before.trim_end().ends_with('=') || before.contains("://") {
        return;
    }
    let assignment = if after.len().is_multiple_of(2) {
        "password="
    } else {
        "password = '"
    };
    database(&format!("{before} {assignment}{SECRET}{after}"), text.len());
}

/// Returns an input as text, unless the fuzzer has learned the password.
fn text(data: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(data).ok()?;
    (!text.contains(SECRET)).then_some(text)
}

fn database(url: &str, input: usize) {
    let variables = [("SEAWORTHY_DATABASE_URL", url)];
    resolve(waiting(), &variables, &Shelf::default(), input);
}

/// A target of `--also`, with and without a password.
pub(super) fn also(data: &[u8]) {
    let Some(text) = text(data) else {
        return;
    };
    let world = |value: &str| {
        let variables = [
            ("SEAWORTHY_ALSO", value),
            ("SEAWORTHY_DATABASE_URL", "postgres://u@h/d"),
        ];
        resolve(waiting(), &variables, &Shelf::default(), text.len());
    };
    match text.split_once('\n') {
        Some((user, rest)) if !user.contains(['/', '?', '#', '@', ',', ' ', '\t']) => {
            let scheme = ["http", "https", "tcp"][rest.len() % 3];
            world(&format!("{scheme}://{user}:{SECRET}@{rest}"));
        }
        Some(_) | None => world(text),
    }
}

/// Variables and files. The first byte says what the rest is.
pub(super) fn settings(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else {
        return;
    };
    let Some(text) = text(rest) else {
        return;
    };
    let url = ("SEAWORTHY_DATABASE_URL", "postgres://u@h/d");
    let mut shelf = Shelf::default();
    let mut put = |path: &str, text: String| {
        shelf.0.insert(path.into(), text);
    };
    let variables: Vec<(&str, &str)> = match kind {
        b't' => {
            let planted = format!("database.url = 'postgres://u:{SECRET}@h/d'\n{text}");
            put("seaworthy.toml", planted);
            Vec::new()
        }
        b'p' => {
            put("pyproject.toml", text.to_owned());
            vec![url]
        }
        b'e' => {
            put("/env", format!("PGPASSWORD={SECRET}\n{text}"));
            vec![("SEAWORTHY_ENV_FILE", "/env"), url]
        }
        b'l' => {
            // The line that holds the password is the one that does not parse.
            let line = text.replace(['\r', '\n', '=', '\'', '"', '#', '$', '\\'], " ");
            put("/env", format!("A=1\n{line}{SECRET}\nB=2"));
            vec![("SEAWORTHY_ENV_FILE", "/env"), url]
        }
        b'w' => {
            put("/pgpass", format!("{text}\n*:*:*:*:{SECRET}\n"));
            vec![("PGPASSFILE", "/pgpass"), url]
        }
        b's' => {
            let planted = format!("[s]\npassword={SECRET}\nhost=h\n{text}");
            put("/services", planted);
            vec![("PGSERVICEFILE", "/services"), ("PGSERVICE", "s")]
        }
        b'f' => {
            put("/secret", format!("{text}{SECRET}"));
            vec![("PGHOST", "h"), ("POSTGRES_PASSWORD_FILE", "/secret")]
        }
        b'v' => text
            .lines()
            .filter_map(|line| line.split_once('='))
            .chain([("PGPASSWORD", SECRET)])
            .collect(),
        b'a' => {
            let argv = std::iter::once("seaworthy").chain(text.split('\n'));
            match args::parse(argv.map(OsString::from)) {
                Ok(Parsed::Command(typed)) => resolve(&typed, &[url], &shelf, text.len()),
                Ok(Parsed::Show(_)) => {}
                Err(error) => hidden(&error::config::usage(&error).to_string()),
            }
            return;
        }
        _ => return,
    };
    resolve(waiting(), &variables, &shelf, text.len());
}

/// Returns the command line `seaworthy wait`.
fn waiting() -> &'static Typed {
    static TYPED: OnceLock<Typed> = OnceLock::new();
    TYPED.get_or_init(
        || match args::parse(["seaworthy", "wait"].map(OsString::from)) {
            Ok(Parsed::Command(typed)) => typed,
            other => panic!("{other:?}"),
        },
    )
}

/// Resolves the settings and looks at everything that could be shown.
fn resolve(typed: &Typed, variables: &[(&str, &str)], shelf: &Shelf, input: usize) {
    let account = Account {
        user: Some("sailor".to_owned()),
        home: Some("/home/sailor".into()),
    };
    let variables = variables
        .iter()
        .map(|(name, value)| (OsString::from(*name), OsString::from(*value)));
    let environment = Environment::new(variables, account);
    match config::resolve(typed, &environment, shelf) {
        Ok(config) => {
            // Most of the time would go into this one.
            if input.is_multiple_of(8) {
                hidden(&format!("{config:?}"));
            }
            for warning in &config.warnings {
                let words = error::config::warning(warning);
                assert_bounded(&words, input);
                hidden(&words);
            }
            let Ok(databases) = config.databases() else {
                return;
            };
            if let Ok(connection) = databases.application().connection(shelf) {
                hidden(&format!("{connection:?}"));
                assert!(!connection.hosts.is_empty());
            }
        }
        Err(error) => complaint(&error, input),
    }
}

fn complaint(error: &ConfigError, input: usize) {
    hidden(&format!("{error:?}"));
    hidden(&error.to_string());
    let diagnostic = error::config::diagnostic(error);
    hidden(&diagnostic.to_json().to_string());
    let text = diagnostic.to_string();
    hidden(&text);
    assert_bounded(&text, input);
    assert_printable(&text);
}

fn hidden(text: &str) {
    assert!(!text.contains(SECRET), "the password is in {text:?}");
}
