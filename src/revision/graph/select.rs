//! A target and a graph in, the revisions that it names out.

use std::path::PathBuf;

use super::{Dependencies, Graph, Node, NodeSet};
use crate::revision::{Point, RevisionId, Target, TargetRange};

/// What `+N`, `-N` and `current` are relative to.
#[derive(Clone, Copy, Debug)]
pub enum Standpoint<'a> {
    /// No database was asked.
    Unknown,
    /// The heads of what a database has applied.
    At(&'a [Node]),
}

/// A revision as an error names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    pub revision: RevisionId,
    pub path: PathBuf,
    pub down_revisions: Vec<RevisionId>,
}

/// Why a target names no revision of a graph.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    #[error("no revision is named `{name}`")]
    Unknown {
        name: String,
        nearest: Option<String>,
    },
    #[error("`{name}` is no revision, and too short for a prefix")]
    TooShort { name: String, shortest: usize },
    #[error("several revisions begin with `{name}`")]
    AmbiguousPrefix { name: String, matches: Vec<Located> },
    #[error("revision `{name}` was replaced")]
    Replaced { name: String, by: Located },
    #[error("no branch is named `{branch}`")]
    UnknownBranch {
        branch: String,
        nearest: Option<String>,
    },
    #[error("revision `{}` is of another branch", revision.revision)]
    NotMember { revision: Located, branch: String },
    #[error("target `{target}` has several heads")]
    MultipleHeads { target: Target, heads: Vec<Located> },
    /// On the way, several revisions were next; `at` is `None` at the base.
    #[error("the way to target `{target}` parts")]
    AmbiguousWalk {
        target: Target,
        at: Option<RevisionId>,
        choices: Vec<Located>,
    },
    #[error("the way to target `{target}` ends before it")]
    TooFar { target: Target, possible: u32 },
    #[error("target `{target}` is relative to several current revisions")]
    SeveralCurrent {
        target: Target,
        current: Vec<Located>,
    },
    #[error("target `{0}` is relative to a database that was not asked")]
    NoStandpoint(Target),
    /// `-N` counts from the other end of its range, and there are several.
    #[error("the steps of range `{range}` count from several revisions")]
    SeveralEnds {
        range: Box<TargetRange>,
        ends: Vec<Located>,
    },
    #[error("range `{range}` does not lead from its start up to its end")]
    NoWay {
        range: Box<TargetRange>,
        from: Located,
        to: Vec<Located>,
    },
}

/// A revision, or `None` for the base below all of them.
type Place = Option<Node>;

impl Graph {
    /// Returns the revisions that a target names; none for the base.
    ///
    /// `head` counts the revisions that none revises, `heads` those that none
    /// depends on either, as in Alembic; a branch is the lineage of the
    /// revision that its name means.
    ///
    /// # Errors
    ///
    /// Any [`SelectError`].
    pub fn select(
        &self,
        target: &Target,
        standpoint: Standpoint<'_>,
    ) -> Result<Vec<Node>, SelectError> {
        let lineage = target.branch.as_deref().map(|name| self.branch(name));
        let lineage = lineage.transpose()?;
        let lineage = lineage.as_ref();
        let start = match &target.point {
            Point::Heads => {
                return Ok(match lineage {
                    None => self.effective_heads(),
                    Some(lineage) => within(lineage, self.heads()),
                });
            }
            Point::Current if target.steps == 0 => {
                let heads = current(target, standpoint)?.to_vec();
                return Ok(match lineage {
                    None => heads,
                    Some(lineage) => within(lineage, heads),
                });
            }
            Point::Current => self.current_one(target, lineage, standpoint)?,
            Point::Head => self.single_head(target, lineage)?,
            Point::Base => None,
            Point::Named(name) => Some(match &target.branch {
                None => self.resolve(name)?,
                Some(branch) => self.resolve_in(branch, name)?,
            }),
        };
        let end = self.walk(target, start, lineage)?;
        Ok(end.into_iter().collect())
    }

