//! What each way of failing to connect means: a table, and nothing else.
//!
//! Pure. The rows were observed on PostgreSQL 15 and PgBouncer 1.18; a
//! SQLSTATE that is not listed is taken as transient, since waiting in vain
//! costs the deadline and giving up too soon costs a deployment.

use std::io::ErrorKind;

use super::connect::{Reason, ServerError, Stage};
use crate::config::TargetSessionAttrs;
use crate::wait::Verdict;

/// PgBouncer reports most refusals as 08P01; only the text tells them apart.
const PROTOCOL_VIOLATION: &str = "08P01";

/// Returns whether a failure passes by itself.
pub fn verdict(reason: &Reason) -> Verdict {
    match reason {
        Reason::NameNotFound
        | Reason::NameLookup(_)
        | Reason::TimedOut(_)
        | Reason::Closed(_)
        | Reason::NotPostgres(_)
        | Reason::TooMuchBeforeLogin
        | Reason::WrongServer { .. }
        | Reason::FirstBoot => Verdict::Transient,
        Reason::Io { kind, .. } => io(*kind),
        Reason::TlsNotOffered
        | Reason::TlsHandshake(_)
        | Reason::Certificate(_)
        | Reason::TlsSetup(_)
        | Reason::PasswordMissing
        | Reason::Authentication(_)
        | Reason::ChannelBinding(_) => Verdict::Permanent,
        Reason::Server(error) => server(&error.sqlstate, &error.message),
    }
}

/// Returns the verdict on a SQLSTATE while connecting.
pub fn server(sqlstate: &str, message: &str) -> Verdict {
    let class = sqlstate.get(..2).unwrap_or_default();
    match sqlstate {
        // Wrong password, unknown role (SCRAM), expired role; database missing.
        "28P01" | "3D000" => Verdict::Grace,
        // With `trust`, `peer` or `ident` an unknown role has this code too.
        "28000" if message.ends_with("does not exist") => Verdict::Grace,
        // pg_hba.conf says no; the role may not log in.
        "28000" => Verdict::Permanent,
        // No CONNECT privilege; a startup option that the role may not set.
        "42501" => Verdict::Permanent,
        // `datallowconn = false`, or an invalid database.
        "55000" => Verdict::Permanent,
        // A startup option with a value that the server does not take.
        "22023" | "0A000" => Verdict::Permanent,
        PROTOCOL_VIOLATION => pooler(message),
        _ => match class {
            // Other refusals of the authorization.
            "28" => Verdict::Permanent,
            // What we or the startup options say is not understood.
            "42" => Verdict::Permanent,
            _ => Verdict::Transient,
        },
    }
}

/// Returns the verdict on an 08P01 by its text, as PgBouncer words it.
fn pooler(message: &str) -> Verdict {
    const GRACE: [&str; 6] = [
        "no such database",
        "no such user",
        "password authentication failed",
        "SASL authentication failed",
        "auth failed",
        "does not exist",
    ];
    const PERMANENT: [&str; 4] = [
        "unsupported startup parameter",
        "login rejected",
        "TLS required",
        "SSL required",
    ];
    let says = |text: &&str| message.contains(*text);
    if PERMANENT.iter().any(says) {
        Verdict::Permanent
    } else if GRACE.iter().any(says) {
        Verdict::Grace
    } else {
        Verdict::Transient
    }
}

fn io(kind: ErrorKind) -> Verdict {
    match kind {
        // A socket that this uid may not open, until whoever made it opens
        // it up, or a network policy that is still being put in force.
        ErrorKind::PermissionDenied => Verdict::Grace,
        // A path that is too long for a socket, or holds a zero byte.
        ErrorKind::InvalidInput => Verdict::Permanent,
        _ => Verdict::Transient,
    }
}

