//! `--rename`: what keeps its rows under another name.

use clap::{Arg, ArgAction, ArgMatches};
use seaworthy_schema::Wish;

use super::option;
use crate::config::setting::CommandName;
use crate::config::{UsageError, usage};

const RENAME: &str = "rename";

pub(super) fn rename_option() -> Arg {
    option(
        RENAME,
        "RENAME",
        "What keeps its rows under another name: `table:old=new` or `column:table.old=new` [repeatable]",
    )
    .action(ArgAction::Append)
}

pub(super) fn renames(matches: &ArgMatches, command: CommandName) -> Result<Vec<Wish>, UsageError> {
    let typed = matches.get_many::<String>(RENAME).into_iter().flatten();
    typed
        .map(|text| {
            let wish = Wish::of_argument(text);
            wish.ok_or_else(|| usage::bad_argument(command.word(), "--rename", PROBLEM))
        })
        .collect()
}

const PROBLEM: &str = "it is neither `table:old=new` nor `column:table.old=new`";
