//! A database with revisions to apply to it, without the binary around.

use std::sync::Arc;
use std::time::Duration;

use seaworthy::config::{
    ChannelBinding, Connection, Host, HostAddress, Secret, SslMode, TargetSessionAttrs,
    TransactionScope,
};
use seaworthy::plan::{self, OnAhead, Plan, PlanError, Policy};
use seaworthy::postgres::apply::{self, Mode, Options, ProgressDisplay, Report, Stopped};
use seaworthy::postgres::lock::{self, Key, Locked, Patience};
use seaworthy::postgres::version_table::{self, Recorded, StateError};
use seaworthy::postgres::{self, ConnectLimits, Session, SocketOnly, VersionTable};
use seaworthy::revision::{
    Graph, Revision, RevisionId, Section, SectionLimit, Target, Transactional,
};
use seaworthy::source::Source;

use super::database::Database;
use super::server::{PASSWORD, SUPERUSER, Server};

/// A database of its own, and a chain of revisions.
pub(crate) struct Dock {
    pub(crate) database: Database<'static>,
    graph: Graph,
    pub(crate) options: Options,
    pub(crate) table: VersionTable,
}

/// One revision of a chain; each revises the one before it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ship<'a> {
    InTransaction(&'a str, &'a str),
    Outside(&'a str, &'a str),
}

/// How a run ended that did not only apply.
#[derive(Debug)]
pub(crate) enum Wreck {
    State(StateError),
    Plan(PlanError),
    Stopped(Box<Stopped>),
}

pub(crate) const OPTIONS: Options = Options {
    mode: Mode::Commit,
    transaction: TransactionScope::Revision,
    lock_timeout: Some(Duration::from_secs(5)),
    lock_retry: Duration::ZERO,
    statement_timeout: None,
    progress: ProgressDisplay::Log,
};

