//! TLS as libpq means it, against a real server with certificates of ours.

use std::path::PathBuf;

use seaworthy::config::{ChannelBinding, Connection, RootCertificates, SslMode};
use seaworthy::postgres::connect::Encryption;
use seaworthy::postgres::tls::{CertificateProblem, TlsSetupError};
use seaworthy::postgres::{Reason, Session};
use seaworthy::wait::{Failure, Verdict};

use crate::connect::cancelled;
use crate::support::certificates::{Authority, Pair, self_signed, self_signed_with};
use crate::support::connection::{attempt, host, reason, sqlstate, to, value};
use crate::support::server::{Options, Server, StopMode};

fn options(pair: &Pair) -> Options {
    Options::default()
        .setting("ssl", "on")
        .file("server.crt", pair.certificate.as_str())
        .file("server.key", pair.key.as_str())
}

/// Returns the way to a server under a name, with the authority that counts.
fn secure(server: &Server, mode: SslMode, name: &str, root: Option<PathBuf>) -> Connection {
    Connection {
        hosts: vec![host(name, server.port())],
        ssl_mode: mode,
        ssl_root_cert: root.map(RootCertificates::File),
        ..to(server)
    }
}

async fn is_encrypted(session: &Session) -> bool {
    let query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    value(session, query).await == "t"
}

/// Logs in and returns whether the connection is encrypted.
async fn encrypted(connection: &Connection) -> bool {
    let session = match attempt(connection).await {
        Ok(session) => session,
        Err(error) => panic!("no login: {error:?}"),
    };
    let encrypted = is_encrypted(&session).await;
    session.close().await;
    encrypted
}

/// Fails to log in for a reason in the certificate, and returns it.
async fn problem(connection: &Connection) -> CertificateProblem {
    let error = attempt(connection).await.expect_err("it is not accepted");
    assert_eq!(error.verdict(), Verdict::Permanent);
    match reason(&error) {
        Reason::Certificate(problem) => problem.clone(),
        other => panic!("not the certificate: {other:?}"),
    }
}

/// Gives a server another certificate.
fn replace(server: &Server, pair: &Pair) {
    let data = server.data_directory();
    for (name, text) in [("server.crt", &pair.certificate), ("server.key", &pair.key)] {
        std::fs::write(data.join(name), text).expect("the server's files are ours");
    }
    server.restart(StopMode::Fast);
}

#[tokio::test]
async fn certificates_are_verified_as_far_as_sslmode_says() {
    let authority = Authority::new();
    let stranger = Authority::new();
    let pair = authority.issue(&["db.test", "*.pool.test", "127.0.0.1"]);
    let server = Server::start(options(&pair));
    let root = || Some(authority.root());
    use SslMode::{Allow, Disable, Prefer, Require, VerifyCa, VerifyFull};

    assert!(!encrypted(&secure(&server, Disable, "db.test", None)).await);
    assert!(!encrypted(&secure(&server, Allow, "db.test", None)).await);
    assert!(encrypted(&secure(&server, Prefer, "db.test", None)).await);
    assert!(encrypted(&secure(&server, Require, "db.test", None)).await);
    for name in ["db.test", "a.pool.test", "127.0.0.1"] {
        assert!(encrypted(&secure(&server, VerifyFull, name, root())).await);
    }
    // The name does not matter here, nor does it have to be one.
    for mode in [Require, VerifyCa] {
        assert!(encrypted(&secure(&server, mode, "another.test", root())).await);
        assert!(encrypted(&secure(&server, mode, "not a name", root())).await);
    }

    let wrong = problem(&secure(&server, VerifyFull, "another.test", root())).await;
    assert_eq!(
        wrong,
        CertificateProblem::WrongName {
            expected: "another.test".to_owned(),
            presented: vec![
                "db.test".to_owned(),
                "*.pool.test".to_owned(),
                "127.0.0.1".to_owned()
            ],
        }
    );
    let error = attempt(&secure(&server, VerifyFull, "not a name", root()))
        .await
        .unwrap_err();
    let bad_name = TlsSetupError::BadName("not a name".to_owned());
    assert_eq!(reason(&error), &Reason::TlsSetup(bad_name));

    // Roots that are there are used in every mode; only `prefer` goes on without.
    for mode in [Require, VerifyCa, VerifyFull] {
        let connection = secure(&server, mode, "db.test", Some(stranger.root()));
        assert_eq!(
            problem(&connection).await,
            CertificateProblem::UnknownIssuer
        );
    }
    let connection = secure(&server, Prefer, "db.test", Some(stranger.root()));
    assert!(!encrypted(&connection).await);
    let mut system = secure(&server, VerifyFull, "db.test", None);
    system.ssl_root_cert = Some(RootCertificates::System);
    assert_eq!(problem(&system).await, CertificateProblem::UnknownIssuer);
}

