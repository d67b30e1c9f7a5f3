//! The plan of a downgrade.

use super::survey::Survey;
use super::{Action, AppliedState, Direction, DowngradeError, Plan, PlanError, Step};
use crate::revision::{
    Dependencies, Graph, Node, NodeSet, Point, RevisionId, SelectError, Standpoint, Target,
};

/// Returns the steps that take a database back to a target: whatever stands on
/// the target, and whatever depends on that, in the order of Alembic
/// ([`Graph::descending`]); none where the target is a current head. What is half
/// way down already comes first.
///
/// A branch in the target narrows what is taken back to that branch.
///
/// # Errors
///
/// - [`PlanError::Select`] where the target names nothing, or is relative to
///   several current revisions: Alembic takes the first that it finds.
/// - [`DowngradeError::Upwards`] for a target above the current state.
/// - [`DowngradeError::BranchNotApplied`] and [`DowngradeError::NotOfBranch`]
///   where the branch of the target has nothing to take back.
/// - [`PlanError::NotApplied`] and [`DowngradeError::NothingAbove`] where nothing
///   applied stands on the target.
/// - [`PlanError::Unfinished`] where a revision stopped half way up, or half way
///   down and the target leaves it so.
/// - [`DowngradeError::Unrecorded`] where a replacing revision was not recorded yet.
/// - [`DowngradeError::AheadOf`] and [`DowngradeError::RetiredBelow`] where a revision
///   without a file would have to be taken back.
pub fn downgrade(graph: &Graph, state: &AppliedState, target: &Target) -> Result<Plan, PlanError> {
    if graph.is_empty() {
        return Err(PlanError::NoRevisions(target.clone()));
    }
    refuse_upwards(target)?;
    let survey = Survey::on_the_way_down(graph, state);
    survey.refuse_partial_without_file()?;
    survey.refuse_half_way(Direction::Upgrade)?;
    let end = end(&survey, target)?;
    let set = taken_back(&survey, target, end)?;
    let order = graph.descending(&set).into_iter();
    let (half_way, whole): (Vec<_>, Vec<_>) =
        order.partition(|node| survey.partial.contains_key(node));
    let leaves_some = half_way.len() < survey.partial.len();
    if leaves_some && (half_way.is_empty() || !whole.is_empty()) {
        return Err(PlanError::Unfinished(survey.unfinished()));
    }
    let steps = half_way.into_iter().chain(whole);
    Ok(Plan {
        steps: steps.map(|node| step(&survey, node)).collect(),
        warnings: Vec::new(),
    })
}

fn step(survey: &Survey<'_>, node: Node) -> Step {
    Step {
        revision: survey.graph.id(node).clone(),
        direction: Direction::Downgrade,
        action: match survey.partial.get(&node) {
            Some(begun) => Action::Resume(begun.journal.clone()),
            None => Action::Run,
        },
    }
}

