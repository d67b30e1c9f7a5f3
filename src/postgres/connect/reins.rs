//! What a session can change of the stream that it has given to the library.

use std::sync::atomic::{AtomicBool, Ordering};

use super::bound::LongRows;

/// Changes the bounds of a stream that is in use.
#[derive(Debug, Default)]
pub(crate) struct Reins {
    trusted: AtomicBool,
    skips_long_rows: AtomicBool,
}

impl Reins {
    /// Lifts the bound on the login, which is complete.
    pub(super) fn trust(&self) {
        self.trusted.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_trusted(&self) -> bool {
        self.trusted.load(Ordering::Relaxed)
    }

    /// Passes over every row and notice that is too long to be kept.
    pub(crate) fn skip_long_rows(&self) {
        self.skips_long_rows.store(true, Ordering::Relaxed);
    }

    pub(super) fn long_rows(&self) -> LongRows {
        if self.skips_long_rows.load(Ordering::Relaxed) {
            LongRows::Skip
        } else {
            LongRows::Refuse
        }
    }
}
