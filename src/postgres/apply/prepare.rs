//! A plan's steps, checked before anything runs. Pure.

use super::task::Task;
use crate::plan::{Direction, Plan, ScriptError};
use crate::revision::{Graph, RevisionId};

/// A plan whose every script may run.
#[derive(Debug)]
pub(in crate::postgres) struct Prepared<'a> {
    pub(in crate::postgres) tasks: Vec<Task<'a>>,
}

/// How many transactions a run has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::postgres) enum Sharing {
    /// One for each revision, or none.
    Each,
    /// All revisions share one.
    One,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum PrepareError {
    #[error("revision `{0}` is in the plan and has no file")]
    Unknown(RevisionId),
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// Only an online run can go on in the middle of a script.
    #[error("revision `{revision}` stopped half way, and a script for psql begins at its start")]
    HalfDone {
        revision: RevisionId,
        direction: Direction,
    },
}

impl<'a> Prepared<'a> {
    /// Looks through the scripts of a plan.
    ///
    /// # Errors
    ///
    /// - [`PrepareError::Unknown`]: the plan was made from another graph.
    /// - [`PrepareError::Script`]: a script that cannot run.
    pub(in crate::postgres) fn new(
        plan: &'a Plan,
        graph: &Graph,
        sharing: Sharing,
    ) -> Result<Self, PrepareError> {
        let tasks = plan
            .steps
            .iter()
            .map(|step| Task::new(step, graph, sharing));
        Ok(Self {
            tasks: tasks.collect::<Result<_, _>>()?,
        })
    }
}
