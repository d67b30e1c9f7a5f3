//! Whether an answer will still come.
//!
//! A second connection sees what no socket tells: that the server process is
//! done or gone while its answer is waited for. A proxy or a sidecar keeps our
//! side of a connection alive when the other side is not, and answers the
//! keepalives.

use std::time::Duration;

use tokio::time::Instant;
use tokio_postgres::SimpleQueryRow;

/// How long an answer may be on its way after the server process was done.
const ON_ITS_WAY: Duration = Duration::from_secs(15);

/// What a look found of the server process itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// It runs a statement, or nobody may know.
    Going,
    /// It is idle since this moment, in the server's words.
    Idle { since: String },
    /// It is not there.
    Gone,
}

/// How long the work is over, as far as anybody has seen.
#[derive(Debug, Default)]
pub(super) struct Rest {
    /// When the server was started: only there is a process missed.
    server: Option<String>,
    seen: Option<(Work, Instant)>,
}

impl Work {
    /// Reads the row of a look.
    pub(super) fn of(row: &SimpleQueryRow) -> Self {
        let text = |name: &str| row.try_get(name).ok().flatten();
        if text("ours").is_none() {
            return Work::Gone;
        }
        match (text("ours_state"), text("ours_since")) {
            (Some(state), Some(since)) if state.starts_with("idle") => Work::Idle {
                since: since.to_owned(),
            },
            _ => Work::Going,
        }
    }
}

impl Rest {
    /// Says whether the server process has rested for so long that its answer
    /// is lost. One that works between two looks has not.
    pub(super) fn lasts(&mut self, now: Instant, server: String, work: Work) -> bool {
        if work == Work::Going || (work == Work::Gone && self.server.as_ref() != Some(&server)) {
            // A process that was never seen on this server may be on another one.
            self.seen = None;
        } else if self.seen.as_ref().is_none_or(|(seen, _)| *seen != work) {
            self.seen = Some((work.clone(), now));
        }
        if work != Work::Gone {
            self.server = Some(server);
        }
        self.seen
            .as_ref()
            .is_some_and(|(_, since)| now - *since >= ON_ITS_WAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idle(since: &str) -> Work {
        Work::Idle {
            since: since.to_owned(),
        }
    }

    /// Looks each second at what a server shows, and returns after how many
    /// seconds the answer counts as lost.
    #[track_caller]
    fn check(looks: impl Iterator<Item = (&'static str, Work)>, expected: Option<usize>) {
        let began = Instant::now();
        let mut rest = Rest::default();
        let lost = looks.enumerate().position(|(second, (server, work))| {
            let now = began + Duration::from_secs(second as u64);
            rest.lasts(now, server.to_owned(), work)
        });
        assert_eq!(lost, expected);
    }

    #[test]
    fn an_answer_is_lost_some_time_after_the_work_is_over() {
        let here = |work: Work| ("here", work);
        check(std::iter::repeat_n(here(Work::Going), 60), None);
        check(std::iter::repeat_n(here(idle("12:00")), 60), Some(15));
        // It works between two looks.
        check((0..60).map(|at| here(idle(&at.to_string()))), None);
        let gone = std::iter::repeat_n(here(Work::Gone), 60);
        check(
            std::iter::once(here(Work::Going)).chain(gone.clone()),
            Some(16),
        );
        // Nobody knows where it was.
        check(gone, None);
        let elsewhere = std::iter::repeat_n(("there", Work::Gone), 60);
        check(std::iter::once(here(Work::Going)).chain(elsewhere), None);
    }
}
