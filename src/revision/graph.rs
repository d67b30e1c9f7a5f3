//! The graph that revisions form.

use super::Revision;

#[derive(Debug)]
pub struct Graph {
    revisions: Vec<Revision>,
}

#[derive(Debug, thiserror::Error)]
pub enum GraphError {}

impl Graph {
    /// # Errors
    pub fn build(revisions: Vec<Revision>) -> Result<Self, GraphError> {
        Ok(Self { revisions })
    }

    /// Returns every revision, in file order.
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }
}
