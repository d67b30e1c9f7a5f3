//! What a session is set to before a revision's script, and again before its
//! state row is written.
//!
//! A script may leave anything behind: a dump's emptied `search_path` survives
//! COMMIT. So everything is reset each time, in the same message. Never
//! `DISCARD ALL`: it drops the session's advisory lock.

use std::time::Duration;

use crate::config::Limit;

/// Takes back what a script or a login default did to the session.
/// `RESET ALL` leaves the two identities alone.
pub(super) const RESET: [&str; 3] = ["RESET SESSION AUTHORIZATION", "RESET ROLE", "RESET ALL"];

/// How often the server looks whether its client still lives.
const CONNECTION_CHECK: &str = "500ms";

/// After how many seconds without a word the server asks whether its client is
/// still there, and how long it waits before it asks again: nine times on a
/// Linux that nobody has set otherwise, so about a minute in all, as on our side
/// (`dial`). Its default is two hours, in which a client that vanished would
/// keep its locks.
const KEEPALIVES: [(&str, u32); 2] = [("tcp_keepalives_idle", 30), ("tcp_keepalives_interval", 3)];

/// What the server can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Capabilities {
    /// `server_version_num`, such as 150018; zero: unknown, as in `--sql`.
    pub(super) version: u32,
    pub(super) connection_check: ConnectionCheck,
}

/// Whether `client_connection_check_interval` can be set: version 14, and an
/// operating system that tells the server of a closed socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnectionCheck {
    Supported,
    Unsupported,
}

/// The time limits of one script, section options included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) lock_timeout: Limit,
    pub(super) statement_timeout: Limit,
}

/// How long settings last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Session,
    Transaction,
}

impl Capabilities {
    /// What any supported version understands.
    pub(super) const UNKNOWN: Self = Self {
        version: 0,
        connection_check: ConnectionCheck::Unsupported,
    };
}

/// Returns the statement whose success says that the check is supported.
pub(super) fn connection_check() -> String {
    format!("SET client_connection_check_interval = '{CONNECTION_CHECK}'")
}

/// Returns the statements by which the server notices that its client is gone.
/// On a unix socket, or where a system lacks them, they do nothing.
pub(super) fn keepalives() -> Vec<String> {
    KEEPALIVES
        .iter()
        .map(|(name, value)| format!("SET {name} = {value}"))
        .collect()
}

/// Returns the resets and then our settings, one statement each.
pub(super) fn statements(
    capabilities: Capabilities,
    limits: Limits,
    extent: Extent,
) -> Vec<String> {
    let mut settings = vec![
        // Our lexer and the server's must see the same literals.
        "SET standard_conforming_strings = on".to_owned(),
        // A role's default would make CREATE INDEX CONCURRENTLY fail.
        "SET default_transaction_read_only = off".to_owned(),
        timeout("lock_timeout", limits.lock_timeout),
        timeout("statement_timeout", limits.statement_timeout),
        timeout("idle_in_transaction_session_timeout", None),
    ];
    if capabilities.version >= 140_000 {
        settings.push(timeout("idle_session_timeout", None));
    }
    if capabilities.version >= 170_000 {
        settings.push(timeout("transaction_timeout", None));
    }
    if capabilities.connection_check == ConnectionCheck::Supported {
        settings.push(connection_check());
    }
    // Not for a script that is printed, nor for the socket of a pooler.
    if capabilities.version > 0 && extent == Extent::Session {
        settings.extend(keepalives());
    }
    let settings = settings.into_iter().map(|setting| match extent {
        Extent::Session => setting,
        Extent::Transaction => setting.replacen("SET ", "SET LOCAL ", 1),
    });
    let resets = RESET.iter().map(ToString::to_string);
    resets.chain(settings).collect()
}

/// Returns the statement that sets a timeout; `None` is no limit.
pub(super) fn timeout(name: &str, limit: Limit) -> String {
    match limit {
        None => format!("SET {name} = 0"),
        Some(limit) => format!("SET {name} = '{}ms'", milliseconds(limit)),
    }
}

/// A limit below a millisecond would round to "no limit", and one above the
/// server's largest would be refused.
fn milliseconds(limit: Duration) -> u128 {
    limit.as_millis().clamp(1, i32::MAX as u128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(limit: Limit, expected: &str) {
        assert_eq!(timeout("lock_timeout", limit), expected);
    }

    #[test]
    fn limits_are_whole_milliseconds() {
        check(None, "SET lock_timeout = 0");
        check(Some(Duration::from_secs(5)), "SET lock_timeout = '5000ms'");
        check(Some(Duration::from_micros(3)), "SET lock_timeout = '1ms'");
        check(Some(Duration::MAX), "SET lock_timeout = '2147483647ms'");
    }

    #[test]
    fn newer_servers_are_told_more() {
        let limits = Limits {
            lock_timeout: Some(Duration::from_secs(5)),
            statement_timeout: None,
        };
        let capabilities = Capabilities {
            version: 170_001,
            connection_check: ConnectionCheck::Supported,
        };
        insta::assert_snapshot!(statements(capabilities, limits, Extent::Session).join("\n"), @r#"
        RESET SESSION AUTHORIZATION
        RESET ROLE
        RESET ALL
        SET standard_conforming_strings = on
        SET default_transaction_read_only = off
        SET lock_timeout = '5000ms'
        SET statement_timeout = 0
        SET idle_in_transaction_session_timeout = 0
        SET idle_session_timeout = 0
        SET transaction_timeout = 0
        SET client_connection_check_interval = '500ms'
        SET tcp_keepalives_idle = 30
        SET tcp_keepalives_interval = 3
        "#);
        let old = statements(Capabilities::UNKNOWN, limits, Extent::Transaction);
        insta::assert_snapshot!(old.join("\n"), @r#"
        RESET SESSION AUTHORIZATION
        RESET ROLE
        RESET ALL
        SET LOCAL standard_conforming_strings = on
        SET LOCAL default_transaction_read_only = off
        SET LOCAL lock_timeout = '5000ms'
        SET LOCAL statement_timeout = 0
        SET LOCAL idle_in_transaction_session_timeout = 0
        "#);
    }
}
