//! One line of a file with a caret under a column.

use std::fmt::{self, Display};

use super::shown;

/// The line as it stands in the file; what a terminal cannot show, or what is
/// too long for it, is cut when it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    pub line: usize,
    pub column: usize,
    pub text: String,
}

impl Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let (text, lead) = shown::excerpt(&self.text, self.column);
        let margin = " ".repeat(number.len());
        write!(f, "\n   {number} | {text}\n   {margin} | {lead}^")
    }
}
