//! Whatever a server has for a certificate, under each `sslmode`: what comes of
//! it, and whether libpq would have done the same.
//!
//! libpq's documentation is the measure ("SSL Support", "Protection Provided in
//! Different Modes"): roots that are there are used from `require` on, and in
//! `prefer`, which then goes on without TLS. The one difference is a version 1
//! certificate, which our library cannot verify, and OpenSSL can.

use std::path::{Path, PathBuf};
use std::process::Command;

use seaworthy::config::{ChannelBinding, Connection, RootCertificates, SslMode};
use seaworthy::error::connect::diagnostic;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;

use crate::support::certificates::{Authority, Pair, self_signed};
use crate::support::connection::{attempt, host, to, value};
use crate::support::fake_server::FakeServer;
use crate::support::server::{Options, PASSWORD, Server, StopMode, binaries};
use crate::support::tls_server::acceptor;

const MODES: [(&str, SslMode); 6] = [
    ("disable", SslMode::Disable),
    ("allow", SslMode::Allow),
    ("prefer", SslMode::Prefer),
    ("require", SslMode::Require),
    ("verify-ca", SslMode::VerifyCa),
    ("verify-full", SslMode::VerifyFull),
];

/// The name that every client asks for.
const NAME: &str = "db.test";

/// What a server presents, what the client trusts, and what comes of it in
/// each mode: `tls`, `plain`, or the code of the error.
struct Row<'a> {
    what: &'a str,
    /// `None`: the server has no TLS.
    pair: Option<Pair>,
    root: Option<PathBuf>,
    expected: [&'a str; 6],
    /// What libpq does where it is not the same.
    libpq: Option<[&'a str; 6]>,
}

fn with_tls(pair: &Pair) -> Options {
    Options::default()
        .setting("ssl", "on")
        .file("server.crt", pair.certificate.as_str())
        .file("server.key", pair.key.as_str())
}

fn secure(port: u16, mode: SslMode, root: Option<&Path>) -> Connection {
    Connection {
        hosts: vec![host(NAME, port)],
        ssl_mode: mode,
        ssl_root_cert: root.map(|path| RootCertificates::File(path.to_owned())),
        ..to(Server::shared())
    }
}

async fn ours(connection: &Connection) -> String {
    match attempt(connection).await {
        Ok(session) => {
            let query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
            let encrypted = value(&session, query).await == "t";
            session.close().await;
            if encrypted { "tls" } else { "plain" }.to_owned()
        }
        Err(error) => diagnostic(&error).code.to_owned(),
    }
}

/// Returns `tls`, `plain` or `refused`.
fn libpqs(port: u16, mode: &str, root: Option<&Path>) -> String {
    let psql = binaries().join("psql");
    let psql = if psql.exists() { psql } else { "psql".into() };
    let root = root.map_or_else(String::new, |path| {
        format!("sslrootcert={}", path.display())
    });
    let target = format!(
        "host={NAME} hostaddr=127.0.0.1 port={port} user=postgres dbname=postgres \
         sslmode={mode} {root}"
    );
    let query = "SELECT CASE WHEN ssl THEN 'tls' ELSE 'plain' END \
                 FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let output = Command::new(psql)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", "/nonexistent")
        .env("PGPASSWORD", PASSWORD)
        .args(["--no-psqlrc", "-Atc", query, &target])
        .output()
        .expect("psql (Debian's postgresql-client) can be run");
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Some(2) => "refused".to_owned(),
        code => panic!("psql ended with {code:?}: {said}"),
    }
}

