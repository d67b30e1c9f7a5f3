//! Whether a database has what an application waits for.

use super::survey::Survey;
use super::{AppliedState, PlanError, Progress};
use crate::revision::{Graph, Point, RevisionId, SelectError, Standpoint, Target};

/// Returns whether every revision that a target names is applied; what else is
/// applied, pending or ahead does not matter.
///
/// A target may name a revision that has no file here, as long as the database
/// has recorded it: the application may be older than the schema, or come
/// without revisions. Without any file, a revision that the database has not
/// recorded yet is awaited.
///
/// # Errors
///
/// - [`PlanError::NoRevisions`] where the target needs files and there are none.
/// - [`PlanError::Select`] where it names nothing, or is relative to the state.
pub fn reached(graph: &Graph, state: &AppliedState, target: &Target) -> Result<bool, PlanError> {
    let name = name_alone(target);
    match &target.point {
        Point::Base if target.branch.is_none() && target.steps == 0 => return Ok(true),
        Point::Current => return Err(SelectError::NoStandpoint(target.clone()).into()),
        Point::Named(_) | Point::Head | Point::Heads | Point::Base => {}
    }
    if graph.is_empty() && name.is_none() {
        return Err(PlanError::NoRevisions(target.clone()));
    }
    let survey = Survey::new(graph, state);
    match (graph.select(target, Standpoint::Unknown), name) {
        (Ok(targets), _) => Ok(targets.into_iter().all(|node| survey.is_applied(node))),
        (Err(error), None) => Err(error.into()),
        (Err(error), Some(name)) => match recorded(state, name) {
            Some(applied) => Ok(applied),
            None if graph.is_empty() => Ok(false),
            None => Err(error.into()),
        },
    }
}

/// Finds what is wrong with an awaited target whatever the database says.
///
/// # Errors
///
/// [`PlanError`] as [`reached`] would return it.
pub fn check_awaited(graph: &Graph, target: &Target) -> Result<(), PlanError> {
    match name_alone(target) {
        // The database may have recorded it.
        Some(_) => Ok(()),
        None => reached(graph, &AppliedState::default(), target).map(drop),
    }
}

/// Returns the name that is all of a target.
pub(super) fn name_alone(target: &Target) -> Option<&str> {
    match &target.point {
        Point::Named(name) if target.branch.is_none() && target.steps == 0 => Some(name),
        Point::Named(_) | Point::Head | Point::Heads | Point::Base | Point::Current => None,
    }
}

/// Returns whether the one recorded revision with this id, or else with this
/// prefix, is applied to the end; `None` where none or several are recorded.
fn recorded(state: &AppliedState, name: &str) -> Option<bool> {
    let exact = state.rows.get(name);
    let row = match exact {
        Some(row) => row,
        None => {
            let mut matches = state
                .rows
                .range(RevisionId::recorded(name)..)
                .take_while(|(id, _)| id.as_str().starts_with(name))
                .filter(|_| name.chars().count() >= Graph::SHORTEST_PREFIX);
            match (matches.next(), matches.next()) {
                (Some((_, row)), None) => row,
                _ => return None,
            }
        }
    };
    match row.progress {
        Progress::Complete => Some(true),
        Progress::Partial(..) => Some(false),
    }
}
