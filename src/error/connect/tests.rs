//! What is said, whole, about every reason.

use std::io;

use super::*;
use crate::config::SslMode;
use crate::postgres::connect::Encryption;
use crate::postgres::tls::{CertificateProblem, TlsSetupError};

fn error(tries: Vec<(&str, Option<&str>, Reason)>) -> ConnectError {
    ConnectError {
        user: "app".to_owned(),
        database: "shop".to_owned(),
        ssl_mode: SslMode::VerifyFull,
        tries: tries
            .into_iter()
            .map(|(host, address, reason)| Try {
                host: host.to_owned(),
                address: address.map(str::to_owned),
                encryption: Encryption::Plain,
                reason,
            })
            .collect(),
    }
}

/// Returns the whole text, with the exit code before it.
fn said(reason: Reason) -> String {
    let diagnostic = diagnostic(&error(vec![("db:5432", Some("10.0.0.5"), reason)]));
    format!("{}\n{diagnostic}", diagnostic.exit.code())
}

fn io_failed(stage: Stage, kind: io::ErrorKind, text: &str) -> Reason {
    Reason::Io {
        stage,
        kind,
        text: text.to_owned(),
    }
}

fn server(sqlstate: &str, message: &str) -> Reason {
    Reason::Server(ServerError {
        severity: "FATAL".to_owned(),
        sqlstate: sqlstate.to_owned(),
        message: message.to_owned(),
        detail: None,
        hint: None,
    })
}