#[tokio::test]
async fn certificates_as_the_manual_makes_them() {
    let authority = Authority::new();
    let own = self_signed(&["db.test"], "db.test");
    let server = Server::start(options(&own));
    let full = |name: &str, root| secure(&server, SslMode::VerifyFull, name, Some(root));

    // An authority that is the server's certificate too, with and without names.
    let pinned = authority.write("own.crt", &own.certificate);
    assert!(encrypted(&full("db.test", pinned.clone())).await);
    assert!(matches!(
        problem(&full("another.test", pinned)).await,
        CertificateProblem::WrongName { .. }
    ));
    let error = problem(&full("db.test", authority.root())).await;
    assert!(
        matches!(
            error,
            CertificateProblem::Other(_) | CertificateProblem::UnknownIssuer
        ),
        "{error:?}"
    );
    let nameless = self_signed(&[], "db.test");
    replace(&server, &nameless);
    let pinned = authority.write("nameless.crt", &nameless.certificate);
    assert!(encrypted(&full("DB.test", pinned.clone())).await);
    assert_eq!(
        problem(&full("another.test", pinned)).await,
        CertificateProblem::WrongName {
            expected: "another.test".to_owned(),
            presented: vec!["db.test".to_owned()],
        }
    );

    // Only a common name, from an authority.
    replace(&server, &authority.issue_common_name("db.test"));
    assert!(encrypted(&full("db.test", authority.root())).await);

    replace(&server, &authority.issue_expired("db.test"));
    let expired = CertificateProblem::Expired {
        not_after: "2021-01-01T00:00:00Z".to_owned(),
    };
    assert_eq!(problem(&full("db.test", authority.root())).await, expired);

    // Version 1 cannot be verified, but encrypts where nobody asks for more.
    let old = authority.issue_version_1("db.test");
    replace(&server, &old);
    let connection = full("db.test", authority.root());
    assert_eq!(problem(&connection).await, CertificateProblem::Version1);
    assert!(encrypted(&secure(&server, SslMode::Require, "db.test", None)).await);
    let pinned = authority.write("old.crt", &old.certificate);
    assert!(encrypted(&full("db.test", pinned)).await);
}

#[tokio::test]
async fn the_channel_is_bound_to_the_login() {
    let authority = Authority::new();
    let server = Server::start(options(&authority.issue(&["db.test"])));
    let bound = |mode, binding| Connection {
        channel_binding: binding,
        ..secure(&server, mode, "db.test", None)
    };
    let require = bound(SslMode::Require, ChannelBinding::Require);
    assert!(encrypted(&require).await);
    assert!(encrypted(&bound(SslMode::Require, ChannelBinding::Prefer)).await);
    assert!(encrypted(&bound(SslMode::Require, ChannelBinding::Disable)).await);

    let plain = bound(SslMode::Disable, ChannelBinding::Require);
    let error = attempt(&plain).await.unwrap_err();
    assert_eq!(error.verdict(), Verdict::Permanent);
    assert!(
        matches!(reason(&error), Reason::ChannelBinding(_)),
        "{error:?}"
    );

    // The hash is that of the signature, which is another one here.
    let algorithm = &rcgen::PKCS_ECDSA_P384_SHA384;
    replace(&server, &self_signed_with(&[], "db.test", algorithm));
    assert!(encrypted(&require).await);

    // Version 1 too, since its key signs the handshake like any other.
    replace(&server, &authority.issue_version_1("db.test"));
    assert!(encrypted(&require).await);
}

