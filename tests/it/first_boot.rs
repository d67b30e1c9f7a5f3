//! The first boot of a container: a server on a unix socket alone, which goes
//! away again, before the one that is meant.

use crate::support::binary::Binary;
use crate::support::eventually;
use crate::support::server::{Options, Server, StopMode};

fn socket_url(server: &Server) -> String {
    format!(
        "postgres://postgres@/postgres?host={}&port={}",
        server.socket_directory().display(),
        server.port()
    )
}

/// Changes where the server listens; it must not run.
fn listen(server: &Server, addresses: &str) {
    let path = server.data_directory().join("postgresql.auto.conf");
    std::fs::write(path, format!("listen_addresses = '{addresses}'\n")).expect("root may write");
}

#[test]
fn the_server_of_the_first_boot_is_passed_over_for_the_real_one() {
    let server = Server::prepare(Options::default());
    listen(&server, "");
    server.launch();
    let url = socket_url(&server);
    let waiting = Binary::new(["wait"]).env("DATABASE_URL", &url).spawn();
    let line = waiting.stderr_line("waiting for");
    assert!(
        line.contains("temporary server of the image's first boot"),
        "{line}"
    );
    let accepted = Binary::new(["wait", "--accept-socket-only"]);
    let accepted = accepted.env("DATABASE_URL", &url).run();
    accepted.expect_code(0);

    server.stop(StopMode::Fast);
    listen(&server, "127.0.0.1");
    server.launch();
    let finished = waiting.finish().expect_code(0);
    assert!(finished.stderr.contains("is ready"), "{}", finished.stderr);
}

#[test]
fn a_first_boot_creates_role_and_database_while_we_wait() {
    let server = Server::start(Options::default());
    let setup = server.database();
    let url = format!(
        "postgres://boatswain:late-one@127.0.0.1:{}/harbour",
        server.port()
    );
    let waiting = Binary::new(["wait", "--grace", "60s"])
        .env("DATABASE_URL", &url)
        .spawn();
    waiting.stderr_line("a first boot may still change that");
    setup.execute("CREATE ROLE boatswain LOGIN PASSWORD 'late-one'");
    waiting.stderr_line("harbour");
    eventually("the missing database is told", || {
        waiting.stderr().matches("a first boot may").count() == 2
    });
    setup.execute("CREATE DATABASE harbour OWNER boatswain");
    let finished = waiting.finish().expect_code(0);
    // Each state once, however many attempts there were.
    assert_eq!(finished.stderr.lines().count(), 3, "{}", finished.stderr);
}