    /// Returns how an error names a revision.
    pub fn located(&self, node: Node) -> Located {
        let revision = self.revision(node);
        Located {
            revision: revision.id.clone(),
            path: revision.source.path().to_owned(),
            down_revisions: revision.down_revisions.clone(),
        }
    }

    pub(super) fn all_located(&self, nodes: &[Node]) -> Vec<Located> {
        nodes.iter().map(|node| self.located(*node)).collect()
    }

    fn single_head(
        &self,
        target: &Target,
        lineage: Option<&NodeSet>,
    ) -> Result<Place, SelectError> {
        let heads = match lineage {
            None => self.heads(),
            Some(lineage) => within(lineage, self.heads()),
        };
        match heads[..] {
            [] => Ok(None),
            [head] => Ok(Some(head)),
            _ => Err(SelectError::MultipleHeads {
                target: Target {
                    steps: 0,
                    ..target.clone()
                },
                heads: self.all_located(&heads),
            }),
        }
    }

    /// Returns where steps from the current state start: its only head; with a
    /// branch the only head of that branch, or, where none of the heads is of
    /// it, the newest applied revision that is.
    fn current_one(
        &self,
        target: &Target,
        lineage: Option<&NodeSet>,
        standpoint: Standpoint<'_>,
    ) -> Result<Place, SelectError> {
        let heads = current(target, standpoint)?;
        let starts = match lineage {
            None => heads.to_vec(),
            Some(lineage) => match within(lineage, heads.to_vec()) {
                starts if !starts.is_empty() => starts,
                _ => {
                    let mut active = self.ancestors(heads.iter().copied(), Dependencies::Included);
                    active.intersect(lineage);
                    self.heads_of(&active)
                }
            },
        };
        match starts[..] {
            [] => Ok(None),
            [start] => Ok(Some(start)),
            _ => Err(SelectError::SeveralCurrent {
                target: target.clone(),
                current: self.all_located(&starts),
            }),
        }
    }

    /// Returns where the target's steps lead; up only within the lineage.
    fn walk(
        &self,
        target: &Target,
        start: Place,
        lineage: Option<&NodeSet>,
    ) -> Result<Place, SelectError> {
        let mut here = start;
        for taken in 0..target.steps.unsigned_abs() {
            let too_far = || SelectError::TooFar {
                target: target.clone(),
                possible: taken,
            };
            let choices = match (target.steps > 0, here) {
                (true, None) => self.bases(),
                (true, Some(node)) => self.children(node).to_vec(),
                (false, None) => return Err(too_far()),
                (false, Some(node)) if self.is_base(node) => {
                    here = None;
                    continue;
                }
                (false, Some(node)) => self.down_revisions(node).to_vec(),
            };
            let choices = match lineage {
                Some(lineage) if target.steps > 0 => within(lineage, choices),
                _ => choices,
            };
            here = match choices[..] {
                [] => return Err(too_far()),
                [next] => Some(next),
                _ => {
                    return Err(SelectError::AmbiguousWalk {
                        target: target.clone(),
                        at: here.map(|node| self.id(node).clone()),
                        choices: self.all_located(&choices),
                    });
                }
            };
        }
        Ok(here)
    }
}

fn current<'a>(target: &Target, standpoint: Standpoint<'a>) -> Result<&'a [Node], SelectError> {
    match standpoint {
        Standpoint::At(heads) => Ok(heads),
        Standpoint::Unknown => Err(SelectError::NoStandpoint(target.clone())),
    }
}

