//! `seaworthy check`: whether anything is left to do, or wrong.

use super::diff::{ColumnOrder, column_order, column_order_flag};
use super::listing::{json, output};
use super::{Command, Output, Row, flag};
use crate::config::setting::CommandName;

const STATE_ONLY: &str = "state-only";
const DRIFT: &str = "drift";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    pub output: Output,
    pub models: CheckModels,
    pub drift: CheckDrift,
    pub column_order: ColumnOrder,
}

/// Whether the revisions are compared with the models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckModels {
    /// Where there are any.
    Compare,
    LeaveOut,
}

/// Whether the database is compared with the revisions that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckDrift {
    Compare,
    LeaveOut,
}

pub(super) const ROW: Row = Row {
    name: CommandName::Check,
    grammar: |command| {
        command
            .about(
                "Exits with 1 when revisions are pending, or revisions, models and database differ",
            )
            .arg(
                flag(STATE_ONLY, "Do not compare the revisions with the models")
                    .conflicts_with(DRIFT),
            )
            .arg(flag(
                DRIFT,
                "Compare the database with the revisions that are applied to it",
            ))
            .arg(column_order_flag())
            .arg(json())
    },
    read: |matches| {
        Ok(Command::Check(Check {
            output: output(matches),
            models: if matches.get_flag(STATE_ONLY) {
                CheckModels::LeaveOut
            } else {
                CheckModels::Compare
            },
            drift: if matches.get_flag(DRIFT) {
                CheckDrift::Compare
            } else {
                CheckDrift::LeaveOut
            },
            column_order: column_order(matches),
        }))
    },
};
