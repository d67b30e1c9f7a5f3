//! A small HTTP server for probes: what is asked is a path, and the answer is
//! known at once.
//!
//! It serves GET and HEAD, one request a connection, to a handful of clients at
//! a time, and nobody can keep it busy for long. It knows nothing of what is
//! answered.
//!
//! The port is left so that an application can bind it at once, without
//! `SO_REUSEADDR`: nothing of ours may stay on it in TIME_WAIT. That state is for
//! the side that closes first (RFC 9293, section 3.6), so the client closes first,
//! or its connection is reset (see `guest`).

mod answer;
mod guest;
mod listener;
mod server;

pub use answer::{Answer, StatusCode};
pub use listener::{ListenError, Listener};
pub use server::Server;
