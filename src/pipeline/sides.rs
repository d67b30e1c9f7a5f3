//! The schemas that are compared: read from a database, or brought about in a
//! shadow database first.

use std::sync::Arc;

use seaworthy_schema::{Identity, Schema, Statement, uncompared};
use tracing::warn;

use super::{arrival, author, queue};
use crate::config::{Config, Connection, DatabaseSource, Host, Side, TransactionScope};
use crate::error::{self, Error};
use crate::files::{self, Disk};
use crate::plan::{self, Course, ShadowServer};
use crate::postgres::apply::{self, Mode, Options, ProgressDisplay};
use crate::postgres::catalog;
use crate::postgres::lock::Patience;
use crate::postgres::shadow::{self, Shadows};
use crate::postgres::version_table::{self, Neighbours, is_known};
use crate::postgres::{ServerFailure, Session};
use crate::revision::{Graph, Point, RevisionId, Target};
use crate::source::Source;

/// The sides of one comparison, and the databases that were made for them.
pub(super) struct Sides<'a> {
    config: &'a Config,
    /// From the first one on that is needed.
    shadows: Option<Shadows>,
    /// What is replayed of the revisions; read once.
    graph: Option<Arc<Graph>>,
}

/// A database in which the revisions stand, to try new ones in.
pub(super) struct Proving<'a> {
    session: Session,
    config: &'a Config,
}

impl<'a> Sides<'a> {
    pub(super) fn of(config: &'a Config) -> Self {
        Self {
            config,
            shadows: None,
            graph: None,
        }
    }

    /// Returns the schema of a side, without anybody's version tables.
    pub(super) async fn schema(&mut self, side: &Side) -> Result<Schema, Error> {
        match side {
            Side::Empty => self.of_models(&[]).await,
            Side::Database => self.of_database(&self.config.databases()?.migration).await,
            Side::Url { argument, url } => {
                self.of_database(&self.config.typed_database(argument, url))
                    .await
            }
            Side::Path(path) => {
                self.of_models(&files::models(std::slice::from_ref(path))?)
                    .await
            }
            Side::Models => {
                let paths = &self.config.schema.models;
                if paths.is_empty() {
                    return Err(Error::NoModels);
                }
                self.of_models(&files::models(paths)?).await
            }
            Side::Revisions(target) => {
                let target = target.clone().unwrap_or(Target::at(Point::Heads));
                self.of_revisions(&[target]).await
            }
        }
    }

    /// Makes a database in which every revision is applied.
    pub(super) async fn proving(&mut self) -> Result<Proving<'a>, Error> {
        let connection = self.replayed(&[Target::at(Point::Heads)]).await?;
        Ok(Proving {
            session: arrival::session_at(self.config, &connection).await?,
            config: self.config,
        })
    }

    /// Returns the schema that some revisions make, with all that they need.
    pub(super) async fn at(&mut self, heads: &[RevisionId]) -> Result<Schema, Error> {
        let named = |head: &RevisionId| Target::at(Point::Named(head.as_str().to_owned()));
        self.of_revisions(&heads.iter().map(named).collect::<Vec<_>>())
            .await
    }

    /// Drops every database that was made.
    ///
    /// # Errors
    ///
    /// The first that could not be.
    pub(super) async fn clear(self) -> Result<(), Error> {
        match self.shadows {
            Some(shadows) => Ok(shadows.clear().await?),
            None => Ok(()),
        }
    }

    async fn of_database(&self, source: &DatabaseSource) -> Result<Schema, Error> {
        self.read(arrival::session(self.config, source).await?)
            .await
    }

    async fn of_revisions(&mut self, targets: &[Target]) -> Result<Schema, Error> {
        let connection = self.replayed(targets).await?;
        self.read(arrival::session_at(self.config, &connection).await?)
            .await
    }

    async fn of_models(&mut self, sources: &[Arc<Source>]) -> Result<Schema, Error> {
        let connection = self.shadow().await?;
        let server = shadow_server(self.config)?;
        let session = arrival::session_at(self.config, &connection).await?;
        shadow::load(&session, sources, server).await?;
        self.read(session).await
    }

    async fn read(&self, session: Session) -> Result<Schema, Error> {
        let schema = catalog::read(&session).await;
        session.close().await;
        Ok(compared(schema?, self.config))
    }

    /// Makes a database, and applies revisions to it as an upgrade does.
    async fn replayed(&mut self, targets: &[Target]) -> Result<Connection, Error> {
        let config = self.config;
        let graph = self.graph()?;
        let connection = self.shadow().await?;
        for target in targets {
            let course = Course::up(target.clone());
            let session = arrival::session_at(config, &connection).await?;
            replay(config, &graph, &course, session).await?;
        }
        Ok(connection)
    }

    fn graph(&mut self) -> Result<Arc<Graph>, Error> {
        if let Some(graph) = &self.graph {
            return Ok(Arc::clone(graph));
        }
        let graph = Arc::new(confined(self.config)?);
        self.graph = Some(Arc::clone(&graph));
        Ok(graph)
    }

    /// Makes an empty database, and returns how to log in to it.
    async fn shadow(&mut self) -> Result<Connection, Error> {
        let shadows = match &mut self.shadows {
            Some(shadows) => shadows,
            none => {
                let source = self.config.shadow_server()?;
                let admin = arrival::session(self.config, &source).await?;
                none.insert(Shadows::open(admin, source.connection(&Disk)?).await?)
            }
        };
        Ok(shadows.create(&self.config.schema.shadow_template).await?)
    }
}

