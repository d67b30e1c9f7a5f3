//! Everything that speaks to PostgreSQL.

pub mod session;

pub use session::{Facts, Session};
