//! To come.

mod listing;
pub mod plan;
pub mod revision;
pub mod target;
