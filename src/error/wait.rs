//! What is said when a wait ended without readiness.

use crate::diagnostic::Diagnostic;
use crate::exit::Exit;
use crate::wait::{GaveUp, WaitError};

/// Returns what is said: about the end of the time, what was last seen and how
/// often; about a refusal, the refusal itself. What the last failure means is
/// known to its own room, which is handed in.
pub fn diagnostic<E>(error: &WaitError<E>, of_last: impl FnOnce(&E) -> Diagnostic) -> Diagnostic {
    let last = error.last.as_ref().map(of_last);
    match (error.gave_up, last) {
        (GaveUp::Refused | GaveUp::OnlyTry, Some(last)) => last,
        (GaveUp::GraceOver, Some(last)) => last.cause(format!(
            "this did not change while a first boot may have been going on (`--grace`), in {} \
             attempts over {:.1?}",
            error.attempts, error.elapsed
        )),
        (GaveUp::Deadline, Some(last)) => late(error, last),
        (GaveUp::Deadline | GaveUp::Refused | GaveUp::OnlyTry | GaveUp::GraceOver, None) => {
            Diagnostic::error(
                "not-ready",
                Exit::Unavailable,
                format!(
                    "`{}` gave no answer in {:.1?}",
                    error.subject, error.elapsed
                ),
            )
            .hint("raise `--attempt-timeout` if it is slow, or `--timeout` if it is late")
        }
    }
}

fn late<E>(error: &WaitError<E>, last: Diagnostic) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(
        "not-ready",
        Exit::Unavailable,
        format!(
            "`{}` was not ready within {:.1?}",
            error.subject, error.elapsed
        ),
    )
    .cause(format!("last seen: {}", last.title));
    diagnostic.places = last.places;
    diagnostic.causes.extend(last.causes);
    let mut seen: Vec<String> = error
        .seen
        .iter()
        .map(|seen| format!("{}: {}", times(seen.count), seen.state))
        .collect();
    let told: u32 = error.seen.iter().map(|seen| seen.count).sum();
    match error.attempts.saturating_sub(told) {
        0 => {}
        cut_short => seen.push(format!(
            "{}: cut short by the end of the time",
            times(cut_short)
        )),
    }
    diagnostic.causes.push(format!(
        "seen in {} attempts\n{}",
        error.attempts,
        seen.join("\n")
    ));
    diagnostic.hints = last.hints;
    diagnostic.hint("if it only needs more time, raise `--timeout`")
}

fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::wait::Seen;

    fn error(gave_up: GaveUp, last: Option<&'static str>) -> WaitError<&'static str> {
        WaitError {
            subject: "db:5432/app".to_owned(),
            gave_up,
            elapsed: Duration::from_secs(60),
            attempts: 143,
            last,
            seen: vec![
                Seen {
                    state: "name not found".to_owned(),
                    count: 1,
                },
                Seen {
                    state: "connection refused".to_owned(),
                    count: 142,
                },
            ],
        }
    }

    #[track_caller]
    fn said(error: &WaitError<&'static str>, exit: u8) -> String {
        let diagnostic = diagnostic(error, |last| {
            Diagnostic::error("connection-refused", Exit::Refused, *last)
                .cause("the cause")
                .hint("is it running?")
        });
        assert_eq!(diagnostic.exit.code(), exit);
        diagnostic.to_string()
    }

    #[test]
    fn the_deadline() {
        let error = error(GaveUp::Deadline, Some("nothing listens at `db:5432`"));
        insta::assert_snapshot!(said(&error, 69), @"
        seaworthy: error[not-ready]: `db:5432/app` was not ready within 60.0s
          cause: last seen: nothing listens at `db:5432`
          cause: the cause
          cause: seen in 143 attempts
                 once: name not found
                 142 times: connection refused

          hint: is it running?
          hint: if it only needs more time, raise `--timeout`
        ");
    }

    #[test]
    fn the_last_attempt_may_be_cut_short() {
        let mut error = error(GaveUp::Deadline, Some("nothing listens at `db:5432`"));
        error.attempts += 1;
        insta::assert_snapshot!(said(&error, 69), @"
        seaworthy: error[not-ready]: `db:5432/app` was not ready within 60.0s
          cause: last seen: nothing listens at `db:5432`
          cause: the cause
          cause: seen in 144 attempts
                 once: name not found
                 142 times: connection refused
                 once: cut short by the end of the time

          hint: is it running?
          hint: if it only needs more time, raise `--timeout`
        ");
    }

    #[test]
    fn the_end_of_grace() {
        let error = error(GaveUp::GraceOver, Some("the password was refused"));
        insta::assert_snapshot!(said(&error, 77), @"
        seaworthy: error[connection-refused]: the password was refused
          cause: the cause
          cause: this did not change while a first boot may have been going on (`--grace`), in 143 attempts over 60.0s

          hint: is it running?
        ");
    }

    #[test]
    fn a_refusal_speaks_for_itself() {
        let error = error(GaveUp::Refused, Some("the password was refused"));
        insta::assert_snapshot!(said(&error, 77), @"
        seaworthy: error[connection-refused]: the password was refused
          cause: the cause

          hint: is it running?
        ");
    }

    #[test]
    fn one_try_speaks_for_itself() {
        let error = error(GaveUp::OnlyTry, Some("nothing listens at `db:5432`"));
        assert!(said(&error, 77).contains("nothing listens at `db:5432`"));
    }

    #[test]
    fn no_answer_at_all() {
        let error = error(GaveUp::Deadline, None);
        insta::assert_snapshot!(said(&error, 69), @"
        seaworthy: error[not-ready]: `db:5432/app` gave no answer in 60.0s

          hint: raise `--attempt-timeout` if it is slow, or `--timeout` if it is late
        ");
    }
}
