//! What the voyage is doing, for whoever asks from outside.
//!
//! News are told from where they happen, like a line of the log, and kept by a
//! [`Bulletin`] if one hangs around the voyage; without one they are not even
//! put together. Nothing in the voyage reads it.

mod course;
mod news;

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::task_local;
use tokio::time::Instant;

use course::Course;
pub use news::News;

task_local! {
    static BULLETIN: Bulletin;
}

/// Where the latest news can be read.
#[derive(Clone, Debug)]
pub struct Bulletin(Arc<Mutex<Course>>);

impl Bulletin {
    /// Returns one that says that everything is about to begin.
    pub fn starting_now() -> Self {
        Self(Arc::new(Mutex::new(Course::starting(Instant::now()))))
    }

    /// Runs a future, whose news are kept here.
    pub async fn during<F: Future>(&self, future: F) -> F::Output {
        BULLETIN.scope(self.clone(), future).await
    }

    /// Returns what is going on, as a document.
    pub fn document(&self) -> Value {
        let course = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        course.document(Instant::now())
    }
}

/// Tells what has changed, if there is anybody to keep it.
pub fn tell<'a>(news: impl FnOnce() -> News<'a>) {
    // Most voyages are watched by nobody.
    let _told_or_not = BULLETIN.try_with(|bulletin| {
        let mut course = bulletin.0.lock().unwrap_or_else(PoisonError::into_inner);
        course.take(news(), Instant::now());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn news_are_kept_where_a_bulletin_hangs_and_nowhere_else() {
        let bulletin = Bulletin::starting_now();
        assert_eq!(bulletin.document()["phase"], "starting");
        tell(|| unreachable!("nobody listens"));
        let answer = bulletin.during(async {
            tell(|| News::Queues { holder: None });
            7
        });
        assert_eq!(answer.await, 7);
        assert_eq!(bulletin.document()["phase"], "locking");
        tell(|| unreachable!("nobody listens any more"));
    }
}
