//! The server for probes, by itself: what it answers, whom it sends away, and
//! what it leaves on its port.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread::{JoinHandle, spawn};

use seaworthy::config::{ListenAddress, Origin, Sourced};
use seaworthy::probe::{Answer, Listener, Server, StatusCode};
use tokio::sync::oneshot;

use crate::support::prober::{answer, bind_plainly, connect, get, head, rest, send, states};

/// A server on a thread of its own, until it is closed.
struct Post {
    port: u16,
    close: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Post {
    fn open() -> Self {
        let anywhere = Sourced::new(ListenAddress::Everywhere { port: 0 }, Origin::Default);
        let listener = Listener::bind(&anywhere).expect("there is a free port");
        let port = listener.address().port();
        let (close, closed) = oneshot::channel();
        let thread = spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime can be made");
            runtime.block_on(async {
                let mut server = Server::open(listener, answers).expect("a socket can be watched");
                tokio::select! {
                    never = server.run() => match never {},
                    _ = closed => {}
                }
                server.close().await;
            });
        });
        Self {
            port,
            close: Some(close),
            thread: Some(thread),
        }
    }

    /// Closes the server, waits until it has, and returns its port's states.
    #[track_caller]
    fn close(mut self) -> Vec<String> {
        let close = self.close.take().expect("it is open");
        close.send(()).expect("the server runs");
        let thread = self.thread.take().expect("it is open");
        thread.join().expect("the server does not panic");
        states(self.port)
    }
}

fn answers(path: &str) -> Answer {
    let (status, body) = match path {
        "/livez" => (StatusCode::OK, "alive\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "not yet\n"),
    };
    Answer {
        status,
        content_type: "text/plain",
        body: body.to_owned(),
    }
}

#[test]
fn a_path_is_answered_with_its_length_and_the_end() {
    let post = Post::open();
    let live = get(post.port, "/livez?verbose=1");
    assert_eq!((live.status, &*live.body), (200, "alive\n"));
    for line in [
        "content-type: text/plain\r\n",
        "cache-control: no-store\r\n",
        "content-length: 6\r\n",
        "connection: close\r\n",
    ] {
        assert!(live.head.contains(line), "no {line:?} in {}", live.head);
    }
    let other = get(post.port, "/");
    assert_eq!((other.status, &*other.body), (503, "not yet\n"));
    assert_eq!(post.close(), [""; 0]);
}

#[test]
fn head_has_no_body_and_other_methods_are_refused() {
    let post = Post::open();
    let mut stream = send(post.port, b"HEAD /livez HTTP/1.1\r\nHost: pod\r\n\r\n");
    let asked = head(&mut stream);
    assert!(asked.starts_with("HTTP/1.1 200 "), "{asked}");
    assert!(asked.contains("content-length: 6\r\n"), "{asked}");
    assert_eq!(rest(&mut stream), "");
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
        let request = format!("{method} /livez HTTP/1.1\r\nHost: pod\r\nContent-Length: 0\r\n\r\n");
        let refused = answer(&mut send(post.port, request.as_bytes()));
        assert_eq!(refused.status, 405, "{method}");
        assert!(
            refused.head.contains("allow: GET, HEAD\r\n"),
            "{}",
            refused.head
        );
    }
    assert_eq!(post.close(), [""; 0]);
}

#[test]
fn an_old_client_and_one_that_has_said_all_get_their_answer() {
    let post = Post::open();
    let mut old = send(post.port, b"GET /livez HTTP/1.0\r\n\r\n");
    assert_eq!(answer(&mut old).status, 200);
    let mut half = send(post.port, b"GET /livez HTTP/1.1\r\nHost: pod\r\n\r\n");
    half.shutdown(Shutdown::Write).expect("it can say no more");
    let mut all = String::new();
    // An end, not a reset: this client has closed first.
    half.read_to_string(&mut all).expect("it ends well");
    assert!(all.ends_with("\r\n\r\nalive\n"), "{all}");
    drop(old);
    assert_eq!(post.close(), [""; 0]);
}

