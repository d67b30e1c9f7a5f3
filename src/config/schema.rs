//! What schemas are compared with, and where.

use std::path::PathBuf;

use seaworthy_schema::{HazardKind, Manner};

use super::{Secret, Sourced};

/// What schemas are compared with, and where.
#[derive(Clone, Debug)]
pub struct SchemaConfig {
    /// Files, directories and patterns; empty: there are no models.
    pub models: Vec<PathBuf>,
    /// `None`: the server of the configured database.
    pub shadow_url: Sourced<Option<Secret>>,
    pub shadow_template: String,
    pub manner: Manner,
    /// Dangers that no plan may have.
    pub deny_hazards: Vec<HazardKind>,
}
