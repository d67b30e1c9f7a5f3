//! A revision that runs outside a transaction, statement by statement.
//!
//! A statement that may run in a transaction runs in one together with its
//! journal entry. The others are marked as begun before they run and as
//! finished afterwards; one that was begun and not finished is judged by the
//! catalog where that can tell.

use std::borrow::Cow;

use tokio::time::Instant;

use super::error::{ApplyError, InvalidIndex, Scope};
use super::index::Index;
use super::journal::{Mark, Novelty};
use super::judge::{Begun, Judgement};
use super::message::{Block, Message, Purpose};
use super::retry::Tries;
use super::run::{Run, Tried};
use super::send::{Failed, copy, send};
use super::task::Task;
use super::transaction::{self, Broken, CommitSent};
use super::verdict;
use crate::config::Limit;
use crate::plan::{Action, Direction, Journal, Script, ScriptStatement};
use crate::postgres::quote::literal;
use crate::postgres::settings;
use crate::postgres::version_table::Tables;
use crate::postgres::{ServerFailure, Session};
use crate::revision::Comparison;
use crate::sql::{OutsideKind, StatementKind};

pub(super) type Stop = Box<ApplyError>;

/// One statement of a script, where it stands, and when the script began.
#[derive(Clone, Copy)]
pub(super) struct Turn<'a> {
    pub(super) task: &'a Task<'a>,
    pub(super) script: &'a Script,
    pub(super) statements: &'a [ScriptStatement],
    pub(super) at: usize,
    pub(super) began: Instant,
}

