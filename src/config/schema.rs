//! What schemas are compared with, and where.

use std::path::PathBuf;

use super::{ObjectPattern, Secret, Sourced};

/// What schemas are compared with, and where.
#[derive(Clone, Debug)]
pub struct SchemaConfig {
    /// Files, directories and patterns; empty: there are no models.
    pub models: Vec<PathBuf>,
    /// `None`: the server of the configured database.
    pub shadow_url: Sourced<Option<Secret>>,
    pub shadow_template: String,
    /// Empty: all.
    pub include: Vec<ObjectPattern>,
    pub exclude: Vec<ObjectPattern>,
}

impl SchemaConfig {
    /// Says whether an object is compared that goes by some names: its own and
    /// that of what it goes with.
    pub fn compares(&self, names: &[String]) -> bool {
        let is_one_of = |patterns: &[ObjectPattern]| {
            let matches = |name: &String| patterns.iter().any(|pattern| pattern.matches(name));
            names.iter().any(matches)
        };
        (self.include.is_empty() || is_one_of(&self.include)) && !is_one_of(&self.exclude)
    }

    /// Says whether a schema is compared: one that holds what is to be compared
    /// is part of it.
    pub fn compares_schema(&self, name: &str) -> bool {
        let holds = self.include.iter().any(|pattern| pattern.is_within(name));
        let is_excluded = self.exclude.iter().any(|pattern| pattern.matches(name));
        (holds && !is_excluded) || self.compares(&[name.to_owned()])
    }
}
