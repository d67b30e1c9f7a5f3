//! How the files of new revisions are named and finished.

use super::{FilePlace, FileTemplate};

#[derive(Clone, Debug)]
pub struct WritingConfig {
    pub file_template: FileTemplate,
    /// The name of a time zone, as the system's database has it.
    pub timezone: String,
    /// In characters.
    pub truncate_slug_length: usize,
    /// In the order in which they run.
    pub hooks: Vec<Hook>,
}

/// A command that is run on the file of a new revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    pub name: String,
    /// The program and its arguments; never empty.
    pub command: Vec<String>,
    pub place: FilePlace,
}
