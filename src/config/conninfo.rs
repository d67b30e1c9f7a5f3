//! Connection strings of `key=value` pairs, with libpq's quotes and
//! backslashes.

use std::iter::Peekable;
use std::str::Chars;

use super::parameter::{self, Keyword, Parameter};
use super::url::{Written, is_identifier};
use super::{Secret, UrlProblem};

/// Returns what a connection string says.
///
/// # Errors
///
/// - [`UrlProblem::NoEquals`] for a word that is no pair.
/// - [`UrlProblem::OpenQuote`] for a quote that is not closed.
pub(super) fn read(text: &str) -> Result<Written, UrlProblem> {
    let mut characters = text.chars().peekable();
    let mut written = Written::default();
    let mut password_seen = false;
    loop {
        skip_space(&mut characters);
        if characters.peek().is_none() {
            return Ok(written);
        }
        let name = name(&mut characters)?;
        let value = value(&mut characters)?;
        match parameter::keyword(&name) {
            Some(keyword) => {
                if matches!(keyword, Keyword::Supported(Parameter::Password)) {
                    password_seen = true;
                }
                written.known.push((keyword, Secret::new(value)));
            }
            None => {
                // A password with a space in it goes on as if it were names, and
                // base64 alone looks like a name without a value.
                let is_sound = !password_seen && !written.known.is_empty();
                let shown = is_sound && is_identifier(&name);
                written.unknown.push(shown.then_some(name));
            }
        }
    }
}

fn skip_space(characters: &mut Peekable<Chars<'_>>) {
    while characters.next_if(|c| c.is_ascii_whitespace()).is_some() {}
}

fn name(characters: &mut Peekable<Chars<'_>>) -> Result<String, UrlProblem> {
    let mut name = String::new();
    while let Some(c) = characters.next_if(|c| *c != '=' && !c.is_ascii_whitespace()) {
        name.push(c);
    }
    skip_space(characters);
    match characters.next() {
        Some('=') if !name.is_empty() => Ok(name),
        Some(_) | None => Err(UrlProblem::NoEquals),
    }
}

fn value(characters: &mut Peekable<Chars<'_>>) -> Result<String, UrlProblem> {
    skip_space(characters);
    let mut value = String::new();
    if characters.next_if_eq(&'\'').is_none() {
        while let Some(c) = characters.next_if(|c| !c.is_ascii_whitespace()) {
            value.push(match c {
                // A backslash at the very end stands for itself nowhere: it is dropped.
                '\\' => match characters.next() {
                    Some(escaped) => escaped,
                    None => break,
                },
                c => c,
            });
        }
        return Ok(value);
    }
    loop {
        match characters.next() {
            Some('\'') => return Ok(value),
            Some('\\') => value.extend(characters.next()),
            Some(c) => value.push(c),
            None => return Err(UrlProblem::OpenQuote),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&[(&str, &str)], UrlProblem>) {
        let read = read(text).map(|written| {
            written
                .known
                .iter()
                .map(|(keyword, value)| match keyword {
                    Keyword::Supported(parameter) => {
                        (parameter.keyword(), value.expose().to_owned())
                    }
                    Keyword::Other(other) => (other.keyword, value.expose().to_owned()),
                })
                .collect::<Vec<_>>()
        });
        let expected = expected.map(|pairs| {
            pairs
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect::<Vec<_>>()
        });
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn pairs_are_read_with_quotes_and_backslashes_as_in_libpq() {
        check(
            "host=db port = 5433",
            Ok(&[("host", "db"), ("port", "5433")]),
        );
        check("password='it''s'", Err(UrlProblem::NoEquals));
        check(r"password='it\'s \\ x'", Ok(&[("password", r"it's \ x")]));
        check(r"password=a\ b", Ok(&[("password", "a b")]));
        check("user='' host=h", Ok(&[("user", ""), ("host", "h")]));
        check("host='/run/my sockets'", Ok(&[("host", "/run/my sockets")]));
        check("sslcrl=/x", Ok(&[("sslcrl", "/x")]));
        check("host", Err(UrlProblem::NoEquals));
        check("=x", Err(UrlProblem::NoEquals));
        check("password='open", Err(UrlProblem::OpenQuote));
        check("", Ok(&[]));
    }
}
