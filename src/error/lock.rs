//! What is said when the migration lock cannot be had.

use super::apply::{told, unavailable_or};
use crate::diagnostic::{Diagnostic, Place};
use crate::duration;
use crate::exit::Exit;
use crate::postgres::FailureKind;
use crate::postgres::lock::{LockError, PoolingSign};

pub fn diagnostic(error: &LockError) -> Diagnostic {
    match error {
        LockError::Busy { wait, holder } => {
            let waited = if wait.is_zero() {
                "the migration lock is taken".to_owned()
            } else {
                format!(
                    "the migration lock was not free within {}",
                    duration::shown(*wait)
                )
            };
            let diagnostic = Diagnostic::error("locked", Exit::Locked, waited);
            match holder {
                None => diagnostic,
                Some(holder) => diagnostic
                    .cause(format!("it is held by {holder}"))
                    .hint(format!(
                        "if that session hangs, end it: `SELECT pg_terminate_backend({})`",
                        holder.pid
                    )),
            }
            .hint("wait longer with `--lock-wait`")
        }
        LockError::Pooled { host, sign } => Diagnostic::error(
            "pooler",
            Exit::Config,
            match sign {
                PoolingSign::HeldBefore | PoolingSign::Shared | PoolingSign::Moved => {
                    "a pooler in transaction or statement mode stands between us and the server, \
                     where the migration lock keeps nobody out"
                }
                PoolingSign::NoTransactions => {
                    "a pooler in statement mode stands between us and the server, where a \
                     revision cannot have a transaction"
                }
            },
        )
        .place(Place::named(host))
        .cause(sign.to_string())
        .hint("let MIGRATION_DATABASE_URL name the server itself, past the pooler"),
        LockError::Server { host, failure } => {
            let exit = unavailable_or(failure, Exit::Refused);
            let diagnostic =
                Diagnostic::error("lock-failed", exit, "the migration lock could not be taken")
                    .place(Place::named(host))
                    .cause(told(failure));
            match &failure.kind {
                FailureKind::Lost => diagnostic.hint(
                    "nothing was applied: see whether the server, or the way to it, is frozen, \
                     overloaded or cut off; then run this again",
                ),
                FailureKind::Server(_) if exit == Exit::Unavailable => {
                    diagnostic.hint("nothing was applied: run this again once the server is back")
                }
                FailureKind::Server(_) | FailureKind::Protocol => diagnostic,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::apply::tests::failure;
    use super::*;
    use crate::postgres::ServerFailure;
    use crate::postgres::lock::Holder;

    #[track_caller]
    fn check(error: &LockError, exit: u8) -> Diagnostic {
        let diagnostic = diagnostic(error);
        assert_eq!(diagnostic.exit.code(), exit);
        diagnostic
    }

    #[test]
    fn somebody_else_holds_it() {
        let busy = |wait, holder| LockError::Busy { wait, holder };
        insta::assert_snapshot!(check(&busy(Duration::ZERO, None), 75), @r#"
        seaworthy: error[locked]: the migration lock is taken

          hint: wait longer with `--lock-wait`
        "#);
        let holder = Holder {
            pid: 4711,
            application: Some("seaworthy".into()),
            ..Holder::default()
        };
        let error = busy(Duration::from_secs(300), Some(Box::new(holder)));
        insta::assert_snapshot!(check(&error, 75), @r#"
        seaworthy: error[locked]: the migration lock was not free within 5m
          cause: it is held by pid 4711, application `seaworthy`

          hint: if that session hangs, end it: `SELECT pg_terminate_backend(4711)`
          hint: wait longer with `--lock-wait`
        "#);
    }

    #[test]
    fn a_pooler_is_in_the_way() {
        let error = |sign| LockError::Pooled {
            host: "pool:6432".into(),
            sign,
        };
        insta::assert_snapshot!(check(&error(PoolingSign::HeldBefore), 78), @r#"
        seaworthy: error[pooler]: a pooler in transaction or statement mode stands between us and the server, where the migration lock keeps nobody out
          --> pool:6432
          cause: another client holds the migration lock in the very server session that we were given

          hint: let MIGRATION_DATABASE_URL name the server itself, past the pooler
        "#);
        insta::assert_snapshot!(check(&error(PoolingSign::Shared), 78), @r#"
        seaworthy: error[pooler]: a pooler in transaction or statement mode stands between us and the server, where the migration lock keeps nobody out
          --> pool:6432
          cause: two connections were given the same server session

          hint: let MIGRATION_DATABASE_URL name the server itself, past the pooler
        "#);
        insta::assert_snapshot!(check(&error(PoolingSign::Moved), 78), @r#"
        seaworthy: error[pooler]: a pooler in transaction or statement mode stands between us and the server, where the migration lock keeps nobody out
          --> pool:6432
          cause: two statements of one connection ran in different server sessions

          hint: let MIGRATION_DATABASE_URL name the server itself, past the pooler
        "#);
        insta::assert_snapshot!(check(&error(PoolingSign::NoTransactions), 78), @r#"
        seaworthy: error[pooler]: a pooler in statement mode stands between us and the server, where a revision cannot have a transaction
          --> pool:6432
          cause: it refuses transactions of more than one message

          hint: let MIGRATION_DATABASE_URL name the server itself, past the pooler
        "#);
    }

    #[test]
    fn the_server_failed() {
        let error = |failure| LockError::Server {
            host: "db:5432".into(),
            failure: Box::new(failure),
        };
        let ended = failure("57P01", "terminating connection");
        insta::assert_snapshot!(check(&error(ended), 69), @r#"
        seaworthy: error[lock-failed]: the migration lock could not be taken
          --> db:5432
          cause: terminating connection (SQLSTATE 57P01)

          hint: nothing was applied: run this again once the server is back
        "#);
        let silent = ServerFailure {
            kind: FailureKind::Lost,
            ..failure("", "no answer within 5s")
        };
        insta::assert_snapshot!(check(&error(silent), 69), @r#"
        seaworthy: error[lock-failed]: the migration lock could not be taken
          --> db:5432
          cause: no answer within 5s

          hint: nothing was applied: see whether the server, or the way to it, is frozen, overloaded or cut off; then run this again
        "#);
        let refused = failure(
            "42501",
            "permission denied for function pg_try_advisory_lock",
        );
        insta::assert_snapshot!(check(&error(refused), 77), @r#"
        seaworthy: error[lock-failed]: the migration lock could not be taken
          --> db:5432
          cause: permission denied for function pg_try_advisory_lock (SQLSTATE 42501)
        "#);
    }
}
