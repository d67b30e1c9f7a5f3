//! A schema of which only some kinds were declared, such as by an ORM, together
//! with what the other side of the comparison has of the rest.
//!
//! So nothing is found to differ that could not have been declared, and what
//! hangs on a declared object goes and comes back with it as ever: a view stays
//! a view when the column below it gets another type.

use std::collections::{BTreeMap, BTreeSet};

use super::fact::Fact;
use super::identity::Identity;
use super::kind::Kind;
use super::schema::Schema;

/// What can be declared.
const DECLARED: &[Kind] = &[
    Kind::Schema,
    Kind::Sequence,
    Kind::OwnedBy,
    Kind::Enum,
    Kind::Table,
    Kind::Column,
    Kind::Default,
    Kind::Constraint,
    Kind::Index,
    Kind::Inheritance,
    Kind::Attachment,
];

/// What a comment can be declared for.
const COMMENTED: &[Kind] = &[Kind::Table, Kind::Column, Kind::Constraint];

/// What stays, though nobody declares it, as long as something needs it that
/// could not be declared.
const NEEDED: &[Kind] = &[Kind::Schema, Kind::Sequence, Kind::Enum];

/// What of a declared object cannot be declared.
const SILENT: &[&str] = &[
    "row_security",
    "force_row_security",
    "replica_identity",
    "method",
    "storage",
    "compression",
    "statistics",
];

/// The same, of a column that may not be null on either side.
const SILENT_OF_NOT_NULL: &[&str] = &["not_null_name", "not_null_no_inherit", "not_null_not_valid"];

/// What of a declared object may be left open.
const OPEN: &[&str] = &["unlogged", "partition_by", "options", "tablespace"];

impl Schema {
    /// Returns the declared facts of this schema and, of all other kinds, those
    /// of another.
    #[must_use]
    pub fn completed(&self, other: &Self) -> Self {
        let declared = self.declared();
        let mut kept = other.undeclared(&declared);
        other.settle(&mut kept, &declared);
        let needed: Vec<&Fact> = self.needed(&declared, &kept);
        let mut facts: BTreeMap<Identity, Fact> = BTreeMap::new();
        let mut needs: BTreeMap<Identity, BTreeSet<Identity>> = BTreeMap::new();
        let own = declared.iter().filter_map(|one| self.get(one));
        for (side, fact) in own
            .chain(needed)
            .map(|fact| (self, fact))
            .chain(kept.iter().filter_map(|one| Some((other, other.get(one)?))))
        {
            let identity = &fact.identity;
            facts.insert(identity.clone(), filled(fact, other.get(identity)));
            let list = side.needs(identity).cloned();
            needs.insert(identity.clone(), list.collect());
        }
        for list in needs.values_mut() {
            list.retain(|need| facts.contains_key(need));
        }
        Self::new(facts, needs, BTreeSet::new()).marked_completed()
    }

    /// Returns a completed schema with what only a server can tell of the rest,
    /// once it has been brought about where an old one was: how a view reads
    /// over a column of another type, what a partition got from its table, and who
    /// may do what with a new object.
    #[must_use]
    pub fn once_reached(self, old: &Self, reached: &Self) -> Self {
        if !self.is_completed() {
            return self;
        }
        let is_new = |parent: &Identity| self.contains(parent) && !old.contains(parent);
        let tells = |fact: &&Fact| {
            let is_carried = self.contains(&fact.identity)
                && old.contains(&fact.identity)
                && !reached.is_declared(fact);
            let is_new_grant =
                fact.kind() == Kind::Grant && fact.parent.as_ref().is_some_and(is_new);
            is_carried || is_new_grant || reached.is_handed_down(fact, old)
        };
        let told = reached.facts().filter(tells).cloned().collect();
        let is_gone =
            |fact: &&Fact| !reached.contains(&fact.identity) && self.is_handed_down(fact, old);
        let gone = self.facts().filter(is_gone);
        let gone: BTreeSet<Identity> = gone.map(|fact| fact.identity.clone()).collect();
        self.with(told, &gone)
    }

    /// Says whether a fact is a part of a partition that was there before; that it
    /// is one is none.
    fn is_handed_down(&self, fact: &Fact, old: &Self) -> bool {
        if fact.kind() == Kind::Inheritance {
            return false;
        }
        let parent = fact.parent.as_ref().and_then(|parent| self.get(parent));
        parent.is_some_and(|parent| match parent.kind() {
            Kind::Table => old.contains(&parent.identity) && self.whole(parent).is_some(),
            _ => self.is_handed_down(parent, old),
        })
    }

    fn declared(&self) -> BTreeSet<Identity> {
        let declared = self.facts().filter(|fact| self.is_declared(fact));
        declared.map(|fact| fact.identity.clone()).collect()
    }

    /// Says whether a fact could be declared: by its kind, and so could all
    /// that it hangs on.
    fn is_declared(&self, fact: &Fact) -> bool {
        let parent = fact.parent.as_ref().and_then(|parent| self.get(parent));
        let by_kind = match fact.kind() {
            Kind::Comment => parent.is_some_and(|parent| COMMENTED.contains(&parent.kind())),
            kind => DECLARED.contains(&kind),
        };
        by_kind && parent.is_none_or(|parent| self.is_declared(parent))
    }