#[tokio::test]
async fn each_certificate_in_each_mode() {
    let authority = Authority::new();
    let stranger = Authority::new();
    let good = authority.issue(&[NAME]);
    let own = self_signed(&[NAME], NAME);
    let pinned = authority.write("own.crt", &own.certificate);
    let old = authority.issue_version_1(NAME);
    let root = || Some(authority.root());
    let row = |what, pair: &Pair, root, expected| Row {
        what,
        pair: Some(pair.clone()),
        root,
        expected,
        libpq: None,
    };
    let issuer = "certificate-unknown-issuer";
    let expired = "certificate-expired";
    let name = "certificate-wrong-name";
    let v1 = "certificate-version-1";
    let files = "tls-files";
    let none = "tls-not-offered";
    let table = [
        row(
            "right",
            &good,
            root(),
            ["plain", "plain", "tls", "tls", "tls", "tls"],
        ),
        row(
            "no roots",
            &good,
            None,
            ["plain", "plain", "tls", "tls", files, files],
        ),
        row(
            "another authority",
            &good,
            Some(stranger.root()),
            ["plain", "plain", "plain", issuer, issuer, issuer],
        ),
        row(
            "another name",
            &authority.issue(&["another.test"]),
            root(),
            ["plain", "plain", "tls", "tls", "tls", name],
        ),
        row(
            "only a common name",
            &authority.issue_common_name(NAME),
            root(),
            ["plain", "plain", "tls", "tls", "tls", "tls"],
        ),
        row(
            "expired",
            &authority.issue_expired(NAME),
            root(),
            ["plain", "plain", "plain", expired, expired, expired],
        ),
        row(
            "its own authority",
            &own,
            Some(pinned),
            ["plain", "plain", "tls", "tls", "tls", "tls"],
        ),
        Row {
            libpq: Some(["plain", "plain", "tls", "tls", "tls", "tls"]),
            ..row(
                "version 1",
                &old,
                root(),
                ["plain", "plain", "plain", v1, v1, v1],
            )
        },
        row(
            "version 1, no roots",
            &old,
            None,
            ["plain", "plain", "tls", "tls", files, files],
        ),
        Row {
            what: "no TLS",
            pair: None,
            root: root(),
            expected: ["plain", "plain", "plain", none, none, none],
            libpq: None,
        },
    ];
    let server = Server::start(with_tls(&good));
    let mut wrong = Vec::new();
    for row in &table {
        present(&server, row.pair.as_ref());
        for (at, (word, mode)) in MODES.into_iter().enumerate() {
            let root = row.root.as_deref();
            let found = ours(&secure(server.port(), mode, root)).await;
            if found != row.expected[at] {
                wrong.push(format!("{}, {word}: {found}", row.what));
            }
            let theirs = libpqs(server.port(), word, root);
            let expected = row.libpq.unwrap_or(row.expected)[at];
            let refused = !["tls", "plain"].contains(&expected);
            if theirs != if refused { "refused" } else { expected } {
                wrong.push(format!("{}, {word}, libpq: {theirs}", row.what));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Gives a server another certificate, or takes TLS from it.
fn present(server: &Server, pair: Option<&Pair>) {
    let data = server.data_directory();
    let switch = match pair {
        Some(pair) => {
            for (name, text) in [("server.crt", &pair.certificate), ("server.key", &pair.key)] {
                std::fs::write(data.join(name), text).expect("the server's files are ours");
            }
            "on"
        }
        None => "off",
    };
    let settings = format!("ssl = {switch}\n");
    std::fs::write(data.join("postgresql.auto.conf"), settings).expect("it is ours");
    server.restart(StopMode::Fast);
}

/// Reads the request for TLS, which stands before everything else.
async fn read_request(stream: &mut TcpStream) -> bool {
    stream.read_exact(&mut [0; 8]).await.is_ok()
}

#[tokio::test]
async fn who_strips_tls_is_not_taken_for_the_server() {
    let authority = Authority::new();
    let server = Server::start(with_tls(&authority.issue(&[NAME])));
    let port = server.port();
    let stripping = FakeServer::start(move |mut stream| async move {
        if read_request(&mut stream).await && stream.write_all(b"N").await.is_ok() {
            let onward = TcpStream::connect(("127.0.0.1", port)).await;
            let _ = copy_bidirectional(&mut stream, &mut onward.expect("it listens")).await;
        }
    })
    .await;
    let through = |mode, binding| Connection {
        channel_binding: binding,
        ..secure(stripping.port(), mode, None)
    };
    let prefer = through(SslMode::Prefer, ChannelBinding::Prefer);
    assert_eq!(ours(&prefer).await, "plain");
    let require = through(SslMode::Require, ChannelBinding::Prefer);
    assert_eq!(ours(&require).await, "tls-not-offered");
    let bound = through(SslMode::Prefer, ChannelBinding::Require);
    assert_eq!(ours(&bound).await, "channel-binding");
}

#[tokio::test]
async fn who_ends_tls_on_the_way_is_found_out_by_channel_binding() {
    let authority = Authority::new();
    let port = Server::shared().port();
    let acceptor = acceptor(&authority.issue(&[NAME]));
    let ending = FakeServer::start(move |mut stream| {
        let acceptor = acceptor.clone();
        async move {
            if read_request(&mut stream).await && stream.write_all(b"S").await.is_ok() {
                let mut stream = acceptor.accept(stream).await.expect("it trusts us");
                let onward = TcpStream::connect(("127.0.0.1", port)).await;
                let _ = copy_bidirectional(&mut stream, &mut onward.expect("it listens")).await;
            }
        }
    })
    .await;
    let root = authority.root();
    let through = |binding| Connection {
        channel_binding: binding,
        ..secure(ending.port(), SslMode::VerifyFull, Some(&root))
    };
    // The server itself sees a plain connection.
    assert_eq!(ours(&through(ChannelBinding::Prefer)).await, "plain");
    let required = through(ChannelBinding::Require);
    assert_eq!(ours(&required).await, "channel-binding");
}

#[tokio::test]
async fn a_server_of_another_age_is_said() {
    let authority = Authority::new();
    let server = Server::start(
        with_tls(&authority.issue(&[NAME]))
            .setting("ssl_min_protocol_version", "TLSv1")
            .setting("ssl_max_protocol_version", "TLSv1.1")
            .setting("ssl_ciphers", "ALL:@SECLEVEL=0"),
    );
    let connection = secure(server.port(), SslMode::Require, None);
    let error = attempt(&connection).await.expect_err("it is too old");
    insta::assert_snapshot!(
        diagnostic(&error).to_string().replace(&server.port().to_string(), "PORT"),
        @"
        seaworthy: error[tls-handshake]: no TLS connection to `db.test:PORT` could be agreed on
          --> db.test:PORT   127.0.0.1
          cause: received fatal alert: ProtocolVersion

          hint: the server must speak TLS 1.2 or 1.3; see `ssl_max_protocol_version` there
        "
    );
    assert_eq!(
        ours(&secure(server.port(), SslMode::Prefer, None)).await,
        "plain"
    );
}

/// Runs openssl in a directory.
#[track_caller]
fn openssl(directory: &Path, args: &str) {
    let output = Command::new("openssl")
        .args(args.split(' '))
        .current_dir(directory)
        .output()
        .expect("openssl (Debian's package of that name) can be run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {args}: {said}");
}

#[tokio::test]
async fn keys_in_every_form_that_openssl_writes() {
    let directory = tempfile::tempdir().expect("the temporary directory can be written");
    let at = |name: &str| directory.path().join(name);
    let make = |args: &str| openssl(directory.path(), args);
    make("ecparam -name prime256v1 -genkey -noout -out sec1.key");
    make("pkcs8 -topk8 -nocrypt -in sec1.key -out pkcs8.key");
    make("genrsa -traditional -out pkcs1.key 2048");
    make("ec -in sec1.key -aes256 -passout pass:x -out old.key");
    make("pkcs8 -topk8 -in sec1.key -passout pass:x -out encrypted.key");
    for key in ["sec1", "pkcs1"] {
        make(&format!(
            "req -x509 -subj /CN=postgres -days 2 -key {key}.key -out {key}.crt"
        ));
    }
    let both: String = ["sec1.crt", "pkcs1.crt"]
        .map(|name| std::fs::read_to_string(at(name)).expect("it was just made"))
        .concat();
    let authority = Authority::new();
    let server = Server::start(
        with_tls(&authority.issue(&[NAME]))
            .setting("ssl_ca_file", "root.crt")
            .file("root.crt", both)
            .hba("hostssl all postgres 127.0.0.1/32 cert"),
    );
    let cases = [
        ("sec1", "sec1", "tls"),
        ("sec1", "pkcs8", "tls"),
        ("pkcs1", "pkcs1", "tls"),
        ("sec1", "old", "is encrypted"),
        ("sec1", "encrypted", "is encrypted"),
        ("sec1", "pkcs1", "cannot be used together"),
        ("sec1", "missing", "cannot read `sslkey`"),
    ];
    for (certificate, key, expected) in cases {
        let connection = Connection {
            ssl_cert: Some(at(&format!("{certificate}.crt"))),
            ssl_key: Some(at(&format!("{key}.key"))),
            ..secure(server.port(), SslMode::Require, None)
        };
        match attempt(&connection).await {
            Ok(session) => {
                assert_eq!(expected, "tls", "{key}");
                session.close().await;
            }
            Err(error) => {
                let diagnostic = diagnostic(&error);
                let said = diagnostic.to_string();
                assert!(said.contains(expected), "{key}: {said}");
                assert_eq!(diagnostic.exit.code(), 78, "{said}");
            }
        }
    }
}
