//! What `run` does besides waiting and migrating.

use std::ffi::OsString;

/// What `run` does besides waiting and migrating.
#[derive(Clone, Debug)]
pub struct RunConfig {
    /// The setting that asked for it, such as `SKIP_WAIT`.
    pub skip_wait: Option<String>,
    pub skip_migration: Option<String>,
    pub unset: Vec<OsString>,
}
