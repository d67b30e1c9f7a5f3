//! What is put aside under another name: a type that is made anew while the
//! rows of a column are still of the old one.

use std::collections::{BTreeMap, BTreeSet};

use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;

/// How many bytes of a name are kept, so that it stays a name with more behind.
const KEPT: usize = 54;

/// Returns what has to be put aside until facts have been taken over, and what
/// it is called meanwhile.
pub(super) fn of(
    taken_over: &BTreeSet<Identity>,
    gone: &BTreeSet<Identity>,
    context: &Context<'_>,
) -> BTreeMap<Identity, Fact> {
    let mut aside = BTreeMap::new();
    let mut users: Vec<&Identity> = taken_over.iter().collect();
    while let Some(user) = users.pop() {
        let parts = context.old.dependents(user).filter(|part| {
            let fact = context.old.get(part);
            fact.is_some_and(|fact| fact.parent.as_ref() == Some(user))
        });
        // What its parts need keeps it, too.
        let all = std::iter::once(user).chain(parts);
        let needs = all
            .flat_map(|one| context.old.needs(one))
            .filter(|need| gone.contains(need));
        for fact in needs.filter_map(|need| context.old.get(need)) {
            if fact.kind().row().put_aside.is_some() && !aside.contains_key(&fact.identity) {
                aside.insert(fact.identity.clone(), renamed(fact, context));
                users.push(&fact.identity);
            }
        }
    }
    aside
}

/// Returns a fact under a name that nothing of its kind has on either side.
fn renamed(fact: &Fact, context: &Context<'_>) -> Fact {
    let at = |name: &str| fact.identity.renamed(1, name);
    let name = free_name(fact.identity.name(1), "_old", |name| {
        context.old.contains(&at(name)) || context.new.contains(&at(name))
    });
    Fact {
        identity: at(&name),
        ..fact.clone()
    }
}

/// Returns a name that begins like another, ends so, and is not taken.
pub(super) fn free_name(name: &str, end: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let kept = (0..=KEPT.min(name.len())).rev();
    let mut kept = kept.filter(|at| name.is_char_boundary(*at));
    let mut name = format!("{}{end}", &name[..kept.next().unwrap_or(0)]);
    while is_taken(&name) {
        name.push('_');
    }
    name
}
