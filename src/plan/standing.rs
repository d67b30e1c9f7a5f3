//! Where a database stands beside the files: what it has, what it lacks, and
//! everything that an upgrade would refuse, not only the first of it.

use super::survey::Survey;
use super::{AppliedState, Direction, PlanError, Progress, RecordedOnly, upgrade};
use crate::revision::{Graph, Node, NodeSet, RevisionId, SelectError, Target};

/// What is applied and what is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The heads of what is applied, in file order.
    pub heads: Vec<Node>,
    /// The heads of the directory that are not applied, in file order.
    pub missing_heads: Vec<Node>,
    /// Applied to the end and with a file, each after all that it stands on.
    pub applied: Vec<Node>,
    /// With a file and not applied to the end, in the order in which
    /// `upgrade heads` runs them.
    pub pending: Vec<Node>,
    /// Stopped half way, sorted; their files may be gone.
    pub partial: Vec<Partial>,
    /// Recorded without a file, and a known one stands on them; sorted.
    pub retired: Vec<RecordedOnly>,
    /// Recorded without a file, and nothing known stands on them; sorted.
    pub ahead: Vec<RecordedOnly>,
}

/// A revision that stopped half way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partial {
    pub revision: RevisionId,
    pub direction: Direction,
    /// So many of its statements are finished.
    pub finished: usize,
}

/// Returns where a database stands. It computes no checksum.
pub fn standing(graph: &Graph, state: &AppliedState) -> Standing {
    let survey = Survey::new(graph, state);
    let (retired, ahead) = survey.without_file();
    let order = graph.order().iter().copied();
    let heads = graph.heads().into_iter();
    Standing {
        heads: survey.heads(),
        missing_heads: heads.filter(|node| !survey.is_applied(*node)).collect(),
        applied: order
            .filter(|node| survey.complete.contains(*node))
            .collect(),
        pending: upgrade::order(&survey, pending(&survey)),
        partial: partial(state),
        retired: survey.recorded_only(retired.iter().collect()),
        ahead: survey.recorded_only(ahead.iter().collect()),
    }
}

/// Returns everything for which an upgrade to all heads would be refused, each
/// kind once, and several heads.
///
/// It computes the checksum of every applied revision.
pub fn problems(graph: &Graph, state: &AppliedState) -> Vec<PlanError> {
    let survey = Survey::new(graph, state);
    let findings = survey.findings();
    let mut problems = Vec::new();

    problems.extend(survey.refuse_partial_without_file().err());
    let located = |node: &Node| graph.located(*node);
    let unfinished = survey.unfinished();
    if !unfinished.is_empty() {
        problems.push(PlanError::Unfinished(unfinished));
    }
    if !findings.divergent.is_empty() {
        let nodes = findings.divergent.iter();
        let nodes = nodes.filter_map(|id| graph.node(id.as_str()));
        let located = nodes.map(|node| graph.located(node)).collect();
        problems.push(PlanError::Divergent(located));
    }
    let partly = survey.partly_replaced.iter();
    problems.extend(partly.map(|by| upgrade::partly_replaced(&survey, by)));
    if !findings.out_of_order.is_empty() {
        problems.push(PlanError::OutOfOrder(upgrade::out_of_order(&survey)));
    }
    if !findings.ahead.is_empty() {
        let pending = upgrade::order(&survey, pending(&survey));
        problems.push(PlanError::Ahead {
            ahead: survey.recorded_only(findings.ahead.iter().collect()),
            pending: pending.iter().map(located).collect(),
        });
    }
    if let [_, _, ..] = graph.heads()[..] {
        problems.push(PlanError::Select(SelectError::MultipleHeads {
            target: Target::head(),
            heads: graph.heads().iter().map(located).collect(),
        }));
    }
    problems
}

fn pending(survey: &Survey<'_>) -> NodeSet {
    let mut pending = NodeSet::new(survey.graph.len());
    for node in survey.graph.nodes() {
        if !survey.complete.contains(node) {
            pending.insert(node);
        }
    }
    pending
}

