//! Integration tests: the parts together, on a real PostgreSQL.
//!
//! One crate, so that all of them share one server; one module a behaviour.

#![allow(
    clippy::disallowed_methods,
    reason = "tests read their own environment and files; the rule is for the program"
)]

mod also;
mod apply;
mod connect;
mod connect_fake;
mod connect_tls;
mod entrypoint;
mod example_schema;
mod exit_codes;
mod fuzz_corpus;
mod hostile_files;
mod hostile_wire;
mod journal;
mod lock;
mod lock_retry;
mod offline;
mod readme;
mod replicas;
mod signals;
mod state;
mod support;
mod support_works;
mod tidy;
mod wait_database;
