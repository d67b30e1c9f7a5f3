//! `seaworthy completions` and `seaworthy man`: what the program says of itself.

use clap::{Arg, value_parser};
use clap_complete::Shell;

use super::{Command, Row};
use crate::config::setting::CommandName;
use crate::config::usage;

const SHELL: &str = "SHELL";

pub(super) const COMPLETIONS: Row = Row {
    name: CommandName::Completions,
    grammar: |command| {
        command
            .about("Prints the script that completes seaworthy in a shell")
            .arg(
                Arg::new(SHELL)
                    .required(true)
                    .value_parser(value_parser!(Shell))
                    .help("The shell"),
            )
    },
    read: |matches| {
        matches
            .get_one::<Shell>(SHELL)
            .map(|shell| Command::Completions(*shell))
            .ok_or_else(usage::no_command)
    },
};

pub(super) const MAN: Row = Row {
    name: CommandName::Man,
    grammar: |command| command.about("Prints the manual page"),
    read: |_| Ok(Command::Man),
};
