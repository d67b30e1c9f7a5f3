//! What is known when a wait ends without readiness.

use std::fmt;
use std::time::Duration;

/// Why the loop stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GaveUp {
    /// The deadline of the whole wait.
    Deadline,
    /// A permanent failure.
    Refused,
    /// A failure of the grace class that outlasted the grace period.
    GraceOver,
    /// There was to be one attempt only, and it failed in a way that may pass.
    OnlyTry,
}

/// One state and how many attempts ended in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub state: String,
    pub count: u32,
}

/// A wait that ended without readiness.
#[derive(Debug)]
pub struct WaitError<E> {
    /// What was waited for, as it may be shown.
    pub subject: String,
    pub gave_up: GaveUp,
    pub elapsed: Duration,
    pub attempts: u32,
    /// `None`: no attempt came to an end of its own.
    pub last: Option<E>,
    /// In the order in which the states were first seen.
    pub seen: Vec<Seen>,
}

impl<E> WaitError<E> {
    /// Returns the error with its last failure turned into another type.
    pub fn map<T>(self, change: impl FnOnce(E) -> T) -> WaitError<T> {
        WaitError {
            subject: self.subject,
            gave_up: self.gave_up,
            elapsed: self.elapsed,
            attempts: self.attempts,
            last: self.last.map(change),
            seen: self.seen,
        }
    }
}

impl<E> fmt::Display for WaitError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.gave_up {
            GaveUp::Deadline | GaveUp::OnlyTry => write!(f, "{} was not ready", self.subject),
            GaveUp::Refused | GaveUp::GraceOver => write!(f, "{} refused", self.subject),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for WaitError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.last.as_ref().map(|error| error as _)
    }
}