fn within(lineage: &NodeSet, mut nodes: Vec<Node>) -> Vec<Node> {
    nodes.retain(|node| lineage.contains(*node));
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::language::graph;

    /// `current` lists the heads of the database; `?` is an unknown database.
    #[track_caller]
    fn check(line: &str, current: &str, target: &str, expected: &str) {
        let graph = graph(line);
        let heads: Vec<Node> = current
            .split_whitespace()
            .filter_map(|id| graph.node(id))
            .collect();
        let standpoint = match current {
            "?" => Standpoint::Unknown,
            _ => Standpoint::At(&heads),
        };
        let shown = match graph.select(&target.parse().unwrap(), standpoint) {
            Ok(nodes) if nodes.is_empty() => "base".to_owned(),
            Ok(nodes) => nodes
                .into_iter()
                .map(|node| graph.id(node).as_str())
                .collect::<Vec<_>>()
                .join(" "),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected, "{line} | {current} | {target}");
    }

    const LINEAR: &str = "a <- b <- c <- d <- e";
    const FORK: &str = "a <- b <- c1#c1branch <- d1, b <- c2#c2branch <- d2";

    #[test]
    fn a_line() {
        check(LINEAR, "?", "head", "e");
        check(LINEAR, "?", "heads", "e");
        check(LINEAR, "?", "base", "base");
        check(LINEAR, "?", "b+2", "d");
        check(LINEAR, "?", "d-2", "b");
        check(LINEAR, "?", "head-1", "d");
        check(LINEAR, "?", "base+1", "a");
        check(LINEAR, "?", "a-1", "base");
        check(LINEAR, "?", "a-2", "the way to target `a-2` ends before it");
        check(
            LINEAR,
            "?",
            "base-1",
            "the way to target `base-1` ends before it",
        );
        check(
            LINEAR,
            "?",
            "head+1",
            "the way to target `head+1` ends before it",
        );
        check(LINEAR, "b", "+1", "c");
        check(LINEAR, "b", "-1", "a");
        check(LINEAR, "b", "current", "b");
        check(LINEAR, "b", "+5", "the way to target `+5` ends before it");
        check(LINEAR, "", "+1", "a");
        check(LINEAR, "", "-1", "the way to target `-1` ends before it");
        check(
            LINEAR,
            "?",
            "+1",
            "target `+1` is relative to a database that was not asked",
        );
    }

    #[test]
    fn a_fork() {
        check(FORK, "?", "head", "target `head` has several heads");
        check(FORK, "?", "head-1", "target `head` has several heads");
        check(FORK, "?", "heads", "d1 d2");
        check(FORK, "?", "c2branch@head", "d2");
        check(FORK, "?", "c2branch@head-1", "c2");
        check(FORK, "?", "c2branch@heads", "d2");
        check(FORK, "?", "c2branch@base", "base");
        check(FORK, "?", "c2branch@base+3", "c2");
        check(FORK, "?", "d2@c2", "c2");
        check(FORK, "?", "c1@c2", "revision `c2` is of another branch");
        check(FORK, "?", "b+1", "the way to target `b+1` parts");
        check(FORK, "?", "c2branch@b+1", "c2");
        check(FORK, "c1", "c2branch@+1", "c2");
        check(FORK, "c1 c2", "c2branch@+1", "d2");
        check(FORK, "c1 c2", "c2branch@-1", "b");
        check(
            FORK,
            "c1 c2",
            "+1",
            "target `+1` is relative to several current revisions",
        );
        check(
            FORK,
            "c1 c2",
            "-1",
            "target `-1` is relative to several current revisions",
        );
        check(FORK, "c1 c2", "c1branch@current", "c1");
    }

    #[test]
    fn merges_bases_and_dependencies() {
        check(
            "a, b, (a, b) <- m",
            "?",
            "m-1",
            "the way to target `m-1` parts",
        );
        check("a <- b, x <- y", "", "+1", "the way to target `+1` parts");
        check("a <- b, x#xs <- y", "", "xs@+2", "y");
        check("a <- b, x#xs <- y", "b", "xs@+1", "x");
        // `heads` leaves out a head that another depends on, `head` does not.
        check("a <- b, x <- y [needs b]", "?", "heads", "y");
        check(
            "a <- b, x <- y [needs b]",
            "?",
            "head",
            "target `head` has several heads",
        );
        // The branch is applied only as a dependency of another one.
        check("a#as <- b <- c, x <- y [needs b]", "y", "as@+1", "c");
    }

    #[test]
    fn an_empty_graph_has_no_heads() {
        check("", "", "head", "base");
        check("", "", "heads", "base");
    }
}
