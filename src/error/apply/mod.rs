//! What is said when a run stops.

use super::Error;
use super::state::quoted;
use crate::diagnostic::{Diagnostic, Place};
use crate::duration;
use crate::exit::Exit;
use crate::plan::Direction;
use crate::postgres::apply::{
    ApplyError, InvalidIndex, Outcome, PrepareError, Recording, Report, Scope, Site, Stopped,
};
use crate::postgres::lock::Route;
use crate::postgres::{FailureKind, ServerFailure};

/// `insufficient_privilege`
const NO_PRIVILEGE: &str = "42501";

/// `undefined_column`: a state or history table that somebody has changed.
const NO_COLUMN: &str = "42703";

/// `query_canceled`: also by `statement_timeout`.
const CANCELED: &str = "57014";

pub fn diagnostic(stopped: &Stopped) -> Diagnostic {
    let diagnostic = of(&stopped.error);
    if stopped.report.done.is_empty() {
        return diagnostic;
    }
    let done: Vec<String> = stopped
        .report
        .done
        .iter()
        .map(|done| format!("`{}`", done.step.revision))
        .collect();
    let stay = if done.len() == 1 { "stays" } else { "stay" };
    diagnostic.cause(format!(
        "before it this run has committed {}, which {stay}",
        done.join(", ")
    ))
}

/// Returns what is said when a run stops in a database that nobody misses.
pub fn in_shadow(stopped: &Stopped) -> Diagnostic {
    match &*stopped.error {
        ApplyError::Script { site, failure, .. } | ApplyError::AtCommit { site, failure } => {
            Diagnostic::error(
                "revision-failed",
                Exit::Failed,
                format!(
                    "revision `{}` failed in a shadow database, where the revisions are replayed",
                    site.revision
                ),
            )
            .place(place(site))
            .cause(told(failure))
            .hint("the configured database was not touched; correct the script, which must run on an empty database with the revisions before it")
        }
        other => of(other),
    }
}

impl From<PrepareError> for Error {
    fn from(error: PrepareError) -> Self {
        Self::from(Stopped {
            error: Box::new(ApplyError::Prepare(error)),
            report: Report::default(),
        })
    }
}

