//! Directories of revisions: files in, revisions out.
//!
//! A format is one file and one row of the table. It reads text that is
//! handed in; it opens no file and knows no database.

mod error;
mod native;

use std::sync::Arc;

pub use error::{FormatError, Half, Spot};

use crate::config::FormatChoice;
use crate::revision::Revision;
use crate::source::Source;

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
