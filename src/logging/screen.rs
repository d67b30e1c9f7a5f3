//! Whether standard error understands more than text.

use std::io::{self, IsTerminal};

use crate::config::Environment;

/// What reads standard error, as far as escape codes are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// A file, a pipe, or a terminal that knows no escape codes.
    Plain,
    /// A terminal that moves its cursor and has colours.
    Terminal,
}

impl Screen {
    /// Returns what standard error is.
    pub fn of_stderr(environment: &Environment) -> Self {
        if io::stderr().is_terminal() && environment.knows_escape_codes() {
            Self::Terminal
        } else {
            Self::Plain
        }
    }
}
