//! What a wait has seen so far, and what it says about it while it goes on.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tracing::info;

use super::{Failure, GaveUp, Seen, Verdict, WaitError};
use crate::phase::{self, News};

const HEARTBEAT: Duration = Duration::from_secs(10);

/// A server can put words of its own into a state; so many different ones
/// are counted, the rest together.
const MAX_STATES: usize = 16;
const OTHER: &str = "something else";

/// What is said of an attempt that was still running when its time was up.
const UNFINISHED: &str = "no answer within the time of one attempt";

/// Whether a state was seen before in the same wait. Only so many count as new
/// as are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Novelty {
    New,
    Known,
}

pub(super) struct Record<'a, E> {
    subject: &'a str,
    started: Instant,
    next_beat: Instant,
    attempts: u32,
    last: Option<E>,
    state: Option<String>,
    seen: Vec<Seen>,
}

impl<'a, E: Failure> Record<'a, E> {
    pub(super) fn new(subject: &'a str, started: Instant) -> Self {
        phase::tell(|| News::Awaits {
            subject,
            state: None,
        });
        Self {
            subject,
            started,
            next_beat: Instant::now() + HEARTBEAT,
            attempts: 0,
            last: None,
            state: None,
            seen: Vec::new(),
        }
    }

    /// Counts an attempt and returns its number.
    pub(super) fn begin(&mut self) -> u32 {
        self.attempts = self.attempts.saturating_add(1);
        self.attempts
    }

    pub(super) fn has_seen(&self) -> bool {
        !self.seen.is_empty()
    }

    /// Runs a future to its end and says every ten seconds what is waited for.
    pub(super) async fn beating<F: Future>(&mut self, future: F) -> F::Output {
        let mut future = pin!(future);
        loop {
            match timeout_at(self.next_beat, &mut future).await {
                Ok(output) => return output,
                Err(_) => {
                    self.next_beat += HEARTBEAT;
                    let waited = self.started.elapsed().as_secs();
                    let (subject, attempts) = (self.subject, self.attempts);
                    let state = self.state.as_deref().unwrap_or("no answer yet");
                    info!(
                        target: "wait",
                        "still waiting for {subject} after {waited}s, attempt {attempts}: {state}"
                    );
                }
            }
        }
    }

    /// Takes down a failure without a word about it.
    pub(super) fn noted(&mut self, failure: Option<E>) -> String {
        let state = failure
            .as_ref()
            .map_or_else(|| UNFINISHED.to_owned(), E::state);
        self.count(&state);
        phase::tell(|| News::Awaits {
            subject: self.subject,
            state: Some(&state),
        });
        if failure.is_some() {
            self.last = failure;
        }
        state
    }

    /// Takes down a failure, and logs it if the state has changed.
    pub(super) fn failed(
        &mut self,
        failure: Option<E>,
        verdict: Verdict,
        grace: Duration,
    ) -> Novelty {
        let states = self.seen.len();
        let state = self.noted(failure);
        if self.state.as_deref() != Some(&state) {
            let subject = self.subject;
            match verdict {
                Verdict::Transient => info!(target: "wait", "waiting for {subject}: {state}"),
                Verdict::Grace if !grace.is_zero() => info!(
                    target: "wait",
                    "waiting for {subject}: {state} (a first boot may still change that; \
                     given up after {grace:?})"
                ),
                // It is about to be the error itself.
                Verdict::Grace | Verdict::Permanent => {}
            }
            self.state = Some(state);
        }
        if self.seen.len() > states {
            Novelty::New
        } else {
            Novelty::Known
        }
    }

    /// The wait is over, whether anybody is told or not.
    pub(super) fn over(&self) {
        phase::tell(|| News::Ready {
            subject: self.subject,
        });
    }

    pub(super) fn ready(&self, now: Instant) {
        self.over();
        let waited = now.duration_since(self.started);
        info!(
            target: "wait",
            "{} is ready after {waited:.1?}, attempt {}", self.subject, self.attempts
        );
    }

    pub(super) fn give_up(self, gave_up: GaveUp, now: Instant) -> WaitError<E> {
        WaitError {
            subject: self.subject.to_owned(),
            gave_up,
            elapsed: now.duration_since(self.started),
            attempts: self.attempts,
            last: self.last,
            seen: self.seen,
        }
    }

    fn count(&mut self, state: &str) {
        let known = self.seen.iter().position(|seen| seen.state == state);
        let state = match known {
            None if self.seen.len() >= MAX_STATES => OTHER,
            _ => state,
        };
        match self.seen.iter_mut().find(|seen| seen.state == state) {
            Some(seen) => seen.count = seen.count.saturating_add(1),
            None => self.seen.push(Seen {
                state: state.to_owned(),
                count: 1,
            }),
        }
    }
}
