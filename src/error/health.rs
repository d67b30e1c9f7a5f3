//! What is said of a probe that found no answer.

use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::exit::Exit;

/// Returns what is said when time was up before anything was known, such as
/// for want of a processor or on a file system that hangs.
pub fn late(limit: Duration) -> Diagnostic {
    Diagnostic::error(
        "no-answer",
        Exit::Failed,
        format!("no answer was found within {limit:?}"),
    )
}

/// Returns what a sidecar says that has not looked at anything yet.
pub fn starting() -> Diagnostic {
    Diagnostic::error("starting", Exit::Failed, "nothing was asked yet")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(diagnostic: &Diagnostic) -> String {
        format!("{diagnostic}\nexit {}", diagnostic.exit.code())
    }

    #[test]
    fn time_is_up() {
        insta::assert_snapshot!(said(&late(Duration::from_millis(800))), @"
        seaworthy: error[no-answer]: no answer was found within 800ms
        exit 1
        ");
    }

    #[test]
    fn a_sidecar_has_just_started() {
        insta::assert_snapshot!(said(&starting()), @"
        seaworthy: error[starting]: nothing was asked yet
        exit 1
        ");
    }
}
