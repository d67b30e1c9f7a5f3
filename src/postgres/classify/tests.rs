//! Every row of the table.

use super::*;
use crate::postgres::tls::{CertificateProblem, TlsSetupError};
use Verdict::{Grace, Permanent, Transient};

#[track_caller]
fn check(reason: Reason, expected: Verdict, said: &str) {
    assert_eq!(verdict(&reason), expected, "{reason:?}");
    assert_eq!(state(&reason), said);
}

#[track_caller]
fn check_server(sqlstate: &str, message: &str, expected: Verdict) {
    check(
        server_said(sqlstate, message, None),
        expected,
        &format!("{message} ({sqlstate})"),
    );
}

fn server_said(sqlstate: &str, message: &str, detail: Option<&str>) -> Reason {
    Reason::Server(ServerError {
        severity: "FATAL".to_owned(),
        sqlstate: sqlstate.to_owned(),
        message: message.to_owned(),
        detail: detail.map(str::to_owned),
        hint: None,
    })
}

fn io_failed(kind: ErrorKind) -> Reason {
    Reason::Io {
        stage: Stage::Dial,
        kind,
        text: format!("{kind:?}"),
    }
}

#[test]
fn nothing_answers() {
    check(
        io_failed(ErrorKind::ConnectionRefused),
        Transient,
        "connection refused",
    );
    check(io_failed(ErrorKind::NotFound), Transient, "no such socket");
    check(
        io_failed(ErrorKind::ConnectionReset),
        Transient,
        "connection reset",
    );
    check(
        io_failed(ErrorKind::HostUnreachable),
        Transient,
        "host unreachable",
    );
    check(
        io_failed(ErrorKind::NetworkUnreachable),
        Transient,
        "network unreachable",
    );
    check(
        io_failed(ErrorKind::PermissionDenied),
        Grace,
        "permission denied to open the socket",
    );
    check(
        io_failed(ErrorKind::InvalidInput),
        Permanent,
        "InvalidInput",
    );
    check(Reason::NameNotFound, Transient, "name not found");
    check(
        Reason::NameLookup("try again".to_owned()),
        Transient,
        "name lookup failed: try again",
    );
}

#[test]
fn something_answers_that_is_no_server_yet() {
    check(
        Reason::TimedOut(Stage::Login),
        Transient,
        "connected, but no answer",
    );
    check(
        Reason::TimedOut(Stage::Dial),
        Transient,
        "no answer to the connection",
    );
    check(
        Reason::TimedOut(Stage::Resolve),
        Transient,
        "no answer from the name server",
    );
    check(
        Reason::TimedOut(Stage::Query),
        Transient,
        "logged in, but no answer to a query",
    );
    check(
        Reason::Closed(Stage::Login),
        Transient,
        "connected, then closed without a word",
    );
    check(
        Reason::Closed(Stage::Query),
        Transient,
        "logged in, then closed without a word",
    );
    check(
        Reason::NotPostgres("`H`".to_owned()),
        Transient,
        "the answer is not PostgreSQL's protocol: `H`",
    );
    check(
        Reason::TooMuchBeforeLogin,
        Transient,
        "endless answer before the login was complete",
    );
}

#[test]
fn the_server_is_not_ready() {
    check_server("57P03", "the database system is starting up", Transient);
    check_server("57P03", "the database system is shutting down", Transient);
    check_server(
        "57P03",
        "the database system is not yet accepting connections",
        Transient,
    );
    check_server("53300", "sorry, too many clients already", Transient);
    check_server("53300", "too many connections for role \"app\"", Transient);
    check_server(
        "57P01",
        "terminating connection due to administrator command",
        Transient,
    );
    check_server("XX000", "something unheard of", Transient);
}

#[test]
fn a_standby_that_is_not_hot_has_a_state_of_its_own() {
    let said = "a standby with hot_standby=off accepts no connections until it is promoted";
    let message = "the database system is not accepting connections";
    let detail = Some("Hot standby mode is disabled.");
    check(server_said("57P03", message, detail), Transient, said);
    check(server_said("57P03", message, None), Transient, said);
}

#[test]
fn the_server_refuses() {
    check_server(
        "28P01",
        "password authentication failed for user \"app\"",
        Grace,
    );
    check_server("3D000", "database \"shop\" does not exist", Grace);
    check_server("28000", "role \"app\" does not exist", Grace);
    check_server(
        "28000",
        "role \"app\" is not permitted to log in",
        Permanent,
    );
    check_server(
        "28000",
        "no pg_hba.conf entry for host \"10.0.0.1\"",
        Permanent,
    );
    check_server(
        "42501",
        "permission denied for database \"shop\"",
        Permanent,
    );
    check_server(
        "55000",
        "database \"shop\" is not currently accepting connections",
        Permanent,
    );
    check_server(
        "42704",
        "unrecognized configuration parameter \"x\"",
        Permanent,
    );
    check_server("22023", "invalid value for parameter \"x\"", Permanent);
}

#[test]
fn pgbouncer_is_told_apart_by_its_words() {
    check_server("08P01", "no such database: shop", Grace);
    check_server("08P01", "no such user: app", Grace);
    check_server("08P01", "password authentication failed", Grace);
    check_server("08P01", "SASL authentication failed", Grace);
    check_server(
        "08P01",
        "server login failed: FATAL database \"shop\" does not exist",
        Grace,
    );
    check_server("08P01", "pgbouncer cannot connect to server", Transient);
    check_server(
        "08P01",
        "server login has been failing, try again later (server_login_retry)",
        Transient,
    );
    check_server(
        "08P01",
        "no more connections allowed (max_client_conn)",
        Transient,
    );
    check_server(
        "08P01",
        "unsupported startup parameter: search_path",
        Permanent,
    );
}

#[test]
fn tls_and_passwords_do_not_change_by_waiting() {
    check(
        Reason::TlsNotOffered,
        Permanent,
        "the server does not offer TLS",
    );
    check(
        Reason::TlsHandshake("no".to_owned()),
        Permanent,
        "TLS handshake failed: no",
    );
    check(
        Reason::Certificate(CertificateProblem::UnknownIssuer),
        Permanent,
        "the server's certificate was issued by an authority that is not trusted",
    );
    check(
        Reason::TlsSetup(TlsSetupError::NoRoots(crate::config::SslMode::VerifyCa)),
        Permanent,
        "`sslmode=verify-ca` needs `sslrootcert`",
    );
    check(
        Reason::PasswordMissing,
        Permanent,
        "the server asks for a password and none is set",
    );
    check(
        Reason::Authentication("no".to_owned()),
        Permanent,
        "authentication failed: no",
    );
    check(
        Reason::ChannelBinding("no".to_owned()),
        Permanent,
        "channel binding is required: no",
    );
}

#[test]
fn a_server_of_the_wrong_kind_may_change() {
    let wrong = |wanted, in_recovery| Reason::WrongServer {
        wanted,
        in_recovery,
        read_only: in_recovery,
    };
    check(
        wrong(TargetSessionAttrs::Primary, true),
        Transient,
        "the server is a standby, a primary is wanted",
    );
    check(
        wrong(TargetSessionAttrs::ReadWrite, true),
        Transient,
        "the server is a standby, one that takes writes is wanted",
    );
    check(
        wrong(TargetSessionAttrs::ReadWrite, false),
        Transient,
        "the server is read-only, one that takes writes is wanted",
    );
    check(
        wrong(TargetSessionAttrs::Standby, false),
        Transient,
        "the server is a primary, a standby is wanted",
    );
    check(
        Reason::FirstBoot,
        Transient,
        "temporary server of the image's first boot",
    );
}
