//! One look at everything, without waiting.
//!
//! Whatever it finds is an answer: it fails at nothing, and says what it found
//! of each thing that was asked. One connection serves database and schema.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::arrival;
use crate::also;
use crate::config::{Config, Limit};
use crate::error::NotReady;
use crate::plan::Progress;
use crate::postgres::version_table::{self, VersionTable};
use crate::postgres::{ServerFailure, Session};
use crate::revision::{Graph, RevisionId, Target};
use crate::wait::Attempt;

/// So much of the time is kept for a goodbye, without which a server may write
/// of a connection that was lost.
const GOODBYE: Duration = Duration::from_millis(100);

/// What was found; `None`: it was not asked, or there was no connection to ask
/// through.
#[derive(Debug, Default)]
pub struct Health {
    pub connection: Option<Result<(), NotReady>>,
    pub schema: Option<Result<(), NotReady>>,
    /// What was begun and is not finished, where the target is not reached.
    pub partial: Vec<RevisionId>,
    pub app: Option<Result<(), NotReady>>,
}

/// When an answer must be there, and when its connection is left.
#[derive(Clone, Copy)]
struct Bounds {
    answer: Option<Instant>,
    end: Option<Instant>,
    /// From the start to `answer`.
    allowed: Duration,
}

/// Asks what is configured, within a time that began at an instant.
pub async fn health(
    config: &Config,
    schema: Option<(&Graph, &Target)>,
    began: Instant,
    limit: Limit,
) -> Health {
    let bounds = Bounds::new(began, limit);
    let mut health = Health::default();
    let connects = config.health.database || schema.is_some();
    let connecting = async {
        if connects {
            ask(config, schema, bounds, &mut health).await;
        }
    };
    let asking = async {
        match &config.health.app {
            Some(target) => {
                let answer = also::probe(target, bounds.attempt());
                Some(bounds.kept(async { Ok(answer.await?) }).await)
            }
            None => None,
        }
    };
    let ((), app) = tokio::join!(connecting, asking);
    health.app = app;
    health
}

async fn ask(
    config: &Config,
    schema: Option<(&Graph, &Target)>,
    bounds: Bounds,
    health: &mut Health,
) {
    let table = arrival::version_table(&config.migrations);
    let asked = schema.is_some().then_some(&table);
    let login = async {
        let source = config
            .databases()
            .map_err(|error| NotReady::Other(Box::new(error.into())));
        arrival::log_in_at(config, source?.application(), asked, bounds.attempt()).await
    };
    let session = match bounds.kept(login).await {
        Ok(session) => session,
        Err(error) => {
            health.connection = Some(Err(error));
            return;
        }
    };
    health.connection = Some(Ok(()));
    if let Some((graph, target)) = schema {
        let asking = async {
            let reached = arrival::has_reached(&session, &table, graph, target).await;
            let partial = match reached {
                Err(NotReady::Behind(_)) => partial(&session, &table).await,
                Ok(()) | Err(_) => Vec::new(),
            };
            (reached, partial)
        };
        let found = until(bounds.answer, asking).await;
        if found.is_none() {
            // A question that waits for a lock would go on waiting, and the
            // next probe's with it.
            let _delivered_or_late = until(bounds.end, session.cancel()).await;
        }
        let (reached, partial) = found.unwrap_or_else(|| (Err(bounds.silent()), Vec::new()));
        health.schema = Some(reached);
        health.partial = partial;
    }
    // A server that does not close is left; it was told.
    let _closed_or_late = until(bounds.end, session.close()).await;
}

/// Returns what was begun and is not finished, as far as it can be read.
pub(super) async fn partial(session: &Session, table: &VersionTable) -> Vec<RevisionId> {
    let state = version_table::state(session, table).await;
    let rows = state.unwrap_or_default().rows.into_iter();
    rows.filter(|(_, row)| match row.progress {
        Progress::Partial(..) => true,
        Progress::Complete => false,
    })
    .map(|(id, _)| id)
    .collect()
}

impl Bounds {
    fn new(began: Instant, limit: Limit) -> Self {
        let limit = limit.unwrap_or(Duration::MAX);
        let goodbye = GOODBYE.min(limit / 4);
        let allowed = limit - goodbye;
        Self {
            answer: began.checked_add(allowed),
            end: began.checked_add(limit - goodbye / 2),
            allowed,
        }
    }

    fn attempt(self) -> Attempt {
        Attempt {
            number: 1,
            deadline: self.answer,
        }
    }

    /// Returns the answer of one who keeps to the time of an attempt by
    /// himself, and says more of it than could be said from outside.
    async fn kept<T>(
        self,
        answer: impl Future<Output = Result<T, NotReady>>,
    ) -> Result<T, NotReady> {
        match until(self.end, answer).await {
            Some(answer) => answer,
            None => Err(self.silent()),
        }
    }

    fn silent(self) -> NotReady {
        NotReady::Unread(ServerFailure::silent(self.allowed))
    }
}

async fn until<T>(end: Option<Instant>, future: impl Future<Output = T>) -> Option<T> {
    match end {
        Some(end) => timeout_at(end, future).await.ok(),
        None => Some(future.await),
    }
}
