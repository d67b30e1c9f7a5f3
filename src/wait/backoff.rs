//! How long to pause between attempts.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// Short, so that readiness is seen soon after it comes.
const FIRST: Duration = Duration::from_millis(25);

/// How an interval grows to the next. It is then about a quarter as long as the
/// wait already was, until it is as long as it may be: what became ready after
/// half a second is not noticed half a second later.
const GROWTH: f32 = 1.15;

/// An exponential backoff with full jitter: each pause is drawn evenly from
/// zero to the interval, and the interval grows up to its maximum. backon
/// makes the intervals; its own jitter only adds to them, which would leave
/// a thousand replicas knocking in step.
pub(crate) struct Backoff {
    intervals: ExponentialBackoff,
    max_interval: Duration,
}

impl Backoff {
    pub(crate) fn new(max_interval: Duration) -> Self {
        Self {
            intervals: intervals(max_interval),
            max_interval,
        }
    }

    /// Begins again with the first interval.
    pub(super) fn restart(&mut self) {
        self.intervals = intervals(self.max_interval);
    }

    pub(crate) fn next_delay(&mut self) -> Duration {
        let interval = self.intervals.next().unwrap_or(self.max_interval);
        let nanos = u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(fastrand::u64(0..=nanos))
    }
}

fn intervals(max_interval: Duration) -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_factor(GROWTH)
        .with_min_delay(FIRST.min(max_interval))
        .with_max_delay(max_interval)
        .without_max_times()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_fill_the_interval_from_zero_and_never_exceed_it() {
        let max = Duration::from_millis(500);
        let bounds = [
            25, 28, 33, 38, 43, 50, 57, 66, 76, 87, 101, 116, 133, 153, 176, 203, 233, 269, 309,
            355, 409, 470,
        ];
        let bounds: Vec<u64> = bounds.into_iter().chain([500; 3]).collect();
        let mut shortest = vec![Duration::MAX; bounds.len()];
        let mut longest = vec![Duration::ZERO; bounds.len()];
        for _ in 0..400 {
            let mut backoff = Backoff::new(max);
            for index in 0..bounds.len() {
                let delay = backoff.next_delay();
                shortest[index] = shortest[index].min(delay);
                longest[index] = longest[index].max(delay);
            }
        }
        for (index, bound) in bounds.into_iter().enumerate() {
            // Rounded down, but for the last.
            let bound = Duration::from_millis(bound + 1).min(max);
            assert!(longest[index] <= bound, "{index}: {:?}", longest[index]);
            assert!(longest[index] > bound / 2, "{index}: {:?}", longest[index]);
            assert!(
                shortest[index] < bound / 2,
                "{index}: {:?}",
                shortest[index]
            );
        }
    }

    #[test]
    fn a_restart_goes_back_to_the_first_interval() {
        let mut backoff = Backoff::new(Duration::from_millis(500));
        for _ in 0..50 {
            backoff.next_delay();
        }
        for _ in 0..200 {
            backoff.restart();
            assert!(backoff.next_delay() <= FIRST);
        }
    }

    #[test]
    fn a_small_maximum_is_also_the_first_interval() {
        let mut backoff = Backoff::new(Duration::from_millis(2));
        for _ in 0..50 {
            assert!(backoff.next_delay() <= Duration::from_millis(2));
        }
    }
}
