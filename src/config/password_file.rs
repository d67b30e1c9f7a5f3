//! libpq's password file: `host:port:database:user:password` a line, `*` for
//! any, backslashes before `:` and `\`. The first line that fits counts.

use std::io;
use std::path::{Path, PathBuf};

use super::database::Given;
use super::{
    ConfigError, ConfigWarning, FileRole, Files, Host, HostAddress, Origin, Readers, Secret,
    Sourced,
};

/// Where libraries expect the server's socket; in a password file these are `localhost`.
const DEFAULT_SOCKET_DIRECTORIES: [&str; 3] = ["/run/postgresql", "/var/run/postgresql", "/tmp"];

/// Whose password is looked for.
pub(super) struct Login<'a> {
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// Returns where the password file is, and what named it; the one in the home
/// directory is named by nobody.
pub(super) fn path(named: Option<&Given>, home: Option<&Path>) -> Option<Sourced<PathBuf>> {
    match (named, home) {
        (Some(named), _) => {
            let path = PathBuf::from(named.word());
            Some(Sourced::new(path, named.origin.clone()))
        }
        (None, Some(home)) => Some(Sourced::new(home.join(".pgpass"), Origin::Default)),
        (None, None) => None,
    }
}

/// Gives each host the password of the first line that fits. A file that
/// nobody named may be missing.
///
/// # Errors
///
/// - [`ConfigError::Unreadable`] for a file that cannot be read.
pub(super) fn complete(
    hosts: &mut [Host],
    login: &Login<'_>,
    path: &Sourced<PathBuf>,
    files: &dyn Files,
) -> Result<Option<ConfigWarning>, ConfigError> {
    let unreadable = |error: &io::Error| ConfigError::Unreadable {
        path: path.value.clone(),
        role: FileRole::Password,
        origin: path.origin.clone(),
        kind: error.kind(),
    };
    match files.readers(&path.value) {
        Ok(Readers::OwnerOnly) => {}
        Ok(Readers::Others) => {
            return Ok(Some(ConfigWarning::PasswordFileReaders {
                path: path.value.clone(),
            }));
        }
        Err(_) if path.origin == Origin::Default => return Ok(None),
        Err(error) => return Err(unreadable(&error)),
    }
    let text = files
        .read(&path.value)
        .map_err(|error| unreadable(&error))?;
    for host in hosts {
        host.password = password(&text, host, login);
    }
    Ok(None)
}

fn password(text: &str, host: &Host, login: &Login<'_>) -> Option<Secret> {
    let port = host.port.to_string();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .find_map(|line| {
            let mut fields = fields(line);
            let password = fields.pop()?;
            let [host_field, port_field, database_field, user_field] = fields.as_slice() else {
                return None;
            };
            let fits = host_fits(host_field, &host.address)
                && field_fits(port_field, &port)
                && field_fits(database_field, login.database)
                && field_fits(user_field, login.user);
            (fits && !password.is_empty()).then(|| Secret::new(password))
        })
}

fn host_fits(field: &str, address: &HostAddress) -> bool {
    match address {
        HostAddress::Tcp { name, .. } => field_fits(field, name),
        HostAddress::Unix(directory) => {
            let directory = directory.to_string_lossy();
            field_fits(field, &directory)
                || (field == "localhost" && DEFAULT_SOCKET_DIRECTORIES.contains(&&*directory))
        }
    }
}

/// `*` alone is any; a field still has its escapes, so that `\*` is a star.
fn field_fits(field: &str, value: &str) -> bool {
    field == "*" || unescaped(field) == value
}

/// Returns the fields up to the password, escaped as they stand, and the password itself.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.trim_end_matches('\r').chars();
    while let Some(c) = characters.next() {
        let last = fields.len() - 1;
        match c {
            ':' if fields.len() < 5 => fields.push(String::new()),
            // Whatever follows a fifth colon is left alone: it belongs to nobody.
            ':' => break,
            '\\' => {
                fields[last].push('\\');
                fields[last].extend(characters.next());
            }
            c => fields[last].push(c),
        }
    }
    if let Some(password) = fields.get_mut(4) {
        *password = unescaped(password);
    }
    fields
}

fn unescaped(field: &str) -> String {
    let mut text = String::new();
    let mut characters = field.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => text.extend(characters.next()),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(name: &str, port: u16) -> Host {
        Host {
            address: HostAddress::Tcp {
                name: name.to_owned(),
                ip: None,
            },
            port,
            password: None,
        }
    }

    #[track_caller]
    fn check(text: &str, host: &Host, expected: Option<&str>) {
        let login = Login {
            database: "app",
            user: "me",
        };
        let found = password(text, host, &login);
        assert_eq!(found.as_ref().map(Secret::expose), expected, "{text}");
    }

    #[test]
    fn the_first_line_that_fits_counts() {
        let db = tcp("db", 5432);
        check("db:5432:app:me:one\n*:*:*:*:two", &db, Some("one"));
        check("db:5433:app:me:one\n*:*:*:*:two", &db, Some("two"));
        check("# db:5432:app:me:one", &db, None);
        check("db:5432:app:you:one", &db, None);
        check("db:5432:app:me", &db, None);
        check("db:5432:app:me:", &db, None);
        check("", &db, None);
        check("db:5432:app:me:cr\r\n", &db, Some("cr"));
    }

    #[test]
    fn backslashes_stand_before_colons_and_themselves() {
        check(r"db:5432:app:me:a\:b\\c", &tcp("db", 5432), Some(r"a:b\c"));
        check(r"\::5432:app:me:x", &tcp(":", 5432), Some("x"));
        check(r"\*:5432:app:me:x", &tcp("db", 5432), None);
    }

    #[test]
    fn a_socket_in_a_usual_place_is_localhost() {
        let socket = |directory: &str| Host {
            address: HostAddress::Unix(directory.into()),
            port: 5432,
            password: None,
        };
        check(
            "localhost:5432:app:me:x",
            &socket("/run/postgresql"),
            Some("x"),
        );
        check("localhost:5432:app:me:x", &socket("/elsewhere"), None);
        check("/elsewhere:*:app:me:x", &socket("/elsewhere"), Some("x"));
    }
}
