//! A range in, the revisions that it holds out: what `history -r` lists.

use super::{Dependencies, Graph, Node, SelectError, Standpoint};
use crate::revision::target::Counted;
use crate::revision::{Point, Target, TargetRange};

impl Graph {
    /// Returns the revisions from one end of a range to the other, both
    /// included, so that each stands before all that it stands on.
    ///
    /// An open start is the base, an open end all heads. With a start, only
    /// what revises it belongs to the range, and what it stands on does not;
    /// without one, all that the end stands on does. Steps that lead beyond the
    /// first or last revision end there. A start on a branch (`shop@base:`)
    /// keeps the end to that branch.
    ///
    /// This is Alembic's `history -r`, but for `-3:B`, which Alembic counts
    /// from the directory's heads, and for `shop@heads`, which it refuses where
    /// one of these heads depends on another. Branches that meet nowhere in the
    /// range may stand in another order.
    ///
    /// # Errors
    ///
    /// - [`SelectError::NoWay`] where the end does not stand on the start.
    /// - [`SelectError::SeveralEnds`] where steps count from several revisions.
    /// - What [`select`](Self::select) returns for one of the ends.
    pub fn range(
        &self,
        range: &TargetRange,
        standpoint: Standpoint<'_>,
    ) -> Result<Vec<Node>, SelectError> {
        let (from, mut to) = self.ends(range, standpoint)?;
        if let Some(branch) = range.from.as_ref().and_then(|from| from.branch.as_deref()) {
            let lineage = self.branch(branch)?;
            to.retain(|node| lineage.contains(*node));
        }
        let mut held = self.ancestors(to.iter().copied(), Dependencies::Included);
        if let Some(outside) = from.iter().find(|node| !held.contains(**node)) {
            return Err(SelectError::NoWay {
                range: Box::new(range.clone()),
                from: self.located(*outside),
                to: self.all_located(&to),
            });
        }
        if from.is_empty() {
            return Ok(self.descending(&held));
        }
        held.subtract(&self.ancestors(from.iter().copied(), Dependencies::Included));
        for node in &from {
            held.insert(*node);
        }
        // Sorted before the revisions of other branches are taken out: one of
        // them may be what two of the rest are connected by.
        let mut order = self.descending(&held);
        let above = self.descendants(from, Dependencies::Ignored);
        order.retain(|node| above.contains(*node));
        Ok(order)
    }

    /// Returns the revisions at the start and at the end of a range.
    fn ends(
        &self,
        range: &TargetRange,
        standpoint: Standpoint<'_>,
    ) -> Result<(Vec<Node>, Vec<Node>), SelectError> {
        let base = Target::at(Point::Base);
        let heads = Target::at(Point::Heads);
        let from = range.from.as_ref().unwrap_or(&base);
        let to = range.to.as_ref().unwrap_or(&heads);
        let counted = |steps: &Target, ends: &[Node]| {
            let found = self.select_within(steps, Standpoint::At(ends));
            found.map_err(|error| match error {
                SelectError::SeveralCurrent { current, .. } => SelectError::SeveralEnds {
                    range: Box::new(range.clone()),
                    ends: current,
                },
                error => error,
            })
        };
        Ok(match range.counted() {
            Some(Counted::From) => {
                let to = self.select_within(to, standpoint)?;
                (counted(from, &to)?, to)
            }
            Some(Counted::To) => {
                let from = self.select_within(from, standpoint)?;
                let to = counted(to, &from)?;
                (from, to)
            }
            None => (
                self.select_within(from, standpoint)?,
                self.select_within(to, standpoint)?,
            ),
        })
    }

