//! `seaworthy run`: the whole voyage.

use std::ffi::OsString;

use clap::{Arg, ValueHint, value_parser};

use super::{Command, Row};
use crate::config::setting::CommandName;

const COMMAND: &str = "COMMAND";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Program and arguments; empty: none.
    pub command: Vec<OsString>,
}

pub(super) const ROW: Row = Row {
    name: CommandName::Run,
    grammar: |command| {
        command
            .about("Waits, applies the pending revisions, then becomes the application")
            .override_usage("seaworthy run [OPTIONS] [-- CMD ARGS...]")
            .arg(
                Arg::new(COMMAND)
                    .value_name("CMD")
                    .num_args(0..)
                    .trailing_var_arg(true)
                    .value_parser(value_parser!(OsString))
                    .value_hint(ValueHint::CommandWithArguments)
                    .help(
                        "The application and its arguments; without it, seaworthy ends when it is done",
                    ),
            )
    },
    read: |matches| {
        let words = matches.get_many::<OsString>(COMMAND);
        Ok(Command::Run(Run {
            command: words.into_iter().flatten().cloned().collect(),
        }))
    },
};
