//! The grammar of `--also`: `tcp://host:port`, `http(s)://url`, `unix:///path`,
//! `file:///path`.

use std::path::PathBuf;

use hyper::Uri;
use percent_encoding::percent_decode_str;

use super::{AlsoTarget, HttpTarget, Secret};

/// Why a text is not an extra target. Holds nothing of the text, which may
/// have a password in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AlsoProblem {
    #[error("it has no scheme that is known")]
    Scheme,
    #[error("it is not a URL")]
    Malformed,
    #[error("it names no host")]
    NoHost,
    #[error("it names no port")]
    NoPort,
    #[error("nothing may follow the port")]
    Trailing,
    /// An `@` behind what looks like host and port: most likely that was a
    /// password, with a character that ends it.
    #[error("a character of its user name, password or path is not percent-encoded")]
    NotEncoded,
    #[error("its path is not absolute")]
    RelativePath,
}

/// Returns the target that a text means.
pub(super) fn parse(text: &str) -> Result<AlsoTarget, AlsoProblem> {
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(AlsoProblem::Scheme);
    };
    let is_network = matches!(
        scheme.to_ascii_lowercase().as_str(),
        "tcp" | "http" | "https"
    );
    let behind_host = rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]);
    if is_network && behind_host.contains('@') {
        return Err(AlsoProblem::NotEncoded);
    }
    match scheme.to_ascii_lowercase().as_str() {
        "tcp" => tcp(text),
        "http" => http(text, Tls::Off).map(AlsoTarget::Http),
        "https" => http(text, Tls::On).map(AlsoTarget::Http),
        "unix" => Ok(AlsoTarget::Unix(path(rest)?)),
        "file" => Ok(AlsoTarget::File(path(rest)?)),
        _ => Err(AlsoProblem::Scheme),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tls {
    Off,
    On,
}

fn tcp(text: &str) -> Result<AlsoTarget, AlsoProblem> {
    let uri: Uri = text.parse().map_err(|_| AlsoProblem::Malformed)?;
    if uri
        .path_and_query()
        .is_some_and(|rest| rest != "/" && rest != "")
    {
        return Err(AlsoProblem::Trailing);
    }
    if uri
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'))
    {
        return Err(AlsoProblem::Malformed);
    }
    Ok(AlsoTarget::Tcp {
        host: host(&uri)?,
        port: port(&uri)?.ok_or(AlsoProblem::NoPort)?,
    })
}

fn http(text: &str, tls: Tls) -> Result<HttpTarget, AlsoProblem> {
    let uri: Uri = text.parse().map_err(|_| AlsoProblem::Malformed)?;
    let default_port = if tls == Tls::On { 443 } else { 80 };
    let credentials = match uri
        .authority()
        .and_then(|all| all.as_str().rsplit_once('@'))
    {
        None => None,
        Some((userinfo, _)) => {
            let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
            Some((decoded(user)?, Secret::new(decoded(password)?)))
        }
    };
    Ok(HttpTarget {
        tls: tls == Tls::On,
        host: host(&uri)?,
        port: port(&uri)?.unwrap_or(default_port),
        path: uri
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string),
        credentials,
    })
}

/// Returns the host without the brackets of an IPv6 address.
fn host(uri: &Uri) -> Result<String, AlsoProblem> {
    match uri
        .host()
        .map(|host| host.trim_start_matches('[').trim_end_matches(']'))
    {
        Some(host) if !host.is_empty() => Ok(host.to_owned()),
        Some(_) | None => Err(AlsoProblem::NoHost),
    }
}

/// A port that is written but is no port must not become the default one.
fn port(uri: &Uri) -> Result<Option<u16>, AlsoProblem> {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let after_host = authority
        .rsplit_once(['@', ']'])
        .map_or(authority, |(_, rest)| rest);
    match (uri.port_u16(), after_host.contains(':')) {
        (Some(0), _) | (None, true) => Err(AlsoProblem::NoPort),
        (port, _) => Ok(port),
    }
}

