//! `--also`: other things to wait for, in parallel and under the one deadline.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::time::Duration;

use crate::support::binary::Binary;
use crate::support::project::Project;
use crate::support::server::Server;

/// Starts an HTTP server on a port of its own and returns the port.
fn http(status: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("it has an address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes());
        }
    });
    port
}

#[test]
fn every_kind_is_waited_for_and_told_once() {
    let database = Server::shared().database();
    let project = Project::new();
    let kept = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let tcp = kept.local_addr().expect("it has an address").port();
    drop(kept);
    let path = |name: &str| project.path().join(name).display().to_string();
    let targets = [
        format!("tcp://127.0.0.1:{tcp}"),
        format!("http://127.0.0.1:{}/ready", http("200 OK")),
        format!("unix://{}", path("app.sock")),
        format!("file://{}", path("done")),
    ];
    let call = Binary::new(["run", "--skip-migration", "--also", &targets[0]]);
    let waiting = call
        .args(["--", "echo", "up"])
        .within(project.path())
        .env("DATABASE_URL", database.url())
        .env("SEAWORTHY_ALSO", "")
        .spawn();
    waiting.stderr_line("connection refused");
    let listener = TcpListener::bind(("127.0.0.1", tcp)).expect("the port is still free");
    assert_eq!(waiting.finish().expect_code(0).stdout, "up\n");
    drop(listener);

    let waiting = Binary::new(["wait"])
        .env("DATABASE_URL", database.url())
        .env("SEAWORTHY_ALSO", targets[1..].join(","))
        .spawn();
    for part in ["no such socket", "done: "] {
        waiting.stderr_line(part);
    }
    waiting.stderr_line(&format!("{} is ready", targets[1]));
    let _socket = UnixListener::bind(path("app.sock")).expect("the project can be written");
    waiting.stderr_line(&format!("{} is ready", targets[2]));
    project.file("done", "");
    let finished = waiting.finish().expect_code(0);
    for target in &targets[1..] {
        let lines = finished.stderr.lines();
        let about = lines.filter(|line| line.contains(target.as_str()));
        assert!(about.count() <= 2, "{}", finished.stderr);
    }
}

#[test]
fn one_deadline_is_for_all_of_them() {
    let database = Server::shared().database();
    let unready = http("503 Service Unavailable");
    let also = format!("tcp://127.0.0.1:1,http://127.0.0.1:{unready}/,file:///no/such/file");
    let finished = Binary::new(["wait", "--timeout", "1s"])
        .env("DATABASE_URL", database.url())
        .env("SEAWORTHY_ALSO", also)
        .run();
    assert!(
        finished.took < Duration::from_millis(1200),
        "{:?}",
        finished.took
    );
    let stderr = finished.expect_code(69).stderr;
    for part in [
        "waiting for tcp://127.0.0.1:1: connection refused",
        "503",
        "waiting for file:///no/such/file",
        "error[not-ready]",
    ] {
        assert!(stderr.contains(part), "no `{part}`: {stderr}");
    }
}

#[test]
fn what_is_no_target_is_refused_before_the_wait() {
    for target in [
        "redis:6379",
        "tcp://db",
        "ftp://h/x",
        "file://relative",
        "http://",
    ] {
        let finished = Binary::new(["wait", "--also", target])
            .env("DATABASE_URL", "postgres://u:p@127.0.0.1:1/d")
            .run()
            .expect_code(2);
        assert!(finished.stderr.contains("--also"), "{}", finished.stderr);
        let finished = Binary::new(["wait"])
            .env("DATABASE_URL", "postgres://u:p@127.0.0.1:1/d")
            .env("SEAWORTHY_ALSO", target)
            .run()
            .expect_code(78);
        assert!(
            finished.stderr.contains("SEAWORTHY_ALSO"),
            "{}",
            finished.stderr
        );
    }
}
