//! The messages that keep the journal of a script outside a transaction.
//!
//! The journal stands in the revision's own row: so many statements are
//! finished, their checksum, and whether the next one was begun. It is written
//! only by a session that holds the lock, which each transaction proves.

use super::frame::Frame;
use super::message::{Message, Purpose};
use super::outside::Turn;
use super::task::Task;
use crate::plan::{Direction, Journal, Script, ScriptStatement, StartedStatement};
use crate::postgres::settings::Extent;
use crate::postgres::version_table::{Elapsed, Tables};

/// Where the script stands when a message is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// The statement of this number, counted from zero, is about to run.
    Started(usize),
    /// So many statements are finished, and the next one is not begun.
    Finished(usize),
}

/// Returns the journal for a mark.
pub(super) fn journal(script: &Script, statements: &[ScriptStatement], mark: Mark) -> Journal {
    let (finished, started) = match mark {
        Mark::Started(at) => (at, statements.get(at)),
        Mark::Finished(count) => (count, None),
    };
    let prefix = script.prefix(finished);
    Journal {
        finished,
        prefix: prefix.map_or_else(String::new, |prefix| prefix.as_str().to_owned()),
        started: started.map(|statement| StartedStatement {
            checksum: statement.checksum.as_str().to_owned(),
        }),
    }
}

impl Frame<'_> {
    /// Adds what begins a script: resets and settings, the proof of the lock,
    /// and on the way up its row where it has none. On the way down the row says
    /// `applied` until a statement is finished or begun.
    pub(super) fn begin_script(
        &self,
        message: &mut Message,
        task: &Task<'_>,
        script: &Script,
        novelty: &Novelty,
    ) {
        message.all(Purpose::Session, &self.settings(task, Extent::Session));
        self.begin(message);
        let tables = Tables::at(self.location);
        match novelty {
            Novelty::New => {
                let journal = journal(script, &[], Mark::Finished(0));
                message.ours(Purpose::Row, &tables.insert_partial(&task.entry, &journal));
            }
            Novelty::Narrow(constraint) => {
                message.ours(Purpose::Tables, &tables.widen_check(constraint));
            }
            Novelty::Known => {}
        }
        message.ours(Purpose::Commit, "COMMIT");
    }

    /// Adds the journal's new state to an open transaction, and ends it.
    ///
    /// The script's own settings must outlive this, since later statements may
    /// count on them, but its role may not be allowed to write the row.
    pub(super) fn mark(&self, message: &mut Message, turn: Turn<'_>, mark: Mark) {
        let task = turn.task;
        message.ours(Purpose::Session, "SET LOCAL ROLE NONE");
        let tables = Tables::at(self.location);
        if mark == Mark::Finished(turn.statements.len()) {
            let elapsed = Elapsed::Since(turn.began.elapsed());
            match task.step.direction {
                Direction::Upgrade => {
                    message.ours(Purpose::Row, &tables.complete(&task.entry, elapsed));
                }
                Direction::Downgrade => {
                    message.ours(Purpose::Row, &tables.delete(&task.entry.revision));
                    message.all(Purpose::Row, &tables.delete_replaced(&task.entry));
                }
            }
            let log = tables.log(task.log_action(), &task.entry, elapsed);
            message.ours(Purpose::Row, &log);
        } else {
            let journal = journal(turn.script, turn.statements, mark);
            let row = match task.step.direction {
                Direction::Upgrade => tables.update_partial(&task.entry, &journal),
                Direction::Downgrade => tables.update_reverting(&task.entry, &journal),
            };
            message.ours(Purpose::Row, &row);
        }
        message.ours(Purpose::Commit, "COMMIT");
    }
}

/// What a script finds in the state table when it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Novelty {
    /// No row of its own.
    New,
    /// Its row, in a table whose constraint of this name knows no way down.
    Narrow(String),
    /// Its row, which can be kept.
    Known,
}
