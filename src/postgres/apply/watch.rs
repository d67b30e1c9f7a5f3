//! A second connection that sees what the first one does and waits for.
//!
//! It is opened only when something takes long, and nothing depends on it: a
//! server without a free slot lets revisions run all the same, just unseen.

use std::fmt::{self, Display};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use super::progress::Progress;
use crate::config::Limit;
use crate::postgres::Session;
use crate::sql::mask;

/// Most revisions are done before anybody needs to look.
const FIRST_LOOK: Duration = Duration::from_secs(1);

/// A look is never more frequent than this.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(50);

/// A server that takes longer to answer a look is asked anew, on another session.
const LOOK_LIMIT: Duration = Duration::from_secs(2);

/// So many looks fit into a lock timeout, so that the blocker is seen before
/// the wait for it is over.
const LOOKS: u32 = 4;

/// How much of a blocker's statement is shown, in characters.
pub(super) const QUERY_LENGTH: usize = 120;

/// A session that holds what ours waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocker {
    pub pid: i32,
    pub application: Option<String>,
    /// Its last statement, shortened, its literals masked.
    pub query: Option<String>,
    /// Such as `active` or `idle in transaction`.
    pub state: Option<String>,
}

/// What a look saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sight {
    /// What the server process waits for, such as `Lock relation`.
    pub(super) wait: Option<String>,
    pub(super) blocker: Option<Blocker>,
    /// How far a long command is, where the server tells.
    pub(super) phase: Option<String>,
}

/// Why a look saw nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unseen {
    /// A second session was not to be had.
    NoSession,
    /// It gets no answer: the server, or the way to it, is stuck.
    NoAnswer,
    /// The server refuses to say, or does not know the process any more.
    NotTold,
}

/// Opens a second session, when there is a need.
pub(super) struct Watch<C> {
    connect: C,
    session: Option<Session>,
    last: Option<Sight>,
}

impl<C> Watch<C>
where
    C: AsyncFn() -> Option<Session>,
{
    pub(super) fn new(connect: C) -> Self {
        Self {
            connect,
            session: None,
            last: None,
        }
    }

    /// Runs something on the server process `pid` while watching it.
    pub(super) async fn during<T>(
        &mut self,
        pid: i32,
        lock_timeout: Limit,
        progress: &mut Progress,
        work: impl Future<Output = T>,
    ) -> T {
        self.last = None;
        tokio::select! {
            // What is done is done, however interesting it was to watch.
            biased;
            done = work => done,
            never = self.look_on(pid, lock_timeout, progress) => match never {},
        }
    }

    /// Returns who was last seen in the way of what was watched last.
    pub(super) fn blocker(&self) -> Option<Blocker> {
        self.last.as_ref().and_then(|sight| sight.blocker.clone())
    }

    /// Closes the second session, if there is one.
    pub(super) async fn close(self) {
        if let Some(session) = self.session {
            session.close().await;
        }
    }

    async fn look_on(
        &mut self,
        pid: i32,
        lock_timeout: Limit,
        progress: &mut Progress,
    ) -> std::convert::Infallible {
        let interval = lock_timeout.map_or(FIRST_LOOK, |limit| {
            (limit / LOOKS).clamp(SHORTEST_INTERVAL, FIRST_LOOK)
        });
        let began = Instant::now();
        loop {
            sleep(interval).await;
            let look = self.look(pid).await;
            if let Ok(sight) = &look {
                // Between two waits the last blocker stays worth naming.
                let seen = Sight {
                    blocker: sight.blocker.clone().or_else(|| self.blocker()),
                    ..sight.clone()
                };
                self.last = Some(seen);
            }
            progress.seen(began.elapsed(), look.as_ref().map_err(|unseen| *unseen));
        }
    }

    /// Returns what the server process does.
    async fn look(&mut self, pid: i32) -> Result<Sight, Unseen> {
        if self
            .session
            .as_ref()
            .is_none_or(|session| session.client.is_closed())
        {
            self.session = (self.connect)().await;
        }
        let session = self.session.as_ref().ok_or(Unseen::NoSession)?;
        let question = question(pid);
        let Ok(answer) = timeout(LOOK_LIMIT, session.client.simple_query(&question)).await else {
            self.session = None;
            return Err(Unseen::NoAnswer);
        };
        let messages = answer.map_err(|_| Unseen::NotTold)?;
        let row = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(sight(row)),
            _ => None,
        });
        row.ok_or(Unseen::NotTold)
    }
}

fn question(pid: i32) -> String {
    format!(
        "SELECT a.wait_event_type || ' ' || a.wait_event AS wait, \
         b.pid, b.application_name, b.state, pg_catalog.left(b.query, 2000) AS query, \
         p.phase || CASE WHEN p.blocks_total > 0 THEN \
           ', ' || 100 * p.blocks_done / p.blocks_total || ' %' ELSE '' END AS phase \
         FROM pg_catalog.pg_stat_activity a \
         LEFT JOIN LATERAL (SELECT o.* FROM pg_catalog.unnest( \
           pg_catalog.pg_blocking_pids(a.pid)) u(pid) \
           JOIN pg_catalog.pg_stat_activity o ON o.pid = u.pid LIMIT 1) b ON true \
         LEFT JOIN pg_catalog.pg_stat_progress_create_index p ON p.pid = a.pid \
         WHERE a.pid = {pid}"
    )
}

fn sight(row: &SimpleQueryRow) -> Sight {
    let text = |name: &str| {
        row.try_get(name)
            .ok()
            .flatten()
            .filter(|text| !text.is_empty())
    };
    let blocker = text("pid")
        .and_then(|pid| pid.parse().ok())
        .map(|pid| Blocker {
            pid,
            application: text("application_name").map(str::to_owned),
            // Another session's literals are none of our log's business.
            query: text("query").map(|query| mask(query, QUERY_LENGTH)),
            state: text("state").map(str::to_owned),
        });
    Sight {
        wait: text("wait")
            .filter(|wait| !wait.starts_with("Client "))
            .map(str::to_owned),
        blocker,
        phase: text("phase").map(str::to_owned),
    }
}

impl Display for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSession => "a second connection could not be opened to look",
            Self::NoAnswer => "a second connection gets no answer",
            Self::NotTold => "the server does not say what it does",
        })
    }
}

impl Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pid {}", self.pid)?;
        if let Some(application) = &self.application {
            write!(f, ", application `{application}`")?;
        }
        if let Some(state) = &self.state {
            write!(f, ", {state}")?;
        }
        if let Some(query) = &self.query {
            write!(f, ", running `{query}`")?;
        }
        Ok(())
    }
}
