//! Revisions and the graph they form. Pure: it knows no directory, no file
//! format and no database.

#[cfg(test)]
pub(crate) mod arbitrary;
mod checksum;
mod graph;
mod id;
#[cfg(test)]
pub(crate) mod language;
mod nearest;
#[cfg(test)]
mod properties;
mod proposal;
mod squash;
mod target;

pub use checksum::{Checksum, Comparison, checksum, checksum_of};
pub use graph::{
    BadLabel, Dependencies, Duplicate, Graph, GraphError, Located, Mention, Node, NodeSet,
    SelectError, Standpoint, StillThere, UnknownReference,
};
pub use id::{IdError, RevisionId};
pub use proposal::{Proposal, ProposalError, Splice};
pub use squash::{Squash, SquashError};
pub use target::{Point, Target, TargetError, TargetRange};

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::source::Source;

/// A node of the graph: an identity, what it stands on, and its script.
#[derive(Clone, Debug)]
pub struct Revision {
    pub id: RevisionId,
    /// The first line of the header; empty if there is none.
    pub message: String,
    /// What it revises: none is a base, several are a merge.
    pub down_revisions: Vec<RevisionId>,
    /// Revisions (full ids) or branch labels that must be applied before it.
    pub depends_on: Vec<String>,
    pub labels: Vec<String>,
    /// Revisions that no longer have a file, whose work this one holds.
    pub replaces: Vec<RevisionId>,
    /// The `created` line of the header, as written.
    pub created: Option<String>,
    pub source: Arc<Source>,
    pub up: Section,
    /// `None`: it cannot be downgraded.
    pub down: Option<Section>,
}

/// The script of one direction: a span of the file and its options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Bytes of the source's text, without the marker line.
    pub span: Range<usize>,
    pub transaction: Transactional,
    pub lock_timeout: SectionLimit,
    pub statement_timeout: SectionLimit,
}

/// Whether a script runs in one transaction or statement by statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transactional {
    Yes,
    /// `transaction:false`
    No,
}

/// A time limit of a section's marker line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionLimit {
    /// Not named: the configured limit counts.
    Configured,
    /// `None`: no limit (`0`).
    Limit(Option<Duration>),
}

impl Revision {
    /// Returns the text of one of this revision's sections.
    pub fn text(&self, section: &Section) -> &str {
        &self.source.text()[section.span.clone()]
    }
}
