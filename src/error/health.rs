//! What is said of a probe that found no answer in its time.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_up() {
        let diagnostic = late(Duration::from_millis(800));
        let said = format!("{diagnostic}\nexit {}", diagnostic.exit.code());
        insta::assert_snapshot!(said, @"
        seaworthy: error[no-answer]: no answer was found within 800ms
        exit 1
        ");
    }
}
