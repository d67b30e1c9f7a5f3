//! Revisions that stopped half way, and what finishes each: they go on in the
//! direction in which they stopped, and nothing else runs before.

use super::survey::Survey;
use super::{Course, Direction, Journal, PlanError};
use crate::revision::{Dependencies, Located, Node, Point, Target};

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
        let unfinished = partial.map(|(node, begun)| Unfinished {
            revision: self.graph.located(*node),
            finish: match begun.direction {
                Direction::Upgrade => Course::up(Target::at(self.named(*node))),
                Direction::Downgrade => Course::down(self.below(*node)),
            },
        });
        unfinished.collect()
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

    /// Returns the target that takes back a revision and what stands on it, and
    /// nothing else: what it revises, on its own branch. Of several it is one
    /// that no other of them stands on, or that one would go as well.
    fn below(&self, node: Node) -> Target {
        let graph = self.graph;
        let below = graph.ancestors([node], Dependencies::Ignored);
        let stays = |one: &&Node| **one != node && below.contains(**one) && self.is_applied(**one);
        Target {
            branch: Some(graph.id(node).to_string()),
            point: match graph.order().iter().rev().find(stays) {
                None => Point::Base,
                Some(last) => self.named(*last),
            },
            steps: 0,
        }
    }

    fn named(&self, node: Node) -> Point {
        Point::Named(self.graph.id(node).to_string())
    }
}
