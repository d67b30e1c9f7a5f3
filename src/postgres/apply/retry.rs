//! When a revision that lost a fight for locks is tried again.

use std::time::Duration;

use tokio::time::Instant;

use crate::postgres::ServerFailure;
use crate::postgres::lock::delays;

const FIRST_DELAY: Duration = Duration::from_millis(100);
const LARGEST_DELAY: Duration = Duration::from_secs(10);

/// `lock_not_available`, `deadlock_detected`, `serialization_failure`: the
/// same statements may well succeed a moment later.
const RETRIED: [&str; 3] = ["55P03", "40P01", "40001"];

/// The tries of one revision, or of one statement outside a transaction.
pub(super) struct Tries {
    limit: Duration,
    first_failure: Option<Instant>,
    delays: Box<dyn Iterator<Item = Duration> + Send>,
    pub(super) count: u32,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Another kind of error.
    Fatal,
    After(Duration),
    /// The time for tries is spent; so long was tried.
    Spent(Duration),
}

impl Tries {
    /// Begins tries that go on for so long after the first failure; zero is
    /// one try.
    pub(super) fn begin(limit: Duration) -> Self {
        Self {
            limit,
            first_failure: None,
            delays: Box::new(delays(FIRST_DELAY, LARGEST_DELAY)),
            count: 0,
        }
    }

    pub(super) fn judge(&mut self, failure: &ServerFailure) -> Verdict {
        if !RETRIED.contains(&failure.sqlstate()) {
            return Verdict::Fatal;
        }
        self.count += 1;
        let now = Instant::now();
        let first = *self.first_failure.get_or_insert(now);
        let tried = now - first;
        if tried >= self.limit {
            return Verdict::Spent(tried);
        }
        let delay = self.delays.next().unwrap_or(LARGEST_DELAY);
        // The last try is made when the time is spent.
        Verdict::After(delay.min(self.limit - tried))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::failure::FailureKind;

    fn failure(sqlstate: &str) -> ServerFailure {
        ServerFailure {
            kind: FailureKind::Server(sqlstate.to_owned()),
            message: String::new(),
            detail: None,
            hint: None,
            context: None,
            position: None,
            internal_query: None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_lost_fights_are_tried_again_and_only_so_long() {
        let mut tries = Tries::begin(Duration::from_secs(1));
        assert_eq!(tries.judge(&failure("42601")), Verdict::Fatal);
        let mut waited = Duration::ZERO;
        let spent = loop {
            match tries.judge(&failure("55P03")) {
                Verdict::After(delay) => {
                    waited += delay;
                    tokio::time::advance(delay).await;
                }
                verdict => break verdict,
            }
        };
        assert_eq!(spent, Verdict::Spent(waited));
        assert_eq!(waited, Duration::from_secs(1));
        assert!(tries.count > 2);
    }

    #[tokio::test(start_paused = true)]
    async fn zero_is_one_try() {
        let mut tries = Tries::begin(Duration::ZERO);
        assert_eq!(
            tries.judge(&failure("40P01")),
            Verdict::Spent(Duration::ZERO)
        );
    }
}
