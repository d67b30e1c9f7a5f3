//! Renames that take each other's names: a chain is done from its end, and a swap
//! by way of a name in between.

use super::Rename;
use crate::identity::Identity;
use crate::kind::Kind;
use crate::schema::Schema;

/// Returns those of some renames for which there is room: the new name is free, or
/// another of them takes away what has it. Lines of models stay when they are
/// done, so that for those a circle proves nothing, nor does a name that stays.
pub fn with_room(typed: Vec<Rename>, lines: &[Rename], old: &Schema, new: &Schema) -> Vec<Rename> {
    let mut room = typed;
    retain(&mut room, |rename, others| {
        is_free(rename, old) || is_vacated(rename, others)
    });
    loop {
        let can_be = |rename: &&Rename| {
            !room.contains(rename) && (is_free(rename, old) || is_vacated(rename, &room))
        };
        match lines.iter().find(can_be) {
            Some(rename) => room.push(rename.clone()),
            None => break,
        }
    }
    retain(&mut room, |rename, others| {
        let is_filled = |other: &Rename| other.occupied() == rename.from;
        let goes = !new.contains(&rename.later()) || others.iter().any(is_filled);
        let is_stale = lines.contains(rename) && !goes;
        is_free(rename, old) || (is_vacated(rename, others) && !is_stale)
    });
    room
}

/// Returns renames in an order in which they can be done: columns first, while their
/// tables are called as they are.
pub fn in_order(renames: Vec<Rename>, old: &Schema, new: &Schema) -> Vec<Rename> {
    let is_column = |rename: &Rename| rename.from.kind() == Kind::Column;
    let (columns, tables): (Vec<_>, Vec<_>) = renames.into_iter().partition(is_column);
    let mut ordered = Vec::new();
    for mut waiting in [columns, tables] {
        while !waiting.is_empty() {
            let can_be = |rename: &Rename| !is_vacated(rename, &waiting);
            if let Some(at) = waiting.iter().position(can_be) {
                ordered.push(waiting.remove(at));
                continue;
            }
            // All that is left goes round in circles: one steps aside.
            let first = &mut waiting[0];
            let aside = first.called(&between(first, old, new));
            ordered.push(aside.clone());
            first.from = aside.occupied();
        }
    }
    ordered
}

impl Rename {
    /// Returns what has the new name before anything is renamed.
    fn occupied(&self) -> Identity {
        self.from
            .renamed(self.from.path().len() - 1, self.to.last())
    }

    /// Returns the old name as it stands after everything is renamed.
    fn later(&self) -> Identity {
        self.to.renamed(self.to.path().len() - 1, self.from.last())
    }

    /// Returns the rename of the same object to another name.
    fn called(&self, name: &str) -> Self {
        Self {
            from: self.from.clone(),
            to: self.to.renamed(self.to.path().len() - 1, name),
        }
    }
}

/// Takes renames out until each that is left may stay beside the others.
fn retain(renames: &mut Vec<Rename>, may_stay: impl Fn(&Rename, &[Rename]) -> bool) {
    while let Some(at) = renames.iter().position(|one| !may_stay(one, renames)) {
        renames.remove(at);
    }
}

fn is_free(rename: &Rename, old: &Schema) -> bool {
    !old.contains(&rename.occupied())
}

fn is_vacated(rename: &Rename, others: &[Rename]) -> bool {
    let occupied = rename.occupied();
    let mut others = others.iter().filter(|other| *other != rename);
    others.any(|other| other.from == occupied)
}

/// Returns a name that nothing of the kind has in its place.
fn between(rename: &Rename, old: &Schema, new: &Schema) -> String {
    let mut name = String::from("seaworthy_renamed");
    loop {
        let aside = rename.called(&name);
        if !old.contains(&aside.occupied()) && !new.contains(&aside.to) {
            return name;
        }
        name.push('_');
    }
}
