//! What a failed message means for the run. Pure.

use super::error::{ApplyError, Outcome, Recording, Scope};
use super::message::{Purpose, Spot};
use super::task::Task;
use super::transaction::{Broken, CommitSent};
use crate::postgres::failure::FailureKind;
use crate::postgres::lock::{Key, Route};
use crate::postgres::version_table::Location;

/// `unsafe_new_enum_value_usage`: the value was added in this transaction.
const UNSAFE_ENUM_VALUE: &str = "55P04";

/// `object_in_use`: also when trigger events of this transaction are pending.
const OBJECT_IN_USE: &str = "55006";

/// Returns the error for a transaction that broke. `scope` says how much was
/// rolled back with it, and `start` where in the file it begins.
pub(super) fn of_transaction(
    broken: Broken,
    task: &Task<'_>,
    location: &Location,
    route: Route,
    scope: Scope,
    start: usize,
) -> ApplyError {
    let spot = broken.spot();
    let failure = broken.failed.failure;
    let revision = task.step.revision.clone();
    if failure.ends_session() || failure.kind == FailureKind::Protocol {
        // A server that says why it ends the session has not committed.
        let outcome = match (&failure.kind, broken.commit) {
            _ if scope == Scope::Statement => Outcome::Journalled,
            (FailureKind::Server(_), _) | (_, CommitSent::No) => Outcome::RolledBack,
            (FailureKind::Lost | FailureKind::Protocol, CommitSent::Yes) => Outcome::Unknown,
        };
        return ApplyError::Lost {
            revision,
            failure,
            outcome,
        };
    }
    let record = |what, failure| ApplyError::Record {
        location: location.clone(),
        revision: task.step.revision.clone(),
        what,
        failure,
    };
    match spot {
        Spot::Ours(Purpose::Session | Purpose::Begin) => record(Recording::Session, failure),
        Spot::Ours(Purpose::Ownership) if Key::is_disproved_by(&failure) => {
            ApplyError::LockLost { revision, route }
        }
        Spot::Ours(Purpose::Ownership) => record(Recording::Session, failure),
        Spot::Ours(Purpose::Tables) => record(Recording::Tables, failure),
        Spot::Ours(Purpose::Row) => record(Recording::Row, failure),
        Spot::Ours(Purpose::Commit | Purpose::Constraints) => ApplyError::AtCommit {
            site: task.site(start),
            failure,
        },
        Spot::Script(offset) => {
            let site = task.site(offset);
            let shared = scope == Scope::Run
                && (failure.sqlstate() == UNSAFE_ENUM_VALUE
                    || failure.sqlstate() == OBJECT_IN_USE
                        && failure.message.contains("pending trigger events"));
            if shared {
                ApplyError::SharedTransaction { site, failure }
            } else {
                ApplyError::Script {
                    site,
                    failure,
                    scope,
                }
            }
        }
    }
}
