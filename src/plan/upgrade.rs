//! The plan of an upgrade.

use super::{AppliedState, Plan};
use crate::revision::{Graph, Target};

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

#[derive(Debug, thiserror::Error)]
pub enum PlanError {}

/// # Errors
pub fn upgrade(
    _graph: &Graph,
    _state: &AppliedState,
    _target: &Target,
    _policy: Policy,
) -> Result<Plan, PlanError> {
    Ok(Plan::default())
}