    /// Returns what a target names; one that leads too far, the last on its way.
    fn select_within(
        &self,
        target: &Target,
        standpoint: Standpoint<'_>,
    ) -> Result<Vec<Node>, SelectError> {
        match self.select(target, standpoint) {
            Err(SelectError::TooFar { possible, .. }) => {
                let possible = i32::try_from(possible).unwrap_or(i32::MAX);
                let target = Target {
                    steps: possible * target.steps.signum(),
                    ..target.clone()
                };
                self.select(&target, standpoint)
            }
            found => found,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::language::{graph, rows};

    /// Returns the ids of a range, newest first; `-` for none, and an error
    /// after `!`. `current` lists the heads of the database.
    fn listed(line: &str, current: &str, range: &str) -> String {
        let graph = graph(line);
        let heads: Vec<Node> = current
            .split_whitespace()
            .filter_map(|id| graph.node(id))
            .collect();
        let range = range.parse().unwrap_or_else(|error| panic!("{error}"));
        match graph.range(&range, Standpoint::At(&heads)) {
            Err(error) => format!("!{error}"),
            Ok(nodes) if nodes.is_empty() => "-".to_owned(),
            Ok(nodes) => {
                let ids = nodes.iter().map(|node| graph.id(*node).as_str());
                ids.collect::<Vec<_>>().join(" ")
            }
        }
    }

    #[track_caller]
    fn check(line: &str, current: &str, range: &str, expected: &str) {
        let found = listed(line, current, range);
        assert_eq!(found, expected, "{line} | {current} | {range}");
    }

    #[test]
    fn alembic_lists_the_same() {
        for (case, [line, current, range, expected]) in rows(include_str!("alembic_range.txt")) {
            let found = listed(line, current, range);
            match expected {
                "!" => assert!(found.starts_with('!'), "{case}: {found}"),
                expected => assert_eq!(found, expected, "{case}"),
            }
        }
    }

    const LINEAR: &str = "a <- b <- c <- d <- e";
    const FORK: &str = "a <- b <- c1#c1branch <- d1, b <- c2#c2branch <- d2";

    #[test]
    fn both_ends_belong_to_it() {
        check(LINEAR, "", ":", "e d c b a");
        check(LINEAR, "", "b:d", "d c b");
        check(LINEAR, "", "d:", "e d");
        check(LINEAR, "", ":b", "b a");
        check(LINEAR, "", "c:c", "c");
        check(LINEAR, "", "base:head-2", "c b a");
        check(LINEAR, "", ":base", "-");
        check("", "", ":", "-");
    }

    #[test]
    fn steps_count_from_the_other_end() {
        check(LINEAR, "c", "-1:current", "c b");
        check(LINEAR, "c", "-9:current", "c b a");
        check(LINEAR, "c", "-1:", "e d");
        check(LINEAR, "c", "-1:d", "d c");
        check(LINEAR, "c", "b:+1", "c b");
        check(LINEAR, "c", "b:+9", "e d c b");
        check(LINEAR, "c", ":+2", "b a");
        check(LINEAR, "c", "current:+1", "d c");
        // Nothing to count from but the database.
        check(LINEAR, "c", "-1:+1", "d c b");
        check(LINEAR, "c", "+1:", "e d");
        check(LINEAR, "c", ":-1", "b a");
        check(
            FORK,
            "",
            "-1:",
            "!the steps of range `-1:` count from several revisions",
        );
        check(FORK, "", "c2branch@-1:", "d2 c2");
    }

    #[test]
    fn the_database_may_be_an_end() {
        check(LINEAR, "c", ":current", "c b a");
        check(LINEAR, "c", "current:", "e d c");
        check(LINEAR, "", ":current", "-");
        check(LINEAR, "", "current:", "e d c b a");
        check(FORK, "c1 c2", ":current", "c1 c2 b a");
        check(FORK, "c1 c2", "current:", "d1 c1 d2 c2");
    }

    #[test]
    fn only_what_revises_the_start_belongs_to_it() {
        check(FORK, "", "c1:heads", "d1 c1");
        check(FORK, "", "b:", "d1 c1 d2 c2 b");
        check(FORK, "", "c2branch@base:", "d2 c2 b a");
        check(
            FORK,
            "",
            "c1:d2",
            "!range `c1:d2` does not lead from its start up to its end",
        );
        check(
            LINEAR,
            "",
            "d:b",
            "!range `d:b` does not lead from its start up to its end",
        );
        check("a <- b, x <- y [needs b]", "", "x:y", "y x");
        check("a <- b, x <- y [needs b]", "", ":y", "y x b a");
    }

    #[test]
    fn a_revision_that_is_left_out_may_connect_two_that_are_not() {
        // `k` stands on `d`, which only depends on `m`.
        check(
            "k, m, a <- m <- k [needs d], d [needs m]",
            "",
            "a:k",
            "k m a",
        );
    }
}
