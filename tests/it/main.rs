//! Integration tests: the parts together, on a real PostgreSQL.
//!
//! One crate, so that all of them share one server; one module a behaviour.

#![allow(
    clippy::disallowed_methods,
    reason = "tests read their own environment and files; the rule is for the program"
)]

mod apply;
mod example_schema;
mod journal;
mod lock;
mod lock_retry;
mod offline;
mod readme;
mod state;
mod support;
mod support_works;
mod tidy;
