//! A second connection that sees what the first one does and waits for.
//!
//! It is opened only when something takes long, and nothing depends on it: a
//! server without a free slot lets revisions run all the same, just unseen.

use std::fmt::{self, Display};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use super::progress::Progress;
use super::rest::{Rest, Work};
use crate::config::Limit;
use crate::postgres::lock::Route;
use crate::postgres::{Session, settings};
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

/// What a look saw, and on which server.
struct Look {
    sight: Sight,
    /// When that server was started.
    server: String,
    work: Work,
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

    /// Runs something on a session while watching its server process. The
    /// session is ended when no answer will come any more.
    pub(super) async fn during<T>(
        &mut self,
        watched: &Session,
        lock_timeout: Limit,
        progress: &mut Progress,
        work: impl Future<Output = T>,
    ) -> T {
        self.last = None;
        tokio::select! {
            // What is done is done, however interesting it was to watch.
            biased;
            done = work => done,
            never = self.look_on(watched, lock_timeout, progress) => match never {},
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
        watched: &Session,
        lock_timeout: Limit,
        progress: &mut Progress,
    ) -> std::convert::Infallible {
        let interval = lock_timeout.map_or(FIRST_LOOK, |limit| {
            (limit / LOOKS).clamp(SHORTEST_INTERVAL, FIRST_LOOK)
        });
        let began = Instant::now();
        let mut rest = Rest::default();
        loop {
            sleep(interval).await;
            let look = self.look(watched.facts.backend_pid).await;
            if let Ok(Look {
                sight,
                server,
                work,
            }) = &look
            {
                if rest.lasts(Instant::now(), server.clone(), work.clone()) {
                    watched.abandon("the server has finished, and its answer did not come");
                }
                // Between two waits the last blocker stays worth naming.
                let seen = Sight {
                    blocker: sight.blocker.clone().or_else(|| self.blocker()),
                    ..sight.clone()
                };
                self.last = Some(seen);
            }
            let seen = look.as_ref().map(|look| &look.sight);
            progress.seen(began.elapsed(), seen.map_err(|unseen| *unseen));
        }
    }

    /// Returns what the server process does.
    async fn look(&mut self, pid: i32) -> Result<Look, Unseen> {
        if self
            .session
            .as_ref()
            .is_none_or(|session| session.client.is_closed())
        {
            self.session = (self.connect)().await;
            if let Some(session) = &self.session {
                keep_alive(session).await;
            }
        }
        let session = self.session.as_ref().ok_or(Unseen::NoSession)?;
        let question = question(pid);
        let Ok(answer) = timeout(LOOK_LIMIT, session.client.simple_query(&question)).await else {
            self.session = None;
            return Err(Unseen::NoAnswer);
        };
        let messages = answer.map_err(|_| Unseen::NotTold)?;
        let row = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Look::of(row),
            _ => None,
        });
        row.ok_or(Unseen::NotTold)
    }
}

impl Look {
    /// Reads the row of a look; `None` for one that says nothing.
    fn of(row: &SimpleQueryRow) -> Option<Self> {
        let server = row.try_get("server").ok()??;
        Some(Self {
            sight: sight(row),
            server: server.to_owned(),
            work: Work::of(row),
        })
    }
}

/// Lets the server notice when the looking session is cut off: it has no
/// statement running, and would stay for hours. A pooler would hand the setting
/// to others.
async fn keep_alive(session: &Session) {
    if Route::of(session) == Route::Direct {
        let keepalives = settings::keepalives().join("; ");
        let set = session.client.batch_execute(&keepalives);
        // Whether it can be set changes nothing about what is seen.
        let _set_or_not = timeout(LOOK_LIMIT, set).await;
    }
}

fn question(pid: i32) -> String {
    format!(
        "SELECT s.server, a.pid AS ours, a.state AS ours_state, a.state_change AS ours_since, \
         a.wait_event_type || ' ' || a.wait_event AS wait, \
         b.pid, b.application_name, b.state, pg_catalog.left(b.query, 2000) AS query, \
         p.phase || CASE WHEN p.blocks_total > 0 THEN \
           ', ' || 100 * p.blocks_done / p.blocks_total || ' %' ELSE '' END AS phase \
         FROM (SELECT pg_catalog.pg_postmaster_start_time() AS server) s \
         LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = {pid} \
           AND a.datname = pg_catalog.current_database() AND a.usename = SESSION_USER \
         LEFT JOIN LATERAL (SELECT o.* FROM pg_catalog.unnest( \
           pg_catalog.pg_blocking_pids(a.pid)) u(pid) \
           JOIN pg_catalog.pg_stat_activity o ON o.pid = u.pid LIMIT 1) b ON true \
         LEFT JOIN pg_catalog.pg_stat_progress_create_index p ON p.pid = a.pid"
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