fn decoded(text: &str) -> Result<String, AlsoProblem> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(AlsoProblem::Malformed),
    }
}

fn path(rest: &str) -> Result<PathBuf, AlsoProblem> {
    let path = decoded(rest)?;
    if path.starts_with('/') && path.len() > 1 {
        Ok(PathBuf::from(path))
    } else {
        Err(AlsoProblem::RelativePath)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<AlsoTarget, AlsoProblem>) {
        assert_eq!(parse(text), expected, "{text}");
    }

    fn tcp_target(host: &str, port: u16) -> Result<AlsoTarget, AlsoProblem> {
        Ok(AlsoTarget::Tcp {
            host: host.to_owned(),
            port,
        })
    }

    fn http_target(tls: bool, host: &str, port: u16, path: &str) -> HttpTarget {
        HttpTarget {
            tls,
            host: host.to_owned(),
            port,
            path: path.to_owned(),
            credentials: None,
        }
    }

    #[test]
    fn tcp_needs_a_host_and_a_port_and_nothing_else() {
        check("tcp://redis:6379", tcp_target("redis", 6379));
        check("TCP://redis:6379", tcp_target("redis", 6379));
        check("tcp://10.0.0.1:1", tcp_target("10.0.0.1", 1));
        check("tcp://[::1]:6379", tcp_target("::1", 6379));
        check("tcp://my_redis:6379", tcp_target("my_redis", 6379));
        check("tcp://redis", Err(AlsoProblem::NoPort));
        check("tcp://[::1]", Err(AlsoProblem::NoPort));
        check("tcp://redis:0", Err(AlsoProblem::NoPort));
        check("tcp://redis:70000", Err(AlsoProblem::NoPort));
        check("tcp://redis:6379/x", Err(AlsoProblem::Trailing));
        check("tcp://:6379", Err(AlsoProblem::NoHost));
        check("tcp://u:p@redis:6379", Err(AlsoProblem::Malformed));
    }

    #[test]
    fn http_has_default_ports_and_may_have_credentials() {
        check(
            "http://api/health?deep=1",
            Ok(AlsoTarget::Http(http_target(
                false,
                "api",
                80,
                "/health?deep=1",
            ))),
        );
        check(
            "https://api",
            Ok(AlsoTarget::Http(http_target(true, "api", 443, "/"))),
        );
        check(
            "https://u:p%40ss@[::1]:8443/x",
            Ok(AlsoTarget::Http(HttpTarget {
                credentials: Some(("u".to_owned(), Secret::new("p@ss"))),
                ..http_target(true, "::1", 8443, "/x")
            })),
        );
        check("http://", Err(AlsoProblem::Malformed));
        check("http://api:99999/", Err(AlsoProblem::NoPort));
        check("http://a b/", Err(AlsoProblem::Malformed));
        // Each of these would name a password as its host.
        for text in [
            "http://secret:80/x@db/",
            "http://u:80#x@db",
            "tcp://u:80?x@db",
        ] {
            check(text, Err(AlsoProblem::NotEncoded));
        }
    }

    #[test]
    fn files_and_sockets_need_an_absolute_path() {
        check(
            "unix:///run/app.sock",
            Ok(AlsoTarget::Unix("/run/app.sock".into())),
        );
        check("file:///tmp/a%20b", Ok(AlsoTarget::File("/tmp/a b".into())));
        check("file://tmp/ready", Err(AlsoProblem::RelativePath));
        check("unix://", Err(AlsoProblem::RelativePath));
    }

    #[test]
    fn anything_else_has_no_known_scheme() {
        check("redis:6379", Err(AlsoProblem::Scheme));
        check("redis://redis:6379", Err(AlsoProblem::Scheme));
        check("", Err(AlsoProblem::Scheme));
    }
}
