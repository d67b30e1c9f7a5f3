//! The messages that keep the journal of a script outside a transaction.
//!
//! The journal stands in the revision's own row: so many statements are
//! finished, their checksum, and whether the next one was begun. It is written
//! only by a session that holds the lock, which each transaction proves.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::frame::Frame;
use super::message::{Message, Purpose};
use super::task::{Sentence, Task};
use crate::plan::{Journal, StartedStatement};
use crate::postgres::version_table::{Elapsed, Tables};

/// Where the script stands when a message is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// The statement of this number, counted from zero, is about to run.
    Started(usize),
    /// So many statements are finished, and the next one is not begun.
    Finished(usize),
}

/// Returns the checksum of the statements that are finished, under the rule of
/// the statements' own checksums.
pub(super) fn prefix(statements: &[Sentence]) -> String {
    let mut digest = Sha256::new();
    for statement in statements {
        // A checksum has no line end, so the framing is unambiguous.
        digest.update(statement.checksum.as_bytes());
        digest.update(b"\n");
    }
    let digest = digest.finalize();
    digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the journal for a mark.
pub(super) fn journal(statements: &[Sentence], mark: Mark) -> Journal {
    let (finished, started) = match mark {
        Mark::Started(at) => (at, statements.get(at)),
        Mark::Finished(count) => (count, None),
    };
    Journal {
        finished,
        prefix: prefix(&statements[..finished]),
        started: started.map(|statement| StartedStatement {
            checksum: statement.checksum.clone(),
        }),
    }
}

impl Frame<'_> {
    /// Adds what begins a script: resets and settings, the proof of the lock,
    /// and its row where it has none.
    pub(super) fn begin_script(&self, message: &mut Message, task: &Task<'_>, is_new: Novelty) {
        message.all(Purpose::Session, &self.settings(task));
        self.begin(message);
        if is_new == Novelty::New {
            let journal = Journal {
                finished: 0,
                prefix: prefix(&[]),
                started: None,
            };
            let row = Tables::at(self.location).insert_partial(&task.entry, &journal);
            message.ours(Purpose::Row, &row);
        }
        message.ours(Purpose::Commit, "COMMIT");
    }

    /// Adds the journal's new state to an open transaction, and ends it.
    ///
    /// The script's own settings must outlive this, since later statements may
    /// count on them, but its role may not be allowed to write the row.
    pub(super) fn mark(
        &self,
        message: &mut Message,
        task: &Task<'_>,
        statements: &[Sentence],
        mark: Mark,
        elapsed: Duration,
    ) {
        message.ours(Purpose::Session, "SET LOCAL ROLE NONE");
        let tables = Tables::at(self.location);
        if mark == Mark::Finished(statements.len()) {
            let elapsed = Elapsed::Since(elapsed);
            message.ours(Purpose::Row, &tables.complete(&task.entry, elapsed));
            let log = tables.log(task.log_action(), &task.entry, elapsed);
            message.ours(Purpose::Row, &log);
        } else {
            let journal = journal(statements, mark);
            message.ours(Purpose::Row, &tables.update_partial(&task.entry, &journal));
        }
        message.ours(Purpose::Commit, "COMMIT");
    }
}

/// Whether a script has a row already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Novelty {
    New,
    Resumed,
}
