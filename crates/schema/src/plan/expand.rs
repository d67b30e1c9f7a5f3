//! What has to be made, taken away and altered, together with everything that
//! cannot stay meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::{Change, Differences};
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::kind::{Alteration, TearDown};
use crate::schema::Schema;
use crate::statement::Statement;

/// What a plan does, without its order.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) made: BTreeSet<Identity>,
    pub(super) gone: BTreeSet<Identity>,
    pub(super) altered: BTreeMap<Identity, Vec<Statement>>,
}

impl Work {
    pub(super) fn of(differences: &Differences<'_>, context: &Context<'_>) -> Self {
        let identities = |facts: &[&Fact]| facts.iter().map(|fact| fact.identity.clone()).collect();
        let mut work = Self {
            made: identities(&differences.added),
            gone: identities(&differences.removed),
            altered: BTreeMap::new(),
        };
        let mut anew = Vec::new();
        for change in &differences.changed {
            match alteration(change, context) {
                Alteration::Anew => anew.push(change.identity().clone()),
                Alteration::InPlace {
                    statements,
                    tears_down,
                } => {
                    if let TearDown::Those(holds) = tears_down {
                        anew.extend(torn_down(context.old, change.identity(), holds));
                    }
                    work.altered.insert(change.identity().clone(), statements);
                }
            }
        }
        anew.extend(
            differences
                .removed
                .iter()
                .flat_map(|fact| work.orphans(fact, context)),
        );
        work.rebuild(anew, context.old, context.new);
        work
    }

    /// Returns what needs a removed fact, or goes with it, though it is the same
    /// on both sides: a view that groups by a key of another name.
    fn orphans(&self, removed: &Fact, context: &Context<'_>) -> Vec<Identity> {
        let dependents = context.old.dependents(&removed.identity);
        dependents
            .filter(|one| !self.gone.contains(one) && !self.altered.contains_key(one))
            .filter_map(|one| context.old.get(one))
            .filter(|fact| !(fact.kind().row().outlives)(fact, removed))
            .map(|fact| fact.identity.clone())
            .collect()
    }

    /// Takes facts away and makes them anew, with everything that needs them.
    fn rebuild(&mut self, mut anew: Vec<Identity>, old: &Schema, new: &Schema) {
        while let Some(identity) = anew.pop() {
            if !self.gone.insert(identity.clone()) {
                continue;
            }
            self.altered.remove(&identity);
            if new.contains(&identity) {
                self.made.insert(identity.clone());
            }
            let Some(fact) = old.get(&identity) else {
                continue;
            };
            for dependent in old.dependents(&identity) {
                let Some(other) = old.get(dependent) else {
                    continue;
                };
                let hangs = other.parent.as_ref() == Some(&identity);
                if hangs || !(other.kind().row().outlives)(other, fact) {
                    anew.push(dependent.clone());
                }
            }
        }
        // Whatever hangs on something that is made anew comes with it, though
        // only the new side knows it.
        let added: Vec<Identity> = new
            .facts()
            .filter(|fact| {
                fact.parent
                    .as_ref()
                    .is_some_and(|parent| self.made.contains(parent))
            })
            .map(|fact| fact.identity.clone())
            .collect();
        for identity in added {
            self.altered.remove(&identity);
            self.made.insert(identity);
        }
    }
}

fn alteration(change: &Change<'_>, context: &Context<'_>) -> Alteration {
    if change.is_moved() {
        return Alteration::Anew;
    }
    (change.new.kind().row().alter)(change, context)
}

/// Returns which dependents of a fact have to go while it is altered.
fn torn_down(old: &Schema, identity: &Identity, holds: fn(&Fact) -> bool) -> Vec<Identity> {
    let dependents = old.dependents(identity).filter_map(|one| old.get(one));
    dependents
        .filter(|fact| holds(fact))
        .map(|fact| fact.identity.clone())
        .collect()
}