impl<'a, C> Run<'a, C>
where
    C: AsyncFn() -> Option<Session>,
{
    /// Runs a script from where its journal says it stopped.
    pub(super) async fn outside(
        &mut self,
        task: &Task<'_>,
        script: &Script,
        statements: &[ScriptStatement],
    ) -> Result<(), Stop> {
        let journal = match &task.step.action {
            Action::Resume(journal) => Some(journal),
            Action::Run | Action::Record => None,
        };
        self.admit(task, script, journal)?;
        let finished = journal.map_or(0, |journal| journal.finished);
        let turn = |at| Turn {
            task,
            script,
            statements,
            at,
            began: Instant::now(),
        };
        let novelty = self.novelty(turn(finished), journal).await?;
        self.begin_script(turn(finished), &novelty).await?;
        for statement in &statements[..finished] {
            if sets_session(&script.text(&statement.span)) {
                self.replay(task, script, statement).await?;
            }
        }
        let mut turn = turn(finished);
        if finished == statements.len() {
            return self.mark(turn, Mark::Finished(finished)).await;
        }
        let started = journal.and_then(|journal| journal.started.as_ref());
        for at in finished..statements.len() {
            turn.at = at;
            let begun = match started {
                Some(started)
                    if at == finished && started.checksum == turn.statement().checksum.as_str() =>
                {
                    Begun::Yes
                }
                _ => Begun::No,
            };
            match &turn.statement().kind {
                StatementKind::Outside(_) | StatementKind::Procedural => {
                    self.alone(turn, begun).await?;
                }
                _ => self.with_entry(turn).await?,
            }
        }
        Ok(())
    }

    /// Refuses what must not begin.
    fn admit(
        &self,
        task: &Task<'_>,
        script: &Script,
        journal: Option<&Journal>,
    ) -> Result<(), Stop> {
        let site = task.site(task.start());
        let Some(journal) = journal else {
            return Ok(());
        };
        let is_same = script
            .prefix(journal.finished)
            .is_some_and(|prefix| prefix.compare(&journal.prefix) != Comparison::Different);
        if is_same {
            Ok(())
        } else {
            Err(Box::new(ApplyError::PrefixChanged {
                site,
                finished: journal.finished,
            }))
        }
    }

    async fn novelty(&self, turn: Turn<'_>, journal: Option<&Journal>) -> Result<Novelty, Stop> {
        match (journal, turn.task.step.direction) {
            (Some(_), _) => Ok(Novelty::Known),
            (None, Direction::Upgrade) => Ok(Novelty::New),
            (None, Direction::Downgrade) => {
                let question = Tables::at(&self.location).narrow_check();
                let constraint = self.locked.session().ask(&question).await;
                let constraint = constraint
                    .map_err(|failure| self.stop(turn.task, outright(failure), turn.offset()))?;
                Ok(if constraint.is_empty() {
                    Novelty::Known
                } else {
                    Novelty::Narrow(constraint)
                })
            }
        }
    }

    async fn begin_script(&mut self, turn: Turn<'_>, novelty: &Novelty) -> Result<(), Stop> {
        let mut tries = Tries::begin(self.options.lock_retry);
        loop {
            let mut message = Message::default();
            let frame = self.frame();
            frame.begin_script(&mut message, turn.task, turn.script, novelty);
            match self
                .watched(
                    self.options.lock_timeout,
                    send_one(self.locked.session(), &message),
                )
                .await
            {
                Ok(()) => break,
                Err(failed) => self.again_here(turn, &mut tries, failed).await?,
            }
        }
        self.tables_exist();
        Ok(())
    }

    /// Runs a statement of the finished part again that set up the session.
    async fn replay(
        &mut self,
        task: &Task<'_>,
        script: &Script,
        statement: &ScriptStatement,
    ) -> Result<(), Stop> {
        let mut message = Message::default();
        message.script(&script.text(&statement.span), statement.span.start);
        let sent = send(&self.locked.session().client, &message, Block::Closed).await;
        sent.map_err(|failed| self.stop(task, failed, statement.span.start))
    }

    /// Runs a statement in a transaction with its journal entry.
    async fn with_entry(&mut self, turn: Turn<'_>) -> Result<(), Stop> {
        let mut tries = Tries::begin(self.options.lock_retry);
        loop {
            let lock_timeout = turn
                .task
                .limits(self.options.lock_timeout, None)
                .lock_timeout;
            let frame = super::frame::Frame {
                locked: self.locked,
                location: &self.location,
                options: self.options,
            };
            let work = with_entry(&frame, turn);
            let session = self.locked.session();
            let done = self
                .watch
                .during(session, lock_timeout, &mut self.progress, work)
                .await;
            match done {
                Ok(()) => return Ok(()),
                Err(failed) => self.again_here(turn, &mut tries, failed).await?,
            }
        }
    }

    /// Runs a statement that cannot run in a transaction.
    async fn alone(&mut self, turn: Turn<'_>, mut begun: Begun) -> Result<(), Stop> {
        let mut tries = Tries::begin(self.options.lock_retry);
        loop {
            let mut marked = begun;
            match self.judged(turn, begun).await? {
                Judgement::Finished => break,
                Judgement::RunUnmarked => {}
                Judgement::Run => marked = Begun::Yes,
                Judgement::Repair(remains) => {
                    for index in &remains {
                        self.repair(turn, index).await?;
                    }
                    marked = Begun::Yes;
                }
            }
            if marked == Begun::Yes && begun == Begun::No {
                self.mark(turn, Mark::Started(turn.at)).await?;
                begun = Begun::Yes;
            }
            let before = self.transaction_number(turn).await?;
            let Err(failed) = self.execute(turn).await else {
                self.check_built(turn).await?;
                break;
            };
            if begun == Begun::Yes && self.left_nothing(turn, &failed.failure, before).await {
                self.mark(turn, Mark::Finished(turn.at)).await?;
                begun = Begun::No;
            }
            self.again_here(turn, &mut tries, failed).await?;
        }
        self.mark(turn, Mark::Finished(turn.at + 1)).await
    }

    /// Drops what the statement's last run has left.
    async fn repair(&mut self, turn: Turn<'_>, index: &Index) -> Result<(), Stop> {
        self.progress.quietly(|| {
            tracing::info!(
                revision = %turn.task.step.revision,
                index = %index.qualified(),
                "dropping an INVALID index that an earlier run of this statement has left"
            );
        });
        let mut message = Message::default();
        message.ours(Purpose::Session, &index.drop_concurrently());
        self.unhurried(&message)
            .await
            .map_err(|failed| self.stop(turn.task, failed, turn.statement().span.start))
    }

    /// Runs the statement by itself.
    async fn execute(&mut self, turn: Turn<'_>) -> Result<(), Failed> {
        let mut message = Message::default();
        turn.add_to(&mut message);
        match &turn.statement().kind {
            // These block no reads or writes while they wait, and would leave
            // an INVALID index each time a wait is given up.
            StatementKind::Outside(
                OutsideKind::CreateIndexConcurrently { .. }
                | OutsideKind::DropIndexConcurrently { .. }
                | OutsideKind::ReindexConcurrently { .. }
                | OutsideKind::Vacuum,
            ) => self.unhurried(&message).await,
            _ => {
                let limit = turn
                    .task
                    .limits(self.options.lock_timeout, None)
                    .lock_timeout;
                let work = send_one(self.locked.session(), &message);
                self.watched(limit, work).await
            }
        }
    }

    /// Sends a message with `lock_timeout` off, and puts the timeout back.
    async fn unhurried(&mut self, message: &Message) -> Result<(), Failed> {
        let session = self.locked.session();
        let timeout = session.ask("SHOW lock_timeout").await.map_err(outright)?;
        session
            .ask(&settings::timeout("lock_timeout", None))
            .await
            .map_err(outright)?;
        let sent = self.watched(None, send_one(session, message)).await;
        let restore = format!("SET lock_timeout = {}", literal(&timeout));
        match (sent, session.ask(&restore).await) {
            (Ok(()), restored) => restored.map(|_| ()).map_err(outright),
            // The first error is the one to tell.
            (Err(failed), _) => Err(failed),
        }
    }

    /// Writes the journal in a transaction of its own.
    async fn mark(&mut self, turn: Turn<'_>, mark: Mark) -> Result<(), Stop> {
        let mut message = Message::default();
        let frame = self.frame();
        frame.begin(&mut message);
        frame.mark(&mut message, turn, mark);
        let sent = send(&self.locked.session().client, &message, Block::Closed).await;
        if let Err(failed) = sent {
            transaction::roll_back(&self.frame(), failed.block).await;
            return Err(self.stop(turn.task, failed, turn.offset()));
        }
        Ok(())
    }

    async fn watched<T>(&mut self, lock_timeout: Limit, work: impl Future<Output = T>) -> T {
        let session = self.locked.session();
        self.watch
            .during(session, lock_timeout, &mut self.progress, work)
            .await
    }

    /// Rolls back, and returns when it is time for another try.
    async fn again_here(
        &mut self,
        turn: Turn<'_>,
        tries: &mut Tries,
        failed: Failed,
    ) -> Result<(), Stop> {
        transaction::roll_back(&self.frame(), failed.block).await;
        let site = turn.task.site(turn.offset());
        match self.judge(tries, &failed.failure, site).await? {
            Tried::Again => Ok(()),
            Tried::Fatal => Err(self.stop(turn.task, failed, turn.offset())),
        }
    }

    fn stop(&self, task: &Task<'_>, mut failed: Failed, start: usize) -> Stop {
        failed.failure.explain(self.locked.session());
        let broken = Broken {
            failed,
            commit: CommitSent::Yes,
        };
        Box::new(verdict::of_transaction(
            broken,
            task,
            &self.location,
            self.locked.route(),
            Scope::Statement,
            start,
        ))
    }
}

