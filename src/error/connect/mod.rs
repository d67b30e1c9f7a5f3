//! What is said when no connection can be made.

mod hints;
mod tls;

use std::io::ErrorKind;

use crate::config::TargetSessionAttrs;
use crate::diagnostic::{Diagnostic, Place};
use crate::exit::Exit;
use crate::postgres::classify;
use crate::postgres::connect::{ConnectError, Reason, ServerError, Stage, Try};
use crate::wait::Verdict;
use hints::Peer;

/// A name may have many addresses; so many are shown.
const MAX_PLACES: usize = 8;

/// Returns what is said about a failed attempt: the failure that decides, and
/// every address with its own.
pub fn diagnostic(error: &ConnectError) -> Diagnostic {
    let Some(tried) = error.decisive() else {
        return Diagnostic::error("no-host", Exit::Config, "no host is configured");
    };
    let mut diagnostic = of_reason(error, tried);
    if matches!(tried.reason, Reason::TlsSetup(_)) {
        // Nothing was tried; the files stand in the way of every host.
        return diagnostic;
    }
    for tried in error.tries.iter().take(MAX_PLACES) {
        // What a single try met is said by the title.
        let state = (error.tries.len() > 1).then(|| classify::state(&tried.reason));
        let note: Vec<_> = tried.address.clone().into_iter().chain(state).collect();
        let mut place = Place::named(&tried.host);
        if !note.is_empty() {
            place = place.note(note.join(": "));
        }
        diagnostic = diagnostic.place(place);
    }
    diagnostic
}

/// Returns the exit code of a failure: what passes is "not ready", what does
/// not is "refused".
fn exit(reason: &Reason) -> Exit {
    match classify::verdict(reason) {
        Verdict::Transient => Exit::Unavailable,
        Verdict::Permanent | Verdict::Grace => Exit::Refused,
    }
}

fn of_reason(error: &ConnectError, tried: &Try) -> Diagnostic {
    let reason = &tried.reason;
    let peer = Peer::new(error, tried);
    let host = &tried.host;
    let say = |code, title: String| Diagnostic::error(code, exit(reason), title);
    match reason {
        Reason::NameNotFound => say(
            "name-not-found",
            format!("the name `{}` is not known", peer.name),
        )
        .hint(peer.same_network()),
        Reason::NameLookup(text) => say(
            "name-lookup",
            format!("the name `{}` cannot be looked up", peer.name),
        )
        .cause(text)
        .hint("check `/etc/resolv.conf` and that the name server can be reached"),
        Reason::Io { stage, kind, text } => io(&peer, host, *stage, *kind, text, exit(reason)),
        Reason::TimedOut(stage) => timed_out(&peer, host, *stage),
        Reason::Closed(_) => say(
            "connection-closed",
            format!("`{host}` accepted the connection and closed it without a word"),
        )
        .hint("look for the cause in the server's log, or in that of the proxy before it"),
        Reason::NotPostgres(text) => say(
            "not-postgresql",
            format!("what answers at `{host}` is not PostgreSQL"),
        )
        .cause(text)
        .hint(peer.check_port()),
        Reason::TooMuchBeforeLogin => say(
            "not-postgresql",
            format!("what answers at `{host}` sends without end and completes no login"),
        )
        .hint(peer.check_port()),
        Reason::TlsNotOffered => say(
            "tls-not-offered",
            format!(
                "`{host}` does not offer TLS, and `sslmode={}` wants it",
                peer.ssl_mode
            ),
        )
        .hint("set `ssl = on`, a certificate and a key in the server's `postgresql.conf`")
        .hint("on a network that you trust, set `sslmode=prefer`"),
        Reason::TlsHandshake(text) => say(
            "tls-handshake",
            format!("no TLS connection to `{host}` could be agreed on"),
        )
        .cause(text)
        .hint("the server must speak TLS 1.2 or 1.3; see `ssl_max_protocol_version` there"),
        Reason::Certificate(problem) => tls::certificate(problem, &peer, host),
        Reason::TlsSetup(problem) => tls::setup(problem),
        Reason::Server(server) => refused(server, &peer, host, exit(reason)),
        Reason::PasswordMissing => say(
            "password-missing",
            format!("`{host}` asks for the password of role `{}`, and none is set", error.user),
        )
        .hint(
            "set `PGPASSWORD` or `POSTGRES_PASSWORD`, or name a file with the password in \
             `PGPASSWORD_FILE` or `POSTGRES_PASSWORD_FILE`",
        ),
        Reason::Authentication(text) => say(
            "authentication",
            format!("role `{}` cannot be authenticated at `{host}`", error.user),
        )
        .cause(text)
        .hint("use `scram-sha-256` for this role in the server's `pg_hba.conf`"),
        Reason::ChannelBinding(text) => say(
            "channel-binding",
            format!("`{host}` cannot bind the login to the TLS connection"),
        )
        .cause(text)
        .hint("it takes TLS and a password stored as `scram-sha-256`; else set `channel_binding=prefer`"),
        Reason::WrongServer { wanted, .. } => say(
            "wrong-server",
            format!("no server is {}", wanted_kind(*wanted)),
        )
        .cause(classify::state(reason))
        .hint("name every host of the cluster, or set `target_session_attrs=any`"),
        Reason::FirstBoot => say(
            "first-boot",
            format!("the server at `{host}` listens on no address"),
        )
        .cause("the `postgres` image runs such a server while it makes the database")
        .hint("if the server is meant to be reached by its socket only, set `--accept-socket-only`"),
    }
}

