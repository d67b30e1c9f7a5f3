//! Everything that speaks to PostgreSQL.

pub mod classify;
pub mod connect;
pub mod session;
pub mod tls;

pub use connect::{ConnectError, ConnectLimits, Reason, ServerError, SocketOnly, Try, connect};
pub use session::{Canceller, Facts, Session};
