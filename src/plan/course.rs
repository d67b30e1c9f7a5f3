//! Where a run goes: up or down, to a target.

use super::survey::Survey;
use super::{
    AppliedState, Direction, Plan, PlanError, Policy, check_downgrade_target, check_target,
    downgrade, upgrade,
};
use crate::revision::{Graph, Node, Point, Standpoint, Target};

/// A direction and what is to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    pub direction: Direction,
    pub target: Target,
}

impl Course {
    pub fn up(target: Target) -> Self {
        Self {
            direction: Direction::Upgrade,
            target,
        }
    }

    pub fn down(target: Target) -> Self {
        Self {
            direction: Direction::Downgrade,
            target,
        }
    }

    /// Finds what no database can change.
    ///
    /// # Errors
    ///
    /// [`PlanError`] as [`plan`](Self::plan) would return it.
    pub fn check(&self, graph: &Graph) -> Result<(), PlanError> {
        match self.direction {
            Direction::Upgrade => check_target(graph, &self.target),
            Direction::Downgrade => check_downgrade_target(graph, &self.target),
        }
    }

    /// Returns the steps from a state.
    ///
    /// # Errors
    ///
    /// Any [`PlanError`].
    pub fn plan(
        &self,
        graph: &Graph,
        state: &AppliedState,
        policy: Policy,
    ) -> Result<Plan, PlanError> {
        match self.direction {
            Direction::Upgrade => upgrade(graph, state, &self.target, policy),
            Direction::Downgrade => downgrade(graph, state, &self.target),
        }
    }

    /// Returns the course to the same revision, named by its id where it was
    /// relative to the state: whoever gets the lock next has `-1` behind him,
    /// and must not go one further.
    ///
    /// # Errors
    ///
    /// - [`PlanError::Select`] where the target names nothing.
    /// - [`PlanError::Unfinished`] where a revision is half way in the other direction.
    pub fn pinned(self, graph: &Graph, state: &AppliedState) -> Result<Self, PlanError> {
        if self.target.point != Point::Current || self.target.steps == 0 {
            return Ok(self);
        }
        let survey = match self.direction {
            Direction::Upgrade => Survey::new(graph, state),
            Direction::Downgrade => Survey::on_the_way_down(graph, state),
        };
        survey.refuse_half_way(self.direction.opposite())?;
        let heads = survey.heads();
        let end = match self.direction {
            Direction::Upgrade => graph
                .select(&self.target, Standpoint::At(&heads))?
                .first()
                .copied(),
            Direction::Downgrade => super::downgrade::end(&survey, &self.target)?,
        };
        let point = match end {
            Some(node) => Point::Named(graph.id(node).to_string()),
            None => Point::Base,
        };
        let branch = match self.direction {
            Direction::Upgrade => None,
            // The way back stays on the branch where it began.
            Direction::Downgrade => self
                .target
                .branch
                .or_else(|| heads.first().map(|head: &Node| graph.id(*head).to_string())),
        };
        Ok(Self {
            direction: self.direction,
            target: Target {
                branch,
                point,
                steps: 0,
            },
        })
    }
}
