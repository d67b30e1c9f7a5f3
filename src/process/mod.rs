//! This process: the signals that end it, the application that it becomes, the
//! hooks that it runs, and the random numbers that it is given.

mod hand_over;
mod hook;
mod random;
mod signals;

pub use hand_over::{HandOver, HandOverError};
pub use hook::{HookError, run_hook};
pub use random::random_id;
pub use signals::{Signal, Signals};
