//! All facts of one database, and which of them need which.

use std::collections::{BTreeMap, BTreeSet};

use super::fact::Fact;
use super::identity::Identity;
use super::kind::{Kind, Naming};

/// One database's schema at one moment.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    facts: BTreeMap<Identity, Fact>,
    needs: BTreeMap<Identity, BTreeSet<Identity>>,
    dependents: BTreeMap<Identity, BTreeSet<Identity>>,
    children: BTreeMap<Identity, BTreeSet<Identity>>,
    /// Only some kinds were declared. What the server makes by itself, such as what a
    /// new object allows, is not part of it.
    is_completed: bool,
    unread: BTreeSet<Unread>,
    /// What something needs that is left out of the schema, though not of the
    /// database.
    held: BTreeSet<Identity>,
}

/// What a fact is asked for by.
enum Named<'a> {
    Schema(&'a str),
    /// Its own name first.
    Object(Vec<String>),
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
            is_completed: false,
            unread,
            held: BTreeSet::new(),
        }
    }

    /// Returns the schema as one that leaves open what the server makes by itself.
    pub(crate) fn marked_completed(self) -> Self {
        Self {
            is_completed: true,
            ..self
        }
    }

    /// Returns the schema without some facts, and with others, which need what they
    /// needed before under their names.
    pub(crate) fn with(self, more: Vec<Fact>, gone: &BTreeSet<Identity>) -> Self {
        let mut facts = self.facts;
        facts.retain(|identity, _| !gone.contains(identity));
        facts.extend(more.into_iter().map(|fact| (fact.identity.clone(), fact)));
        Self::new(facts, self.needs, self.unread).marked_completed()
    }

    /// Says whether an index of a partitioned table, or a constraint, is to be handed
    /// down to partitions that nobody has described.
    pub(crate) fn hands_down(&self, identity: &Identity) -> bool {
        let mut parts = self.dependents(identity);
        self.is_completed && !parts.any(|part| part.kind() == Kind::Attachment)
    }

    pub(crate) fn is_completed(&self) -> bool {
        self.is_completed
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

    /// Returns the schema with nothing but some objects. Each is asked for by its
    /// names, such as `public.users`: a part by that of its whole, and what goes
    /// with a table, such as an index, by both. Schemas are asked for apart.
    #[must_use]
    pub fn only(
        mut self,
        is_wanted: impl Fn(&[String]) -> bool,
        is_wanted_schema: impl Fn(&str) -> bool,
    ) -> Self {
        let is_kept = |identity: &Identity| match self.names(identity) {
            Named::Schema(name) => is_wanted_schema(name),
            Named::Object(names) => is_wanted(&names),
        };
        let kept: BTreeSet<Identity> = self
            .facts
            .keys()
            .filter(|one| is_kept(one))
            .cloned()
            .collect();
        let left_out = self.facts.keys().filter(|one| !kept.contains(one));
        let needs = left_out.flat_map(|one| self.needs(one));
        let held = needs.filter(|one| kept.contains(one)).cloned().collect();
        self.facts.retain(|identity, _| kept.contains(identity));
        self.needs.retain(|identity, _| kept.contains(identity));
        self.unread
            .retain(|one| is_wanted(std::slice::from_ref(&one.object)));
        Self {
            held,
            ..Self::new(self.facts, self.needs, self.unread)
        }
    }

    /// Returns the word for a statement that would take what needs a type along,
    /// which is empty where that is none of our business.
    pub(crate) fn cascade(&self, of_type: Option<&Identity>) -> &'static str {
        match of_type.is_some_and(|one| self.held.contains(one)) {
            true => "",
            false => " CASCADE",
        }
    }

    /// Returns what a fact is asked for by.
    fn names<'a>(&'a self, identity: &'a Identity) -> Named<'a> {
        let mut names = Vec::new();
        let mut next = Some(identity);
        while let Some(identity) = next {
            let fact = self.get(identity);
            let parent = fact.and_then(|fact| fact.parent.as_ref());
            let is_own = matches!(identity.kind().naming(), Naming::Own(_));
            let is_object = is_own && identity.kind() != Kind::DefaultPrivilege || parent.is_none();
            if identity.kind() == Kind::Schema {
                return Named::Schema(identity.last());
            }
            if is_object {
                let path: Vec<&str> = identity.path().take(2).collect();
                names.push(path.join("."));
            }
            let of_schema = |one: &&Identity| is_object && one.kind() == Kind::Schema;
            next = parent
                .filter(|parent| !of_schema(parent))
                .or_else(|| self.owning_table(identity));
        }
        Named::Object(names)
    }

    /// Returns the table whose column owns a sequence.
    fn owning_table(&self, sequence: &Identity) -> Option<&Identity> {
        let owned = self.children(sequence, Kind::OwnedBy).next()?;
        let mut needs = self.needs(&owned.identity);
        let column = needs.find(|need| need.kind() == Kind::Column)?;
        self.get(column)?.parent.as_ref()
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
