//! Waiting until the voyage can go on: a database that answers and accepts
//! what is pending, and everything else that was named.

use std::future::Future;

use tokio::time::Instant;
use tokio::try_join;

use crate::also;
use crate::config::{
    Config, ConfigError, Connection, DatabaseSource, Databases, MigrationsConfig,
    TargetSessionAttrs,
};
use crate::error::{Error, NotReady};
use crate::files::Disk;
use crate::plan::{self, Course, Plan, Policy};
use crate::postgres::version_table::{self, StateError, VersionTable};
use crate::postgres::{self, ConnectLimits, Session, SocketOnly};
use crate::revision::{Graph, Target};
use crate::wait::{self, Attempt, Limits};

/// A database that can be migrated: logged in, read, planned.
pub(super) struct Arrival {
    pub(super) session: Session,
    pub(super) plan: Plan,
    /// Where the plan leads, whatever the database's state is by then.
    pub(super) course: Course,
}

/// Waits for the database of the migrations, that of the application where it
/// is another one, and every other target, under one deadline.
pub(super) async fn migrations(
    config: &Config,
    graph: &Graph,
    course: &Course,
) -> Result<Arrival, Error> {
    let limits = Limits::starting_now(&config.wait);
    let databases = config.databases()?;
    let (arrival, ()) = try_join!(
        planned(config, &databases.migration, graph, course, &limits),
        beside(config, databases, &limits),
    )?;
    Ok(arrival)
}

/// Waits like [`migrations`] for a command that migrates, and so for a server
/// that accepts writes.
pub(super) async fn command(config: &Config) -> Result<Session, Error> {
    let limits = Limits::starting_now(&config.wait);
    let databases = config.databases()?;
    let (session, ()) = try_join!(
        writable(config, &limits),
        beside(config, databases, &limits)
    )?;
    Ok(session)
}

/// Waits for what stands beside the migrations' database.
async fn beside(config: &Config, databases: &Databases, limits: &Limits) -> Result<(), Error> {
    let elsewhere = databases.application_elsewhere(&Disk)?;
    let application = async {
        match elsewhere {
            Some(source) => logged_in(config, source, limits).await,
            None => Ok(()),
        }
    };
    try_join!(application, others(config, limits))?;
    Ok(())
}

/// Waits for the migrations' database once more, after its session was lost,
/// but no longer than until an instant.
pub(super) async fn anew(
    config: &Config,
    graph: &Graph,
    course: &Course,
    end: Option<Instant>,
) -> Result<Arrival, Error> {
    let limits = Limits::starting_now(&config.wait).until(end);
    let source = &config.databases()?.migration;
    planned(config, source, graph, course, &limits).await
}

/// Waits for the application's database and every other target.
pub(super) async fn application(config: &Config) -> Result<(), Error> {
    let limits = Limits::starting_now(&config.wait);
    let source = config.databases()?.application();
    try_join!(logged_in(config, source, &limits), others(config, &limits))?;
    Ok(())
}

/// Waits like [`application`], and until the schema has reached a target.
pub(super) async fn schema(config: &Config, graph: &Graph, target: &Target) -> Result<(), Error> {
    let limits = Limits::starting_now(&config.wait);
    let source = config.databases()?.application();
    let table = version_table(&config.migrations);
    let subject = format!("the schema on {}", source.connection(&Disk)?.shown());
    let reached = tried(config, &limits, &subject, async |attempt| {
        let session = log_in_at(config, source, Some(&table), attempt).await?;
        let reached = has_reached(&session, &table, graph, target).await;
        session.close().await;
        reached
    });
    try_join!(reached, others(config, &limits))?;
    Ok(())
}

/// Looks whether the schema has reached a target, or is ahead of it; where
/// there is no state table of ours and one of Alembic's, whether that holds it.
pub(super) async fn has_reached(
    session: &Session,
    table: &VersionTable,
    graph: &Graph,
    target: &Target,
) -> Result<(), NotReady> {
    // The migration that is waited for may be what creates the table, its
    // schema, or the right to read it.
    match version_table::state(session, table).await {
        Ok(state) if plan::reached(graph, &state, target).map_err(Error::from)? => Ok(()),
        Ok(_) => Err(NotReady::Behind(target.to_string())),
        Err(StateError::OtherTool { tool, schema }) if tool.is_alembic() => {
            let heads = version_table::alembic_heads(session, &schema).await;
            let heads = heads.map_err(NotReady::State)?;
            if plan::reached_heads(&heads, target).map_err(Error::from)? {
                return Ok(());
            }
            Err(NotReady::BehindHeads {
                target: target.to_string(),
                heads,
            })
        }
        Err(error) => Err(NotReady::State(error)),
    }
}

