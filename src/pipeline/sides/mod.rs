//! The schemas that are compared: read from a database, or brought about in a
//! shadow database first.

use std::sync::Arc;

use seaworthy_schema::{
    Identity, Rename, Schema, Statement, Version, Wish, is_one_transaction, uncompared,
};
use tracing::{debug, warn};

use super::renames::{self, Line};
use super::{arrival, proof};
use crate::config::{
    Config, Connection, DatabaseSource, Host, Metadata, MigrateCommand, Models, Side,
};
use crate::error::{Error, RenameProblem};
use crate::files::{self, Disk};
use crate::plan::ShadowServer;
use crate::postgres::catalog;
use crate::postgres::shadow::{self, Shadows};
use crate::postgres::version_table::is_known;
use crate::postgres::{ServerFailure, Session};
use crate::revision::{Graph, Point, RevisionId, Target};
use crate::source::Source;
use crate::sql;

mod models;
mod replay;

/// The sides of one comparison, and the databases that were made for them.
pub(super) struct Sides<'a> {
    config: &'a Config,
    /// From the first one on that is needed.
    shadows: Option<Shadows>,
    /// What is replayed of the revisions; read once.
    graph: Option<Arc<Graph>>,
}

/// The schema of the configured database.
pub(super) struct Live {
    pub(super) schema: Schema,
    /// What it began with.
    pub(super) initial: Schema,
    /// The version tables of other tools, which are no part of it.
    pub(super) histories: Vec<String>,
}

/// Who says what new objects of a shadow database allow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Privileges {
    /// What is brought about there, from the beginning on.
    OfProject,
    /// Whoever has set them in the database that it stands for.
    OfSource,
}

