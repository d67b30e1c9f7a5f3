//! What is said when a stamp cannot be written.

use super::apply::{lock_lost, told};
use crate::diagnostic::Diagnostic;
use crate::exit::Exit;
use crate::postgres::stamp::StampError;

pub fn diagnostic(error: &StampError) -> Diagnostic {
    match error {
        StampError::LockLost { route } => lock_lost("nothing was recorded", *route),
        StampError::Write { location, failure } => {
            let exit = if failure.ends_session() {
                Exit::Unavailable
            } else {
                Exit::Failed
            };
            Diagnostic::error(
                "not-recorded",
                exit,
                format!("{location} could not be written"),
            )
            .cause(told(failure))
            .hint("`seaworthy current` says what is recorded")
        }
    }
}
