//! Revisions that stopped half way, and what finishes each: they go on in the
//! direction in which they stopped, and nothing else runs before.

use super::survey::Survey;
use super::{Course, Direction, Journal, PlanError};
use crate::revision::{Graph, Located, Node, Point, Target};

/// A revision that stopped half way, as an error names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    pub revision: Located,
    /// What goes on with it and does nothing else.
    pub finish: Course,
}

/// A section that stopped half way, as the state table knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Begun<'a> {
    pub(super) direction: Direction,
    pub(super) journal: &'a Journal,
}

impl Survey<'_> {
    /// Returns the revisions that stopped half way and have a file.
    pub(super) fn unfinished(&self) -> Vec<Unfinished> {
        let partial = self.partial.iter();
        partial
            .map(|(node, begun)| unfinished(self.graph, *node, begun.direction))
            .collect()
    }

    /// Refuses to go one way while a revision is half way in the other.
    ///
    /// # Errors
    ///
    /// [`PlanError::Unfinished`]
    pub(super) fn refuse_half_way(&self, other: Direction) -> Result<(), PlanError> {
        let mut unfinished = self.unfinished();
        unfinished.retain(|one| one.finish.direction == other);
        if unfinished.is_empty() {
            Ok(())
        } else {
            Err(PlanError::Unfinished(unfinished))
        }
    }
}

fn unfinished(graph: &Graph, node: Node, direction: Direction) -> Unfinished {
    Unfinished {
        revision: graph.located(node),
        finish: match direction {
            Direction::Upgrade => Course::up(Target::at(Point::Named(graph.id(node).to_string()))),
            Direction::Downgrade => Course::down(below(graph, node)),
        },
    }
}

/// Returns the target that takes back a revision and what stands on it, and
/// nothing else: what it revises, on its own branch. Of several down revisions
/// it is one that no other of them stands on, or that one would go as well.
fn below(graph: &Graph, node: Node) -> Target {
    let down = graph.down_revisions(node);
    let last = graph.order().iter().rev().find(|one| down.contains(one));
    Target {
        branch: Some(graph.id(node).to_string()),
        point: match last {
            None => Point::Base,
            Some(last) => Point::Named(graph.id(*last).to_string()),
        },
        steps: 0,
    }
}
