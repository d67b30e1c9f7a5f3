//! PostgreSQL URLs: libpq's, and SQLAlchemy's with a driver in the scheme.
//!
//! As in libpq, user and password end at the first `@` before the path. Where
//! a second `@` shows that somebody forgot to encode one, this is an error
//! rather than a guess, and no part of the text is repeated.

use percent_encoding::percent_decode_str;

use super::conninfo;
use super::parameter::{self, Keyword, Parameter};
use super::{Secret, UrlProblem};

/// What a URL or a connection string says, parameter by parameter.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    pub(super) known: Vec<(Keyword, Secret)>,
    /// Parameters that nobody here knows; `None`: the name is not to be shown.
    pub(super) unknown: Vec<Option<String>>,
}

/// The drivers of SQLAlchemy that PostgreSQL URLs are written for.
const DRIVERS: [&str; 5] = ["asyncpg", "psycopg", "psycopg2", "psycopg_async", "pg8000"];

/// Whose rules the URL follows where they differ.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Libpq,
    /// Repeated `host` parameters with ports in them; `+` is a space in parameters.
    SqlAlchemy,
}

/// Returns what a URL or a connection string says.
///
/// # Errors
///
/// [`UrlProblem`], which never holds a part of the text.
pub(super) fn read(text: &str) -> Result<Written, UrlProblem> {
    let text = text.trim();
    check_wrapping(text)?;
    let Some((scheme, rest)) = text.split_once("://") else {
        return conninfo_or_problem(text);
    };
    // A connection string may hold `://` inside a value.
    let is_scheme_character = |c: char| c.is_ascii_alphanumeric() || "+-._:".contains(c);
    if !scheme.chars().all(is_scheme_character) {
        return conninfo_or_problem(text);
    }
    let dialect = dialect(scheme)?;
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(UrlProblem::WhiteSpace);
    }
    Reader::default().url(rest, dialect)
}

/// Finds what a shell, a template or an editor left behind.
fn check_wrapping(text: &str) -> Result<(), UrlProblem> {
    for quote in ['"', '\'', '`'] {
        if text.starts_with(quote) {
            return Err(UrlProblem::Quoted);
        }
    }
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    // `$NAME` alone, or `${NAME...}` and Kubernetes' `$(NAME)` anywhere.
    if text.starts_with('$') {
        return Err(UrlProblem::Unexpanded);
    }
    for (open, close) in [("${", '}'), ("$(", ')')] {
        for (at, _) in text.match_indices(open) {
            let inner = text[at + open.len()..].split_once(close);
            let name = inner.map(|(inner, _)| inner.split([':', '-', '?']).next());
            if name.flatten().is_some_and(is_name) {
                return Err(UrlProblem::Unexpanded);
            }
        }
    }
    Ok(())
}

fn conninfo_or_problem(text: &str) -> Result<Written, UrlProblem> {
    if text.starts_with("jdbc:") {
        return Err(UrlProblem::Jdbc);
    }
    if !text.contains('=') {
        return Err(UrlProblem::Unrecognised);
    }
    conninfo::read(text)
}

fn dialect(scheme: &str) -> Result<Dialect, UrlProblem> {
    let scheme = scheme.to_ascii_lowercase();
    let (name, driver) = match scheme.split_once('+') {
        Some((name, driver)) => (name, Some(driver)),
        None => (scheme.as_str(), None),
    };
    match (name, driver) {
        ("postgres" | "postgresql", None) => Ok(Dialect::Libpq),
        ("postgres" | "postgresql", Some(driver)) if DRIVERS.contains(&driver) => {
            Ok(Dialect::SqlAlchemy)
        }
        ("postgres" | "postgresql", Some(_)) => Err(UrlProblem::Driver),
        (name, _) if name.starts_with("jdbc:") => Err(UrlProblem::Jdbc),
        (_, _) => Err(UrlProblem::OtherDatabase),
    }
}

#[derive(Default)]
struct Reader {
    written: Written,
    /// The names that follow a password may be a part of it.
    password_seen: bool,
}

impl Reader {
    fn url(mut self, rest: &str, dialect: Dialect) -> Result<Written, UrlProblem> {
        let (userinfo, rest) = split_userinfo(rest);
        let (before_query, query) = match rest.split_once('?') {
            Some((before, query)) => (before, Some(query)),
            None => (rest, None),
        };
        let (hosts, database) = match before_query.split_once('/') {
            Some((hosts, database)) => (hosts, Some(database)),
            None => (before_query, None),
        };
        if let Some(userinfo) = userinfo {
            self.userinfo(userinfo)?;
        }
        let misplaced = |text: &str| text.contains(['@', '/', '#']);
        if misplaced(hosts) || database.is_some_and(misplaced) {
            return Err(UrlProblem::Userinfo);
        }
        // What looks like a port and is none is often a password, cut at its
        // first `/`.
        let at_follows = userinfo.is_none() && rest.contains('@');
        self.hosts(hosts, at_follows)?;
        if let Some(database) = database.filter(|database| !database.is_empty()) {
            self.add(Parameter::Database, &decoded(database)?);
        }
        if let Some(query) = query.filter(|query| !query.is_empty()) {
            self.query(query, dialect)?;
        }
        Ok(self.written)
    }

