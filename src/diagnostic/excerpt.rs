//! One line of a file with a caret, as a terminal can show it.

use std::fmt::{self, Display};

/// So many characters of a long line are shown, around its caret.
const MAX_WIDTH: usize = 100;

/// One line of a file with a caret under a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    pub line: usize,
    pub column: usize,
    pub text: String,
}

impl Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let (before, after) = self.around_caret();
        // A tab before the caret stays a tab, so that the two lines align.
        let lead: String = before
            .chars()
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        let margin = " ".repeat(number.len());
        write!(f, "\n   {number} | {before}{after}\n   {margin} | {lead}^")
    }
}

impl Excerpt {
    /// Returns what is shown before the caret, and what from it on. Of a line
    /// that is too long it is the part around the caret, and dots say where it
    /// was cut.
    fn around_caret(&self) -> (String, String) {
        let total = self.text.chars().count();
        let caret = self.column.saturating_sub(1).min(total);
        let start = if total > MAX_WIDTH {
            caret
                .saturating_sub(MAX_WIDTH / 2)
                .min(total.saturating_sub(MAX_WIDTH))
        } else {
            0
        };
        let end = total.min(start + MAX_WIDTH);
        let part = |from: usize, to: usize| self.text.chars().skip(from).take(to - from);
        let dots = |cut: bool| if cut { "..." } else { "" };
        let before = dots(start > 0).chars().chain(part(start, caret)).collect();
        let after = part(caret, end).chain(dots(end < total).chars()).collect();
        (before, after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, column: usize, before: &str, after: &str) {
        let excerpt = Excerpt {
            line: 1,
            column,
            text: text.to_owned(),
        };
        assert_eq!(
            excerpt.around_caret(),
            (before.to_owned(), after.to_owned())
        );
    }

    #[test]
    fn a_long_line_is_cut_around_its_caret() {
        check("", 1, "", "");
        check("select 1", 8, "select ", "1");
        check("select 1", 99, "select 1", "");
        let short = "ä".repeat(100);
        check(&short, 1, "", &short);
        let long = format!("{}x{}", "ä".repeat(200), "ö".repeat(200));
        let (before, after) = (
            format!("...{}", "ä".repeat(50)),
            format!("x{}...", "ö".repeat(49)),
        );
        check(&long, 201, &before, &after);
        check(&long, 1, "", &format!("{}...", "ä".repeat(100)));
        check(&long, 401, &format!("...{}", "ö".repeat(99)), "ö");
        check(&long, 999, &format!("...{}", "ö".repeat(100)), "");
    }
}
