//! Our own statements around a revision's script.

use std::time::Duration;

use super::Options;
use super::message::{Message, Purpose};
use super::task::Task;
use super::transaction::Opening;
use crate::plan::{Action, Direction};
use crate::postgres::Session;
use crate::postgres::lock::{Locked, Route};
use crate::postgres::settings::{self, Extent};
use crate::postgres::version_table::{Elapsed, Location, Tables};

/// What the statements of one run have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub(super) locked: &'a Locked,
    pub(super) location: &'a Location,
    pub(super) options: &'a Options,
}

/// What comes after a step's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Commit,
    /// Another step follows in the same transaction.
    StayOpen,
    /// The transaction will be rolled back, and no COMMIT checks what is deferred.
    CheckConstraints,
}

impl<'a> Frame<'a> {
    pub(super) fn session(&self) -> &'a Session {
        self.locked.session()
    }

    /// Adds what comes before a script: resets and settings, BEGIN, the proof
    /// of the lock, and the state tables where they are absent.
    pub(super) fn open(&self, message: &mut Message, task: &Task<'_>, opening: Opening) {
        message.all(Purpose::Session, &self.settings(task, Extent::Session));
        if opening == Opening::Begin {
            self.begin(message);
        } else {
            message.ours(Purpose::Ownership, &self.locked.key().proof());
        }
    }

    /// Adds BEGIN, the proof of the lock, and the state tables where they are
    /// absent.
    pub(super) fn begin(&self, message: &mut Message) {
        message.ours(Purpose::Begin, "BEGIN READ WRITE");
        message.ours(Purpose::Ownership, &self.locked.key().proof());
        message.all(Purpose::Tables, &Tables::at(self.location).create());
    }

    /// Adds what comes after a script: the resets again, since it may have
    /// changed anything, the rows, and the end.
    pub(super) fn close(
        &self,
        message: &mut Message,
        task: &Task<'_>,
        before: Duration,
        ending: Ending,
    ) {
        if ending == Ending::CheckConstraints {
            message.ours(Purpose::Constraints, "SET CONSTRAINTS ALL IMMEDIATE");
        }
        message.all(Purpose::Session, &self.settings(task, self.after()));
        let tables = Tables::at(self.location);
        let elapsed = Elapsed::Since(before);
        let row = match (task.step.direction, &task.step.action) {
            (Direction::Upgrade, Action::Run | Action::Record) => {
                tables.insert(&task.entry, elapsed)
            }
            (Direction::Upgrade, Action::Resume(_)) => tables.complete(&task.entry, elapsed),
            (Direction::Downgrade, _) => tables.delete(&task.entry.revision),
        };
        message.ours(Purpose::Row, &row);
        if task.step.direction == Direction::Downgrade {
            message.all(Purpose::Row, &tables.delete_replaced(&task.entry));
        }
        message.ours(
            Purpose::Row,
            &tables.log(task.log_action(), &task.entry, elapsed),
        );
        if ending == Ending::Commit {
            message.ours(Purpose::Commit, "COMMIT");
        }
    }

    /// Returns the resets and settings of a step.
    pub(super) fn settings(&self, task: &Task<'_>, extent: Extent) -> Vec<String> {
        let limits = task.limits(self.options.lock_timeout, self.options.statement_timeout);
        settings::statements(self.locked.capabilities, limits, extent)
    }

    /// Returns how long the settings after a script may last: a pooler would
    /// hand a server session with our settings to other clients.
    fn after(&self) -> Extent {
        match self.locked.route() {
            Route::Direct => Extent::Session,
            Route::Proxied => Extent::Transaction,
        }
    }
}
