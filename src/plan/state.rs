//! What the database says is applied, and how that differs from the files.

use std::collections::BTreeMap;

use super::{Direction, Plan};
use crate::revision::RevisionId;

/// The rows of the state table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppliedState {
    pub rows: BTreeMap<RevisionId, Applied>,
}

impl AppliedState {
    /// Returns the state of a database that has gone through a plan, as far as
    /// another plan has to know it: what a row says of its place in the graph
    /// matters only where the file is gone, and here every file is there.
    #[must_use]
    pub fn after(mut self, plan: &Plan) -> Self {
        for step in &plan.steps {
            let row = Self::unread_row();
            match step.direction {
                Direction::Upgrade => self.rows.insert(step.revision.clone(), row),
                Direction::Downgrade => self.rows.remove(&step.revision),
            };
        }
        self
    }

    /// Returns a row of which nothing but its being there is known.
    pub(super) fn unread_row() -> Applied {
        Applied {
            down_revisions: Vec::new(),
            depends_on: Vec::new(),
            message: String::new(),
            checksum: None,
            progress: Progress::Complete,
        }
    }
}

/// One row of the state table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub down_revisions: Vec<RevisionId>,
    /// Resolved to revision ids when the row was written.
    pub depends_on: Vec<RevisionId>,
    pub message: String,
    /// The checksum of the up section when it ran or was stamped; with the
    /// number of its rule. `None`: recorded without a file at hand.
    pub checksum: Option<String>,
    pub progress: Progress,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    Complete,
    /// A `transaction:false` section that stopped half way. On the way down some
    /// statement is finished or begun: until then the revision is complete.
    Partial(Direction, Journal),
}

/// How far a `transaction:false` script came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// So many statements are finished.
    pub finished: usize,
    /// The checksum of the finished statements' tokens: these may not change.
    pub prefix: String,
    /// The statement after them was begun, and its end was not recorded.
    pub started: Option<StartedStatement>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartedStatement {
    /// The checksum of the statement's tokens when it was begun.
    pub checksum: String,
}

/// How the recorded state and the files differ, each list sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub divergent: Vec<RevisionId>,
    pub retired: Vec<RevisionId>,
    pub ahead: Vec<RevisionId>,
    pub out_of_order: Vec<RevisionId>,
    pub partial: Vec<RevisionId>,
}
