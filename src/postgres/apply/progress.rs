//! What is told of a run while it goes on: a log line each ten seconds, and a
//! bar where there is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::ProgressDisplay;
use super::task::Task;
use super::watch::{Sight, Unseen};
use crate::phase::{self, News};
use crate::plan::Direction;

/// How often long work is logged.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// The steps of a run, as a person sees them pass.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    is_silent: bool,
    total: usize,
    current: String,
    said: Duration,
}

impl Progress {
    pub(super) fn begin(display: ProgressDisplay, total: usize) -> Self {
        let bar = match display {
            ProgressDisplay::Log | ProgressDisplay::Quiet => None,
            ProgressDisplay::Bar => Some(bar(total)),
        };
        Self {
            bar,
            is_silent: display == ProgressDisplay::Quiet,
            total,
            current: String::new(),
            said: Duration::ZERO,
        }
    }

    /// A step begins; `at` counts from zero.
    pub(super) fn step(&mut self, task: &Task<'_>, at: usize) {
        let direction = word(task.step.direction);
        self.current = task.step.revision.to_string();
        self.said = Duration::ZERO;
        phase::tell(|| News::SetsOut {
            revision: &self.current,
            direction,
            number: at + 1,
            of: self.total,
        });
        if let Some(bar) = &self.bar {
            bar.set_position(at as u64);
            bar.set_message(format!("{direction} {}", self.current));
        }
        tracing::debug!(
            revision = %self.current,
            direction,
            step = at + 1,
            steps = self.total,
            "running"
        );
    }

    /// A look at the running step, or why it saw nothing.
    pub(super) fn seen(&mut self, running: Duration, look: Result<&Sight, Unseen>) {
        let sight = look.ok();
        phase::tell(|| News::Sees {
            waits_for: sight.and_then(|sight| sight.wait.as_deref()),
            blocked_by: sight.and_then(|sight| Some(sight.blocker.as_ref()?.pid)),
        });
        if let Some(bar) = &self.bar {
            bar.set_message(format!(
                "{}  {}s{}",
                self.current,
                running.as_secs(),
                sight.map(brief).unwrap_or_default()
            ));
        }
        if !self.is_due(running) {
            return;
        }
        let blocker = sight.and_then(|sight| sight.blocker.as_ref());
        self.quietly(|| {
            tracing::info!(
                revision = %self.current,
                running_s = running.as_secs(),
                waits_for = sight.and_then(|sight| sight.wait.as_deref()),
                phase = sight.and_then(|sight| sight.phase.as_deref()),
                blocked_by = blocker.map(ToString::to_string),
                unseen = look.err().map(|unseen| unseen.to_string()),
                "still running"
            );
        });
    }

    /// Says whether it is time for a line about what runs for so long.
    fn is_due(&mut self, running: Duration) -> bool {
        if running < self.said {
            // Another statement, or another try.
            self.said = Duration::ZERO;
        }
        let is_due = running >= self.said + HEARTBEAT;
        if is_due {
            self.said = running;
        }
        is_due
    }

    /// A step is committed, or has run in a dry run.
    pub(super) fn done(&self, task: &Task<'_>, took: Duration, verb: &'static str) {
        self.quietly(|| {
            tracing::info!(
                revision = %task.step.revision,
                title = %task.entry.message,
                took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                "{verb}"
            );
        });
    }

    /// Runs something that writes to stderr with the bar out of its way.
    pub(super) fn quietly(&self, say: impl FnOnce()) {
        match &self.bar {
            _ if self.is_silent => {}
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
    // A template that does not parse leaves the default style: a bar all the same.
    if let Ok(style) = ProgressStyle::with_template("[{pos}/{len}] {wide_bar} {msg}") {
        bar.set_style(style);
    }
    bar
}

fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Upgrade => "upgrade",
        Direction::Downgrade => "downgrade",
    }
}

fn brief(sight: &Sight) -> String {
    match (&sight.blocker, &sight.phase) {
        (Some(blocker), _) => format!("  waits for pid {}", blocker.pid),
        (None, Some(phase)) => format!("  {phase}"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_each_heartbeat_of_each_statement() {
        let mut progress = Progress::begin(ProgressDisplay::Log, 1);
        for (seconds, expected) in [
            (1, false),
            (9, false),
            (10, true),
            (11, false),
            (20, true),
            (39, true),
            (40, false),
            // The next statement.
            (1, false),
            (9, false),
            (11, true),
            (12, false),
            (21, true),
        ] {
            let running = Duration::from_secs(seconds);
            assert_eq!(progress.is_due(running), expected, "after {seconds}s");
        }
    }
}
