//! How the commands that look print revisions.

use clap::{Arg, ArgMatches};

use super::{Output, flag};

const VERBOSE: &str = "verbose";
const JSON: &str = "json";

/// How revisions are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// A line each.
    Lines,
    /// All that is known of each.
    Blocks,
    Json,
}

impl Listing {
    pub(super) fn args() -> [Arg; 2] {
        [
            flag(VERBOSE, "Print all that is known of each revision")
                .short('v')
                .conflicts_with(JSON),
            json(),
        ]
    }

    pub(super) fn read(matches: &ArgMatches) -> Self {
        match (matches.get_flag(VERBOSE), output(matches)) {
            (true, _) => Self::Blocks,
            (false, Output::Text) => Self::Lines,
            (false, Output::Json) => Self::Json,
        }
    }
}

/// Returns the switch of a command whose result is one document.
pub(super) fn json() -> Arg {
    flag(JSON, "Print one JSON document")
}

pub(super) fn output(matches: &ArgMatches) -> Output {
    if matches.get_flag(JSON) {
        Output::Json
    } else {
        Output::Text
    }
}
