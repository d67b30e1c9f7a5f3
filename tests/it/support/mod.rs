//! What tests stand on: a real server, databases of their own, the binary, a
//! project's directory, a network that fails on request.
//!
//! Nothing here asserts how seaworthy behaves; that is for the tests.

#![allow(
    dead_code,
    reason = "each test takes what it needs; the support is not cut to the last user"
)]

pub(crate) mod alembic;
pub(crate) mod binary;
pub(crate) mod certificates;
pub(crate) mod connection;
pub(crate) mod database;
pub(crate) mod disguise;
pub(crate) mod dock;
pub(crate) mod fake_server;
pub(crate) mod judge;
pub(crate) mod log;
pub(crate) mod mount;
pub(crate) mod pgbouncer;
pub(crate) mod prober;
pub(crate) mod project;
pub(crate) mod proxy;
pub(crate) mod server;
pub(crate) mod standby;
pub(crate) mod tls_server;
pub(crate) mod turncoat;

/// How long nobody looks whether it has happened: looking keeps those busy who
/// are waited for.
const BETWEEN_LOOKS: std::time::Duration = std::time::Duration::from_millis(5);

/// Waits until something that another process does has happened.
#[track_caller]
pub(crate) fn eventually(what: &str, mut happened: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !happened() {
        assert!(std::time::Instant::now() < deadline, "never: {what}");
        std::thread::park_timeout(BETWEEN_LOOKS);
    }
}
