//! Whether the lock is still ours while something runs that does not use its
//! session.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::{Key, Locked};
use crate::postgres::ServerFailure;

/// How often we look whether the connection has ended, which costs nothing.
const LOOK: Duration = Duration::from_millis(200);

/// How often the server is asked.
const QUESTION: Duration = Duration::from_secs(5);

/// How long an answer may take. This and a question's distance are less than the
/// time in which a server finds a client dead and lets others have the lock.
const ANSWER: Duration = Duration::from_secs(15);

impl Locked {
    /// Completes when the lock is lost: the connection has ended, the server
    /// gives no answer, or says that another has the session.
    pub async fn lost(&self) -> ServerFailure {
        let mut asked = Instant::now();
        loop {
            sleep(LOOK).await;
            let is_closed = self.session.client.is_closed();
            if is_closed || asked.elapsed() >= QUESTION {
                if let Err(failure) = self.prove(ANSWER).await {
                    return failure;
                }
                asked = Instant::now();
            }
        }
    }

    /// Makes the server say that this session holds the lock.
    ///
    /// # Errors
    ///
    /// Why it does not, or does not say so in this time.
    pub async fn prove(&self, within: Duration) -> Result<(), ServerFailure> {
        let proof = self.key.proof();
        let asked = self.session.client.simple_query(&proof);
        let mut failure: ServerFailure = match timeout(within, asked).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => error.into(),
            Err(_) => ServerFailure::silent(within),
        };
        if Key::is_disproved_by(&failure) {
            failure = ServerFailure::not_held();
        }
        failure.explain(&self.session);
        Err(failure)
    }
}
