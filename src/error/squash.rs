//! What is said about a range of revisions that cannot become one.

use super::listing::{located, names, with_places};
use crate::diagnostic::Diagnostic;
use crate::exit::Exit;
use crate::revision::{Located, SquashError};

pub fn diagnostic(error: &SquashError) -> Diagnostic {
    let invalid = |found: &[Located]| {
        let diagnostic = Diagnostic::error("not-squashed", Exit::Invalid, error.to_string());
        with_places(diagnostic, found.iter().map(located))
    };
    match error {
        SquashError::TooFew(found) => {
            invalid(found).hint("`seaworthy history -r A:B` lists what is in a range")
        }
        SquashError::SeveralHeads(heads) => invalid(heads)
            .hint("squash one branch at a time: end the range in one of these"),
        SquashError::NeededOutside { middle, by } => invalid(by).hint(format!(
            "end one range in `{}`, and begin another one after it",
            middle.revision
        )),
        SquashError::FollowsAnother(found) => {
            invalid(std::slice::from_ref(found)).hint("squash up to the last file, or give this one a header")
        }
        SquashError::SeveralTransactions => invalid(&[])
            .hint("a new value of an enum is used in the range: let it begin where the type is made, or end before that"),
        SquashError::PartlyApplied { applied, missing } => {
            let ids = names(applied.iter().map(|one| one.revision.as_str()));
            let diagnostic = invalid(missing);
            let diagnostic = match applied.is_empty() {
                true => diagnostic,
                false => diagnostic.cause(format!("it has {ids}")),
            };
            diagnostic
                .hint("bring every database to the end of the range first: `seaworthy upgrade`")
        }
    }
}
