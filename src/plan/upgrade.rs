//! The plan of an upgrade.

use super::survey::Survey;
use super::{Action, AppliedState, Direction, OutOfOrder, Plan, PlanError, Step, Warning};
use crate::revision::{
    Dependencies, Graph, Node, NodeSet, Point, SelectError, Standpoint, Target, TargetRange,
};

/// What to do about states that are not simply "pending or applied".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    pub on_ahead: OnAhead,
    pub allow_divergent: bool,
    pub allow_out_of_order: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnAhead {
    /// Say so and go on; an error when something is pending.
    Warn,
    Fail,
    /// Apply what is pending all the same.
    Apply,
}

/// Returns the steps that bring a database from its state to a target; none
/// where the target is applied already, or below what is.
///
/// Partial revisions come first, then those whose place is below applied ones
/// (to be recorded only, or out of order) in [`Graph::order`], then all others
/// in the order of Alembic ([`Graph::descending`], reversed).
///
/// # Errors
///
/// Any [`PlanError`]; state and files are compared as a whole, not only below
/// the target.
pub fn upgrade(
    graph: &Graph,
    state: &AppliedState,
    target: &Target,
    policy: Policy,
) -> Result<Plan, PlanError> {
    let survey = Survey::new(graph, state);
    survey.refuse_half_way(Direction::Downgrade)?;
    let targets = destinations(&survey, target)?;
    let findings = survey.findings();
    let mut warnings = Vec::new();

    survey.refuse_partial_without_file()?;
    if !findings.divergent.is_empty() {
        if !policy.allow_divergent {
            let nodes = findings
                .divergent
                .iter()
                .filter_map(|id| graph.node(id.as_str()));
            let located = nodes.map(|node| graph.located(node)).collect();
            return Err(PlanError::Divergent(located));
        }
        warnings.push(Warning::Divergent(findings.divergent));
    }

    let mut pending = graph.ancestors(targets, Dependencies::Included);
    pending.subtract(&survey.complete);
    refuse_partly_replaced(&survey, &pending)?;
    if !findings.out_of_order.is_empty() {
        if !policy.allow_out_of_order {
            return Err(PlanError::OutOfOrder(out_of_order(&survey)));
        }
        warnings.push(Warning::OutOfOrder(findings.out_of_order));
    }
    refuse_partial_elsewhere(&survey, &pending, target)?;

    let order = order(&survey, pending);
    if !findings.ahead.is_empty() {
        let refused = match policy.on_ahead {
            OnAhead::Fail => true,
            OnAhead::Warn => !order.is_empty(),
            OnAhead::Apply => false,
        };
        if refused {
            return Err(PlanError::Ahead {
                ahead: survey.recorded_only(findings.ahead.iter().collect()),
                pending: order.iter().map(|node| graph.located(*node)).collect(),
            });
        }
        warnings.insert(0, Warning::Ahead(findings.ahead));
    }
    let steps = order.into_iter().map(|node| step(&survey, node)).collect();
    Ok(Plan { steps, warnings })
}

