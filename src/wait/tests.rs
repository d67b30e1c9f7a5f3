//! The loop under a clock that stands still until everyone waits.

use std::cell::Cell;
use std::fmt;
use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::sleep;
use tracing::subscriber::{DefaultGuard, set_default};

use super::*;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Found(Verdict, &'static str);

const REFUSED: Found = Found(Verdict::Transient, "connection refused");
const STARTING: Found = Found(Verdict::Transient, "starting up");
const PASSWORD: Found = Found(Verdict::Grace, "password refused");
const NO_TLS: Found = Found(Verdict::Permanent, "no TLS");

impl Failure for Found {
    fn verdict(&self) -> Verdict {
        self.0
    }

    fn state(&self) -> String {
        self.1.to_owned()
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1)
    }
}

impl std::error::Error for Found {}

const SECOND: Duration = Duration::from_secs(1);

fn limits() -> Limits {
    Limits::starting_now(&WaitConfig {
        timeout: Some(60 * SECOND),
        attempt_timeout: Some(5 * SECOND),
        max_interval: Duration::from_millis(500),
        grace: 10 * SECOND,
        also: Vec::new(),
        accept_socket_only: false,
    })
}

/// The lines that were logged while it lives, without time and target.
struct Log {
    lines: Arc<Mutex<Vec<u8>>>,
    _guard: DefaultGuard,
}