#[tokio::test]
async fn pg_hba_decides_between_tls_and_plain() {
    let authority = Authority::new();
    let server = Server::start(
        options(&authority.issue(&["db.test"]))
            .setting("ssl_max_protocol_version", "TLSv1.2")
            .hba("hostssl secure all 127.0.0.1/32 scram-sha-256")
            .hba("hostnossl secure all 127.0.0.1/32 reject")
            .hba("hostnossl plain all 127.0.0.1/32 scram-sha-256")
            .hba("hostssl plain all 127.0.0.1/32 reject"),
    );
    let setup = server.database();
    setup.execute("CREATE DATABASE secure");
    setup.execute("CREATE DATABASE plain");
    let to = |mode, database: &str| Connection {
        database: database.to_owned(),
        ..secure(&server, mode, "db.test", None)
    };
    assert!(encrypted(&to(SslMode::Allow, "secure")).await);
    assert!(encrypted(&to(SslMode::Prefer, "secure")).await);
    assert!(!encrypted(&to(SslMode::Allow, "plain")).await);
    assert!(!encrypted(&to(SslMode::Prefer, "plain")).await);
    for (mode, database) in [(SslMode::Disable, "secure"), (SslMode::Require, "plain")] {
        let error = attempt(&to(mode, database)).await.unwrap_err();
        assert_eq!(sqlstate(&error), "28000");
        assert_eq!(error.verdict(), Verdict::Permanent);
        assert_eq!(error.tries.len(), 1);
    }
    let session = attempt(&to(SslMode::Require, "secure")).await.unwrap();
    assert_eq!(cancelled(&session).await, "57014");
    session.close().await;
    // TLS 1.2 and a certificate of version 1 leave no way to check a signature.
    replace(&server, &authority.issue_version_1("db.test"));
    let connection = to(SslMode::Require, "secure");
    assert_eq!(problem(&connection).await, CertificateProblem::Version1);
}

#[tokio::test]
async fn both_ways_are_named_where_both_fail() {
    let authority = Authority::new();
    let server = Server::start(
        options(&authority.issue(&["db.test"])).hba("host postgres all 127.0.0.1/32 reject"),
    );
    let connection = secure(&server, SslMode::Prefer, "db.test", None);
    let error = attempt(&connection).await.unwrap_err();
    let ways: Vec<_> = error.tries.iter().map(|tried| tried.encryption).collect();
    assert_eq!(ways, [Encryption::Tls, Encryption::Plain]);
    assert_eq!(sqlstate(&error), "28000");
}

#[tokio::test]
async fn a_client_can_have_a_certificate() {
    let authority = Authority::new();
    let server = Server::start(
        options(&authority.issue(&["db.test"]))
            .setting("ssl_ca_file", "root.crt")
            .file("root.crt", authority.pem())
            .hba("hostssl all postgres 127.0.0.1/32 cert"),
    );
    let client = authority.issue_common_name("postgres");
    let mut connection = secure(
        &server,
        SslMode::VerifyFull,
        "db.test",
        Some(authority.root()),
    );
    let error = attempt(&connection).await.unwrap_err();
    assert_eq!(sqlstate(&error), "28000");

    connection.ssl_cert = Some(authority.write("client.crt", &client.certificate));
    connection.ssl_key = Some(authority.write("client.key", &client.key));
    connection.hosts[0].password = None;
    let session = attempt(&connection).await.unwrap();
    assert_eq!(cancelled(&session).await, "57014");
    session.close().await;
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let authority = Authority::new();
    let server = Server::shared();
    let pair = authority.issue(&["db.test"]);
    let certificate = authority.write("client.crt", &pair.certificate);
    let key = authority.write("client.key", &pair.key);
    let empty = authority.write("empty.pem", "");
    let encrypted = authority.write(
        "encrypted.pem",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    );
    let other = authority.write("other.key", &authority.issue(&["x"]).key);
    let missing = PathBuf::from("/nonexistent/root.crt");
    let failed =
        async |root: Option<RootCertificates>, cert: Option<&PathBuf>, key: Option<&PathBuf>| {
            let connection = Connection {
                ssl_root_cert: root,
                ssl_cert: cert.cloned(),
                ssl_key: key.cloned(),
                ..secure(server, SslMode::Require, "db.test", None)
            };
            let error = attempt(&connection).await.unwrap_err();
            assert_eq!(error.verdict(), Verdict::Permanent);
            match reason(&error) {
                Reason::TlsSetup(error) => error.to_string(),
                other => panic!("not the files: {other:?}"),
            }
        };
    let file = |path: &PathBuf| Some(RootCertificates::File(path.clone()));
    assert_eq!(
        failed(file(&missing), None, None).await,
        "cannot read `sslrootcert` /nonexistent/root.crt: No such file or directory (os error 2)"
    );
    assert!(
        failed(file(&empty), None, None)
            .await
            .contains("holds no certificate")
    );
    assert!(
        failed(None, Some(&empty), Some(&key))
            .await
            .contains("holds no certificate")
    );
    assert!(
        failed(None, Some(&certificate), Some(&empty))
            .await
            .contains("holds no private key")
    );
    assert!(
        failed(None, Some(&certificate), Some(&encrypted))
            .await
            .contains("is encrypted")
    );
    assert!(
        failed(None, Some(&certificate), Some(&other))
            .await
            .contains("cannot be used together")
    );
    let weak = failed(Some(RootCertificates::System), None, None).await;
    assert!(weak.contains("needs `sslmode=verify-full`"), "{weak}");
}
