//! The moment in which a file is made, handed in from outside.

use std::fmt::{self, Display};

/// A moment on the calendar of a time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    /// Seconds since 1970 in UTC.
    pub epoch: i64,
    /// `UTC`, or the distance from it: `+01:00`.
    pub zone: String,
}

impl Moment {
    /// Returns the moment in digits alone: `20240331123456`.
    pub(super) fn digits(&self) -> String {
        format!(
            "{:04}{:02}{:02}{:02}{:02}{:02}",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }
}

/// As the header's `created` has it: `2024-12-31 12:34:56 UTC`.
impl Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02} {}",
            self.year, self.month, self.day, self.hour, self.minute, self.second, self.zone
        )
    }
}
