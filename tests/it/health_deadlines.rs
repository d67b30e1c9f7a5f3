//! `seaworthy health` answers in time, whoever else does not.

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use socket2::{Domain, Socket, Type};

use crate::support::binary::{Binary, Finished};
use crate::support::eventually;
use crate::support::fake_server::{FakeServer, drain};
use crate::support::project::Project;
use crate::support::server::{Options, Server};

/// Asks with the probe's own time, in an environment whose application may take
/// an hour to start.
async fn probe(args: &[&str], url: &str) -> Finished {
    let call = Binary::new(["health"])
        .args(args)
        .env("DATABASE_URL", url)
        .env("SEAWORTHY_TIMEOUT", "1h")
        .env("SEAWORTHY_ATTEMPT_TIMEOUT", "1h");
    tokio::task::spawn_blocking(move || call.run())
        .await
        .expect("the call does not panic")
}

/// What is said where a machine under load gives the probe itself no time.
const NO_TIME: &str = "no answer was found within";

/// Expects an end of its own, long before the hour, and the reason on one line.
#[track_caller]
fn check(finished: Finished, part: &str) {
    let finished = finished.expect_code(1);
    assert_eq!(finished.stderr, "");
    let line = finished.stdout.strip_suffix('\n').expect("a line");
    let reason = line.strip_prefix("unhealthy: ").expect("it is unhealthy");
    assert!(reason.contains(part) || reason.contains(NO_TIME), "{line}");
    assert!(!line.contains('\n'), "{line}");
}

fn to_port(port: u16, rest: &str) -> String {
    format!("postgres://u:p@127.0.0.1:{port}/d{rest}")
}

#[tokio::test]
async fn a_silent_peer() {
    let silent = FakeServer::start(async |mut stream| drain(&mut stream).await).await;
    for mode in ["disable", "prefer", "require"] {
        let url = to_port(silent.port(), &format!("?sslmode={mode}"));
        check(probe(&["--database"], &url).await, "says nothing");
    }
    for scheme in ["http", "https"] {
        let app = format!("{scheme}://127.0.0.1:{}/", silent.port());
        check(probe(&["--app", &app], "").await, "no answer");
    }
    let quick = probe(
        &["--database", "--timeout", "50ms"],
        &to_port(silent.port(), ""),
    )
    .await;
    check(quick, "says nothing");
}

/// The kernel of a host that is gone drops what comes.
#[tokio::test]
async fn an_address_that_nothing_comes_back_from() {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a descriptor is free");
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    socket.bind(&any.into()).expect("loopback has a free port");
    socket.listen(0).expect("it is bound");
    let address = socket.local_addr().expect("it is bound");
    let address = address.as_socket().expect("it is one of IP");
    let mut queue = Vec::new();
    let moment = std::time::Duration::from_millis(200);
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&address, moment) {
        queue.push(stream);
    }
    let url = to_port(address.port(), "");
    check(probe(&["--database"], &url).await, "does not answer");
    let app = format!("tcp://127.0.0.1:{}", address.port());
    check(probe(&["--app", &app], "").await, "no answer");
}

#[tokio::test]
async fn a_server_that_is_frozen() {
    let server = Server::start(Options::default());
    let url = server.url("postgres");
    let well = probe(&["--database", "--timeout", "20s"], &url).await;
    well.expect_code(0);
    server.pause();
    check(probe(&["--database"], &url).await, "says nothing");
    server.resume();
    let well = probe(&["--database", "--timeout", "20s"], &url).await;
    well.expect_code(0);
}

/// A table that somebody holds for himself keeps the question waiting.
#[tokio::test]
async fn a_table_that_is_locked() {
    let database = Server::shared().database();
    let project = Project::new();
    project.revision("aa11", "", "CREATE TABLE boats (id int);", "");
    let url = database.url();
    let upgrade = Binary::new(["upgrade"]).within(project.path());
    upgrade.env("DATABASE_URL", &url).run().expect_code(0);
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .expect("the server is there");
    let connection = tokio::spawn(connection);
    let lock = "BEGIN; LOCK TABLE seaworthy_revision IN ACCESS EXCLUSIVE MODE";
    client.batch_execute(lock).await.expect("it is free");
    let locked = probe(&["--schema", "--target", "aa11"], &url).await;
    check(locked, "no answer within");
    // Its question does not go on waiting, one more with each probe.
    let left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'seaworthy'
                AND datname = current_database()";
    eventually("no session is left", || database.value(left) == "0");
    client.batch_execute("COMMIT").await.expect("it was ours");
    let well = ["--schema", "--target", "aa11", "--timeout", "20s"];
    probe(&well, &url).await.expect_code(0);
    drop(client);
    let _ended = connection.await;
}

/// Reading a file cannot be given up, but the thread that reads it can.
#[tokio::test]
async fn a_file_that_nobody_writes() {
    let project = Project::new();
    let pipe = project.path().join("url");
    mkfifo(&pipe, Mode::S_IRWXU).expect("the project can be written");
    let call = Binary::new(["health"]).env("DATABASE_URL_FILE", &pipe);
    let finished = tokio::task::spawn_blocking(move || call.run())
        .await
        .expect("the call does not panic");
    check(finished, "no answer was found within 800ms");
}