    fn userinfo(&mut self, userinfo: &str) -> Result<(), UrlProblem> {
        let (user, password) = match userinfo.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (userinfo, None),
        };
        if !user.is_empty() {
            self.add(Parameter::User, &decoded(user)?);
        }
        if let Some(password) = password.filter(|password| !password.is_empty()) {
            self.add(Parameter::Password, &decoded(password)?);
        }
        Ok(())
    }

    fn hosts(&mut self, list: &str, at_follows: bool) -> Result<(), UrlProblem> {
        let mut hosts = Vec::new();
        let mut ports = Vec::new();
        for part in list.split(',') {
            let (host, port) = host_and_port(part)?;
            let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
            if !is_port && port.contains('$') {
                return Err(UrlProblem::Unexpanded);
            }
            if !is_port && at_follows {
                return Err(UrlProblem::Userinfo);
            }
            let host = decoded(host)?;
            if host.contains('$') {
                return Err(UrlProblem::Unexpanded);
            }
            hosts.push(host);
            ports.push(port);
        }
        if hosts.iter().any(|host| !host.is_empty()) {
            self.add(Parameter::Host, &hosts.join(","));
        }
        if ports.iter().any(|port| !port.is_empty()) {
            self.add(Parameter::Port, &ports.join(","));
        }
        Ok(())
    }

    fn query(&mut self, query: &str, dialect: Dialect) -> Result<(), UrlProblem> {
        let query_is_sound = !query.contains('@');
        let mut hosts = Vec::new();
        for pair in query.split('&') {
            let Some((name, value)) = pair.split_once('=') else {
                return Err(UrlProblem::NoEquals);
            };
            let value = match dialect {
                Dialect::Libpq => decoded(value)?,
                Dialect::SqlAlchemy => decoded(&value.replace('+', " "))?,
            };
            let name = decoded(name)?;
            if dialect == Dialect::SqlAlchemy && name == "host" {
                hosts.push(value);
                continue;
            }
            // libpq takes `ssl=true` for JDBC's sake, asyncpg takes the modes.
            if name == "ssl" {
                let mode = match value.to_ascii_lowercase().as_str() {
                    "true" | "1" | "on" | "yes" => "require",
                    "false" | "0" | "off" | "no" => "disable",
                    _ => value.as_str(),
                };
                self.add(Parameter::SslMode, mode);
                continue;
            }
            match parameter::keyword(&name) {
                Some(keyword) => self.add_keyword(keyword, &value),
                None => {
                    let shown = query_is_sound && !self.password_seen && is_identifier(&name);
                    self.written.unknown.push(shown.then_some(name));
                }
            }
        }
        self.listed_hosts(&hosts)
    }

    /// SQLAlchemy's `?host=a:1&host=b:2`.
    fn listed_hosts(&mut self, list: &[String]) -> Result<(), UrlProblem> {
        if list.is_empty() {
            return Ok(());
        }
        let mut hosts = Vec::new();
        let mut ports = Vec::new();
        for item in list.iter().flat_map(|item| item.split(',')) {
            let (host, port) = if item.starts_with('/') {
                (item, "")
            } else {
                host_and_port(item)?
            };
            hosts.push(host);
            ports.push(port);
        }
        self.add(Parameter::Host, &hosts.join(","));
        if ports.iter().any(|port| !port.is_empty()) {
            self.add(Parameter::Port, &ports.join(","));
        }
        Ok(())
    }

    fn add(&mut self, parameter: Parameter, value: &str) {
        self.add_keyword(Keyword::Supported(parameter), value);
    }

    fn add_keyword(&mut self, keyword: Keyword, value: &str) {
        if matches!(keyword, Keyword::Supported(Parameter::Password)) {
            self.password_seen = true;
        }
        self.written.known.push((keyword, Secret::new(value)));
    }
}

/// As libpq: user and password end at the first `@` that comes before a `/`.
fn split_userinfo(rest: &str) -> (Option<&str>, &str) {
    match rest.find(['@', '/']) {
        Some(at) if rest[at..].starts_with('@') => (Some(&rest[..at]), &rest[at + 1..]),
        Some(_) | None => (None, rest),
    }
}

fn host_and_port(part: &str) -> Result<(&str, &str), UrlProblem> {
    if let Some(rest) = part.strip_prefix('[') {
        let (address, after) = rest.split_once(']').ok_or(UrlProblem::Brackets)?;
        return match after.strip_prefix(':') {
            Some(port) => Ok((address, port)),
            None if after.is_empty() => Ok((address, "")),
            None => Err(UrlProblem::Brackets),
        };
    }
    match part.split_once(':') {
        Some((_, port))
            if port.contains(':')
                && !port.contains(|c: char| !c.is_ascii_hexdigit() && c != ':') =>
        {
            Err(UrlProblem::Brackets)
        }
        Some(pair) => Ok(pair),
        None => Ok((part, "")),
    }
}

/// Percent-decodes; a lone `%` is an error, as in libpq, since it may be a
/// character of a password that was not encoded.
fn decoded(text: &str) -> Result<String, UrlProblem> {
    for (at, _) in text.match_indices('%') {
        let digits = text.as_bytes().get(at + 1..at + 3);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err(UrlProblem::Percent);
        }
    }
    match percent_decode_str(text).decode_utf8() {
        Ok(text) if !text.contains('\0') => Ok(text.into_owned()),
        Ok(_) | Err(_) => Err(UrlProblem::Percent),
    }
}

pub(super) fn is_identifier(name: &str) -> bool {
    name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}
