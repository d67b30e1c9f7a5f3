//! Where probes are answered: the grammar of `--listen` and of a live path.

use std::fmt::{self, Display};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// An address to listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListenAddress {
    /// Every address of the machine, of whichever families it has.
    Everywhere {
        port: u16,
    },
    At(SocketAddr),
}

/// Why a text is no address to listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListenProblem {
    #[error("it names no port")]
    NoPort,
    #[error("its port is not a number up to 65535")]
    Port,
    #[error("a number stands alone, and may be a port or an address")]
    BareNumber,
    /// Names are not resolved: a probe asks for an address, and which of several
    /// would be listened on could not be seen from the setting.
    #[error("it begins with a name, not with an address")]
    Name,
    #[error("an IPv6 address stands without its brackets")]
    Brackets,
    #[error("it is not an address")]
    Malformed,
}

impl Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everywhere { port } => write!(f, ":{port}"),
            Self::At(address) => address.fmt(f),
        }
    }
}

/// Returns the address that a text means: `:9808`, `0.0.0.0:9808`, `[::1]:9808`.
pub(super) fn parse(text: &str) -> Result<ListenAddress, ListenProblem> {
    if is_number(text) {
        return Err(ListenProblem::BareNumber);
    }
    if text.parse::<IpAddr>().is_ok() || bracketed(text).is_some() {
        // `::1:9808` is an address too, and most likely was not meant as one.
        return Err(if text.starts_with('[') || !text.contains(':') {
            ListenProblem::NoPort
        } else {
            ListenProblem::Brackets
        });
    }
    let Some((host, port)) = text.rsplit_once(':') else {
        return Err(ListenProblem::NoPort);
    };
    let port = match port {
        "" => return Err(ListenProblem::NoPort),
        port if !is_number(port) => return Err(ListenProblem::Malformed),
        port => port.parse().map_err(|_| ListenProblem::Port)?,
    };
    if host.is_empty() {
        return Ok(ListenAddress::Everywhere { port });
    }
    if let Ok(address) = text.parse() {
        return Ok(ListenAddress::At(address));
    }
    if host.parse::<Ipv6Addr>().is_ok() {
        return Err(ListenProblem::Brackets);
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if host.chars().all(is_name) && host.contains(|c: char| c.is_ascii_alphabetic()) {
        return Err(ListenProblem::Name);
    }
    Err(ListenProblem::Malformed)
}

/// Says whether a text can be the path of a request, as it stands in one.
pub(super) fn is_path(text: &str) -> bool {
    let may_stand = |c: char| c.is_ascii_graphic() && !"?#".contains(c);
    text.starts_with('/') && text.chars().all(may_stand)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn bracketed(text: &str) -> Option<Ipv6Addr> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    inner.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, ListenProblem>) {
        let parsed = parse(text).map(|address| address.to_string());
        assert_eq!(parsed, expected.map(str::to_owned), "{text}");
    }

    #[test]
    fn an_address_has_a_port_and_no_name() {
        check(":9808", Ok(":9808"));
        check("0.0.0.0:9808", Ok("0.0.0.0:9808"));
        check("127.0.0.1:0", Ok("127.0.0.1:0"));
        check("[::]:9808", Ok("[::]:9808"));
        check("[::1]:65535", Ok("[::1]:65535"));
        check("[fe80::1%2]:80", Ok("[fe80::1%2]:80"));
        check("9808", Err(ListenProblem::BareNumber));
        check("", Err(ListenProblem::NoPort));
        check(":", Err(ListenProblem::NoPort));
        check("0.0.0.0", Err(ListenProblem::NoPort));
        check("0.0.0.0:", Err(ListenProblem::NoPort));
        check("[::]", Err(ListenProblem::NoPort));
        check("localhost", Err(ListenProblem::NoPort));
        check(":65536", Err(ListenProblem::Port));
        check("0.0.0.0:99999999999999999999", Err(ListenProblem::Port));
        check(":+80", Err(ListenProblem::Malformed));
        check(":http", Err(ListenProblem::Malformed));
        check("::1", Err(ListenProblem::Brackets));
        check("::1:9808", Err(ListenProblem::Brackets));
        check(":::9808", Err(ListenProblem::Brackets));
        check("2001:db8:0:0:0:0:0:1:9808", Err(ListenProblem::Brackets));
        check("localhost:9808", Err(ListenProblem::Name));
        check("eth0:9808", Err(ListenProblem::Name));
        check("*:9808", Err(ListenProblem::Malformed));
        check("256.0.0.1:9808", Err(ListenProblem::Malformed));
        check("http://0.0.0.0:9808", Err(ListenProblem::Malformed));
        check("0.0.0.0:9808/livez", Err(ListenProblem::Malformed));
        check(" :9808", Err(ListenProblem::Malformed));
        check("[::1:9808", Err(ListenProblem::Malformed));
        check("[fe80::1%eth0]:80", Err(ListenProblem::Malformed));
    }

    #[test]
    fn a_path_is_what_a_request_begins_with() {
        for path in ["/", "/livez", "/a/b.c", "/%20", "/a,b"] {
            assert!(is_path(path), "{path}");
        }
        for text in ["", "livez", "/a b", "/a?b", "/a#b", "/ü", "http://h/livez"] {
            assert!(!is_path(text), "{text}");
        }
    }
}
