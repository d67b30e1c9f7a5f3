//! Everything that speaks to PostgreSQL.

pub mod apply;
pub mod catalog;
mod cell;
pub mod classify;
pub mod connect;
mod failure;
mod kept;
pub mod lock;
pub mod offline;
mod quote;
pub mod session;
mod settings;
pub mod shadow;
pub mod stamp;
pub mod tls;
pub mod version_table;

pub use connect::{
    ConnectError, ConnectLimits, Reason, ServerError, SocketOnly, Try, connect, connect_and_ask,
};
pub use failure::{FailureKind, ServerFailure};
pub use kept::keep;
pub use session::{Canceller, Facts, Session};
pub use version_table::{Location, VersionTable};
