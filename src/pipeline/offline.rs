//! `--sql`: from a state to a script, without the voyage.

use super::{arrival, migrate};
use crate::config::Config;
use crate::error::Error;
use crate::plan::{self, AppliedState, Course};
use crate::postgres::apply::Mode;
use crate::postgres::offline::{self, OfflineOptions, OfflineTables};
use crate::revision::{Graph, Target};

/// Returns what is applied once a target is reached from base.
///
/// # Errors
///
/// What is wrong with the target.
pub fn state_at(config: &Config, graph: &Graph, target: &Target) -> Result<AppliedState, Error> {
    let base = AppliedState::default();
    let plan = plan::upgrade(graph, &base, target, arrival::policy(config))?;
    Ok(base.after(&plan))
}

/// Returns the plan as a script for psql; connects to nothing.
///
/// # Errors
///
/// What is wrong with the target or a script.
pub fn offline(
    config: &Config,
    graph: &Graph,
    course: &Course,
    state: &AppliedState,
) -> Result<String, Error> {
    course.check(graph)?;
    let plan = course.plan(graph, state, arrival::policy(config))?;
    migrate::preflight(config, graph, &plan, Mode::Commit)?;
    let options = OfflineOptions {
        transaction: config.migrations.transaction,
        lock_timeout: config.migrations.lock_timeout,
        statement_timeout: config.migrations.statement_timeout,
        tables: if state.rows.is_empty() {
            OfflineTables::Create
        } else {
            OfflineTables::Exist
        },
    };
    let table = arrival::version_table(&config.migrations);
    Ok(offline::script(&plan, graph, &table, &options)?)
}
