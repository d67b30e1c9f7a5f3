//! The readiness loop: try, look at what was found, try again or give up.
//!
//! It knows tokio's clock and nothing else: no protocol, no socket, no
//! database. Whoever calls it brings the attempt as a closure and a
//! [`Failure`] that says of itself whether it will pass.

mod backoff;
mod error;
mod record;

pub(crate) use backoff::Backoff;
pub use error::{GaveUp, Seen, WaitError};

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use crate::config::{Limit, WaitConfig};
use record::{Novelty, Record};

/// What a failed attempt means for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Passes by itself; tried again until the deadline.
    Transient,
    /// Stays as it is until somebody changes something.
    Permanent,
    /// Passes if a server on its first boot is still creating roles and
    /// databases; tried again for the grace period, then permanent.
    Grace,
}

/// What an attempt found instead of readiness.
pub trait Failure {
    fn verdict(&self) -> Verdict;

    /// Returns a short text that stays the same as long as nothing changes,
    /// such as "connection refused": a new text is a change of state, and logged.
    fn state(&self) -> String;
}

/// How long a wait may take. The deadline is an instant, so that several waits,
/// in parallel or one after the other, share it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub started: Instant,
    /// `None`: no limit.
    pub deadline: Option<Instant>,
    pub attempt_timeout: Limit,
    pub max_interval: Duration,
    /// Counted from the first failure of the grace class, since before that
    /// nobody knew whether there was a server; zero is off.
    pub grace: Duration,
}

impl Limits {
    /// Returns the limits of a wait that begins now.
    pub fn starting_now(config: &WaitConfig) -> Self {
        let started = Instant::now();
        Self {
            started,
            deadline: after(started, config.timeout),
            attempt_timeout: config.attempt_timeout,
            max_interval: config.max_interval,
            grace: config.grace,
        }
    }

    /// Returns the limits of a wait that has to end by an instant, if not before.
    #[must_use]
    pub fn until(self, end: Option<Instant>) -> Self {
        Self {
            deadline: earliest(self.deadline, end),
            ..self
        }
    }
}

/// One try, as the closure sees it.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// Counted from one.
    pub number: u32,
    /// Whatever is not finished by then is dropped. An attempt that ends by
    /// itself at this instant can still say how far it came.
    pub deadline: Option<Instant>,
}

/// Tries until an attempt succeeds, a failure is permanent, or time is up.
///
/// Logs each change of state once, and what was last seen every ten seconds.
/// Nothing outlives the deadline: an attempt that is still running is dropped.
///
/// # Errors
///
/// [`WaitError`] with what was last seen, and how often each state was.
pub async fn wait<T, E, A, F>(
    limits: &Limits,
    subject: &str,
    mut attempt: A,
) -> Result<T, WaitError<E>>
where
    E: Failure,
    A: FnMut(Attempt) -> F,
    F: Future<Output = Result<T, E>>,
{
    let mut record = Record::new(subject, limits.started);
    let mut backoff = Backoff::new(limits.max_interval);
    let mut grace_end = None;
    loop {
        let begun = Instant::now();
        let allowed = earliest(limits.deadline, after(begun, limits.attempt_timeout));
        let number = record.begin();
        let tried = attempt(Attempt {
            number,
            deadline: allowed,
        });
        let outcome = record.beating(until(allowed, tried)).await;
        let now = Instant::now();
        let failure = match outcome {
            Some(Ok(ready)) => {
                record.ready(now);
                return Ok(ready);
            }
            Some(Err(failure)) => Some(failure),
            None => None,
        };

        let verdict = failure.as_ref().map_or(Verdict::Transient, E::verdict);
        let over = limits.deadline.is_some_and(|deadline| deadline <= now);
        // An attempt that the end of the wait cut short says less than the
        // complete ones before it.
        let cut_short = over && allowed == limits.deadline && verdict == Verdict::Transient;
        if !(cut_short && record.has_seen()) {
            let novelty = record.failed(failure, verdict, limits.grace);
            // A port that refused and now says "starting up" is nearly ready,
            // however long it was waited for.
            if novelty == Novelty::New {
                backoff.restart();
            }
        }

        let wake = after(now, Some(backoff.next_delay()));
        let wake = match verdict {
            Verdict::Permanent => return Err(record.give_up(GaveUp::Refused, now)),
            Verdict::Grace if limits.grace.is_zero() => {
                return Err(record.give_up(GaveUp::Refused, now));
            }
            Verdict::Grace => {
                let end = *grace_end.get_or_insert_with(|| after(now, Some(limits.grace)));
                if end.is_some_and(|end| end <= now) {
                    return Err(record.give_up(GaveUp::GraceOver, now));
                }
                earliest(wake, end)
            }
            Verdict::Transient => wake,
        };
        if over {
            return Err(record.give_up(GaveUp::Deadline, now));
        }
        if let Some(wake) = earliest(wake, limits.deadline) {
            record.beating(sleep_until(wake)).await;
        }
        let now = Instant::now();
        if limits.deadline.is_some_and(|deadline| deadline <= now) {
            return Err(record.give_up(GaveUp::Deadline, now));
        }
    }
}

/// Tries once, within the time of one attempt: for those who do not want to wait.
///
/// # Errors
///
/// [`WaitError`] with what was found.
pub async fn once<T, E, A, F>(limits: &Limits, subject: &str, attempt: A) -> Result<T, WaitError<E>>
where
    E: Failure,
    A: FnOnce(Attempt) -> F,
    F: Future<Output = Result<T, E>>,
{
    let mut record = Record::new(subject, limits.started);
    let allowed = earliest(
        limits.deadline,
        after(Instant::now(), limits.attempt_timeout),
    );
    let number = record.begin();
    let tried = attempt(Attempt {
        number,
        deadline: allowed,
    });
    let failure = match record.beating(until(allowed, tried)).await {
        Some(Ok(ready)) => {
            record.over();
            return Ok(ready);
        }
        Some(Err(failure)) => Some(failure),
        None => None,
    };
    let gave_up = match failure.as_ref().map(E::verdict) {
        Some(Verdict::Permanent | Verdict::Grace) => GaveUp::Refused,
        Some(Verdict::Transient) | None => GaveUp::OnlyTry,
    };
    record.noted(failure);
    Err(record.give_up(gave_up, Instant::now()))
}

/// Returns `None` when the future did not end in time.
async fn until<F: Future>(deadline: Option<Instant>, future: F) -> Option<F::Output> {
    match deadline {
        Some(deadline) => timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
    }
}

/// Returns an instant, or `None` for a limit that is off or beyond the clock.
fn after(start: Instant, limit: Limit) -> Option<Instant> {
    start.checked_add(limit?)
}

fn earliest(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests;
