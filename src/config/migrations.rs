//! Which revisions to apply, and how.

use std::path::PathBuf;
use std::time::Duration;

use super::{Limit, MigrateCommand};
use crate::plan::OnAhead;
use crate::revision::Target;

#[derive(Clone, Debug)]
pub struct MigrationsConfig {
    /// At least one; their revisions form one graph.
    pub dirs: Vec<PathBuf>,
    pub format: FormatChoice,
    pub target: Target,
    /// Where the state table stands; `None`: found along the search path, or `current_schema()`.
    pub version_schema: Option<String>,
    pub version_table: String,
    pub on_ahead: OnAhead,
    pub allow_divergent: bool,
    pub allow_out_of_order: bool,
    pub transaction: TransactionScope,
    /// Zero: one try.
    pub lock_wait: Duration,
    pub lock_timeout: Limit,
    /// Zero: one try.
    pub lock_retry: Duration,
    pub statement_timeout: Limit,
    /// Stands in for the revisions in `run` and `upgrade`.
    pub command: Option<MigrateCommand>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatChoice {
    Auto,
    Native,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionScope {
    /// One transaction a revision.
    Revision,
    /// One transaction for the whole run.
    All,
}