#[test]
fn what_is_no_request_is_refused() {
    let post = Post::open();
    let long = format!(
        "GET /livez HTTP/1.1\r\nX: {}\r\n\r\n",
        "x".repeat(64 * 1024)
    );
    let many = format!("GET /livez HTTP/1.1\r\n{}\r\n", "X: x\r\n".repeat(1000));
    let path = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(64 * 1024));
    for (bytes, status) in [
        (&b"garbage\r\n\r\n"[..], "400"),
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\xff\xff\r\n\r\n",
            "400",
        ),
        (b"GET /livez HTTP/9.9\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"),
        (long.as_bytes(), "431"),
        (many.as_bytes(), "431"),
        (path.as_bytes(), "431"),
    ] {
        let mut stream = connect(post.port);
        // The refusal may come before all is sent.
        let _sent_or_reset = stream.write_all(bytes);
        let mut said = [0; "HTTP/1.1 400 ".len()];
        let expected = format!("HTTP/1.1 {status} ");
        match stream.read_exact(&mut said) {
            Ok(()) => assert_eq!(String::from_utf8_lossy(&said), expected),
            // What was still being sent when the refusal came made it a reset.
            Err(error) => assert!(bytes.len() > 8 * 1024, "{error} instead of {status}"),
        }
    }
    assert_eq!(get(post.port, "/livez").status, 200);
    assert_eq!(post.close(), [""; 0]);
}

#[test]
fn a_second_request_on_a_connection_is_not_served() {
    let post = Post::open();
    let twice = b"GET /livez HTTP/1.1\r\nHost: p\r\n\r\nGET /livez HTTP/1.1\r\nHost: p\r\n\r\n";
    let mut stream = send(post.port, twice);
    assert_eq!(answer(&mut stream).status, 200);
    assert_eq!(rest(&mut stream), "");
    assert_eq!(post.close(), [""; 0]);
}

#[test]
fn a_client_that_is_silent_or_slow_is_sent_away() {
    let post = Post::open();
    let mut silent = connect(post.port);
    let mut slow = send(post.port, b"GET /livez HT");
    let mut endless = send(post.port, b"GET /livez HTTP/1.1\r\nHost: pod\r\n\r\n");
    assert_eq!(answer(&mut endless).status, 200);
    // Each of them is reset by the server, and not by the end of the test.
    for stream in [&mut silent, &mut slow, &mut endless] {
        assert_eq!(rest(stream), "");
    }
    assert_eq!(get(post.port, "/livez").status, 200);
    assert_eq!(post.close(), [""; 0]);
}

#[test]
fn a_hundred_silent_clients_keep_nobody_out() {
    let post = Post::open();
    let crowd: Vec<TcpStream> = (0..100).map(|_| connect(post.port)).collect();
    assert_eq!(get(post.port, "/livez").status, 200);
    let asking: Vec<TcpStream> = (0..100)
        .map(|_| send(post.port, b"GET /livez HTTP/1.1\r\nHost: pod\r\n\r\n"))
        .collect();
    for mut stream in asking {
        assert_eq!(answer(&mut stream).status, 200);
    }
    drop(crowd);
    assert_eq!(post.close(), [""; 0]);
}

#[test]
fn nothing_stays_on_the_port_whatever_its_clients_do() {
    let post = Post::open();
    let port = post.port;
    for _ in 0..10 {
        get(port, "/livez");
    }
    let request = b"GET /readyz HTTP/1.1\r\nHost: pod\r\nConnection: keep-alive\r\n\r\n";
    let mut kept = send(port, request);
    assert_eq!(answer(&mut kept).status, 503);
    let mut half = send(port, b"GET /livez HTTP/1.1\r\nHo");
    let mut silent = connect(port);
    let mut unread = send(port, request);
    // They are inside, not in the kernel's queue: what came after them was answered.
    get(port, "/livez");
    let mut last = send(port, request);
    assert_eq!(post.close(), [""; 0]);
    bind_plainly(port).expect("the port is free for the next one");

    assert_eq!(answer(&mut last).status, 503);
    assert!(rest(&mut unread).starts_with("HTTP/1.1 503 "));
    for stream in [&mut kept, &mut half, &mut silent] {
        assert_eq!(rest(stream), "");
    }
}
