//! To come.

pub mod also;
pub mod connect;
pub mod wait;
