//! The grammar of targets.

use std::str::FromStr;

use seaworthy::config::UsageError;
use seaworthy::revision::{RevisionId, Target, TargetRange};

use super::assert_bounded;

/// A target or a range that parses is written as it was read.
pub(super) fn target(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match Target::from_str(text) {
        Ok(target) => {
            let written = target.to_string();
            assert_eq!(Target::from_str(&written), Ok(target), "{written}");
        }
        Err(error) => {
            assert_bounded(&error.to_string(), text.len());
            let usage = UsageError {
                title: error.to_string(),
                tip: None,
                target: Some(error),
                command: "seaworthy upgrade".to_owned(),
            };
            let diagnostic = seaworthy::error::config::usage(&usage).to_string();
            assert_bounded(&diagnostic, text.len());
            super::assert_printable(&diagnostic);
        }
    }
    match TargetRange::from_str(text) {
        Ok(range) => assert_bounded(&format!("{range:?}"), text.len()),
        Err(error) => assert_bounded(&error.to_string(), text.len()),
    }
    if let Err(error) = RevisionId::new(text) {
        assert_bounded(&error.to_string(), text.len());
    }
}
