//! How long to pause between attempts.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// Short, so that readiness is seen soon after it comes.
const FIRST: Duration = Duration::from_millis(25);

/// How an interval grows to the next. It is then about half as long as the
/// wait already was, until it is as long as it may be: what became ready after
/// half a second is not noticed half a second later.
const GROWTH: f32 = 1.25;

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
            intervals: ExponentialBuilder::new()
                .with_factor(GROWTH)
                .with_min_delay(FIRST.min(max_interval))
                .with_max_delay(max_interval)
                .without_max_times()
                .build(),
            max_interval,
        }
    }

    pub(crate) fn next_delay(&mut self) -> Duration {
        let interval = self.intervals.next().unwrap_or(self.max_interval);
        let nanos = u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(fastrand::u64(0..=nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_fill_the_interval_from_zero_and_never_exceed_it() {
        let max = Duration::from_millis(500);
        let bounds = [
            25, 31, 39, 48, 61, 76, 95, 119, 149, 186, 232, 291, 363, 454,
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
    fn a_small_maximum_is_also_the_first_interval() {
        let mut backoff = Backoff::new(Duration::from_millis(2));
        for _ in 0..50 {
            assert!(backoff.next_delay() <= Duration::from_millis(2));
        }
    }
}
