//! Everything that speaks to PostgreSQL.

pub mod apply;
mod failure;
pub mod lock;
pub mod offline;
mod quote;
pub mod session;
mod settings;
pub mod version_table;

pub use failure::ServerFailure;
pub use session::{Facts, Session};
pub use version_table::{Location, VersionTable};
