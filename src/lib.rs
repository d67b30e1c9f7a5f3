//! Seaworthy stands in front of an application in a container: it waits for
//! PostgreSQL, brings the schema to its target revision, and then becomes the
//! application.
//!
//! The modules stand in the order of the voyage. The pure ones take values and
//! return values; each adapter knows one kind of outside world; only
//! [`pipeline`] knows the order in which they are used.

// Pure: values in, values out.
pub mod config;
pub mod diagnostic;
pub mod duration;
pub mod format;
pub mod plan;
pub mod revision;
pub mod source;
pub mod sql;
pub mod view;

// Time, sockets, trust and news, shared by the adapters.
pub(crate) mod dial;
pub mod phase;
pub mod tls;
pub mod wait;

// Adapters: one kind of outside world each.
pub mod also;
pub mod files;
pub mod postgres;
pub mod probe;
pub mod process;

// Outside.
pub mod cli;
pub mod error;
pub mod exit;
pub mod logging;
pub mod pipeline;