#[derive(Clone)]
struct Writer(Arc<Mutex<Vec<u8>>>);

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn start() -> Self {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let writer = Writer(Arc::clone(&lines));
        let subscriber = tracing_subscriber::fmt()
            .without_time()
            .with_level(false)
            .with_target(false)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        Self {
            lines,
            _guard: set_default(subscriber),
        }
    }

    fn text(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8(lines.clone()).unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn readiness_ends_the_wait_with_what_was_made() {
    let log = Log::start();
    let ready = wait(
        &limits(),
        "db:5432",
        async |attempt: Attempt| match attempt.number {
            1 | 2 => Err(REFUSED),
            3..6 => Err(STARTING),
            number => Ok(number),
        },
    )
    .await;
    assert_eq!(ready.unwrap(), 6);
    let text = log.text();
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    assert_eq!(lines[0], "waiting for db:5432: connection refused");
    assert_eq!(lines[1], "waiting for db:5432: starting up");
    assert!(lines[2].starts_with("db:5432 is ready after "), "{text}");
    assert!(lines[2].ends_with(", attempt 6"), "{text}");
    assert_eq!(lines.len(), 3, "{text}");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_exact_and_says_what_was_seen() {
    let limits = limits();
    let error = wait(&limits, "db:5432", async |attempt: Attempt| {
        Err::<(), _>(if attempt.number <= 3 {
            REFUSED
        } else {
            STARTING
        })
    })
    .await
    .unwrap_err();
    assert_eq!(limits.started.elapsed(), 60 * SECOND);
    assert_eq!(error.elapsed, 60 * SECOND);
    assert_eq!(error.gave_up, GaveUp::Deadline);
    assert_eq!(error.last, Some(STARTING));
    assert_eq!(error.seen.len(), 2);
    assert_eq!(error.seen[0].state, "connection refused");
    assert_eq!(error.seen[0].count, 3);
    assert_eq!(error.seen[1].count, error.attempts - 3);
    // Full jitter: a quarter of a second between attempts in the mean.
    assert!((150..400).contains(&error.attempts), "{}", error.attempts);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_shared_by_waits_that_begin_later() {
    let limits = limits();
    sleep(59 * SECOND).await;
    let error = wait(&limits, "a", async |_| Err::<(), _>(REFUSED)).await;
    assert_eq!(limits.started.elapsed(), 60 * SECOND);
    assert_eq!(error.unwrap_err().elapsed, 60 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_never_ends_is_dropped() {
    let limits = limits();
    let error = wait(&limits, "db", async |_| {
        pending::<Result<(), Found>>().await
    })
    .await
    .unwrap_err();
    assert_eq!(limits.started.elapsed(), 60 * SECOND);
    assert_eq!(error.last, None);
    assert!((11..=12).contains(&error.attempts), "{}", error.attempts);
    assert_eq!(
        error.seen[0].state,
        "no answer within the time of one attempt"
    );
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_ends_by_its_deadline_can_say_so() {
    let limits = limits();
    let error = wait(&limits, "db", async |attempt: Attempt| {
        let deadline = attempt.deadline.unwrap();
        timeout_at(deadline, pending::<()>())
            .await
            .map_err(|_| STARTING)
    })
    .await
    .unwrap_err();
    assert_eq!(limits.started.elapsed(), 60 * SECOND);
    assert_eq!(error.last, Some(STARTING));
    assert_eq!(error.seen.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_the_deadline_cut_short_does_not_hide_the_one_before() {
    let limits = Limits {
        attempt_timeout: None,
        ..limits()
    };
    let error = wait(&limits, "db", async |attempt: Attempt| {
        if attempt.number == 1 {
            return Err(REFUSED);
        }
        timeout_at(attempt.deadline.unwrap(), pending::<()>())
            .await
            .map_err(|_| STARTING)
    })
    .await
    .unwrap_err();
    assert_eq!(error.last, Some(REFUSED));
    assert_eq!(error.attempts, 2);
}

#[tokio::test(start_paused = true)]
async fn a_permanent_failure_ends_the_wait_at_once() {
    let limits = limits();
    let error = wait(&limits, "db", async |_| Err::<(), _>(NO_TLS)).await;
    let error = error.unwrap_err();
    assert_eq!(limits.started.elapsed(), Duration::ZERO);
    assert_eq!(error.gave_up, GaveUp::Refused);
    assert_eq!(error.attempts, 1);
    assert_eq!(error.last, Some(NO_TLS));
}

#[tokio::test(start_paused = true)]
async fn grace_is_counted_from_its_first_failure_and_exact() {
    let limits = limits();
    let first = Cell::new(None);
    let error = wait(&limits, "db", async |attempt: Attempt| {
        if attempt.number < 50 {
            return Err::<(), _>(REFUSED);
        }
        if first.get().is_none() {
            first.set(Some(Instant::now()));
        }
        Err(PASSWORD)
    })
    .await
    .unwrap_err();
    assert_eq!(error.gave_up, GaveUp::GraceOver);
    assert_eq!(first.get().unwrap().elapsed(), 10 * SECOND);
    assert!(limits.started.elapsed() > 11 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn what_grace_waited_for_may_come() {
    let log = Log::start();
    let limits = limits();
    let ready = wait(&limits, "db", async |attempt: Attempt| {
        if attempt.number < 5 {
            Err(PASSWORD)
        } else {
            Ok(())
        }
    });
    assert_eq!(ready.await.ok(), Some(()));
    let text = log.text();
    assert!(
        text.contains(
            "waiting for db: password refused \
             (a first boot may still change that; given up after 10s)"
        ),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn grace_of_zero_is_off() {
    let log = Log::start();
    let limits = Limits {
        grace: Duration::ZERO,
        ..limits()
    };
    let error = wait(&limits, "db", async |_| Err::<(), _>(PASSWORD)).await;
    assert_eq!(error.unwrap_err().gave_up, GaveUp::Refused);
    assert_eq!(limits.started.elapsed(), Duration::ZERO);
    assert_eq!(log.text(), "");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_grace_too() {
    let limits = Limits {
        grace: 100 * SECOND,
        ..limits()
    };
    let error = wait(&limits, "db", async |_| Err::<(), _>(PASSWORD)).await;
    assert_eq!(error.unwrap_err().gave_up, GaveUp::Deadline);
    assert_eq!(limits.started.elapsed(), 60 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_says_what_is_waited_for_every_ten_seconds() {
    let log = Log::start();
    let limits = Limits {
        deadline: Some(Instant::now() + 35 * SECOND),
        ..limits()
    };
    let error = wait(&limits, "db", async |attempt: Attempt| {
        if attempt.number == 1 {
            return Err::<(), _>(REFUSED);
        }
        // Longer than a heartbeat, were it not for the attempt's own limit.
        sleep(60 * SECOND).await;
        Err(STARTING)
    })
    .await;
    assert_eq!(error.unwrap_err().gave_up, GaveUp::Deadline);
    let text = log.text();
    let beats: Vec<_> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("still waiting for db after "))
        .map(|line| line.split([',', ' ']).next().unwrap_or_default())
        .collect();
    assert_eq!(beats, ["10s", "20s", "30s"], "{text}");
}

#[tokio::test(start_paused = true)]
async fn without_limits_the_wait_goes_on() {
    let limits = Limits {
        deadline: None,
        attempt_timeout: None,
        ..limits()
    };
    let ready = wait(&limits, "db", async |attempt: Attempt| {
        assert_eq!(attempt.deadline, None);
        if attempt.number < 10_000 {
            Err(REFUSED)
        } else {
            Ok(())
        }
    });
    assert_eq!(ready.await.ok(), Some(()));
    assert!(limits.started.elapsed() > 1000 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn endlessly_many_states_are_counted_together() {
    struct Different(u32);
    impl Failure for Different {
        fn verdict(&self) -> Verdict {
            Verdict::Transient
        }
        fn state(&self) -> String {
            self.0.to_string()
        }
    }
    let limits = limits();
    let error = wait(&limits, "db", async |attempt: Attempt| {
        Err::<(), _>(Different(attempt.number))
    });
    let error = error.await.err().unwrap();
    assert_eq!(error.seen.len(), 17);
    assert_eq!(error.seen[16].state, "something else");
    assert_eq!(error.seen[16].count, error.attempts - 16);
}

/// Returns the mean pause between attempts, from one to a later one.
async fn mean_pause(state: impl Fn(u32) -> &'static str, range: std::ops::Range<u32>) -> Duration {
    let mut total = Duration::ZERO;
    let waits = 40;
    for _ in 0..waits {
        let first = Cell::new(None);
        let last = Cell::new(None);
        let limits = limits();
        let ready = wait(&limits, "db", async |attempt: Attempt| {
            if attempt.number == range.start {
                first.set(Some(Instant::now()));
            }
            if attempt.number == range.end {
                last.set(Some(Instant::now()));
                return Ok(());
            }
            Err(Found(Verdict::Transient, state(attempt.number)))
        });
        assert_eq!(ready.await.ok(), Some(()));
        total += last.get().unwrap() - first.get().unwrap();
    }
    total / (waits * (range.end - range.start))
}

#[tokio::test(start_paused = true)]
async fn a_state_that_is_new_restarts_the_backoff() {
    // After so many attempts the pauses are as long as they get.
    let grown = |state: &'static str| move |number| if number < 40 { "refused" } else { state };
    let slow = mean_pause(grown("refused"), 40..45).await;
    assert!(slow > Duration::from_millis(150), "{slow:?}");
    let quick = mean_pause(grown("starting up"), 40..45).await;
    assert!(quick < Duration::from_millis(50), "{quick:?}");
}

#[tokio::test(start_paused = true)]
async fn states_that_come_and_go_do_not_keep_the_backoff_short() {
    let turns = |number| {
        if number % 2 == 0 {
            "refused"
        } else {
            "starting up"
        }
    };
    let slow = mean_pause(turns, 40..45).await;
    assert!(slow > Duration::from_millis(150), "{slow:?}");
}

#[tokio::test(start_paused = true)]
async fn one_try_is_one_try() {
    let limits = limits();
    let once = async |found: Found| {
        once(&limits, "db", async |_| Err::<(), _>(found.clone()))
            .await
            .unwrap_err()
            .gave_up
    };
    assert_eq!(once(REFUSED).await, GaveUp::OnlyTry);
    assert_eq!(once(PASSWORD).await, GaveUp::Refused);
    assert_eq!(once(NO_TLS).await, GaveUp::Refused);
    assert_eq!(limits.started.elapsed(), Duration::ZERO);
}
