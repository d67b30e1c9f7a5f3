//! Whether another process has done meanwhile what this one waits to do.

use super::arrival;
use crate::config::Config;
use crate::plan::{Course, Direction, Plan};
use crate::postgres::{Session, version_table};
use crate::revision::Graph;

/// Returns whether nothing of a plan is pending any more. The last step's row
/// changes last, so the whole state is read only once that is there; whatever is
/// in the way is told under the lock.
pub(super) async fn is_done(
    config: &Config,
    graph: &Graph,
    course: &Course,
    plan: &Plan,
    session: &Session,
) -> bool {
    let table = arrival::version_table(&config.migrations);
    let Some(last) = plan.steps.last() else {
        return true;
    };
    let is_applied = version_table::is_applied(session, &table, &last.revision).await;
    let is_over = match last.direction {
        Direction::Upgrade => is_applied,
        Direction::Downgrade => !is_applied,
    };
    if !is_over {
        return false;
    }
    let state = version_table::state(session, &table).await;
    let plan = state.map(|state| course.plan(graph, &state, arrival::policy(config)));
    matches!(plan, Ok(Ok(plan)) if plan.steps.is_empty())
}
