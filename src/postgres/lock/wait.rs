//! What a wait for the lock knows of who holds it, and when it says so.

use std::time::Duration;

use tokio::time::Instant;

use super::Holder;
use crate::phase::{self, News};

/// How often a wait says that it still waits.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How often the holder is asked for while it may have changed.
const HOLDER_INTERVAL: Duration = Duration::from_secs(1);

/// What is known of the holder, and when it was last said.
#[derive(Debug)]
pub(super) struct Wait {
    pub(super) holder: Option<Holder>,
    pub(super) asked: Option<Instant>,
    said: Instant,
}

impl Wait {
    pub(super) fn begin(now: Instant) -> Self {
        phase::tell(|| News::Queues { holder: None });
        Self {
            holder: None,
            asked: None,
            said: now,
        }
    }

    pub(super) fn wants_holder(&self) -> bool {
        self.asked
            .is_none_or(|asked| asked.elapsed() >= HOLDER_INTERVAL)
    }

    /// Logs a holder that is new, and an old one each heartbeat.
    pub(super) fn say(&mut self, holder: Option<Holder>, waited: Duration) {
        let first = self.asked.is_none();
        self.asked = Some(Instant::now());
        // Between two holders nobody may hold it: the last one known is told.
        let changed = holder.is_some() && holder != self.holder;
        if changed {
            self.holder = holder;
            let holder = self.holder.as_ref().map(ToString::to_string);
            phase::tell(|| News::Queues {
                holder: holder.as_deref(),
            });
        }
        if first || changed || self.said.elapsed() >= HEARTBEAT {
            self.said = Instant::now();
            let holder = self.holder.as_ref().map(ToString::to_string);
            tracing::info!(
                holder = holder.as_deref().unwrap_or("unknown"),
                waited_s = waited.as_secs(),
                "waiting for the migration lock"
            );
        }
    }
}