fn partial(state: &AppliedState) -> Vec<Partial> {
    let rows = state.rows.iter();
    let partial = rows.filter_map(|(revision, row)| match &row.progress {
        Progress::Complete => None,
        Progress::Partial(direction, journal) => Some(Partial {
            revision: revision.clone(),
            direction: *direction,
            finished: journal.finished,
        }),
    });
    partial.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::language::state;
    use crate::plan::{OnAhead, Policy};
    use crate::revision::language::graph;

    /// `expected` names what is not empty, such as `heads b; pending c d`.
    #[track_caller]
    fn check(line: &str, applied: &str, expected: &str) {
        let graph = graph(line);
        let state = state(&graph, applied);
        let standing = standing(&graph, &state);
        let ids = |nodes: &[Node]| -> Vec<String> {
            nodes
                .iter()
                .map(|node| graph.id(*node).to_string())
                .collect()
        };
        let rows = |rows: &[RecordedOnly]| -> Vec<String> {
            rows.iter().map(|row| row.revision.to_string()).collect()
        };
        let partial = standing.partial.iter();
        let partial = partial.map(|partial| {
            let way = match partial.direction {
                Direction::Upgrade => "",
                Direction::Downgrade => "-",
            };
            format!("{}:{way}{}", partial.revision, partial.finished)
        });
        let lists = [
            ("heads", ids(&standing.heads)),
            ("missing", ids(&standing.missing_heads)),
            ("applied", ids(&standing.applied)),
            ("pending", ids(&standing.pending)),
            ("partial", partial.collect()),
            ("retired", rows(&standing.retired)),
            ("ahead", rows(&standing.ahead)),
        ];
        let lists = lists.into_iter().filter(|(_, ids)| !ids.is_empty());
        let shown = lists.map(|(name, ids)| format!("{name} {}", ids.join(" ")));
        assert_eq!(shown.collect::<Vec<_>>().join("; "), expected, "{applied}");
    }

    #[test]
    fn what_is_not_applied_is_pending_in_the_order_of_an_upgrade() {
        let line = "a <- b <- c <- d";
        check(line, "", "missing d; pending a b c d");
        check(line, "^b", "heads b; missing d; applied a b; pending c d");
        check(line, "^d", "heads d; applied a b c d");
        let fork = "a <- b <- c1 <- d1, b <- c2 <- d2";
        check(
            fork,
            "^a",
            "heads a; missing d1 d2; applied a; pending b c2 d2 c1 d1",
        );
        check(
            fork,
            "^d1",
            "heads d1; missing d2; applied a b c1 d1; pending c2 d2",
        );
    }

    #[test]
    fn a_partial_revision_is_pending_and_comes_first() {
        check(
            "a <- b <- c, a <- x",
            "^a x~",
            "heads a; missing c x; applied a; pending x b c; partial x:1",
        );
        check("a", "a y~", "heads a; applied a; partial y:1; ahead y");
        check(
            "a <- b <- c",
            "a b%",
            "heads a; missing c; applied a; pending b c; partial b:-1",
        );
    }

    #[test]
    fn rows_without_a_file_are_apart() {
        check(
            "b <- c",
            "a b<-a x<-b",
            "heads b; missing c; applied b; pending c; retired a; ahead x",
        );
    }

    #[test]
    fn what_is_replaced_counts_for_the_one_that_replaces_it() {
        check(
            "s [replaces p, q] <- c",
            "p q<-p",
            "heads s; missing c; pending s c; retired p q",
        );
        check(
            "s [replaces p, q]",
            "p q<-p",
            "heads s; pending s; retired p q",
        );
    }

    /// `expected` are the errors, one after another.
    #[track_caller]
    fn check_problems(line: &str, applied: &str, expected: &[&str]) {
        let graph = graph(line);
        let found = problems(&graph, &state(&graph, applied));
        let shown: Vec<String> = found.iter().map(PlanError::to_string).collect();
        assert_eq!(shown, expected, "{line} | {applied}");
    }

    #[test]
    fn every_problem_is_told() {
        check_problems("a <- b <- c", "^b", &[]);
        check_problems("a <- b <- c", "", &[]);
        check_problems(
            "a <- b <- c <- d, b <- e, s [replaces m, n]",
            "a! c e~ y~ x m",
            &[
                "a partial revision has no file",
                "a revision stopped half way",
                "an applied revision has changed",
                "of the revisions that `s` replaces, only some are applied",
                "a pending revision comes before an applied one",
                "the database is ahead of the revisions",
                "target `head` has several heads",
            ],
        );
    }

    #[test]
    fn what_an_upgrade_refuses_is_a_problem() {
        let policy = Policy {
            on_ahead: OnAhead::Fail,
            allow_divergent: false,
            allow_out_of_order: false,
        };
        let heads: Target = "heads".parse().expect("a target");
        for (line, applied) in [
            ("a <- b", "a!"),
            ("a <- b <- c", "a c"),
            ("a <- b", "a x"),
            ("a <- b", "a b x~"),
            ("s [replaces p, q] <- c", "p"),
        ] {
            let graph = graph(line);
            let state = state(&graph, applied);
            let refused = upgrade::upgrade(&graph, &state, &heads, policy).expect_err(applied);
            let problems = problems(&graph, &state);
            assert!(problems.contains(&refused), "{applied}: {problems:?}");
        }
    }
}