#[test]
fn every_address_is_a_place() {
    let refused = || io_failed(Stage::Dial, io::ErrorKind::ConnectionRefused, "refused");
    let diagnostic = diagnostic(&error(vec![
        ("localhost:5432", Some("::1"), refused()),
        ("localhost:5432", Some("127.0.0.1"), refused()),
    ]));
    insta::assert_snapshot!(diagnostic, @"
    seaworthy: error[connection-refused]: nothing listens at `localhost:5432`
      --> localhost:5432   ::1: connection refused
      --> localhost:5432   127.0.0.1: connection refused

      hint: inside a container `localhost` is the container itself: name the database's service instead, such as `db`
    ");
}

#[test]
fn a_service_has_its_name_and_no_other() {
    let hints = |host: &str| {
        let said = |reason| {
            let diagnostic = diagnostic(&error(vec![(host, None, reason)]));
            diagnostic.hints.join("\n")
        };
        let refused = io_failed(Stage::Dial, io::ErrorKind::ConnectionRefused, "refused");
        format!("{}\n{}", said(refused), said(Reason::NameNotFound))
    };
    insta::assert_snapshot!(hints("db.prod:5432"), @"
    is it running, and is 5432 its port? `docker compose ps`, or `kubectl get endpoints db --namespace prod`
    is `db.prod` on the same network? `docker compose ps` lists the services, `kubectl get service db --namespace prod` the one of this name
    ");
    assert_eq!(
        hints("db.prod.svc.cluster.local:5432").replace("db.prod.svc.cluster.local", "db.prod"),
        hints("db.prod:5432")
    );
    insta::assert_snapshot!(hints("10.96.0.7:5432"), @"
    is it running, and is 5432 its port? `docker compose ps`, or `kubectl get services,endpoints --all-namespaces`
    is `10.96.0.7` on the same network? `kubectl get services,endpoints --all-namespaces` shows whose address it is
    ");
    insta::assert_snapshot!(hints("shop.abc.eu-central-1.rds.example.com:5432"), @"
    is it running, and is 5432 its port?
    is `shop.abc.eu-central-1.rds.example.com` the right name, and can it be reached from this network?
    ");
}

#[test]
fn names() {
    insta::assert_snapshot!(said(Reason::NameNotFound), @"
    69
    seaworthy: error[name-not-found]: the name `db` is not known
      --> db:5432   10.0.0.5

      hint: is `db` on the same network? `docker compose ps` lists the services, `kubectl get service db` the one of this name
    ");
    insta::assert_snapshot!(said(Reason::NameLookup("Temporary failure in name resolution".to_owned())), @"
    69
    seaworthy: error[name-lookup]: the name `db` cannot be looked up
      --> db:5432   10.0.0.5
      cause: Temporary failure in name resolution

      hint: check `/etc/resolv.conf` and that the name server can be reached
    ");
}

#[test]
fn sockets() {
    use io::ErrorKind::{
        ConnectionRefused, ConnectionReset, HostUnreachable, NotFound, PermissionDenied,
    };
    insta::assert_snapshot!(said(io_failed(Stage::Dial, ConnectionRefused, "Connection refused (os error 111)")), @"
    69
    seaworthy: error[connection-refused]: nothing listens at `db:5432`
      --> db:5432   10.0.0.5

      hint: is it running, and is 5432 its port? `docker compose ps`, or `kubectl get endpoints db`
    ");
    insta::assert_snapshot!(said(io_failed(Stage::Dial, NotFound, "No such file or directory (os error 2)")), @"
    69
    seaworthy: error[no-socket]: there is no socket for `db:5432`
      --> db:5432   10.0.0.5

      hint: mount the server's socket directory, and check the port, which is part of the name
    ");
    insta::assert_snapshot!(said(io_failed(Stage::Dial, PermissionDenied, "Permission denied (os error 13)")), @"
    77
    seaworthy: error[socket-permission]: this user may not connect to `db:5432`
      --> db:5432   10.0.0.5
      cause: Permission denied (os error 13)

      hint: see `unix_socket_permissions` and `unix_socket_group` of the server
    ");
    insta::assert_snapshot!(said(io_failed(Stage::Dial, HostUnreachable, "No route to host (os error 113)")), @"
    69
    seaworthy: error[unreachable]: `db:5432` cannot be reached
      --> db:5432   10.0.0.5
      cause: No route to host (os error 113)

      hint: is `db` on the same network? `docker compose ps` lists the services, `kubectl get service db` the one of this name
    ");
    insta::assert_snapshot!(said(io_failed(Stage::Login, ConnectionReset, "Connection reset by peer (os error 104)")), @"
    69
    seaworthy: error[connection-lost]: the connection to `db:5432` was lost while logging in
      --> db:5432   10.0.0.5
      cause: Connection reset by peer (os error 104)

      hint: look for the cause in the server's log, or in that of the proxy before it
    ");
}

#[test]
fn silence() {
    insta::assert_snapshot!(said(Reason::TimedOut(Stage::Resolve)), @"
    69
    seaworthy: error[no-answer]: the lookup of `db` is not answered
      --> db:5432   10.0.0.5

      hint: check `/etc/resolv.conf` and that the name server can be reached
    ");
    insta::assert_snapshot!(said(Reason::TimedOut(Stage::Dial)), @"
    69
    seaworthy: error[no-answer]: `db:5432` does not answer
      --> db:5432   10.0.0.5

      hint: is `db` on the same network? `docker compose ps` lists the services, `kubectl get service db` the one of this name
    ");
    insta::assert_snapshot!(said(Reason::TimedOut(Stage::Login)), @"
    69
    seaworthy: error[no-answer]: `db:5432` accepts connections and says nothing
      --> db:5432   10.0.0.5

      hint: a proxy or a pooler may stand before a server that is not there; see its log
      hint: if the server is slow, raise `--attempt-timeout`
    ");
    insta::assert_snapshot!(said(Reason::TimedOut(Stage::Query)), @"
    69
    seaworthy: error[no-answer]: `db:5432` does not answer a query
      --> db:5432   10.0.0.5

      hint: if the server is slow, raise `--attempt-timeout`
    ");
    insta::assert_snapshot!(said(Reason::Closed(Stage::Login)), @"
    69
    seaworthy: error[connection-closed]: `db:5432` accepted the connection and closed it without a word
      --> db:5432   10.0.0.5

      hint: look for the cause in the server's log, or in that of the proxy before it
    ");
}

#[test]
fn other_protocols() {
    insta::assert_snapshot!(said(Reason::NotPostgres("`H` in answer to the request for TLS".to_owned())), @"
    69
    seaworthy: error[not-postgresql]: what answers at `db:5432` is not PostgreSQL
      --> db:5432   10.0.0.5
      cause: `H` in answer to the request for TLS

      hint: check host and port: 5432 should be where PostgreSQL listens, 5432 by default
    ");
    insta::assert_snapshot!(said(Reason::TooMuchBeforeLogin), @"
    69
    seaworthy: error[not-postgresql]: what answers at `db:5432` sends without end and completes no login
      --> db:5432   10.0.0.5

      hint: check host and port: 5432 should be where PostgreSQL listens, 5432 by default
    ");
}

#[test]
fn tls() {
    insta::assert_snapshot!(said(Reason::TlsNotOffered), @"
    77
    seaworthy: error[tls-not-offered]: `db:5432` does not offer TLS, and `sslmode=verify-full` wants it
      --> db:5432   10.0.0.5

      hint: set `ssl = on`, a certificate and a key in the server's `postgresql.conf`
      hint: on a network that you trust, set `sslmode=prefer`
    ");
    insta::assert_snapshot!(said(Reason::TlsHandshake("received fatal alert: ProtocolVersion".to_owned())), @"
    77
    seaworthy: error[tls-handshake]: no TLS connection to `db:5432` could be agreed on
      --> db:5432   10.0.0.5
      cause: received fatal alert: ProtocolVersion

      hint: the server must speak TLS 1.2 or 1.3; see `ssl_max_protocol_version` there
    ");
}

#[test]
fn certificates() {
    let said = |problem| said(Reason::Certificate(problem));
    let wrong_name = |presented: &[&str]| CertificateProblem::WrongName {
        expected: "db".to_owned(),
        presented: presented.iter().map(|name| (*name).to_owned()).collect(),
    };
    insta::assert_snapshot!(said(wrong_name(&["db.example.com", "*.example.org"])), @"
    77
    seaworthy: error[certificate-wrong-name]: the certificate of `db:5432` does not hold the name `db`
      --> db:5432   10.0.0.5
      cause: it is for db.example.com, *.example.org

      hint: connect by a name that it holds, such as `db.example.com`; `hostaddr` may give the address
    ");
    insta::assert_snapshot!(said(wrong_name(&[])), @"
    77
    seaworthy: error[certificate-wrong-name]: the certificate of `db:5432` does not hold the name `db`
      --> db:5432   10.0.0.5
      cause: it holds no name at all

      hint: ask for one with the name in it: `openssl req -new -nodes -subj /CN=db -addext subjectAltName=DNS:db -keyout server.key -out server.csr`
    ");
    insta::assert_snapshot!(said(CertificateProblem::Expired { not_after: "2024-12-31T00:00:00Z".to_owned() }), @"
    77
    seaworthy: error[certificate-expired]: the certificate of `db:5432` expired on 2024-12-31T00:00:00Z
      --> db:5432   10.0.0.5

      hint: renew it, then let the server read it: `SELECT pg_reload_conf()`
    ");
    insta::assert_snapshot!(said(CertificateProblem::NotYetValid { not_before: "2124-12-31T00:00:00Z".to_owned() }), @"
    77
    seaworthy: error[certificate-not-yet-valid]: the certificate of `db:5432` is not valid before 2124-12-31T00:00:00Z
      --> db:5432   10.0.0.5

      hint: compare the clocks of this machine and of the one that issued it: `date -u`
    ");
    insta::assert_snapshot!(said(CertificateProblem::UnknownIssuer), @"
    77
    seaworthy: error[certificate-unknown-issuer]: the certificate of `db:5432` was issued by an authority that is not trusted
      --> db:5432   10.0.0.5

      hint: put the certificate of that authority into the file that `sslrootcert` names
      hint: see who issued it: `openssl s_client -starttls postgres -connect db:5432 -showcerts`
    ");
    insta::assert_snapshot!(said(CertificateProblem::Version1), @"
    77
    seaworthy: error[certificate-version-1]: the certificate of `db:5432` is of X.509 version 1, which cannot be verified
      --> db:5432   10.0.0.5
      cause: version 1 holds no names and no purpose; `openssl x509 -req` makes one by default

      hint: ask for one with the name in it: `openssl req -new -nodes -subj /CN=db -addext subjectAltName=DNS:db -keyout server.key -out server.csr`
      hint: then issue it again as version 3: `openssl x509 -req -in server.csr -copy_extensions copy -days 365 -CA root.crt -CAkey root.key -CAcreateserial -out server.crt`
    ");
    insta::assert_snapshot!(said(CertificateProblem::Revoked), @"
    77
    seaworthy: error[certificate-revoked]: the certificate of `db:5432` was revoked
      --> db:5432   10.0.0.5

      hint: issue a new one for the server
    ");
    insta::assert_snapshot!(said(CertificateProblem::Other("invalid peer certificate: BadEncoding".to_owned())), @"
    77
    seaworthy: error[certificate-unusable]: the certificate of `db:5432` cannot be used
      --> db:5432   10.0.0.5
      cause: invalid peer certificate: BadEncoding

      hint: look at it: `openssl s_client -starttls postgres -connect db:5432 -showcerts`
    ");
}

#[test]
fn tls_files() {
    let said = |problem| said(Reason::TlsSetup(problem));
    insta::assert_snapshot!(said(TlsSetupError::Unreadable {
        setting: "sslrootcert",
        path: "/certs/root.crt".into(),
        text: "No such file or directory (os error 2)".to_owned(),
    }), @"
    78
    seaworthy: error[tls-files]: cannot read `sslrootcert` /certs/root.crt: No such file or directory (os error 2)
      --> `sslrootcert`

      hint: check that it is mounted, and that this user may read it: `ls -l /certs/root.crt`
    ");
    insta::assert_snapshot!(said(TlsSetupError::NoCertificate { setting: "sslcert", path: "/certs/client.crt".into() }), @"
    78
    seaworthy: error[tls-files]: `sslcert` /certs/client.crt holds no certificate in PEM form
      --> `sslcert`

      hint: turn one in DER form into PEM: `openssl x509 -inform der -in /certs/client.crt`
    ");
    insta::assert_snapshot!(said(TlsSetupError::NoKey("/certs/client.key".into())), @"
    78
    seaworthy: error[tls-files]: `sslkey` /certs/client.key holds no private key in PEM form

      hint: turn one in DER form into PEM: `openssl pkey -inform der -in /certs/client.key`
    ");
    insta::assert_snapshot!(said(TlsSetupError::EncryptedKey("/certs/client.key".into())), @"
    78
    seaworthy: error[tls-files]: `sslkey` /certs/client.key is encrypted, which is not supported

      hint: store it without a password, as a secret: `openssl pkey -in /certs/client.key -out client.key`
    ");
    insta::assert_snapshot!(said(TlsSetupError::CertificateWithoutKey("/certs/client.crt".into())), @"
    78
    seaworthy: error[tls-files]: `sslcert` /certs/client.crt is set, but `sslkey` is not

      hint: name the file with its private key in `sslkey` or `PGSSLKEY`
    ");
    insta::assert_snapshot!(said(TlsSetupError::Unusable {
        cert: "/certs/client.crt".into(),
        key: "/certs/client.key".into(),
        text: "keys may not be consistent: KeyMismatch".to_owned(),
    }), @"
    78
    seaworthy: error[tls-files]: `sslcert` /certs/client.crt and `sslkey` /certs/client.key cannot be used together: keys may not be consistent: KeyMismatch

      hint: compare the public key in the one, `openssl x509 -noout -pubkey -in /certs/client.crt`
      hint: with that of the other, `openssl pkey -pubout -in /certs/client.key`
    ");
    insta::assert_snapshot!(said(TlsSetupError::NoRoots(SslMode::VerifyCa)), @"
    78
    seaworthy: error[tls-files]: `sslmode=verify-ca` needs `sslrootcert`

      hint: name the authority's certificate in `sslrootcert` or `PGSSLROOTCERT`
      hint: for a server with a public certificate, set `sslrootcert=system`
    ");
    insta::assert_snapshot!(said(TlsSetupError::WeakMode(SslMode::Require)), @"
    78
    seaworthy: error[tls-files]: `sslrootcert=system` needs `sslmode=verify-full`, not `require`

      hint: anybody can get a certificate from a public authority, so the name must be verified: set `sslmode=verify-full`
    ");
    insta::assert_snapshot!(said(TlsSetupError::BadName("d b".to_owned())), @"
    78
    seaworthy: error[tls-files]: `d b` cannot be the name in a certificate

      hint: connect by a DNS name or an address, or set `sslmode=verify-ca`
    ");
    insta::assert_snapshot!(said(TlsSetupError::Library("no".to_owned())), @"
    78
    seaworthy: error[tls-files]: TLS cannot be set up: no

      hint: this is a fault of seaworthy: report it
    ");
}

#[test]
fn refusals_of_the_server() {
    insta::assert_snapshot!(said(server("28P01", "password authentication failed for user \"app\"")), @r#"
    77
    seaworthy: error[password-refused]: `db:5432` refused the password of role `app`
      --> db:5432   10.0.0.5
      cause: FATAL: password authentication failed for user "app" (28P01)

      hint: try it by hand: `psql "host=db port=5432 user=app dbname=shop"`
      hint: the password comes from the URL, else from `PGPASSWORD`, `POSTGRES_PASSWORD`, their `_FILE` forms or the password file
    "#);
    insta::assert_snapshot!(said(server("28000", "role \"app\" is not permitted to log in")), @r#"
    77
    seaworthy: error[login-refused]: `db:5432` does not let role `app` log in
      --> db:5432   10.0.0.5
      cause: FATAL: role "app" is not permitted to log in (28000)

      hint: add a line for this role, database and network to the server's `pg_hba.conf`
      hint: or let the role log in: `ALTER ROLE "app" LOGIN`
    "#);
    insta::assert_snapshot!(said(server("3D000", "database \"shop\" does not exist")), @r#"
    77
    seaworthy: error[database-missing]: there is no database `shop` at `db:5432`
      --> db:5432   10.0.0.5
      cause: FATAL: database "shop" does not exist (3D000)

      hint: create it: `createdb -h db -p 5432 -U postgres -O app shop`
      hint: the `postgres` image creates the one in `POSTGRES_DB`, only into an empty volume
    "#);
    insta::assert_snapshot!(said(server("42501", "permission denied for database \"shop\"")), @r#"
    77
    seaworthy: error[permission-denied]: role `app` may not use database `shop` at `db:5432`
      --> db:5432   10.0.0.5
      cause: FATAL: permission denied for database "shop" (42501)

      hint: `GRANT CONNECT ON DATABASE "shop" TO "app"`
    "#);
    insta::assert_snapshot!(said(server("55000", "database \"shop\" is not currently accepting connections")), @r#"
    77
    seaworthy: error[database-closed]: database `shop` at `db:5432` accepts no connections
      --> db:5432   10.0.0.5
      cause: FATAL: database "shop" is not currently accepting connections (55000)

      hint: `ALTER DATABASE "shop" ALLOW_CONNECTIONS true`
    "#);
    insta::assert_snapshot!(said(server("53300", "sorry, too many clients already")), @"
    69
    seaworthy: error[too-many-connections]: `db:5432` has no connection left for role `app`
      --> db:5432   10.0.0.5
      cause: FATAL: sorry, too many clients already (53300)

      hint: see who holds them: `SELECT usename, application_name, count(*) FROM pg_stat_activity GROUP BY 1, 2`
    ");
    insta::assert_snapshot!(said(server("57P03", "the database system is starting up")), @"
    69
    seaworthy: error[starting-up]: `db:5432` accepts no logins now
      --> db:5432   10.0.0.5
      cause: FATAL: the database system is starting up (57P03)

      hint: see the server's log; a recovery can take long, then raise `--timeout`
    ");
    insta::assert_snapshot!(said(server("08P01", "no such database: shop")), @"
    77
    seaworthy: error[pooler-refused]: the pooler at `db:5432` did not let role `app` into `shop`
      --> db:5432   10.0.0.5
      cause: FATAL: no such database: shop (08P01)

      hint: PgBouncer gives one code to most refusals: its log says more
      hint: let `MIGRATION_DATABASE_URL` name the server itself, without the pooler
    ");
    insta::assert_snapshot!(said(server("XX000", "cache lookup failed")), @r#"
    69
    seaworthy: error[server-refused]: `db:5432` refused the login
      --> db:5432   10.0.0.5
      cause: FATAL: cache lookup failed (XX000)

      hint: try it by hand: `psql "host=db port=5432 user=app dbname=shop"`
    "#);
}

#[test]
fn authentication() {
    insta::assert_snapshot!(said(Reason::PasswordMissing), @"
    77
    seaworthy: error[password-missing]: `db:5432` asks for the password of role `app`, and none is set
      --> db:5432   10.0.0.5

      hint: set `PGPASSWORD` or `POSTGRES_PASSWORD`, or name a file with the password in `PGPASSWORD_FILE` or `POSTGRES_PASSWORD_FILE`
    ");
    insta::assert_snapshot!(said(Reason::Authentication("unsupported authentication method".to_owned())), @"
    77
    seaworthy: error[authentication]: role `app` cannot be authenticated at `db:5432`
      --> db:5432   10.0.0.5
      cause: unsupported authentication method

      hint: use `scram-sha-256` for this role in the server's `pg_hba.conf`
    ");
    insta::assert_snapshot!(said(Reason::ChannelBinding("server did not use channel binding".to_owned())), @"
    77
    seaworthy: error[channel-binding]: `db:5432` cannot bind the login to the TLS connection
      --> db:5432   10.0.0.5
      cause: server did not use channel binding

      hint: it takes TLS and a password stored as `scram-sha-256`; else set `channel_binding=prefer`
    ");
}

#[test]
fn servers_of_the_wrong_kind() {
    insta::assert_snapshot!(said(Reason::WrongServer {
        wanted: TargetSessionAttrs::Primary,
        in_recovery: true,
        read_only: true,
    }), @"
    69
    seaworthy: error[wrong-server]: no server is the primary
      --> db:5432   10.0.0.5
      cause: the server is a standby, a primary is wanted

      hint: name every host of the cluster, or set `target_session_attrs=any`
    ");
    insta::assert_snapshot!(said(Reason::FirstBoot), @"
    69
    seaworthy: error[first-boot]: the server at `db:5432` listens on no address
      --> db:5432   10.0.0.5
      cause: the `postgres` image runs such a server while it makes the database

      hint: if the server is meant to be reached by its socket only, set `--accept-socket-only`
    ");
}
