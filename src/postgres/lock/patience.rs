//! How long the lock is waited for.

use std::time::Duration;

use tokio::time::Instant;

use crate::config::Limit;

/// A wait for the lock that has begun. It outlasts the session that waits: one
/// that takes the place of a lost session has only what is left.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    began: Instant,
    /// Zero: one try.
    pub(super) wait: Duration,
    /// How long the server may take for one answer. A load balancer that drops
    /// packets says no more than one that has nothing to say.
    pub(super) answer: Limit,
}

impl Patience {
    /// Returns the patience of a wait that begins now.
    pub fn starting_now(wait: Duration, answer: Limit) -> Self {
        Self {
            began: Instant::now(),
            wait,
            answer,
        }
    }

    pub(super) fn waited(&self) -> Duration {
        self.began.elapsed()
    }

    /// Returns when the wait is over; `None`: beyond the clock.
    pub fn deadline(&self) -> Option<Instant> {
        self.began.checked_add(self.wait)
    }

    pub fn is_spent(&self) -> bool {
        self.waited() >= self.wait
    }
}
