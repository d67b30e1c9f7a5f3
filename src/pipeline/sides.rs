//! The schemas that are compared: read from a database, or brought about in a
//! shadow database first.

use std::sync::Arc;

use seaworthy_schema::{Identity, Schema, Statement};

use super::{arrival, queue};
use crate::config::{Config, Connection, DatabaseSource, Side, TransactionScope};
use crate::error::Error;
use crate::files::{self, Disk};
use crate::plan::Course;
use crate::postgres::apply::{self, Mode, Options, ProgressDisplay};
use crate::postgres::catalog;
use crate::postgres::lock::Patience;
use crate::postgres::shadow::{self, Shadow};
use crate::postgres::version_table::{self, Neighbours, is_known};
use crate::postgres::{ServerFailure, Session};
use crate::revision::{Graph, Point, RevisionId, Target};
use crate::source::Source;

/// The sides of one comparison, and the databases that were made for them.
pub(super) struct Sides<'a> {
    config: &'a Config,
    shadows: Vec<Shadow>,
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
            shadows: Vec::new(),
        }
    }

    /// Returns the schema of a side, without anybody's version tables.
    pub(super) async fn schema(&mut self, side: &Side) -> Result<Schema, Error> {
        let schema = match side {
            Side::Empty => self.filled(async |_| Ok(())).await?,
            Side::Database => {
                self.of_database(&self.config.databases()?.migration)
                    .await?
            }
            Side::Url { argument, url } => {
                self.of_database(&self.config.typed_database(argument, url))
                    .await?
            }
            Side::Path(path) => {
                self.of_models(&files::models(std::slice::from_ref(path))?)
                    .await?
            }
            Side::Models => {
                let paths = &self.config.schema.models;
                if paths.is_empty() {
                    return Err(Error::NoModels);
                }
                self.of_models(&files::models(paths)?).await?
            }
            Side::Revisions(target) => {
                let all = heads();
                let connection = self.replayed(&[target.clone().unwrap_or(all)]).await?;
                self.read(&connection).await?
            }
        };
        Ok(without_version_tables(schema, self.config))
    }

    /// Makes a database in which every revision is applied.
    pub(super) async fn proving(&mut self) -> Result<Proving<'a>, Error> {
        let connection = self.replayed(&[heads()]).await?;
        Ok(Proving {
            session: arrival::session_at(self.config, &connection).await?,
            config: self.config,
        })
    }

    /// Drops every database that was made.
    ///
    /// # Errors
    ///
    /// The first that could not be.
    pub(super) async fn clear(self) -> Result<(), Error> {
        let mut outcome = Ok(());
        for shadow in self.shadows {
            outcome = outcome.and(shadow.drop().await);
        }
        Ok(outcome?)
    }

    async fn of_database(&self, source: &DatabaseSource) -> Result<Schema, Error> {
        let session = arrival::session(self.config, source).await?;
        let schema = catalog::read(&session).await;
        session.close().await;
        Ok(schema?)
    }

    async fn of_models(&mut self, sources: &[Arc<Source>]) -> Result<Schema, Error> {
        self.filled(async |session| Ok(shadow::load(session, sources).await?))
            .await
    }

    /// Returns the schema that some revisions make, with all that they need.
    pub(super) async fn at(&mut self, heads: &[RevisionId]) -> Result<Schema, Error> {
        let targets = heads.iter().map(|head| Target {
            branch: None,
            point: Point::Named(head.as_str().to_owned()),
            steps: 0,
        });
        let connection = self.replayed(&targets.collect::<Vec<_>>()).await?;
        let schema = self.read(&connection).await?;
        Ok(without_version_tables(schema, self.config))
    }

    async fn read(&self, connection: &Connection) -> Result<Schema, Error> {
        let session = arrival::session_at(self.config, connection).await?;
        let schema = catalog::read(&session).await;
        session.close().await;
        Ok(schema?)
    }

    /// Makes a database, and applies revisions to it as an upgrade does.
    async fn replayed(&mut self, targets: &[Target]) -> Result<Connection, Error> {
        let config = self.config;
        let graph = super::author::present(config)?;
        let connection = self.shadow().await?;
        for target in targets {
            let course = Course::up(target.clone());
            let session = arrival::session_at(config, &connection).await?;
            replay(config, &graph, &course, session).await?;
        }
        Ok(connection)
    }

    /// Makes a database, fills and reads it.
    async fn filled(
        &mut self,
        fill: impl AsyncFnOnce(&Session) -> Result<(), Error>,
    ) -> Result<Schema, Error> {
        let connection = self.shadow().await?;
        let session = arrival::session_at(self.config, &connection).await?;
        fill(&session).await?;
        let schema = catalog::read(&session).await;
        session.close().await;
        Ok(schema?)
    }

    /// Makes an empty database, and returns how to log in to it.
    async fn shadow(&mut self) -> Result<Connection, Error> {
        let source = self.config.shadow_server()?;
        let connection = source.connection(&Disk)?;
        let admin = arrival::session(self.config, &source).await?;
        let shadow = Shadow::reserve(admin, &connection, self.shadows.len()).await?;
        let at = self.shadows.len();
        self.shadows.push(shadow);
        let shadow = &mut self.shadows[at];
        shadow.create(&self.config.schema.shadow_template).await?;
        Ok(shadow.connection().clone())
    }
}

impl Proving<'_> {
    /// Returns the schema as it is now.
    pub(super) async fn schema(&self) -> Result<Schema, Error> {
        let schema = catalog::read(&self.session).await?;
        Ok(without_version_tables(schema, self.config))
    }

    /// Runs statements in one transaction.
    pub(super) async fn run(&self, statements: &[Statement]) -> Result<(), ServerFailure> {
        shadow::run(&self.session, statements.iter().map(|one| one.sql.as_str())).await
    }

    pub(super) async fn end(self) {
        self.session.close().await;
    }
}

fn heads() -> Target {
    Target {
        branch: None,
        point: Point::Heads,
        steps: 0,
    }
}

/// Version tables, ours and those of other tools, are part of no side.
fn without_version_tables(schema: Schema, config: &Config) -> Schema {
    let own = arrival::version_table(&config.migrations);
    let log = own.log();
    schema.without(|identity: &Identity| {
        let name = identity.last();
        identity.is_table() && (name == own.name || name == log || is_known(name))
    })
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