/// What a side comes from.
enum Prepared<'a> {
    Database(DatabaseSource),
    Files(Vec<Arc<Source>>),
    Command(&'a MigrateCommand),
    Metadata(&'a Metadata),
    Revisions(Target),
}

/// A side as it was brought about.
pub(super) struct Brought {
    pub(super) schema: Schema,
    /// The database that was made for it; `None` for one that is anybody's.
    connection: Option<Connection>,
    /// What the models of it ask to be renamed.
    pub(super) lines: Vec<Line>,
}

/// Two sides, after whatever is renamed has its new name in both.
pub(super) struct Pair {
    pub(super) renames: Vec<Rename>,
    pub(super) old: Schema,
    pub(super) new: Schema,
}

/// A database that was made to try new revisions in.
pub(super) struct Proving<'a> {
    session: Session,
    role: String,
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
        Ok(self.brought(side).await?.schema)
    }

    /// Returns two sides as they are to be compared.
    pub(super) async fn pair(
        &mut self,
        from: &Side,
        to: &Side,
        typed: &[Wish],
    ) -> Result<Pair, Error> {
        let is_models = (*from == Side::Models, *to == Side::Models);
        let (from, to) = match (self.prepared(from)?, self.prepared(to)?) {
            // Two servers work at a time, or two processes of one.
            (Prepared::Database(from), Prepared::Database(to)) => {
                tokio::try_join!(self.of_database(&from), self.of_database(&to))?
            }
            (from, to) => (self.bring(from).await?, self.bring(to).await?),
        };
        let (old, new) = (&from.schema, &to.schema);
        let mut wanted = renames::wanted(typed, &to.lines, old, new)?;
        if wanted.is_empty() {
            wanted = renames::wanted_back(&from.lines, old, new);
        }
        let (renames, old) = if wanted.is_empty() {
            (Vec::new(), from.schema)
        } else {
            let connection = match from.connection {
                Some(connection) => connection,
                None => self.copied(old).await?,
            };
            let proving = self.proving_at(&connection).await?;
            let renamed = renames::run(&proving, wanted, new).await?;
            proving.end().await;
            renamed
        };
        let (old, new) = match is_models {
            (true, false) => (self.completed(old, &to.schema), to.schema),
            (false, true) => {
                let new = self.completed(to.schema, &old);
                (old, new)
            }
            (true, true) | (false, false) => (old, to.schema),
        };
        Ok(Pair { renames, old, new })
    }

    /// Makes a database that has a schema already, and returns how to log in.
    async fn copied(&mut self, schema: &Schema) -> Result<Connection, Error> {
        let connection = self.shadow(Privileges::OfProject).await?;
        let proving = self.proving_at(&connection).await?;
        let copied = proof::copied(&proving, schema).await;
        proving.end().await;
        copied?;
        Ok(connection)
    }

    /// Returns the schema of a side, and how it came about.
    pub(super) async fn brought(&mut self, side: &Side) -> Result<Brought, Error> {
        let prepared = self.prepared(side)?;
        self.bring(prepared).await
    }

    /// Returns what a side comes from, after all that can be found wrong with it
    /// before any server is asked, or program run.
    fn prepared(&mut self, side: &Side) -> Result<Prepared<'a>, Error> {
        let config = self.config;
        Ok(match side {
            Side::Empty => Prepared::Files(Vec::new()),
            Side::Database => Prepared::Database(config.databases()?.migration.clone()),
            Side::Url { argument, url } => Prepared::Database(config.typed_database(argument, url)),
            Side::Path(path) => Prepared::Files(files::models(std::slice::from_ref(path))?),
            Side::Models => models::prepared(&config.schema.models)?,
            Side::Revisions(target) => {
                self.graph()?;
                let target = target.clone().unwrap_or(Target::at(Point::Heads));
                Prepared::Revisions(target)
            }
        })
    }

    async fn bring(&mut self, prepared: Prepared<'a>) -> Result<Brought, Error> {
        match prepared {
            Prepared::Database(source) => self.of_database(&source).await,
            Prepared::Files(sources) => self.of_models(&sources).await,
            Prepared::Command(command) => {
                let source = models::printed(command).await?;
                self.of_models(&[source]).await
            }
            Prepared::Metadata(metadata) => {
                let sources = self.declared(metadata).await?;
                self.of_models(&sources).await
            }
            Prepared::Revisions(target) => self.of_revisions(&[target]).await,
        }
    }

    /// Makes a database in which every revision is applied.
    pub(super) async fn proving(&mut self) -> Result<Proving<'a>, Error> {
        let connection = self.replayed(&[Target::at(Point::Heads)]).await?;
        self.proving_at(&connection).await
    }

    /// Makes a database in which some revisions are applied, with all that they
    /// need.
    pub(super) async fn proving_from(
        &mut self,
        heads: &[RevisionId],
    ) -> Result<Proving<'a>, Error> {
        let connection = self.replayed(&named(heads)).await?;
        self.proving_at(&connection).await
    }

    /// Makes a database in which nothing is.
    pub(super) async fn blank(&mut self) -> Result<Proving<'a>, Error> {
        let connection = self.shadow(Privileges::OfProject).await?;
        self.proving_at(&connection).await
    }

    async fn proving_at(&self, connection: &Connection) -> Result<Proving<'a>, Error> {
        Ok(Proving {
            session: arrival::session_at(self.config, connection).await?,
            role: connection.user.clone(),
            config: self.config,
        })
    }

    /// Returns the schema that some revisions make, with all that they need.
    pub(super) async fn at(&mut self, heads: &[RevisionId]) -> Result<Schema, Error> {
        Ok(self.of_revisions(&named(heads)).await?.schema)
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

    /// Reads the configured database, and makes none.
    pub(super) async fn live(&self) -> Result<Live, Error> {
        let source = &self.config.databases()?.migration;
        let session = arrival::session(self.config, source).await?;
        let initial = Schema::initial(Version(session.facts.version));
        let schema = catalog::read(&session).await;
        session.close().await;
        let schema = schema?;
        let tables = schema.facts().map(|fact| &fact.identity);
        let histories = tables.filter(|table| table.is_table() && is_known(table.last()));
        Ok(Live {
            histories: histories.map(ToString::to_string).collect(),
            schema: compared(schema, self.config),
            initial,
        })
    }

    /// Returns the schema of the models as it is to be compared with another.
    /// What SQLAlchemy says is not all there may be: the rest is what the other
    /// has.
    pub(super) fn completed(&self, models: Schema, other: &Schema) -> Schema {
        match self.config.schema.models {
            Models::Metadata(_) => models.completed(other),
            Models::None | Models::Files(_) | Models::Command(_) => models,
        }
    }

    async fn of_database(&self, source: &DatabaseSource) -> Result<Brought, Error> {
        let session = arrival::session(self.config, source).await?;
        Ok(Brought {
            schema: self.read(session).await?,
            connection: None,
            lines: Vec::new(),
        })
    }

    async fn of_revisions(&mut self, targets: &[Target]) -> Result<Brought, Error> {
        let connection = self.replayed(targets).await?;
        let session = arrival::session_at(self.config, &connection).await?;
        Ok(Brought {
            schema: self.read(session).await?,
            connection: Some(connection),
            lines: Vec::new(),
        })
    }

    async fn of_models(&mut self, sources: &[Arc<Source>]) -> Result<Brought, Error> {
        let lines = renames::lines(sources)?;
        let has_own = sources.is_empty()
            || sources
                .iter()
                .any(|one| sql::sets_default_privileges(one.text()));
        let privileges = match self.graph() {
            _ if has_own => Privileges::OfProject,
            Ok(graph) => privileges(&graph),
            Err(_) => Privileges::OfSource,
        };
        let connection = self.shadow(privileges).await?;
        let server = shadow_server(self.config)?;
        let session = arrival::session_at(self.config, &connection).await?;
        shadow::load(&session, sources, server).await?;
        Ok(Brought {
            schema: self.read(session).await?,
            connection: Some(connection),
            lines,
        })
    }

    async fn read(&self, session: Session) -> Result<Schema, Error> {
        let schema = schema_of(&session, self.config).await;
        session.close().await;
        schema
    }

    /// Makes an empty database, and returns how to log in to it. What new objects
    /// allow there is as in the source, unless that is the project's own.
    async fn shadow(&mut self, privileges: Privileges) -> Result<Connection, Error> {
        let config = self.config;
        let shadows = self.shadows().await?;
        let connection = shadows.create(&config.schema.shadow_template).await?;
        if privileges == Privileges::OfProject {
            return Ok(connection);
        }
        let privileges = shadows.default_privileges().await?;
        if !privileges.is_empty() {
            let session = arrival::session_at(config, &connection).await?;
            for statement in &privileges {
                let set = shadow::run(&session, [statement.sql.as_str()].into_iter()).await;
                if let Err(failure) = set {
                    debug!(
                        statement = statement.sql,
                        "a default privilege cannot be set: {failure}"
                    );
                }
            }
            session.close().await;
        }
        Ok(connection)
    }

    /// Returns what makes databases.
    async fn shadows(&mut self) -> Result<&mut Shadows, Error> {
        Ok(match &mut self.shadows {
            Some(shadows) => shadows,
            none => {
                let source = self.config.shadow_server()?;
                let admin = arrival::session(self.config, &source).await?;
                none.insert(Shadows::open(admin, source.connection(&Disk)?).await?)
            }
        })
    }
}