impl Dock {
    pub(crate) fn new(ships: &[Ship<'_>]) -> Self {
        Self {
            database: Server::shared().database(),
            graph: chain(ships),
            options: OPTIONS,
            table: VersionTable {
                schema: None,
                name: version_table::DEFAULT_TABLE.to_owned(),
            },
        }
    }

    /// Puts other revisions in place of the present ones.
    pub(crate) fn refit(&mut self, ships: &[Ship<'_>]) {
        self.graph = chain(ships);
    }

    pub(crate) fn graph(&self) -> &Graph {
        &self.graph
    }

    pub(crate) async fn session(&self) -> Session {
        self.session_as(SUPERUSER).await
    }

    pub(crate) async fn session_as(&self, user: &str) -> Session {
        let limits = ConnectLimits {
            deadline: None,
            socket_only: SocketOnly::Refuse,
        };
        let connection = connection(&self.database, user);
        postgres::connect(&connection, &limits)
            .await
            .expect("the test's database accepts a connection")
    }

    pub(crate) fn key(&self) -> Key {
        Key::new(self.table.schema.as_deref(), &self.table.name)
    }

    pub(crate) async fn locked(&self) -> Locked {
        self.locked_as(SUPERUSER).await
    }

    pub(crate) async fn locked_as(&self, user: &str) -> Locked {
        let session = self.session_as(user).await;
        lock::acquire(session, self.key(), one_try())
            .await
            .expect("nobody else holds the lock of this test's database")
    }

    /// Reads the state in both ways, which say the same.
    pub(crate) async fn recorded(&self) -> Result<Recorded, StateError> {
        let session = self.session().await;
        let recorded = version_table::recorded(&session, &self.table).await;
        let state = version_table::state(&session, &self.table).await;
        assert_eq!(state.as_ref(), recorded.as_ref().map(|all| &all.state));
        session.close().await;
        recorded
    }

    /// Locks, reads, plans, applies and releases, as the pipeline does.
    pub(crate) async fn sail(&self) -> Result<Report, Wreck> {
        self.sail_as(SUPERUSER).await
    }

    pub(crate) async fn sail_as(&self, user: &str) -> Result<Report, Wreck> {
        let mut locked = self.locked_as(user).await;
        let result = self.apply(&mut locked).await;
        locked.release().await;
        result
    }

    /// Reads, plans and applies on a session that holds the lock.
    pub(crate) async fn apply(&self, locked: &mut Locked) -> Result<Report, Wreck> {
        let recorded = version_table::recorded(locked.session(), &self.table).await;
        let recorded = recorded.map_err(Wreck::State)?;
        let plan = self.plan(&recorded).map_err(Wreck::Plan)?;
        let observer = async || Some(self.session().await);
        apply::apply(
            locked,
            &plan,
            &self.graph,
            &recorded.location,
            &self.options,
            observer,
        )
        .await
        .map_err(|stopped| Wreck::Stopped(Box::new(stopped)))
    }

    pub(crate) fn plan(&self, recorded: &Recorded) -> Result<Plan, PlanError> {
        let policy = Policy {
            on_ahead: OnAhead::Warn,
            allow_divergent: false,
            allow_out_of_order: false,
        };
        let target: Target = "head".parse().expect("it is a target");
        plan::upgrade(&self.graph, &recorded.state, &target, policy)
    }

    /// Returns the state table as `revision state` lines, with the journal of a partial one.
    pub(crate) fn state(&self) -> Vec<String> {
        self.database.column(
            "SELECT concat_ws(' ', revision, state, finished, \
             CASE WHEN started IS NOT NULL THEN 'started' END) \
             FROM seaworthy_revision ORDER BY revision",
        )
    }

    /// Says whether anything of this name is there.
    pub(crate) fn has(&self, relation: &str) -> bool {
        self.database
            .value(&format!("SELECT to_regclass('{relation}') IS NOT NULL"))
            == "t"
    }
}

impl Wreck {
    /// Returns the error of a run that stopped while it applied.
    #[track_caller]
    pub(crate) fn stopped(self) -> apply::ApplyError {
        match self {
            Self::Stopped(stopped) => *stopped.error,
            Self::State(_) | Self::Plan(_) => panic!("it did not come so far: {self:?}"),
        }
    }
}

/// Returns the patience of one try for the lock.
pub(crate) fn one_try() -> Patience {
    Patience::starting_now(Duration::ZERO, None)
}

/// Returns how to log in to a test's database over TCP.
pub(crate) fn connection(database: &Database<'_>, user: &str) -> Connection {
    Connection {
        hosts: vec![Host {
            address: HostAddress::Tcp {
                name: "127.0.0.1".to_owned(),
                ip: None,
            },
            port: database.server().port(),
            password: Some(Secret::new(PASSWORD)),
        }],
        user: user.to_owned(),
        database: database.name().to_owned(),
        ssl_mode: SslMode::Disable,
        ssl_root_cert: None,
        ssl_cert: None,
        ssl_key: None,
        channel_binding: ChannelBinding::Prefer,
        options: None,
        application_name: "seaworthy".to_owned(),
        connect_timeout: None,
        target_session_attrs: TargetSessionAttrs::Any,
    }
}

fn chain(ships: &[Ship<'_>]) -> Graph {
    let mut before = None;
    let revisions = ships.iter().map(|ship| {
        let (id, text, transaction) = match ship {
            Ship::InTransaction(id, text) => (id, text, Transactional::Yes),
            Ship::Outside(id, text) => (id, text, Transactional::No),
        };
        let id = RevisionId::new(id).expect("a test's id is one");
        let head = format!("-- {id}\n-- migrate:up\n");
        let section = Section {
            span: head.len()..head.len() + text.len(),
            transaction,
            lock_timeout: SectionLimit::Configured,
            statement_timeout: SectionLimit::Configured,
        };
        Revision {
            message: format!("add {id}"),
            down_revisions: before.replace(id.clone()).into_iter().collect(),
            depends_on: Vec::new(),
            labels: Vec::new(),
            replaces: Vec::new(),
            created: None,
            source: Arc::new(Source::new(format!("{id}.sql"), head + text)),
            up: section,
            down: None,
            id,
        }
    });
    Graph::build(revisions.collect()).expect("a chain is a graph")
}
