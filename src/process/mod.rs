//! This process: the signals that end it, the application that it becomes, the
//! commands that it runs, what they print, and the random numbers that it is given.

mod command;
mod hand_over;
mod hook;
mod line;
mod models;
mod output;
mod random;
mod search;
mod signals;

pub use command::{CommandError, CommandOutput, RunningCommand};
pub use hand_over::{HandOver, HandOverError};
pub use hook::{HookError, run_hook};
pub use models::{MetadataFlaw, ModelsError, metadata_models, printed_models};
pub use random::random_id;
pub use search::look_for;
pub use signals::{Incoming, Signal, Signals};