impl Proving<'_> {
    /// Returns the schema as it is now.
    pub(super) async fn schema(&self) -> Result<Schema, Error> {
        schema_of(&self.session, self.config).await
    }

    /// Gives some objects other names.
    pub(super) async fn rename(&self, renames: &[Rename]) -> Result<(), Error> {
        for rename in renames {
            let run = self.run(&[rename.statement()]).await;
            run.map_err(|failure| {
                let (rename, failure) = (rename.to_string(), Box::new(failure));
                RenameProblem::Refused { rename, failure }
            })?;
        }
        Ok(())
    }

    /// Runs statements, in one transaction if they can be.
    pub(super) async fn run(&self, statements: &[Statement]) -> Result<(), ServerFailure> {
        let texts = statements.iter().map(|one| one.sql.as_str());
        match is_one_transaction(statements) {
            true => shadow::run(&self.session, texts).await,
            false => shadow::run_apart(&self.session, texts).await,
        }
    }

    /// Returns the role that runs them.
    pub(super) fn role(&self) -> &str {
        &self.role
    }

    pub(super) async fn end(self) {
        self.session.close().await;
    }
}

fn named(heads: &[RevisionId]) -> Vec<Target> {
    let point = |head: &RevisionId| Target::at(Point::Named(head.as_str().to_owned()));
    heads.iter().map(point).collect()
}

/// Returns whether the revisions say what new objects allow.
fn privileges(graph: &Graph) -> Privileges {
    let mut revisions = graph.revisions().iter();
    match revisions.any(|one| sql::sets_default_privileges(one.text(&one.up))) {
        true => Privileges::OfProject,
        false => Privileges::OfSource,
    }
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

/// Returns what of the schema of a session's database is compared.
pub(super) async fn schema_of(session: &Session, config: &Config) -> Result<Schema, Error> {
    Ok(compared(catalog::read(session).await?, config))
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
