//! A step with everything that running it needs. Pure.

use std::time::Duration;

use super::Done;
use super::error::Site;
use super::prepare::{PrepareError, Sharing};
use crate::config::Limit;
use crate::plan::{Action, Direction, Script, Step};
use crate::postgres::settings::Limits;
use crate::postgres::version_table::{Entry, LogAction};
use crate::revision::{Graph, SectionLimit};
use crate::sql;

/// One step, ready to run.
#[derive(Debug)]
pub(in crate::postgres) struct Task<'a> {
    pub(in crate::postgres) step: &'a Step,
    pub(in crate::postgres) entry: Entry,
    /// `None`: only the row is written.
    pub(in crate::postgres) script: Option<Script>,
    source: std::sync::Arc<crate::source::Source>,
}

impl<'a> Task<'a> {
    pub(super) fn new(
        step: &'a Step,
        graph: &Graph,
        sharing: Sharing,
    ) -> Result<Self, PrepareError> {
        let node = graph
            .node(step.revision.as_str())
            .ok_or_else(|| PrepareError::Unknown(step.revision.clone()))?;
        let revision = graph.revision(node);
        let script = match step.action {
            Action::Record => None,
            Action::Run | Action::Resume(_) => Some(Script::prepare(revision, step.direction)?),
        };
        if let (Some(script), Sharing::One) = (&script, sharing) {
            script.pieces()?;
        }
        Ok(Self {
            step,
            entry: Entry::of(graph, node),
            script,
            source: revision.source.clone(),
        })
    }

    pub(in crate::postgres) fn site(&self, offset: usize) -> Box<Site> {
        Box::new(Site {
            revision: self.step.revision.clone(),
            direction: self.step.direction,
            source: self.source.clone(),
            offset,
        })
    }

    /// Returns where the first statement of the script begins in the file.
    pub(in crate::postgres) fn start(&self) -> usize {
        self.script.as_ref().map_or(0, |script| {
            let section = &script.section.span;
            let statements = sql::statements(&self.source.text()[section.clone()]);
            let first = statements
                .ok()
                .and_then(|all| Some(all.first()?.span.start));
            section.start + first.unwrap_or_default()
        })
    }

    /// Returns the time limits: the section's, else the configured ones.
    pub(in crate::postgres) fn limits(&self, lock: Limit, statement: Limit) -> Limits {
        let limit = |named, configured| match named {
            None | Some(SectionLimit::Configured) => configured,
            Some(SectionLimit::Limit(limit)) => limit,
        };
        let section = self.script.as_ref().map(|script| &script.section);
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
