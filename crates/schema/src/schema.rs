//! All facts of one database, and which of them need which.

use std::collections::{BTreeMap, BTreeSet};

use super::fact::Fact;
use super::identity::Identity;
use super::kind::Kind;

/// One database's schema at one moment.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    facts: BTreeMap<Identity, Fact>,
    needs: BTreeMap<Identity, BTreeSet<Identity>>,
    dependents: BTreeMap<Identity, BTreeSet<Identity>>,
    children: BTreeMap<Identity, BTreeSet<Identity>>,
    unread: BTreeSet<Unread>,
}

/// An object of which nothing but its name is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// Such as `subscription`.
    pub kind: String,
    /// Such as `public.thing`.
    pub object: String,
}

impl Schema {
    pub(crate) fn new(
        facts: BTreeMap<Identity, Fact>,
        needs: BTreeMap<Identity, BTreeSet<Identity>>,
        unread: BTreeSet<Unread>,
    ) -> Self {
        let mut dependents: BTreeMap<Identity, BTreeSet<Identity>> = BTreeMap::new();
        let mut children: BTreeMap<Identity, BTreeSet<Identity>> = BTreeMap::new();
        for fact in facts.values() {
            if let Some(parent) = &fact.parent {
                let own = fact.identity.clone();
                children
                    .entry(parent.clone())
                    .or_default()
                    .insert(own.clone());
                dependents.entry(parent.clone()).or_default().insert(own);
            }
        }
        for (one, needs) in &needs {
            for need in needs {
                let list = dependents.entry(need.clone()).or_default();
                list.insert(one.clone());
            }
        }
        Self {
            facts,
            needs,
            dependents,
            children,
            unread,
        }
    }

    /// Returns the schema without some facts, and without whatever hangs on one
    /// of them or belongs to it.
    #[must_use]
    pub fn without(self, is_left_out: impl Fn(&Identity) -> bool) -> Self {
        let mut left_out: BTreeSet<Identity> = BTreeSet::new();
        let mut next: Vec<Identity> = self
            .facts
            .keys()
            .filter(|identity| is_left_out(identity))
            .cloned()
            .collect();
        while let Some(identity) = next.pop() {
            let children = self.children.get(&identity).into_iter().flatten();
            next.extend(children.cloned());
            // A sequence goes with the column that owns it.
            let owned = self
                .dependents(&identity)
                .filter(|one| one.kind() == Kind::OwnedBy);
            next.extend(owned.filter_map(|one| self.get(one)?.parent.clone()));
            left_out.insert(identity);
        }
        let Self {
            mut facts,
            mut needs,
            unread,
            ..
        } = self;
        facts.retain(|identity, _| !left_out.contains(identity));
        needs.retain(|identity, _| !left_out.contains(identity));
        Self::new(facts, needs, unread)
    }

    /// Returns the objects that no kind reads.
    pub fn unread(&self) -> &BTreeSet<Unread> {
        &self.unread
    }

    pub fn get(&self, identity: &Identity) -> Option<&Fact> {
        self.facts.get(identity)
    }

    pub fn contains(&self, identity: &Identity) -> bool {
        self.facts.contains_key(identity)
    }

    /// Returns every fact, sorted by identity.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.facts.values()
    }

    /// Returns the facts of a kind, sorted by name.
    pub(crate) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Fact> {
        let first = Identity::new(kind, std::iter::empty::<&str>());
        let facts = self.facts.range(first..).map(|(_, fact)| fact);
        facts.take_while(move |fact| fact.kind() == kind)
    }

    /// Returns what a fact needs, its parent included.
    pub fn needs(&self, identity: &Identity) -> impl Iterator<Item = &Identity> {
        let parent = self.get(identity).and_then(|fact| fact.parent.as_ref());
        let needs = self.needs.get(identity).into_iter().flatten();
        parent.into_iter().chain(needs)
    }

    /// Returns what needs a fact, its children included.
    pub fn dependents(&self, identity: &Identity) -> impl Iterator<Item = &Identity> {
        self.dependents.get(identity).into_iter().flatten()
    }

    /// Returns the facts of a kind that hang on a fact, sorted by name.
    pub fn children(&self, identity: &Identity, kind: Kind) -> impl Iterator<Item = &Fact> {
        let children = self.children.get(identity).into_iter().flatten();
        children
            .filter(move |child| child.kind() == kind)
            .filter_map(|child| self.get(child))
    }
}