/// Returns what is configured about states that are out of the ordinary.
pub(super) fn policy(config: &Config) -> Policy {
    Policy {
        on_ahead: config.migrations.on_ahead,
        allow_divergent: config.migrations.allow_divergent,
        allow_out_of_order: config.migrations.allow_out_of_order,
    }
}

/// Returns the state table as it is configured.
pub(super) fn version_table(config: &MigrationsConfig) -> VersionTable {
    VersionTable {
        schema: config.version_schema.clone(),
        name: config.version_table.clone(),
    }
}

/// Waits for the migrations' database and returns what is found out there by
/// reading.
pub(super) async fn looked_at<T>(
    config: &Config,
    look: impl AsyncFn(&Session, &VersionTable) -> Result<T, StateError>,
) -> Result<T, Error> {
    let limits = Limits::starting_now(&config.wait);
    let source = &config.databases()?.migration;
    let table = version_table(&config.migrations);
    let subject = source.connection(&Disk)?.shown();
    tried(config, &limits, &subject, async |attempt| {
        let session = log_in_at(config, source, Some(&table), attempt).await?;
        let found = look(&session, &table).await.map_err(NotReady::reading)?;
        session.close().await;
        Ok(found)
    })
    .await
}

/// Waits for a database, and returns the session.
pub(super) async fn session(config: &Config, source: &DatabaseSource) -> Result<Session, Error> {
    let limits = Limits::starting_now(&config.wait);
    let subject = source.connection(&Disk)?.shown();
    tried(config, &limits, &subject, async |attempt| {
        log_in_at(config, source, None, attempt).await
    })
    .await
}

/// Logs in to a database that was made a moment ago: once, and without a word.
pub(super) async fn session_at(config: &Config, connection: &Connection) -> Result<Session, Error> {
    let limits = Limits::starting_now(&config.wait);
    let subject = connection.shown();
    let session = wait::once(&limits, &subject, async |attempt| {
        log_in(config, connection, None, attempt).await
    });
    session.await.map_err(refused)
}

/// Waits for the migrations' database on a server that accepts writes.
pub(super) async fn writable(config: &Config, limits: &Limits) -> Result<Session, Error> {
    let source = &config.databases()?.migration;
    let subject = source.connection(&Disk)?.shown();
    tried(config, limits, &subject, async |attempt| {
        let connection = read_secrets(source).map_err(NotReady::rereading)?;
        let connection = writable_only(connection);
        log_in(config, &connection, None, attempt).await
    })
    .await
}

/// Returns a connection that passes over servers which refuse writes, unless
/// the user has asked for a certain kind of server.
fn writable_only(connection: Connection) -> Connection {
    match connection.target_session_attrs {
        TargetSessionAttrs::Any => Connection {
            target_session_attrs: TargetSessionAttrs::ReadWrite,
            ..connection
        },
        _ => connection,
    }
}

async fn planned(
    config: &Config,
    source: &DatabaseSource,
    graph: &Graph,
    course: &Course,
    limits: &Limits,
) -> Result<Arrival, Error> {
    let subject = source.connection(&Disk)?.shown();
    tried(config, limits, &subject, async |attempt| {
        let connection = read_secrets(source).map_err(NotReady::rereading)?;
        match arrive(config, graph, course, &connection, attempt).await {
            // Any server will do, and this one will not: the one that does may
            // be another host or address of the same list.
            Err(unwritable @ NotReady::ReadOnly { .. })
                if connection.target_session_attrs == TargetSessionAttrs::Any =>
            {
                let writable = Connection {
                    target_session_attrs: TargetSessionAttrs::ReadWrite,
                    ..connection
                };
                match arrive(config, graph, course, &writable, attempt).await {
                    Ok(arrival) => Ok(arrival),
                    Err(NotReady::Other(error)) => Err(NotReady::Other(error)),
                    // What is said of the server that answered says more.
                    Err(_) => Err(unwritable),
                }
            }
            outcome => outcome,
        }
    })
    .await
}

