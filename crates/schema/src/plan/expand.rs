//! What has to be made, taken away and altered, together with everything that
//! cannot stay meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use super::aside;
use crate::compare::{Change, Differences};
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::kind::{Alteration, TearDown};
use crate::statement::Statement;

/// What a plan does, without its order.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) made: BTreeSet<Identity>,
    pub(super) gone: BTreeSet<Identity>,
    pub(super) altered: BTreeMap<Identity, Vec<Statement>>,
    /// What goes only after something was taken over from it, and what it is
    /// called meanwhile.
    pub(super) aside: BTreeMap<Identity, Fact>,
}

impl Work {
    pub(super) fn of(differences: &Differences<'_>, context: &Context<'_>) -> Self {
        let identities = |facts: &[&Fact]| facts.iter().map(|fact| fact.identity.clone()).collect();
        let mut work = Self {
            made: identities(&differences.added),
            gone: identities(&differences.removed),
            ..Self::default()
        };
        let mut rebuild = Rebuild::default();
        for fact in &differences.added {
            rebuild.with_whole(fact, context);
        }
        for change in &differences.changed {
            match alteration(change, context) {
                Alteration::Anew => {
                    rebuild.anew.push(change.identity().clone());
                    rebuild.with_whole(change.new, context);
                    rebuild.with_holders(change.old, context);
                }
                Alteration::WholeAnew => rebuild.anew.extend(change.new.parent.clone()),
                Alteration::InPlace {
                    statements,
                    tears_down,
                } => {
                    rebuild.tear_down(change.identity(), tears_down, context);
                    work.altered.insert(change.identity().clone(), statements);
                }
            }
        }
        // What is the same on both sides, but needed what is gone, needs
        // something else of the same name now.
        for fact in &differences.removed {
            rebuild.leave(fact, &work, context, Changed::Stays);
            rebuild.with_holders(fact, context);
        }
        work.rebuild(rebuild, context);
        work
    }

    /// Takes facts away and makes them anew, with everything that needs them.
    fn rebuild(&mut self, mut rebuild: Rebuild, context: &Context<'_>) {
        let mut seen = BTreeSet::new();
        while let Some(identity) = rebuild.anew.pop() {
            // A part that goes for good may be here, too: nothing that needs it
            // can stay while the whole is made anew.
            if !seen.insert(identity.clone()) {
                continue;
            }
            self.gone.insert(identity.clone());
            self.altered.remove(&identity);
            if context.new.contains(&identity) {
                self.made.insert(identity.clone());
            }
            if let Some(fact) = context.old.get(&identity) {
                rebuild.leave(fact, self, context, Changed::Goes);
            }
        }
        // Whatever hangs on something that is made anew comes with it, though
        // only the new side knows it.
        loop {
            let hangs = |fact: &&Fact| {
                !self.made.contains(&fact.identity)
                    && fact
                        .parent
                        .as_ref()
                        .is_some_and(|parent| self.made.contains(parent))
            };
            let added: Vec<&Fact> = context.new.facts().filter(hangs).collect();
            if added.is_empty() {
                break;
            }
            for fact in added {
                self.altered.remove(&fact.identity);
                self.made.insert(fact.identity.clone());
            }
        }
        rebuild
            .taken_over
            .retain(|identity| !self.gone.contains(identity));
        self.take_over(&rebuild.taken_over, context);
    }

    /// Lets facts stay that hold what has to be kept, such as the rows of a
    /// column, while something they need is made anew.
    fn take_over(&mut self, facts: &BTreeSet<Identity>, context: &Context<'_>) {
        for identity in facts {
            let (Some(old), Some(new)) = (context.old.get(identity), context.new.get(identity))
            else {
                continue;
            };
            let needs = context
                .old
                .needs(identity)
                .filter(|need| self.gone.contains(need));
            let needs: Vec<&Fact> = needs.filter_map(|need| context.old.get(need)).collect();
            let statements = (new.kind().row().take_over)(&Change { old, new }, &needs, context);
            self.altered
                .entry(identity.clone())
                .or_default()
                .extend(statements);
        }
        self.aside = aside::of(facts, &self.gone, context);
    }
}

/// What still has to be looked at.
#[derive(Debug, Default)]
struct Rebuild {
    anew: Vec<Identity>,
    taken_over: BTreeSet<Identity>,
}

/// What becomes of a dependent that is altered anyway.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Changed {
    Stays,
    Goes,
}

impl Rebuild {
    /// Sees to the dependents of a fact that goes.
    fn leave(&mut self, fact: &Fact, work: &Work, context: &Context<'_>, changed: Changed) {
        for dependent in context.old.dependents(&fact.identity) {
            let Some(other) = context.old.get(dependent) else {
                continue;
            };
            let row = other.kind().row();
            let hangs = other.parent.as_ref() == Some(&fact.identity);
            if !hangs && (row.outlives)(other, fact) {
                continue;
            }
            let stays = context.new.contains(dependent) && !work.gone.contains(dependent);
            if changed == Changed::Stays && !stays {
                continue;
            }
            match (row.takes_over)(other, fact) {
                Some(tears_down) if stays && !hangs => {
                    if self.taken_over.insert(dependent.clone()) {
                        self.tear_down(dependent, tears_down, context);
                    }
                }
                _ if changed == Changed::Stays && work.altered.contains_key(dependent) => {}
                _ if row.is_inseparable && !hangs => self.anew.extend(other.parent.clone()),
                _ => self.anew.push(dependent.clone()),
            }
        }
    }

    /// Sees to a fact that is made anew, or new.
    fn with_whole(&mut self, fact: &Fact, context: &Context<'_>) {
        if (fact.kind().row().needs_whole)(fact, context) {
            let whole = fact
                .parent
                .iter()
                .filter(|whole| context.old.contains(whole));
            self.anew.extend(whole.cloned());
        }
    }

    /// Sees to what does not let a fact go that goes.
    fn with_holders(&mut self, fact: &Fact, context: &Context<'_>) {
        let holders = (fact.kind().row().held_by)(fact, context);
        let stay = |holder: &Identity| context.old.contains(holder) && context.new.contains(holder);
        self.anew.extend(holders.into_iter().filter(stay));
    }

    /// Takes dependents of a fact away while it is altered.
    fn tear_down(&mut self, identity: &Identity, tears_down: TearDown, context: &Context<'_>) {
        let TearDown::Those(holds) = tears_down else {
            return;
        };
        let dependents = context.old.dependents(identity);
        let dependents = dependents.filter_map(|one| context.old.get(one));
        let those = dependents.filter(|fact| holds(fact));
        self.anew.extend(those.map(|fact| fact.identity.clone()));
    }
}

fn alteration(change: &Change<'_>, context: &Context<'_>) -> Alteration {
    if change.is_moved() || context.anew.contains(change.identity()) {
        return Alteration::Anew;
    }
    (change.new.kind().row().alter)(change, context)
}
