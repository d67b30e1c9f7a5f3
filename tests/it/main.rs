//! Integration tests: the parts together, on a real PostgreSQL.
//!
//! One crate, so that all of them share one server; one module a behaviour.

#![allow(
    clippy::disallowed_methods,
    reason = "tests read their own environment and files; the rule is for the program"
)]

mod example_schema;
mod readme;
mod entrypoint;
mod exit_codes;
mod replicas;
mod signals;
mod support;
mod support_works;
mod tidy;