/// Returns a short text for a state; the same text as long as the state lasts.
pub fn state(reason: &Reason) -> String {
    match reason {
        Reason::NameNotFound => "name not found".to_owned(),
        Reason::NameLookup(text) => format!("name lookup failed: {text}"),
        Reason::Io { kind, text, .. } => match kind {
            ErrorKind::ConnectionRefused => "connection refused".to_owned(),
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => "connection reset".to_owned(),
            ErrorKind::NotFound => "no such socket".to_owned(),
            ErrorKind::PermissionDenied => "permission denied to open the socket".to_owned(),
            ErrorKind::HostUnreachable => "host unreachable".to_owned(),
            ErrorKind::NetworkUnreachable => "network unreachable".to_owned(),
            _ => text.clone(),
        },
        Reason::TimedOut(stage) => match stage {
            Stage::Resolve => "no answer from the name server".to_owned(),
            Stage::Dial => "no answer to the connection".to_owned(),
            Stage::Tls | Stage::Login => "connected, but no answer".to_owned(),
            Stage::Query => "logged in, but no answer to a query".to_owned(),
        },
        Reason::Closed(stage) => match stage {
            Stage::Resolve | Stage::Dial | Stage::Tls | Stage::Login => {
                "connected, then closed without a word".to_owned()
            }
            Stage::Query => "logged in, then closed without a word".to_owned(),
        },
        Reason::NotPostgres(text) => format!("the answer is not PostgreSQL's protocol: {text}"),
        Reason::TooMuchBeforeLogin => "endless answer before the login was complete".to_owned(),
        Reason::TlsNotOffered => "the server does not offer TLS".to_owned(),
        Reason::TlsHandshake(text) => format!("TLS handshake failed: {text}"),
        Reason::Certificate(problem) => problem.to_string(),
        Reason::TlsSetup(error) => error.to_string(),
        Reason::Server(error) => server_state(error),
        Reason::PasswordMissing => "the server asks for a password and none is set".to_owned(),
        Reason::Authentication(text) => format!("authentication failed: {text}"),
        Reason::ChannelBinding(text) => format!("channel binding is required: {text}"),
        Reason::WrongServer {
            wanted,
            in_recovery,
            ..
        } => wrong_server(*wanted, *in_recovery).to_owned(),
        Reason::FirstBoot => "temporary server of the image's first boot".to_owned(),
    }
}

fn server_state(error: &ServerError) -> String {
    let disabled = error
        .detail
        .as_deref()
        .is_some_and(|detail| detail.contains("Hot standby mode is disabled"));
    if error.sqlstate == "57P03"
        && (disabled
            || error
                .message
                .ends_with("system is not accepting connections"))
    {
        return "a standby with hot_standby=off accepts no connections until it is promoted"
            .to_owned();
    }
    format!("{} ({})", error.message, error.sqlstate)
}

fn wrong_server(wanted: TargetSessionAttrs, in_recovery: bool) -> &'static str {
    match wanted {
        TargetSessionAttrs::Standby => "the server is a primary, a standby is wanted",
        TargetSessionAttrs::ReadOnly => "the server takes writes, a read-only one is wanted",
        TargetSessionAttrs::Primary => "the server is a standby, a primary is wanted",
        TargetSessionAttrs::ReadWrite if in_recovery => {
            "the server is a standby, one that takes writes is wanted"
        }
        TargetSessionAttrs::ReadWrite => "the server is read-only, one that takes writes is wanted",
        TargetSessionAttrs::Any | TargetSessionAttrs::PreferStandby => "the server is not wanted",
    }
}

/// Returns how far an attempt came, to choose among several addresses the one
/// whose failure says most.
pub fn progress(reason: &Reason) -> u8 {
    match reason {
        Reason::NameNotFound | Reason::NameLookup(_) => 0,
        Reason::Io { stage, .. } => *stage as u8 * 2,
        Reason::TimedOut(stage) | Reason::Closed(stage) => *stage as u8 * 2 + 1,
        Reason::NotPostgres(_) | Reason::TooMuchBeforeLogin => 10,
        Reason::TlsNotOffered
        | Reason::TlsHandshake(_)
        | Reason::Certificate(_)
        | Reason::TlsSetup(_) => 11,
        Reason::PasswordMissing | Reason::Authentication(_) | Reason::ChannelBinding(_) => 12,
        Reason::Server(_) => 13,
        Reason::FirstBoot => 14,
        Reason::WrongServer { .. } => 15,
    }
}

#[cfg(test)]
mod tests;
