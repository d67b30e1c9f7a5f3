//! When a trigger or a rule fires, which `session_replication_role` decides.

use super::Alteration;
use crate::compare::Change;
use crate::fact::Fact;
use crate::statement::Statement;

/// The column of a kind that this is about.
const ENABLED: &str = "enabled";

/// Returns what makes it fire as it shall, as it stands in `ALTER`.
pub(super) fn clause(fact: &Fact) -> &'static str {
    match fact.text(ENABLED) {
        "D" => "DISABLE",
        "R" => "ENABLE REPLICA",
        "A" => "ENABLE ALWAYS",
        _ => "ENABLE",
    }
}

/// Says whether it fires as a new one does.
pub(super) fn is_usual(fact: &Fact) -> bool {
    fact.text(ENABLED) == "O"
}

/// Alters one that changes only in this, and makes any other anew.
pub(super) fn alter(change: &Change<'_>, enable: fn(&Fact) -> Statement) -> Alteration {
    if change.only(&[ENABLED]) {
        Alteration::plain(vec![enable(change.new)])
    } else {
        Alteration::Anew
    }
}
