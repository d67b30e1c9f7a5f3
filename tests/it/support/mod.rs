//! What tests stand on: a real server, databases of their own, the binary.
//!
//! Nothing here asserts how seaworthy behaves; that is for the tests.

#![allow(
    dead_code,
    reason = "each test takes what it needs; the support is not cut to the last user"
)]

pub(crate) mod database;
pub(crate) mod server;