fn wanted_kind(wanted: TargetSessionAttrs) -> &'static str {
    match wanted {
        TargetSessionAttrs::ReadWrite => "one that takes writes",
        TargetSessionAttrs::ReadOnly => "a read-only one",
        TargetSessionAttrs::Primary => "the primary",
        TargetSessionAttrs::Standby | TargetSessionAttrs::PreferStandby => "a standby",
        TargetSessionAttrs::Any => "wanted",
    }
}

fn io(
    peer: &Peer<'_>,
    host: &str,
    stage: Stage,
    kind: ErrorKind,
    text: &str,
    exit: Exit,
) -> Diagnostic {
    match kind {
        ErrorKind::ConnectionRefused => Diagnostic::error(
            "connection-refused",
            exit,
            format!("nothing listens at `{host}`"),
        )
        .hint(peer.is_it_running()),
        ErrorKind::NotFound => Diagnostic::error(
            "no-socket",
            exit,
            format!("there is no socket for `{host}`"),
        )
        .hint("mount the server's socket directory, and check the port, which is part of the name"),
        ErrorKind::PermissionDenied => Diagnostic::error(
            "socket-permission",
            exit,
            format!("this user may not connect to `{host}`"),
        )
        .cause(text)
        .hint("see `unix_socket_permissions` and `unix_socket_group` of the server"),
        _ if stage <= Stage::Dial => {
            Diagnostic::error("unreachable", exit, format!("`{host}` cannot be reached"))
                .cause(text)
                .hint(peer.same_network())
        }
        _ => Diagnostic::error(
            "connection-lost",
            exit,
            format!("the connection to `{host}` was lost while logging in"),
        )
        .cause(text)
        .hint("look for the cause in the server's log, or in that of the proxy before it"),
    }
}

fn timed_out(peer: &Peer<'_>, host: &str, stage: Stage) -> Diagnostic {
    let say = |title| Diagnostic::error("no-answer", Exit::Unavailable, title);
    match stage {
        Stage::Resolve => say(format!("the lookup of `{}` is not answered", peer.name))
            .hint("check `/etc/resolv.conf` and that the name server can be reached"),
        Stage::Dial => say(format!("`{host}` does not answer")).hint(peer.same_network()),
        Stage::Tls | Stage::Login => say(format!("`{host}` accepts connections and says nothing"))
            .hint("a proxy or a pooler may stand before a server that is not there; see its log")
            .hint("if the server is slow, raise `--attempt-timeout`"),
        Stage::Query => say(format!("`{host}` does not answer a query"))
            .hint("if the server is slow, raise `--attempt-timeout`"),
    }
}

fn refused(server: &ServerError, peer: &Peer<'_>, host: &str, exit: Exit) -> Diagnostic {
    let (user, database) = (peer.user, peer.database);
    let say = |code, title: String| Diagnostic::error(code, exit, title).cause(server.to_string());
    match server.sqlstate.as_str() {
        "28P01" => say(
            "password-refused",
            format!("`{host}` refused the password of role `{user}`"),
        )
        .hint(peer.by_hand())
        .hint(
            "the password comes from the URL, else from `PGPASSWORD`, `POSTGRES_PASSWORD`, their \
             `_FILE` forms or the password file",
        ),
        "28000" => say(
            "login-refused",
            format!("`{host}` does not let role `{user}` log in"),
        )
        .hint("add a line for this role, database and network to the server's `pg_hba.conf`")
        .hint(format!("or let the role log in: `ALTER ROLE \"{user}\" LOGIN`")),
        "3D000" => say(
            "database-missing",
            format!("there is no database `{database}` at `{host}`"),
        )
        .hint(peer.create_database())
        .hint("the `postgres` image creates the one in `POSTGRES_DB`, only into an empty volume"),
        "42501" => say(
            "permission-denied",
            format!("role `{user}` may not use database `{database}` at `{host}`"),
        )
        .hint(format!("`GRANT CONNECT ON DATABASE \"{database}\" TO \"{user}\"`")),
        "55000" => say(
            "database-closed",
            format!("database `{database}` at `{host}` accepts no connections"),
        )
        .hint(format!("`ALTER DATABASE \"{database}\" ALLOW_CONNECTIONS true`")),
        "53300" => say(
            "too-many-connections",
            format!("`{host}` has no connection left for role `{user}`"),
        )
        .hint("see who holds them: `SELECT usename, application_name, count(*) FROM pg_stat_activity GROUP BY 1, 2`"),
        "57P03" => say("starting-up", format!("`{host}` accepts no logins now"))
            .hint("see the server's log; a recovery can take long, then raise `--timeout`"),
        "08P01" => say(
            "pooler-refused",
            format!("the pooler at `{host}` did not let role `{user}` into `{database}`"),
        )
        .hint("PgBouncer gives one code to most refusals: its log says more")
        .hint("let `MIGRATION_DATABASE_URL` name the server itself, without the pooler"),
        _ => say("server-refused", format!("`{host}` refused the login"))
            .hint(peer.by_hand()),
    }
}

#[cfg(test)]
mod tests;
