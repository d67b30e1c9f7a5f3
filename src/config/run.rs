//! What `run` does besides waiting and migrating.

use std::ffi::OsString;

use super::{ListenAddress, Sourced};

/// What `run` does besides waiting and migrating.
#[derive(Clone, Debug)]
pub struct RunConfig {
    /// The setting that asked for it, such as `SKIP_WAIT`.
    pub skip_wait: Option<String>,
    pub skip_migration: Option<String>,
    pub unset: Vec<OsString>,
    /// Where probes are answered meanwhile.
    pub listen: Option<Sourced<ListenAddress>>,
    /// The paths of probes that ask for nothing but life.
    pub live_paths: Vec<String>,
}