async fn arrive(
    config: &Config,
    graph: &Graph,
    course: &Course,
    connection: &Connection,
    attempt: Attempt,
) -> Result<Arrival, NotReady> {
    let table = version_table(&config.migrations);
    let session = log_in(config, connection, Some(&table), attempt).await?;
    let state = version_table::state(&session, &table)
        .await
        .map_err(NotReady::reading)?;
    let course = course.clone().pinned(graph, &state).map_err(Error::from)?;
    let plan = course
        .plan(graph, &state, policy(config))
        .map_err(Error::from)?;
    let writable = !session.facts.in_recovery && !session.facts.read_only;
    match plan.steps.first() {
        Some(step) if !writable => {
            let not_ready = NotReady::ReadOnly {
                first: step.revision.clone(),
                count: plan.steps.len(),
                standby: session.facts.in_recovery,
            };
            session.close().await;
            Err(not_ready)
        }
        _ => Ok(Arrival {
            session,
            plan,
            course,
        }),
    }
}

async fn logged_in(config: &Config, source: &DatabaseSource, limits: &Limits) -> Result<(), Error> {
    let subject = source.connection(&Disk)?.shown();
    let session = tried(config, limits, &subject, async |attempt| {
        log_in_at(config, source, None, attempt).await
    })
    .await?;
    session.close().await;
    Ok(())
}

/// Waits for every `--also` target, in parallel.
async fn others(config: &Config, limits: &Limits) -> Result<(), Error> {
    let waits = config.wait.also.iter().map(async |target| {
        let subject = also::shown(target);
        tried(config, limits, &subject, async |attempt| {
            Ok(also::probe(target, attempt).await?)
        })
        .await
    });
    futures_util::future::try_join_all(waits).await?;
    Ok(())
}

/// Logs in to a source, with its secrets as they are now.
pub(super) async fn log_in_at(
    config: &Config,
    source: &DatabaseSource,
    table: Option<&VersionTable>,
    attempt: Attempt,
) -> Result<Session, NotReady> {
    let connection = read_secrets(source).map_err(NotReady::rereading)?;
    log_in(config, &connection, table, attempt).await
}

/// Returns the connection with its secrets, which may lie in files that have
/// changed since the last attempt.
fn read_secrets(source: &DatabaseSource) -> Result<Connection, ConfigError> {
    source.connection(&Disk)
}

/// Logs in; with a state table, for [`version_table::state`].
async fn log_in(
    config: &Config,
    connection: &Connection,
    table: Option<&VersionTable>,
    attempt: Attempt,
) -> Result<Session, NotReady> {
    let limits = ConnectLimits {
        deadline: attempt.deadline,
        socket_only: if config.wait.accept_socket_only {
            SocketOnly::Accept
        } else {
            SocketOnly::Refuse
        },
    };
    // A login's future is large; each that awaits it unboxed would hold it, and
    // the voyage's many times over.
    Ok(match table {
        Some(table) => {
            let question = version_table::question(table);
            Box::pin(postgres::connect_and_ask(connection, &limits, &question)).await?
        }
        None => Box::pin(postgres::connect(connection, &limits)).await?,
    })
}

/// Waits for an attempt to succeed, or tries once where waiting is skipped.
async fn tried<T, A, F>(
    config: &Config,
    limits: &Limits,
    subject: &str,
    attempt: A,
) -> Result<T, Error>
where
    A: FnMut(Attempt) -> F,
    F: Future<Output = Result<T, NotReady>>,
{
    let outcome = match &config.run.skip_wait {
        None => wait::wait(limits, subject, attempt).await,
        Some(_) => wait::once(limits, subject, attempt).await,
    };
    outcome.map_err(refused)
}

/// Returns why nobody waits any more.
fn refused(mut error: wait::WaitError<NotReady>) -> Error {
    match error.last.take() {
        Some(NotReady::Other(error)) => *error,
        last => Error::from(wait::WaitError { last, ..error }),
    }
}
