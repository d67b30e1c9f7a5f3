//! What has to be recorded, and what forgotten, for a database to say that it
//! is at some targets. Nothing runs.

use std::collections::BTreeSet;

use super::survey::Survey;
use super::{AppliedState, PlanError};
use crate::revision::{Dependencies, Graph, Node, NodeSet, Point, RevisionId, Standpoint, Target};

/// The rows that a stamp changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Rows to take away, sorted.
    pub forget: Vec<RevisionId>,
    /// Rows to write, or to complete, so that each comes after all that it
    /// stands on.
    pub record: Vec<RevisionId>,
}

impl Stamp {
    /// Returns the state that this leaves of another one, as far as its heads go.
    pub fn after(&self, mut state: AppliedState) -> AppliedState {
        for id in &self.forget {
            state.rows.remove(id);
        }
        let recorded = self.record.iter().cloned();
        let rows = recorded.map(|id| (id, AppliedState::unread_row()));
        state.rows.extend(rows);
        state
    }
}

/// What becomes of rows that a stamp does not speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purge {
    /// Lineages that the targets do not touch stay as they are.
    No,
    /// Every row goes, readable or not.
    Yes,
}

/// Returns the change after which the lineages of the targets are applied up to
/// these, and others are as they were.
///
/// A lineage goes as far as Alembic's: whatever stands on a target, depends on
/// it, or is stood or depended on by it. A base without a branch forgets all.
///
/// # Errors
///
/// - [`PlanError::Select`] where a target names nothing.
pub fn stamp(
    graph: &Graph,
    state: &AppliedState,
    targets: &[Target],
    purge: Purge,
) -> Result<Stamp, PlanError> {
    let survey = Survey::new(graph, state);
    let heads = survey.recorded_heads();
    let mut destinations = NodeSet::new(graph.len());
    let mut touched = NodeSet::new(graph.len());
    let mut forgets_all = purge == Purge::Yes;
    for target in targets {
        let nodes = graph.select(target, Standpoint::At(&heads))?;
        forgets_all |= is_whole_base(target);
        let branch = target.branch.as_deref().map(|branch| graph.resolve(branch));
        let named = nodes.iter().copied().chain(branch.transpose()?);
        for node in named {
            for near in lineage(graph, node).iter() {
                touched.insert(near);
            }
        }
        for node in nodes {
            destinations.insert(node);
        }
    }
    let reached = graph.ancestors(destinations.iter(), Dependencies::Included);
    let kept = if forgets_all {
        BTreeSet::new()
    } else {
        kept(&survey, &heads, &touched, &reached)
    };
    let is_recorded = |node: &Node| survey.complete.contains(*node) && purge == Purge::No;
    let record = graph.order().iter().filter(|node| reached.contains(**node));
    Ok(Stamp {
        forget: state
            .rows
            .keys()
            .filter(|id| !kept.contains(id))
            .filter(|id| {
                let node = graph.node(id.as_str());
                purge == Purge::Yes || node.is_none_or(|node| !reached.contains(node))
            })
            .cloned()
            .collect(),
        record: record
            .filter(|node| !is_recorded(node))
            .map(|node| graph.id(*node).clone())
            .collect(),
    })
}

/// Returns the applied revisions whose present text is to be accepted.
///
/// # Errors
///
/// - [`PlanError::Select`] where a target names nothing.
/// - [`PlanError::NotApplied`] for a revision that is not applied.
/// - [`PlanError::Unfinished`] for one that stopped half way: its journal holds
///   the text that it goes on with.
pub fn accept_texts(
    graph: &Graph,
    state: &AppliedState,
    targets: &[Target],
) -> Result<Vec<RevisionId>, PlanError> {
    let survey = Survey::new(graph, state);
    let heads = survey.recorded_heads();
    let mut accepted = Vec::new();
    for target in targets {
        for node in graph.select(target, Standpoint::At(&heads))? {
            if survey.partial.contains_key(&node) {
                let mut unfinished = survey.unfinished();
                unfinished.retain(|one| one.revision.revision == *graph.id(node));
                return Err(PlanError::Unfinished(unfinished));
            }
            if !survey.complete.contains(node) {
                return Err(PlanError::NotApplied {
                    target: target.clone(),
                    revision: graph.located(node),
                });
            }
            let id = graph.id(node);
            if !accepted.contains(id) {
                accepted.push(id.clone());
            }
        }
    }
    Ok(accepted)
}

fn is_whole_base(target: &Target) -> bool {
    target.point == Point::Base && target.branch.is_none() && target.steps == 0
}

/// Returns all that is above or below a revision, by whatever edge.
fn lineage(graph: &Graph, node: Node) -> NodeSet {
    let mut lineage = graph.ancestors([node], Dependencies::Included);
    for above in graph.descendants([node], Dependencies::Included).iter() {
        lineage.insert(above);
    }
    lineage
}

/// Returns the ids of the rows that stay: those of other lineages, and those
/// without a file that what stays stands on.
fn kept<'a>(
    survey: &'a Survey<'a>,
    heads: &[Node],
    touched: &NodeSet,
    reached: &NodeSet,
) -> BTreeSet<&'a RevisionId> {
    let graph = survey.graph;
    let elsewhere = heads
        .iter()
        .copied()
        .filter(|head| !touched.contains(*head));
    let others = graph.ancestors(elsewhere, Dependencies::Included);
    let (_, ahead) = survey.without_file();
    // A row without a file is of the lineages that it says it stands on.
    let is_elsewhere = |id: &&RevisionId| {
        let below = survey.recorded_below([*id]);
        let mut below = below.iter().filter_map(|id| graph.node(id.as_str()));
        !below.any(|node| touched.contains(node))
    };
    let ahead = survey
        .state
        .rows
        .keys()
        .filter(|id| ahead.contains(id))
        .filter(is_elsewhere);
    let staying = || others.iter().chain(reached.iter());
    let replaced = staying().flat_map(|node| &graph.revision(node).replaces);
    let staying = staying().map(|node| graph.id(node));
    let mut kept = survey.recorded_below(staying.chain(replaced).chain(ahead));
    kept.retain(|id| match graph.node(id.as_str()) {
        None => true,
        Some(node) => others.contains(node),
    });
    kept
}
