//! The loop over the steps of a run, and its tries.

use tokio::time::{Instant, sleep};

use super::error::{ApplyError, Scope, Site};
use super::frame::{Ending, Frame};
use super::message::{Block, Spot};
use super::prepare::Prepared;
use super::progress::Progress;
use super::retry::{Tries, Verdict};
use super::task::Task;
use super::transaction::{self, Broken, Opening};
use super::verdict;
use super::watch::Watch;
use super::{Mode, Options, Report};
use crate::config::TransactionScope;
use crate::plan::{Action, Body, Direction};
use crate::postgres::lock::{Locked, Route};
use crate::postgres::version_table::{Location, Presence};
use crate::postgres::{ServerFailure, Session};

/// Everything that one call of `apply` holds.
pub(super) struct Run<'a, C> {
    pub(super) locked: &'a Locked,
    pub(super) tasks: &'a [Task<'a>],
    /// Where the tables stand, and whether they are there by now.
    pub(super) location: Location,
    pub(super) options: &'a Options,
    pub(super) watch: Watch<C>,
    pub(super) progress: Progress,
    pub(super) report: Report,
}

impl<'a, C> Run<'a, C>
where
    C: AsyncFn() -> Option<Session>,
{
    pub(super) fn begin(
        locked: &'a Locked,
        prepared: &'a Prepared<'a>,
        location: &Location,
        options: &'a Options,
        connect: C,
    ) -> Self {
        Self {
            locked,
            tasks: &prepared.tasks,
            location: location.clone(),
            options,
            watch: Watch::new(connect),
            progress: Progress::begin(options.progress, prepared.tasks.len()),
            report: Report::default(),
        }
    }

    pub(super) async fn end(self) -> Report {
        self.watch.close().await;
        self.report
    }

    /// Runs all steps.
    ///
    /// # Errors
    ///
    /// Every [`ApplyError`].
    pub(super) async fn all(&mut self) -> Result<(), Box<ApplyError>> {
        // What a script selects is for nobody here.
        self.locked.session().skip_long_rows();
        self.unless_proxied()?;
        match (self.options.mode, self.options.transaction) {
            (Mode::DryRun, _) | (Mode::Commit, TransactionScope::All) => self.together().await,
            (Mode::Commit, TransactionScope::Revision) => self.one_by_one().await,
        }
    }

    /// Refuses a script that needs the server session for itself, before any
    /// other has run.
    fn unless_proxied(&self) -> Result<(), Box<ApplyError>> {
        if self.locked.route() == Route::Direct {
            return Ok(());
        }
        let outside = self.tasks.iter().find(|task| {
            let body = task.script.as_ref().map(|script| &script.body);
            matches!(body, Some(Body::Statements(_)))
        });
        outside.map_or(Ok(()), |task| {
            Err(Box::new(ApplyError::Proxied {
                site: task.site(task.start()),
                host: self.locked.session().host.clone(),
            }))
        })
    }

    /// Runs each step in a transaction of its own, or outside of any.
    async fn one_by_one(&mut self) -> Result<(), Box<ApplyError>> {
        for (at, task) in self.tasks.iter().enumerate() {
            self.sets_out(task, at);
            let took = match task.script.as_ref().map(|script| (script, &script.body)) {
                Some((script, Body::Statements(statements))) => {
                    let began = Instant::now();
                    self.outside(task, script, statements).await?;
                    began.elapsed()
                }
                Some((_, Body::Transaction(_))) | None => {
                    unless_half_done(task)?;
                    self.in_its_own(task).await?
                }
            };
            self.arrived();
            self.progress.done(task, took, verb(task, Mode::Commit));
            self.report.done.push(task.done(took));
        }
        Ok(())
    }

    /// Runs a step in its own transaction until it is committed.
    async fn in_its_own(
        &mut self,
        task: &Task<'_>,
    ) -> Result<std::time::Duration, Box<ApplyError>> {
        let mut tries = Tries::begin(self.options.lock_retry);
        loop {
            match self.step(task, Opening::Begin, Ending::Commit).await {
                Ok(took) => return Ok(took),
                Err(broken) => {
                    self.again(&mut tries, broken, task, Scope::Revision)
                        .await?
                }
            }
        }
    }

    /// Runs all steps in one transaction. A lost fight for locks restarts it as
    /// a whole: a savepoint would keep every lock obtained so far.
    async fn together(&mut self) -> Result<(), Box<ApplyError>> {
        self.tasks.iter().try_for_each(unless_half_done)?;
        let mut tries = Tries::begin(self.options.lock_retry);
        while let Err((broken, at)) = self.pass().await {
            self.report.done.clear();
            let Some(task) = self.tasks.get(at) else {
                return Ok(());
            };
            self.again(&mut tries, broken, task, Scope::Run).await?;
        }
        for (task, done) in self.tasks.iter().zip(&self.report.done) {
            self.progress
                .done(task, done.took, verb(task, self.options.mode));
        }
        Ok(())
    }

    /// Runs all steps once, and returns the step at which it broke.
    async fn pass(&mut self) -> Result<(), (Broken, usize)> {
        let ending = match self.options.mode {
            Mode::Commit => Ending::StayOpen,
            Mode::DryRun => Ending::CheckConstraints,
        };
        for (at, task) in self.tasks.iter().enumerate() {
            self.sets_out(task, at);
            let opening = if at == 0 {
                Opening::Begin
            } else {
                Opening::Join
            };
            let step = self.step(task, opening, ending).await;
            let took = step.map_err(|broken| (broken, at))?;
            self.report.done.push(task.done(took));
        }
        let Some(last) = self.tasks.len().checked_sub(1) else {
            return Ok(());
        };
        match self.options.mode {
            Mode::Commit => {
                let commit = transaction::commit(&self.frame()).await;
                commit.map_err(|broken| (broken, last))?;
                self.arrived();
            }
            Mode::DryRun => transaction::roll_back(&self.frame(), Block::Open).await,
        }
        Ok(())
    }

    async fn step(
        &mut self,
        task: &Task<'_>,
        opening: Opening,
        ending: Ending,
    ) -> Result<std::time::Duration, Broken> {
        let frame = Frame {
            locked: self.locked,
            location: &self.location,
            options: self.options,
        };
        let work = transaction::run(&frame, task, opening, ending);
        let lock_timeout = task.limits(self.options.lock_timeout, None).lock_timeout;
        self.watch
            .during(
                self.locked.session(),
                lock_timeout,
                &mut self.progress,
                work,
            )
            .await
    }

    /// Rolls back, and returns when it is time for another try.
    ///
    /// # Errors
    ///
    /// The [`ApplyError`] that the failure is, where no other try helps.
    async fn again(
        &mut self,
        tries: &mut Tries,
        mut broken: Broken,
        task: &Task<'_>,
        scope: Scope,
    ) -> Result<(), Box<ApplyError>> {
        broken.failed.failure.explain(self.locked.session());
        transaction::roll_back(&self.frame(), broken.failed.block).await;
        let site = match broken.spot() {
            Spot::Script(offset) => task.site(offset),
            Spot::Ours(_) => task.site(task.start()),
        };
        match self.judge(tries, &broken.failed.failure, site).await? {
            Tried::Again => Ok(()),
            Tried::Fatal => Err(Box::new(verdict::of_transaction(
                broken,
                task,
                &self.location,
                self.locked.route(),
                scope,
                task.start(),
            ))),
        }
    }

    /// Waits for the next try of something that lost a fight for locks.
    ///
    /// # Errors
    ///
    /// [`ApplyError::RetrySpent`]
    pub(super) async fn judge(
        &mut self,
        tries: &mut Tries,
        failure: &ServerFailure,
        site: Box<Site>,
    ) -> Result<Tried, Box<ApplyError>> {
        let blocker = self.watch.blocker();
        match tries.judge(failure) {
            Verdict::Fatal => Ok(Tried::Fatal),
            Verdict::Spent(waited) => Err(Box::new(ApplyError::RetrySpent {
                site,
                failure: failure.clone(),
                waited,
                tries: tries.count,
                blocker: blocker.map(Box::new),
            })),
            Verdict::After(delay) => {
                self.progress.quietly(|| {
                    tracing::warn!(
                        revision = %site.revision,
                        sqlstate = failure.sqlstate(),
                        blocked_by = blocker.as_ref().map(ToString::to_string),
                        tries = tries.count,
                        again_in_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                        "rolled back: {}; trying again",
                        failure.message
                    );
                });
                sleep(delay).await;
                Ok(Tried::Again)
            }
        }
    }

    pub(super) fn frame(&self) -> Frame<'_> {
        Frame {
            locked: self.locked,
            location: &self.location,
            options: self.options,
        }
    }

    /// A step begins; `at` counts from zero.
    fn sets_out(&mut self, task: &Task<'_>, at: usize) {
        self.locked.sets_out(Some(&task.step.revision));
        self.progress.step(task, at);
    }

    /// What has begun is committed.
    fn arrived(&mut self) {
        self.locked.sets_out(None);
        self.tables_exist();
    }

    /// The transaction that created the tables is committed.
    pub(super) fn tables_exist(&mut self) {
        self.location.state_table = Presence::Present;
        self.location.log_table = Presence::Present;
    }
}

/// What came of judging a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tried {
    Again,
    Fatal,
}

/// Refuses to begin a script at its start that ran outside a transaction when
/// its journal was written, and came further than that.
fn unless_half_done(task: &Task<'_>) -> Result<(), Box<ApplyError>> {
    match &task.step.action {
        Action::Resume(journal) if journal.finished > 0 || journal.started.is_some() => {
            Err(Box::new(ApplyError::PrefixChanged {
                site: task.site(task.start()),
                finished: journal.finished,
            }))
        }
        Action::Resume(_) | Action::Run | Action::Record => Ok(()),
    }
}

fn verb(task: &Task<'_>, mode: Mode) -> &'static str {
    match (mode, task.step.direction, &task.step.action) {
        (Mode::DryRun, _, _) => "ran, to be rolled back",
        (Mode::Commit, _, Action::Record) => "recorded without running",
        (Mode::Commit, Direction::Upgrade, Action::Run | Action::Resume(_)) => "applied",
        (Mode::Commit, Direction::Downgrade, Action::Run | Action::Resume(_)) => "reverted",
    }
}