fn of(error: &ApplyError) -> Diagnostic {
    match error {
        ApplyError::Prepare(PrepareError::Unknown(_)) => {
            Diagnostic::error("unknown-revision", Exit::Bug, error.to_string())
        }
        ApplyError::Prepare(PrepareError::Script(error)) => super::script::diagnostic(error),
        ApplyError::Prepare(PrepareError::HalfDone { direction, .. }) => {
            let command = command(*direction);
            Diagnostic::error("half-done", Exit::Invalid, error.to_string()).hint(format!(
                "finish it online: `seaworthy {command}`, without `--sql`"
            ))
        }
        ApplyError::Script {
            site,
            failure,
            scope,
        } => Diagnostic::error(
            "revision-failed",
            Exit::Failed,
            format!("revision `{}` failed{}", site.revision, rolled_back(*scope)),
        )
        .place(place(site))
        .cause(told(failure))
        .hint(if failure.sqlstate() == CANCELED {
            "give it more time: `--statement-timeout`, or `statement-timeout:10m` on its marker line"
                .to_owned()
        } else {
            rerun(site, *scope)
        }),
        ApplyError::AtCommit { site, failure } => Diagnostic::error(
            "revision-failed",
            Exit::Failed,
            format!(
                "revision `{}` failed at its end, where deferred constraints are checked, and was \
                 rolled back",
                site.revision
            ),
        )
        .place(place(site))
        .cause(told(failure)),
        ApplyError::SharedTransaction { site, failure } => Diagnostic::error(
            "shared-transaction",
            Exit::Failed,
            format!(
                "revision `{}` cannot run in one transaction with those before it; everything was \
                 rolled back",
                site.revision
            ),
        )
        .place(place(site))
        .cause(told(failure))
        .hint("it may well run in a transaction of its own: `--transaction revision`, no `--dry-run`"),
        ApplyError::Record {
            location,
            revision,
            what,
            failure,
        } => {
            let title = match what {
                Recording::Tables => format!("the state table {location} could not be set up"),
                Recording::Row => format!(
                    "revision `{revision}` could not be recorded in {location} and was rolled back"
                ),
                Recording::Session => {
                    format!("the transaction of revision `{revision}` could not begin")
                }
            };
            let diagnostic =
                Diagnostic::error("not-recorded", Exit::Failed, title).cause(told(failure));
            match failure.sqlstate() {
                NO_PRIVILEGE => diagnostic.hint(
                    "let MIGRATION_DATABASE_URL name a role that may create tables in that schema",
                ),
                NO_COLUMN if !failure.message.contains(&location.log) => diagnostic.hint(format!(
                    "somebody has changed {location}; give it back the column"
                )),
                NO_COLUMN => diagnostic.hint(format!(
                    "somebody has changed the history `{0}`; give it another name, and a new one \
                     is made: `ALTER TABLE {1}.{2} RENAME TO {3}`",
                    location.log,
                    quoted(&location.schema),
                    quoted(&location.log),
                    quoted(&format!("{}_old", location.log))
                )),
                _ => diagnostic,
            }
        }
        ApplyError::LockLost { revision, route } => {
            lock_lost(&format!("revision `{revision}` was not run"), *route)
        }
        ApplyError::RetrySpent {
            site,
            failure,
            waited,
            tries,
            blocker,
        } => {
            let diagnostic = Diagnostic::error(
                "locks-not-obtained",
                Exit::Locked,
                format!(
                    "revision `{}` did not get its locks in {tries} {} within {}",
                    site.revision,
                    if *tries == 1 { "try" } else { "tries" },
                    duration::shown(*waited)
                ),
            )
            .place(place(site))
            .cause(told(failure));
            match blocker {
                None => diagnostic,
                Some(blocker) => diagnostic
                    .cause(format!("last blocked by {blocker}"))
                    .hint(format!(
                        "if that session hangs, end it: `SELECT pg_terminate_backend({})`",
                        blocker.pid
                    )),
            }
            .hint("try for longer with `--lock-retry`, or in a quieter hour")
        }
        ApplyError::Lost {
            revision,
            failure,
            outcome,
        } => {
            let fate = match outcome {
                Outcome::RolledBack => "it was rolled back",
                Outcome::Unknown => "COMMIT was sent, and nobody knows whether it took effect",
                Outcome::Journalled => "the journal knows how far it came",
            };
            Diagnostic::error(
                "connection-lost",
                Exit::Unavailable,
                format!("the connection was lost while revision `{revision}` ran; {fate}"),
            )
            .cause(told(failure))
            .hint("run again: the state table says what is left to do")
        }
        ApplyError::Proxied { site, host } => Diagnostic::error(
            "pooler",
            Exit::Config,
            format!(
                "revision `{}` runs outside a transaction, which needs the server session for \
                 itself, and a pooler stands in between",
                site.revision
            ),
        )
        .place(place(site))
        .place(Place::named(host))
        .hint("let MIGRATION_DATABASE_URL name the server itself, past the pooler"),
        ApplyError::PrefixChanged { site, finished } => Diagnostic::error(
            "partial-changed",
            Exit::Invalid,
            format!(
                "revision `{}` stopped after {finished} {}, and those have changed since",
                site.revision,
                if *finished == 1 { "statement" } else { "statements" }
            ),
        )
        .place(place(site))
        .hint("restore the statements that have run; what comes after them may change")
        .hint(match site.direction {
            Direction::Upgrade => format!(
                "or finish by hand and record it: `seaworthy stamp {}`",
                site.revision
            ),
            Direction::Downgrade => format!(
                "or bring back by hand what they took away, and record it: `seaworthy stamp {}`",
                site.revision
            ),
        }),
        ApplyError::Ambiguous { site, location } => Diagnostic::error(
            "partial-ambiguous",
            Exit::Invalid,
            format!(
                "revision `{}` was interrupted in a statement that may or may not have taken effect",
                site.revision
            ),
        )
        .place(place(site))
        .hint(format!(
            "if it did not: `UPDATE {location} SET started = NULL WHERE revision = '{}'`, and run \
             again",
            site.revision.as_str().replace('\'', "''")
        ))
        .hint(match site.direction {
            Direction::Upgrade => format!(
                "if it did: finish the rest by hand and record it: `seaworthy stamp {}`",
                site.revision
            ),
            // No checksum is kept of a down section.
            Direction::Downgrade => {
                "if it did: run again with that statement commented out, and put it back \
                 afterwards"
                    .to_owned()
            }
        }),
        ApplyError::InvalidIndex { site, index, why } => {
            let (title, cause) = match why {
                InvalidIndex::NotOurs => (
                    format!("an INVALID index {index} is in the way"),
                    "an earlier build of it, not by this statement, has failed",
                ),
                InvalidIndex::Partitioned => (
                    format!("the partitioned index {index} is INVALID"),
                    "it becomes valid when every partition has its index attached",
                ),
                InvalidIndex::AfterBuild => (
                    format!("index {index} was built and is INVALID"),
                    "the server did not report an error",
                ),
            };
            let diagnostic = Diagnostic::error("invalid-index", Exit::Invalid, title)
                .place(place(site))
                .cause(cause);
            match why {
                InvalidIndex::NotOurs | InvalidIndex::AfterBuild => diagnostic.hint(format!(
                    "drop it: `DROP INDEX CONCURRENTLY {index}`, and run again"
                )),
                InvalidIndex::Partitioned => diagnostic
                    .hint("build the partitions' indexes and attach them, then run again"),
            }
        }
        ApplyError::BeingBuilt { site, index, pid } => Diagnostic::error(
            "index-being-built",
            Exit::Locked,
            format!("index {index} is being built by pid {pid}"),
        )
        .place(place(site))
        .hint("run again when it is done"),
    }
}