impl<'a> Turn<'a> {
    pub(super) fn statement(&self) -> &'a ScriptStatement {
        &self.statements[self.at]
    }

    pub(super) fn text(&self) -> Cow<'a, str> {
        self.script.text(&self.statement().span)
    }

    fn add_to(&self, message: &mut Message) {
        message.script(&self.text(), self.statement().span.start);
    }

    /// Returns where the statement begins; of a script that has no more, its start.
    fn offset(&self) -> usize {
        self.statements
            .get(self.at)
            .map_or_else(|| self.task.start(), |statement| statement.span.start)
    }

    pub(super) fn site(&self) -> Box<super::error::Site> {
        self.task.site(self.offset())
    }

    pub(super) fn invalid(&self, index: &Index, why: InvalidIndex) -> Stop {
        Box::new(ApplyError::InvalidIndex {
            site: self.site(),
            index: index.qualified().to_string(),
            why,
        })
    }
}

/// Runs a statement and its journal entry in one transaction.
async fn with_entry(frame: &super::frame::Frame<'_>, turn: Turn<'_>) -> Result<(), Failed> {
    let client = &frame.session().client;
    let statement = turn.statement();
    let mut message = Message::default();
    let mut block = Block::Closed;
    frame.begin(&mut message);
    if let StatementKind::CopyIn { data } = &statement.kind {
        let before = std::mem::take(&mut message);
        send(client, &before, block).await?;
        block = Block::Open;
        copy(client, turn.script, &statement.span, data).await?;
    } else {
        turn.add_to(&mut message);
    }
    frame.mark(&mut message, turn, Mark::Finished(turn.at + 1));
    send(client, &message, block).await
}

async fn send_one(session: &Session, message: &Message) -> Result<(), Failed> {
    send(&session.client, message, Block::Closed).await
}

fn outright(failure: ServerFailure) -> Failed {
    Failed {
        failure,
        spot: super::message::Spot::Ours(Purpose::Session),
        block: Block::Closed,
    }
}

/// Says whether a statement sets something for the whole session, which a run
/// that resumes after it has to set again.
fn sets_session(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace().map(str::to_ascii_lowercase);
    match words.next().as_deref() {
        Some("reset") => true,
        Some("set") => !matches!(
            words.next().as_deref(),
            Some("local" | "constraints" | "transaction")
        ),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        assert_eq!(sets_session(text), expected);
    }

    #[test]
    fn only_settings_of_the_session_are_replayed() {
        check("SET search_path = app", true);
        check("set role owner", true);
        check("RESET ROLE", true);
        check("SET LOCAL x = 1", false);
        check("SET CONSTRAINTS ALL DEFERRED", false);
        check("set\n transaction read only", false);
        check("SELECT 1", false);
        check("setval", false);
    }
}
