//! One session that is kept for as long as it answers, and replaced when it
//! does not.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::config::Config;
use crate::error::NotReady;
use crate::pipeline::arrival;
use crate::pipeline::health::{Health, partial};
use crate::postgres::version_table::{self, StateError, VersionTable};
use crate::postgres::{self, ServerFailure, Session};
use crate::revision::{Graph, Target};
use crate::wait::Attempt;

/// How long an answer may take, or a new session in place of one that was lost:
/// in this time nobody knows that the last answer is not true any more.
const ANSWER: Duration = Duration::from_secs(3);

/// How long a new session may take to be set up.
const SETTLING: Duration = Duration::from_secs(1);

pub(super) struct Kept<'a> {
    config: &'a Config,
    graph: &'a Graph,
    target: &'a Target,
    table: VersionTable,
    session: Option<Session>,
    /// Something was asked and not answered: the session is of no use.
    is_asking: bool,
}

impl<'a> Kept<'a> {
    pub(super) fn new(config: &'a Config, graph: &'a Graph, target: &'a Target) -> Self {
        Self {
            config,
            graph,
            target,
            table: arrival::version_table(&config.migrations),
            session: None,
            is_asking: false,
        }
    }

    /// Asks once, on the session that is there or a new one. A session that was
    /// lost between two questions is replaced without a word.
    pub(super) async fn ask(&mut self) -> Health {
        if self.is_asking {
            self.close().await;
        }
        let mut end = Instant::now().checked_add(ANSWER);
        let is_first = self.session.is_none();
        if !is_first && let Some(health) = self.answer(end).await {
            return health;
        }
        let deadline = if is_first { self.deadline() } else { end };
        if let Err(error) = self.log_in(deadline).await {
            return failed(error);
        }
        if is_first {
            end = Instant::now().checked_add(ANSWER);
        }
        match self.answer(end).await {
            Some(health) => health,
            None => failed(NotReady::Unread(ServerFailure::silent(ANSWER))),
        }
    }

    /// Says goodbye, and takes back a question that was not answered.
    pub(super) async fn close(&mut self) {
        if let Some(session) = self.session.take() {
            if self.is_asking {
                let _delivered_or_not = session.cancel().await;
            }
            session.close().await;
        }
        self.is_asking = false;
    }

    fn deadline(&self) -> Option<Instant> {
        Instant::now().checked_add(self.config.wait.attempt_timeout?)
    }

    async fn log_in(&mut self, deadline: Option<Instant>) -> Result<(), NotReady> {
        let attempt = Attempt {
            number: 1,
            deadline,
        };
        let databases = self.config.databases();
        let databases = databases.map_err(|error| NotReady::Other(Box::new(error.into())))?;
        let source = databases.application();
        let session = arrival::log_in_at(self.config, source, Some(&self.table), attempt).await?;
        let settled = tokio::time::timeout(SETTLING, postgres::keep(&session)).await;
        // It is asked now, which finds out how it is.
        let _settled_or_not = settled;
        self.session = Some(session);
        Ok(())
    }

    /// Returns what the session answers by an instant; `None`: it is lost. One
    /// that answered, or gave no answer at all, is known not to be lost.
    async fn answer(&mut self, end: Option<Instant>) -> Option<Health> {
        self.is_asking = true;
        let asking = self.look();
        let health = match end {
            Some(end) => timeout_at(end, asking).await,
            None => Ok(asking.await),
        };
        match health {
            Ok(Some(health)) => {
                self.is_asking = false;
                Some(health)
            }
            Ok(None) => {
                self.is_asking = false;
                self.close().await;
                None
            }
            // To take the question back can take a moment, and nobody knows
            // yet that it was not answered.
            Err(_) => Some(failed(NotReady::Unread(ServerFailure::silent(ANSWER)))),
        }
    }

    async fn look(&mut self) -> Option<Health> {
        let session = self.session.as_mut()?;
        if let Err(error) = version_table::ask_again(session, &self.table).await {
            let error = NotReady::reading(error);
            return (!is_lost(session, &error)).then(|| failed(error));
        }
        let reached = arrival::has_reached(session, &self.table, self.graph, self.target).await;
        let partial = match &reached {
            Err(NotReady::Behind(_)) => partial(session, &self.table).await,
            Err(error) if is_lost(session, error) => return None,
            Ok(()) | Err(_) => Vec::new(),
        };
        Some(Health {
            connection: Some(Ok(())),
            schema: Some(reached),
            partial,
            app: None,
        })
    }
}

fn failed(error: NotReady) -> Health {
    Health {
        connection: Some(Err(error)),
        ..Health::default()
    }
}

fn is_lost(session: &Session, error: &NotReady) -> bool {
    let ends_session = match error {
        NotReady::Unread(failure) => failure.ends_session(),
        NotReady::State(StateError::Server(failure)) => failure.ends_session(),
        _ => false,
    };
    ends_session || session.client.is_closed()
}
