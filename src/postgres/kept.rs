//! A session that is kept, and idle most of the time.

use super::Session;
use super::lock::Route;
use super::settings::{keepalives, timeout};

/// Since this version the server ends sessions that are idle.
const IDLE_TIMEOUT_SINCE: u32 = 140_000;

/// Tells the server not to end the session for being idle, and to notice when
/// its client is gone.
///
/// Behind a pooler it says nothing: the session is not ours, and others would
/// get it with our settings. Nor does a refusal matter, since a session that is
/// lost is replaced.
pub async fn keep(session: &Session) {
    if Route::of(session) == Route::Proxied {
        return;
    }
    let mut settings = keepalives();
    if session.facts.version >= IDLE_TIMEOUT_SINCE {
        settings.push(timeout("idle_session_timeout", None));
    }
    let _set_or_lost = session.client.batch_execute(&settings.join("; ")).await;
}