impl Proving<'_> {
    /// Returns the schema as it is now.
    pub(super) async fn schema(&self) -> Result<Schema, Error> {
        let schema = catalog::read(&self.session).await?;
        Ok(compared(schema, self.config))
    }

    /// Runs statements in one transaction.
    pub(super) async fn run(&self, statements: &[Statement]) -> Result<(), ServerFailure> {
        shadow::run(&self.session, statements.iter().map(|one| one.sql.as_str())).await
    }

    pub(super) async fn end(self) {
        self.session.close().await;
    }
}

/// Returns the revisions as they may be replayed, and warns of what of them is
/// not.
fn confined(config: &Config) -> Result<Graph, Error> {
    let graph = author::present(config)?;
    let (revisions, left_out) = plan::confined(&graph, shadow_server(config)?)?;
    for place in &left_out {
        warn!("{}", error::script::left_out(place));
    }
    Ok(Graph::build(revisions)?)
}

/// Returns whose server the shadow databases are made on.
fn shadow_server(config: &Config) -> Result<ShadowServer, Error> {
    if config.schema.shadow_url.value.is_none() {
        return Ok(ShadowServer::Configured);
    }
    let Ok(databases) = config.databases() else {
        return Ok(ShadowServer::Other);
    };
    let shadow = config.shadow_server()?.connection(&Disk)?;
    let configured = databases.migration.connection(&Disk)?;
    let is_shared = |one: &Host| {
        let is_it = |other: &Host| (&one.address, one.port) == (&other.address, other.port);
        configured.hosts.iter().any(is_it)
    };
    Ok(match shadow.hosts.iter().any(is_shared) {
        true => ShadowServer::Configured,
        false => ShadowServer::Other,
    })
}

/// Says what the statements that follow know nothing of.
pub(super) fn warn_of_uncompared(old: &Schema, new: &Schema) {
    for one in uncompared(old, new) {
        warn!(
            "{} {} is of a kind that is not compared ({}); leave it out with `--exclude {}`",
            one.kind, one.object, one.detail, one.object
        );
    }
}

/// Returns what of a schema is compared. Version tables, ours and those of other
/// tools, are part of no side.
fn compared(schema: Schema, config: &Config) -> Schema {
    let own = arrival::version_table(&config.migrations);
    let log = own.log();
    let schema = schema.without(|identity: &Identity| {
        let name = identity.last();
        identity.is_table() && (name == own.name || name == log || is_known(name))
    });
    let wanted = &config.schema;
    schema.only(
        |names| wanted.compares(names),
        |name| wanted.compares_schema(name),
    )
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
        lock_retry: std::time::Duration::ZERO,
        statement_timeout: None,
        progress: ProgressDisplay::Quiet,
    };
    let applied = apply::apply(&mut locked, &plan, graph, &location, &options, async || {
        None
    })
    .await;
    locked.release().await;
    applied?;
    Ok(())
}
