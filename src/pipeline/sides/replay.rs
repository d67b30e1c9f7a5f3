//! Databases in which revisions are applied, as an upgrade does it.

use std::sync::Arc;
use std::time::Duration;

use tracing::warn;

use super::{Sides, privileges, shadow_server};
use crate::config::{Config, Connection, TransactionScope};
use crate::error::{self, Error};
use crate::pipeline::{arrival, author, queue};
use crate::plan::{self, Course};
use crate::postgres::Session;
use crate::postgres::apply::{self, ApplyError, Mode, Options, ProgressDisplay};
use crate::postgres::lock::Patience;
use crate::postgres::shadow::{self, LoadError};
use crate::postgres::version_table::{self, Neighbours};
use crate::revision::{Graph, Point, Target};
use crate::sql;

/// What is not replayed of the revisions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LeftOut {
    Told,
    /// That was done already.
    Known,
}

impl Sides<'_> {
    /// Takes other revisions for those of the directory from now on.
    pub(in crate::pipeline) fn replay_instead(&mut self, graph: Graph) -> Result<(), Error> {
        let graph = confined(&graph, self.config, LeftOut::Known)?;
        self.graph = Some(Arc::new(graph));
        Ok(())
    }

    /// Makes a database, and applies revisions to it as an upgrade does.
    pub(super) async fn replayed(&mut self, targets: &[Target]) -> Result<Connection, Error> {
        let config = self.config;
        let graph = self.graph()?;
        let connection = self.shadow(privileges(&graph)).await?;
        let all = Target::at(Point::Heads);
        // A project may have no revision yet, and then it has all of them.
        let is_done = |target: &&Target| graph.is_empty() && **target == all;
        for target in targets.iter().filter(|target| !is_done(target)) {
            let course = Course::up(target.clone());
            let session = arrival::session_at(config, &connection).await?;
            if let Err(error) = replay(config, &graph, &course, session).await {
                return Err(self.for_want_of_roles(&graph, error).await);
            }
        }
        Ok(connection)
    }

    /// Returns the error of a replay, or the roles that all of the revisions name
    /// and the server lacks, where it is for want of one.
    async fn for_want_of_roles(&self, graph: &Graph, error: Error) -> Error {
        let Error::Replay(stopped) = &error else {
            return error;
        };
        let ApplyError::Script { failure, .. } = &*stopped.error else {
            return error;
        };
        let Some(shadows) = self
            .shadows
            .as_ref()
            .filter(|_| shadow::may_lack_role(failure))
        else {
            return error;
        };
        let scripts = graph.revisions().iter().map(|one| one.text(&one.up));
        let statements = scripts.flat_map(|text| {
            let statements = sql::statements(text).unwrap_or_default();
            statements.into_iter().map(|one| &text[one.span])
        });
        match shadows.lacked_roles(statements).await {
            Ok(roles) if !roles.is_empty() => LoadError::MissingRoles(roles).into(),
            Ok(_) | Err(_) => error,
        }
    }

    pub(super) fn graph(&mut self) -> Result<Arc<Graph>, Error> {
        if let Some(graph) = &self.graph {
            return Ok(Arc::clone(graph));
        }
        let graph = Arc::new(confined(
            &author::present(self.config)?,
            self.config,
            LeftOut::Told,
        )?);
        self.graph = Some(Arc::clone(&graph));
        Ok(graph)
    }
}

/// Returns the revisions as they may be replayed, and warns of what of them is
/// not.
fn confined(graph: &Graph, config: &Config, telling: LeftOut) -> Result<Graph, Error> {
    let (revisions, left_out) = plan::confined(graph, shadow_server(config)?)?;
    for place in left_out.iter().filter(|_| telling == LeftOut::Told) {
        warn!("{}", error::script::left_out(place));
    }
    Ok(Graph::build(revisions)?)
}

/// Applies revisions to an empty database, as an upgrade does.
async fn replay(
    config: &Config,
    graph: &Graph,
    course: &Course,
    session: Session,
) -> Result<(), Error> {
    let patience = Patience::starting_now(config.migrations.lock_wait, config.wait.attempt_timeout);
    let mut locked = queue::lock(config, session, patience).await?;
    let table = arrival::version_table(&config.migrations);
    let location = version_table::locate(locked.session(), &table, Neighbours::PassOver).await?;
    let state = version_table::read(locked.session(), &location).await?;
    let plan = course.plan(graph, &state, arrival::policy(config))?;
    let options = Options {
        mode: Mode::Commit,
        transaction: TransactionScope::Revision,
        lock_timeout: None,
        lock_retry: Duration::ZERO,
        statement_timeout: None,
        progress: ProgressDisplay::Quiet,
    };
    let applied = apply::apply(&mut locked, &plan, graph, &location, &options, async || {
        None
    })
    .await;
    locked.release().await;
    applied.map_err(|stopped| Error::Replay(Box::new(stopped)))?;
    Ok(())
}
