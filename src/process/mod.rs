//! This process: the signals that end it, and the application that it becomes.

mod hand_over;
mod signals;

pub use hand_over::{HandOver, HandOverError};
pub use signals::{Signal, Signals};