    /// Returns the facts that were not there to be declared, and whatever one
    /// of them might need.
    fn undeclared(&self, declared: &BTreeSet<Identity>) -> BTreeSet<Identity> {
        let facts = self.facts().filter(|fact| {
            !self.is_declared(fact)
                || NEEDED.contains(&fact.kind())
                || self.is_of_partition(fact, declared)
        });
        let facts = facts.map(|fact| fact.identity.clone());
        facts.filter(|one| !declared.contains(one)).collect()
    }

    /// Says whether a fact is a partition that nobody declares, or a part of it.
    fn is_of_partition(&self, fact: &Fact, declared: &BTreeSet<Identity>) -> bool {
        let parent = fact.parent.as_ref().and_then(|parent| self.get(parent));
        match fact.kind() {
            Kind::Table if declared.contains(&fact.identity) => false,
            Kind::Table => self.whole(fact).is_some(),
            _ => parent.is_some_and(|parent| self.is_of_partition(parent, declared)),
        }
    }

    /// Returns the table that a table is a partition of.
    fn whole(&self, table: &Fact) -> Option<Identity> {
        let mut bound = self
            .children(&table.identity, Kind::Inheritance)
            .filter(|one| one.get("bound").is_some());
        let path: Vec<&str> = bound.next()?.identity.path().skip(2).collect();
        Some(Identity::new(Kind::Table, path))
    }

    /// Leaves out what cannot stay, since something it needs goes, and what is
    /// only needed and by nothing.
    fn settle(&self, kept: &mut BTreeSet<Identity>, declared: &BTreeSet<Identity>) {
        loop {
            let stays = |one: &Identity| {
                let is_there = |need: &Identity| {
                    declared.contains(need) || kept.contains(need) || !self.contains(need)
                };
                let Some(fact) = self.get(one) else {
                    return false;
                };
                self.needs(one)
                    .all(|need| is_there(need) || is_made_anew(fact, need))
                    && self.whole(fact).is_none_or(|whole| is_there(&whole))
                    && (!NEEDED.contains(&fact.kind()) || self.is_needed(one, kept))
            };
            let stay: BTreeSet<Identity> = kept.iter().filter(|one| stays(one)).cloned().collect();
            if stay.len() == kept.len() {
                return;
            }
            *kept = stay;
        }
    }

    /// Says whether something stands on a fact, and not just hangs on it.
    fn is_needed(&self, one: &Identity, kept: &BTreeSet<Identity>) -> bool {
        self.dependents(one).any(|dependent| {
            kept.contains(dependent)
                && dependent.kind() != Kind::DefaultPrivilege
                && !dependent.hangs()
        })
    }

    /// Returns what the declared facts need of other kinds, where the other side
    /// does not have it.
    fn needed(&self, declared: &BTreeSet<Identity>, kept: &BTreeSet<Identity>) -> Vec<&Fact> {
        let mut found = BTreeSet::new();
        let mut next: Vec<&Identity> = declared.iter().collect();
        while let Some(one) = next.pop() {
            for need in self.needs(one) {
                if !declared.contains(need) && !kept.contains(need) && found.insert(need) {
                    next.push(need);
                    let parts = self.dependents(need).filter(|part| {
                        let part = self.get(part).filter(|_| !declared.contains(*part));
                        part.is_some_and(|part| {
                            part.parent.as_ref() == Some(need) && !is_right(part)
                        })
                    });
                    let parts: Vec<&Identity> = parts.collect();
                    next.extend(parts.iter().filter(|part| found.insert(part)));
                }
            }
        }
        found.into_iter().filter_map(|one| self.get(one)).collect()
    }
}

/// Says whether a fact is about who may do what.
fn is_right(fact: &Fact) -> bool {
    matches!(fact.kind(), Kind::Grant | Kind::Owner)
}

/// Says whether a fact is only made anew when something goes that it needs: a
/// view may need the key that it groups by, whatever its name, and a partition
/// stays one when its table loses a column.
fn is_made_anew(fact: &Fact, need: &Identity) -> bool {
    match fact.kind() {
        Kind::View | Kind::MaterializedView | Kind::Function => need.kind() == Kind::Constraint,
        Kind::Inheritance => need.kind() != Kind::Table,
        _ => false,
    }
}

/// Returns a fact with what was not declared of it from the other side's.
fn filled(fact: &Fact, other: Option<&Fact>) -> Fact {
    let mut filled = fact.clone();
    let Some(other) = other else {
        return filled;
    };
    let columns = fact.kind().columns();
    let is_column = fact.kind() == Kind::Column;
    let same_type = !is_column || fact.get("type") == other.get("type");
    let never_null = is_column && fact.is("not_null") && other.is("not_null");
    for (at, column) in columns.iter().enumerate() {
        let is_open = OPEN.contains(column) && matches!(fact.get(column), None | Some("f"));
        let is_of_not_null = SILENT_OF_NOT_NULL.contains(column);
        if is_open || (SILENT.contains(column) && same_type) || (is_of_not_null && never_null) {
            filled.values[at] = other.values[at].clone();
        }
    }
    filled
}