/// Finds what is wrong with a target whatever a database has applied, so that
/// it can be told before any is waited for.
///
/// # Errors
///
/// [`PlanError`] as [`upgrade`] would return it.
pub fn check_target(graph: &Graph, target: &Target) -> Result<(), PlanError> {
    refuse_downwards(target)?;
    match graph.select(target, Standpoint::Unknown) {
        Ok(targets) => refuse_overlap(graph, target, &targets),
        Err(SelectError::NoStandpoint(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Refuses a range that is to be printed and whose end lies below its start:
/// the script would be empty, and look as if nothing were missing. An end that
/// is relative to something is left alone.
///
/// # Errors
///
/// [`SelectError::NoWay`]
pub fn check_range(graph: &Graph, from: &Target, to: &Target) -> Result<(), PlanError> {
    let ends = [from, to].map(|end| graph.select(end, Standpoint::Unknown));
    let [Ok(start), Ok(end)] = ends else {
        // What is wrong with them is told when they are planned with.
        return Ok(());
    };
    let mut below = graph.ancestors(start.iter().copied(), Dependencies::Included);
    start.iter().for_each(|node| {
        below.remove(*node);
    });
    match start.first() {
        Some(first) if end.iter().all(|node| below.contains(*node)) => Err(SelectError::NoWay {
            range: Box::new(TargetRange {
                from: Some(from.clone()),
                to: Some(to.clone()),
            }),
            from: graph.located(*first),
            to: end.iter().map(|node| graph.located(*node)).collect(),
        }
        .into()),
        _ => Ok(()),
    }
}

/// Returns the revisions that an upgrade to a target has to reach.
fn destinations(survey: &Survey<'_>, target: &Target) -> Result<Vec<Node>, PlanError> {
    let graph = survey.graph;
    if graph.is_empty() {
        return Err(PlanError::NoRevisions(target.clone()));
    }
    refuse_downwards(target)?;
    let heads = survey.heads();
    let targets = graph.select(target, Standpoint::At(&heads))?;
    refuse_overlap(graph, target, &targets)?;
    Ok(targets)
}

fn refuse_downwards(target: &Target) -> Result<(), PlanError> {
    if target.point == Point::Current && target.steps < 0 {
        return Err(PlanError::Downwards(target.clone()));
    }
    Ok(())
}

/// Refuses target revisions of which one stands on another, as Alembic does:
/// it would not be clear whether all of them were meant.
fn refuse_overlap(graph: &Graph, target: &Target, targets: &[Node]) -> Result<(), PlanError> {
    let mut set = NodeSet::new(graph.len());
    for node in targets {
        set.insert(*node);
    }
    let heads = graph.heads_of(&set);
    if heads.len() == set.len() {
        return Ok(());
    }
    // One that is no head of the set lies below one that is.
    let overlap = |head: &Node| {
        let mut below = graph.ancestors([*head], Dependencies::Included);
        below.intersect(&set);
        below.remove(*head);
        (!below.is_empty()).then_some((*head, below))
    };
    match heads.iter().find_map(overlap) {
        None => Ok(()),
        Some((head, below)) => Err(PlanError::Overlap {
            target: target.clone(),
            revisions: std::iter::once(head)
                .chain(below.iter())
                .map(|node| graph.located(node))
                .collect(),
        }),
    }
}

fn refuse_partly_replaced(survey: &Survey<'_>, pending: &NodeSet) -> Result<(), PlanError> {
    let mut partly = survey.partly_replaced.iter();
    let Some(by) = partly.find(|node| pending.contains(*node)) else {
        return Ok(());
    };
    Err(partly_replaced(survey, by))
}

/// Returns what is wrong with one of the survey's partly replaced revisions.
pub(super) fn partly_replaced(survey: &Survey<'_>, by: Node) -> PlanError {
    let replaces = survey.graph.revision(by).replaces.iter().cloned();
    let (applied, missing) = replaces.partition(|id| survey.state.has(id));
    PlanError::PartlyReplaced {
        by: survey.graph.located(by),
        applied,
        missing,
    }
}

fn refuse_partial_elsewhere(
    survey: &Survey<'_>,
    pending: &NodeSet,
    target: &Target,
) -> Result<(), PlanError> {
    let partial = survey.partial.keys();
    let elsewhere: Vec<_> = partial
        .filter(|node| !pending.contains(**node))
        .map(|node| survey.graph.located(*node))
        .collect();
    if elsewhere.is_empty() {
        return Ok(());
    }
    Err(PlanError::PartialElsewhere {
        target: target.clone(),
        partial: elsewhere,
    })
}

/// Returns pending revisions in the order in which they run.
pub(super) fn order(survey: &Survey<'_>, pending: NodeSet) -> Vec<Node> {
    let graph = survey.graph;
    let topological = graph.order().iter().copied();
    let below_applied =
        topological.filter(|node| pending.contains(*node) && survey.reached.contains(*node));
    let (mut order, late): (Vec<_>, Vec<_>) =
        below_applied.partition(|node| survey.partial.contains_key(node));
    order.extend(late);
    let mut others = pending;
    others.subtract(&survey.reached);
    order.extend(graph.descending(&others).into_iter().rev());
    order
}

fn step(survey: &Survey<'_>, node: Node) -> Step {
    let action = match survey.partial.get(&node) {
        Some(begun) => Action::Resume(begun.journal.clone()),
        None if survey.recordable.contains(node) => Action::Record,
        None => Action::Run,
    };
    Step {
        revision: survey.graph.id(node).clone(),
        direction: Direction::Upgrade,
        action,
    }
}

pub(super) fn out_of_order(survey: &Survey<'_>) -> Vec<OutOfOrder> {
    let above = survey.applied_above();
    let located = |node| survey.graph.located(node);
    let nodes = survey.out_of_order().into_iter();
    let pairs = nodes.filter_map(|node| {
        above[node.index()].map(|applied| OutOfOrder {
            pending: located(node),
            applied: located(applied),
        })
    });
    pairs.collect()
}