/// Returns what is said when the session does not hold the lock it had.
pub(super) fn lock_lost(what: &str, route: Route) -> Diagnostic {
    Diagnostic::error(
        "lock-lost",
        match route {
            Route::Direct => Exit::Locked,
            Route::Proxied => Exit::Config,
        },
        format!("{what}: this server session does not hold the migration lock"),
    )
    .cause(
        "a pooler in transaction mode has changed the server session, or a script has \
         released every advisory lock",
    )
    .hint("let MIGRATION_DATABASE_URL name the server itself, past any pooler")
}

/// Returns everything that the server said, one kind of it a line.
pub(super) fn told(failure: &ServerFailure) -> String {
    let mut text = match &failure.kind {
        FailureKind::Server(code) => format!("{} (SQLSTATE {code})", failure.message),
        FailureKind::Lost | FailureKind::Protocol => failure.message.clone(),
    };
    let more = [
        ("DETAIL", &failure.detail),
        ("HINT", &failure.hint),
        ("QUERY", &failure.internal_query),
        ("CONTEXT", &failure.context),
    ];
    for (name, value) in more {
        if let Some(value) = value {
            text.push_str(&format!("\n{name}: {value}"));
        }
    }
    text
}

/// Returns 69 for a connection that was lost, and the other exit for a server
/// that said no.
pub(super) fn unavailable_or(failure: &ServerFailure, refused: Exit) -> Exit {
    if failure.is_passing() {
        Exit::Unavailable
    } else {
        refused
    }
}

fn place(site: &Site) -> Place {
    Place::in_source(&site.source, site.offset).note(format!("revision `{}`", site.revision))
}

/// Returns the command that goes in a direction.
pub(super) fn command(direction: Direction) -> &'static str {
    match direction {
        Direction::Upgrade => "upgrade",
        Direction::Downgrade => "downgrade",
    }
}

fn rolled_back(scope: Scope) -> &'static str {
    match scope {
        Scope::Revision => " and was rolled back",
        Scope::Run => ", and everything was rolled back",
        Scope::Statement => "; the statements before this one stay",
    }
}

fn rerun(site: &Site, scope: Scope) -> String {
    let command = command(site.direction);
    match scope {
        Scope::Revision | Scope::Run => {
            format!("correct the script and run `seaworthy {command}` again")
        }
        Scope::Statement => format!(
            "correct this statement, change none before it, and run `seaworthy {command}` again"
        ),
    }
}

#[cfg(test)]
pub(super) mod tests;
