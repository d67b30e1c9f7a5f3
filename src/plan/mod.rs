//! What has to happen: the applied state, the graph and a target in, ordered
//! steps out. Pure; nothing here runs anything.

#[cfg(test)]
mod cases;
mod confined;
mod course;
mod downgrade;
mod error;
mod extensions;
mod heads_alone;
#[cfg(test)]
pub(crate) mod language;
#[cfg(test)]
mod properties;
mod reached;
mod script;
mod stamp;
mod standing;
mod state;
mod survey;
mod unfinished;
mod upgrade;

pub use confined::{ShadowServer, beyond_the_schema, confined};
pub use course::Course;
pub use downgrade::{check_downgrade_target, downgrade};
pub use error::{DowngradeError, OutOfOrder, PlanError, RecordedOnly};
pub use extensions::extensions;
pub use heads_alone::reached_heads;
pub use reached::{check_awaited, reached};
pub use script::{Body, Piece, Script, ScriptError, ScriptPlace, ScriptStatement};
pub use stamp::{Purge, Stamp, accept_texts, stamp};
pub use standing::{Partial, Standing, problems, standing};
pub use state::{Applied, AppliedState, Findings, Journal, Progress, StartedStatement};
pub use survey::{findings, heads};
pub use unfinished::Unfinished;
pub use upgrade::{OnAhead, Policy, check_range, check_target, upgrade};

use crate::revision::RevisionId;

/// Steps in the order in which they run, and what was noticed on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub steps: Vec<Step>,
    pub warnings: Vec<Warning>,
}

/// One revision in one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub revision: RevisionId,
    pub direction: Direction,
    pub action: Action,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Upgrade,
    Downgrade,
}

impl Direction {
    /// Returns the other direction.
    pub fn opposite(self) -> Self {
        match self {
            Self::Upgrade => Self::Downgrade,
            Self::Downgrade => Self::Upgrade,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Run the script from its first statement.
    Run,
    /// Go on in the step's direction after the statements that the journal says
    /// are finished.
    Resume(Journal),
    /// Write the row without running: all that it replaces is applied.
    Record,
}

/// Something that does not stop a plan but must be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Recorded in the database, no file, no ancestor of a known applied one.
    Ahead(Vec<RevisionId>),
    /// Applied files that changed, accepted by `--allow-divergent`.
    Divergent(Vec<RevisionId>),
    /// Pending ancestors of applied revisions, accepted by `--allow-out-of-order`.
    OutOfOrder(Vec<RevisionId>),
}