/// Finds what is wrong with a downgrade's target whatever a database has
/// applied, so that it can be told before any is waited for.
///
/// # Errors
///
/// [`PlanError`] as [`downgrade`] would return it.
pub fn check_downgrade_target(graph: &Graph, target: &Target) -> Result<(), PlanError> {
    refuse_upwards(target)?;
    match graph.select(target, Standpoint::Unknown) {
        Ok(_) | Err(SelectError::NoStandpoint(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn refuse_upwards(target: &Target) -> Result<(), PlanError> {
    let is_upwards = target.point == Point::Current && target.steps > 0;
    if is_upwards || target.point == Point::Heads {
        return Err(DowngradeError::Upwards(target.clone()).into());
    }
    Ok(())
}

/// Returns the revision that stays; `None` for the base. What is half way down
/// is more to say than that a target means several revisions.
pub(super) fn end(survey: &Survey<'_>, target: &Target) -> Result<Option<Node>, PlanError> {
    selected(survey, target).map_err(|error| match survey.unfinished() {
        unfinished if unfinished.is_empty() => error,
        unfinished => PlanError::Unfinished(unfinished),
    })
}

fn selected(survey: &Survey<'_>, target: &Target) -> Result<Option<Node>, PlanError> {
    let heads = match (&target.branch, &target.point) {
        (Some(branch), Point::Current) => heads_in(survey, target, branch)?,
        _ => survey.heads(),
    };
    let nodes = survey.graph.select(target, Standpoint::At(&heads))?;
    match nodes[..] {
        [] => Ok(None),
        [node] => Ok(Some(node)),
        // `current` with several heads: nothing is taken back from any.
        _ => Err(SelectError::SeveralCurrent {
            target: target.clone(),
            current: nodes
                .iter()
                .map(|node| survey.graph.located(*node))
                .collect(),
        }
        .into()),
    }
}

/// Returns the current heads of a branch, or, where others depend on these,
/// the applied revisions of it that none revises. Unlike an upgrade, which may
/// start where the branch begins, a downgrade must not: what is applied there
/// belongs to other branches.
fn heads_in(survey: &Survey<'_>, target: &Target, branch: &str) -> Result<Vec<Node>, PlanError> {
    let graph = survey.graph;
    let lineage = graph.branch(branch)?;
    let heads = survey.heads();
    let active = graph.ancestors(heads.iter().copied(), Dependencies::Included);
    let is_last = |node: &Node| {
        let mut children = graph.children(*node).iter();
        !children.any(|child| active.contains(*child))
    };
    let within = |nodes: &mut dyn Iterator<Item = Node>| {
        let nodes = nodes.filter(|node| lineage.contains(*node));
        nodes.collect::<Vec<_>>()
    };
    let mut found = within(&mut heads.iter().copied());
    if found.is_empty() {
        found = within(&mut active.iter().filter(is_last));
    }
    if found.is_empty() {
        return Err(no_head_of_branch(survey, target));
    }
    Ok(found)
}

fn no_head_of_branch(survey: &Survey<'_>, target: &Target) -> PlanError {
    let heads = survey.heads().into_iter();
    DowngradeError::BranchNotApplied {
        target: target.clone(),
        heads: heads.map(|node| survey.graph.located(node)).collect(),
    }
    .into()
}

/// Returns the applied revisions that stand on the end, or on what does.
fn taken_back(
    survey: &Survey<'_>,
    target: &Target,
    end: Option<Node>,
) -> Result<NodeSet, PlanError> {
    let graph = survey.graph;
    if let Some(end) = end
        && !survey.is_applied(end)
    {
        return Err(PlanError::NotApplied {
            target: target.clone(),
            revision: graph.located(end),
        });
    }
    let roots = match end {
        None => graph.bases(),
        Some(end) => graph.children(end).to_vec(),
    };
    let roots = within_branch(survey, target, roots)?;
    let mut set = graph.descendants(roots, Dependencies::Included);
    let mut applied = survey.complete.clone();
    for node in survey.recordable.iter() {
        applied.insert(node);
    }
    set.intersect(&applied);
    if let Some(end) = end
        && set.is_empty()
        && !survey.heads().contains(&end)
    {
        if target.branch.is_some() {
            return Err(no_head_of_branch(survey, target));
        }
        let mut above = graph.descendants([end], Dependencies::Included);
        above.intersect(&applied);
        above.remove(end);
        return Err(DowngradeError::NothingAbove {
            target: target.clone(),
            above: above.iter().map(|node| graph.located(node)).collect(),
        }
        .into());
    }
    let unrecorded = survey.recordable.iter().find(|node| set.contains(*node));
    if let Some(node) = unrecorded {
        return Err(DowngradeError::Unrecorded(graph.located(node)).into());
    }
    refuse_without_file(survey, target, end, &set)?;
    Ok(set)
}

/// Keeps the revisions that a target's branch goes through; a target that is
/// relative to the current head stays on the branch of that head. Like Alembic,
/// it looks only where there is a choice.
fn within_branch(
    survey: &Survey<'_>,
    target: &Target,
    roots: Vec<Node>,
) -> Result<Vec<Node>, PlanError> {
    let graph = survey.graph;
    let through = match (&target.branch, &target.point) {
        (Some(branch), _) => Some(graph.resolve(branch)?),
        (None, Point::Current) => survey.heads().first().copied(),
        (None, Point::Head | Point::Heads | Point::Base | Point::Named(_)) => None,
    };
    let Some(through) = through.filter(|_| roots.len() > 1) else {
        return Ok(roots);
    };
    let below = graph.ancestors([through], Dependencies::Ignored);
    let kept: Vec<Node> = roots
        .iter()
        .copied()
        .filter(|node| below.contains(*node))
        .collect();
    if kept.is_empty() {
        return Err(DowngradeError::NotOfBranch {
            target: target.clone(),
            through: Box::new(graph.located(through)),
            roots: roots.iter().map(|node| graph.located(*node)).collect(),
        }
        .into());
    }
    Ok(kept)
}

/// Refuses to take back what a recorded revision without a file stands on, and
/// to go to a base below which such revisions lie.
fn refuse_without_file(
    survey: &Survey<'_>,
    target: &Target,
    end: Option<Node>,
    set: &NodeSet,
) -> Result<(), PlanError> {
    let (retired, ahead) = survey.without_file();
    let is_whole = end.is_none() && target.branch.is_none();
    let stands_on_set = |id: &&RevisionId| {
        let below = survey.recorded_below([*id]);
        set.iter().any(|node| below.contains(survey.graph.id(node)))
    };
    let ahead: Vec<&RevisionId> = ahead
        .iter()
        .filter(|id| is_whole || stands_on_set(id))
        .collect();
    if !ahead.is_empty() {
        return Err(DowngradeError::AheadOf {
            target: target.clone(),
            ahead: survey.recorded_only(ahead),
        }
        .into());
    }
    if end.is_some() {
        return Ok(());
    }
    let below = survey.recorded_below(set.iter().map(|node| survey.graph.id(node)));
    let is_replaced = |id: &RevisionId| {
        let replacer = survey.graph.replacer(id.as_str());
        replacer.is_some_and(|by| set.contains(by))
    };
    let retired: Vec<&RevisionId> = retired
        .iter()
        .filter(|id| below.contains(*id) && !is_replaced(id))
        .collect();
    if !retired.is_empty() {
        return Err(DowngradeError::RetiredBelow {
            target: target.clone(),
            retired: survey.recorded_only(retired),
        }
        .into());
    }
    Ok(())
}
