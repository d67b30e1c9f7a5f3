//! How the commands that look show what they found: as lines and blocks for
//! people, as JSON documents for programs.
//!
//! Values in, text out. It reads nothing, and does not know where the text
//! goes; it is told whether that shows colours.

mod block;
mod branches;
mod document;
mod health;
mod line;
mod metrics;
mod paint;
mod reading;
mod script;
mod status;

pub use block::blocks;
pub use branches::branches;
pub use document::{Differing, check, current, diff, revisions, status};
pub use health::{AppHealth, DatabaseHealth, Fault, Health, SchemaHealth};
pub use line::{history, names};
pub use metrics::Metrics;
pub use paint::Surface;
pub use reading::Reading;
pub use script::{body, plain, script};
pub use status::{Lock, summary, without_place};

/// How much is said of a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    Line,
    Block,
}
