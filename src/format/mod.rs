//! Directories of revisions: files in, revisions out.
//!
//! A format is one file and one row of the table. It reads text that is
//! handed in; it opens no file and knows no database.

mod error;
mod moment;
mod native;

use std::sync::Arc;

pub use error::{FormatError, Half, Spot, WriteError};
pub use moment::Moment;

use crate::config::{FileTemplate, FormatChoice};
use crate::revision::{Proposal, Revision, RevisionId, Transactional};
use crate::source::Source;

/// The name of a project's own template for new files, beside the revisions.
pub const TEMPLATE_NAME: &str = "revision.sql.template";

/// How new files are written.
#[derive(Clone, Copy, Debug)]
pub struct Writing<'a> {
    pub file_template: &'a FileTemplate,
    /// In characters.
    pub longest_slug: usize,
    /// The project's own, if it has one.
    pub template: Option<&'a Arc<Source>>,
    pub moment: &'a Moment,
    /// What the revision does; `None`: its author writes that.
    pub body: Option<&'a Body>,
}

/// The statements of a revision in both directions, each with its semicolon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    pub up: BodySection,
    pub down: BodySection,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodySection {
    pub text: String,
    pub transaction: Transactional,
}

impl Default for BodySection {
    fn default() -> Self {
        Self {
            text: String::new(),
            transaction: Transactional::Yes,
        }
    }
}

/// A file that is to be written into the revisions' directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    pub name: String,
    pub text: String,
}

/// A way in which a directory can hold revisions.
struct Format {
    choice: FormatChoice,
    read: Read,
}

type Read = fn(&[Arc<Source>]) -> Result<Vec<Revision>, FormatError>;

/// Every format. The first one is what a directory is taken for that shows
/// nothing else.
const FORMATS: [Format; 1] = [Format {
    choice: FormatChoice::Native,
    read: native::read,
}];

/// Returns the revisions that files hold, in the order of the files. Parents
/// need not be there: whether the graph is sound is not looked at.
///
/// # Errors
///
/// What is wrong with a file or with its name.
pub fn read(sources: Vec<Source>, choice: FormatChoice) -> Result<Vec<Revision>, FormatError> {
    let sources: Vec<_> = sources.into_iter().map(Arc::new).collect();
    let format = FORMATS
        .iter()
        .find(|format| format.choice == choice)
        .unwrap_or(&FORMATS[0]);
    (format.read)(&sources)
}

/// Returns the id that a directory gives its next revision: a number, where
/// its files are numbered; `None` where ids are random.
pub fn next_id(revisions: &[Revision], moment: &Moment) -> Option<RevisionId> {
    native::next_id(revisions, moment)
}

/// Returns the files of a new revision, in the way of the directory. What they
/// hold is read back as what was proposed.
///
/// # Errors
///
/// What is wrong with the message, the name, or the template.
pub fn write(
    proposal: &Proposal,
    revisions: &[Revision],
    writing: &Writing<'_>,
) -> Result<Vec<NewFile>, WriteError> {
    native::write(proposal, revisions, writing)
}
