//! Other names for what is there, so that its rows stay where a comparison
//! would only see one object go and another come.
//!
//! What a rename drags with it in other objects the server knows best: whoever
//! uses this runs the statements on a copy of the old side, and reads it again.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use super::context::Context;
use super::fact::Fact;
use super::identity::Identity;
use super::kind::{Kind, unnamed};
use super::quote::{dotted, identifier};
use super::schema::Schema;
use super::statement::Statement;

mod chain;
mod wish;

pub use chain::{in_order, with_room};
pub use wish::{Room, Unfulfilled, Wish};

/// One object that gets another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    pub(crate) from: Identity,
    pub(crate) to: Identity,
}

impl Rename {
    /// Returns the statement that gives the object its new name.
    pub fn statement(&self) -> Statement {
        let to = identifier(self.to.last());
        let path = |names: usize| dotted(self.from.path().take(names));
        let own = identifier(self.from.last());
        Statement::new(match self.from.kind() {
            Kind::Column => format!("ALTER TABLE {} RENAME COLUMN {own} TO {to}", path(2)),
            Kind::Constraint => format!("ALTER TABLE {} RENAME CONSTRAINT {own} TO {to}", path(2)),
            Kind::Index => format!("ALTER INDEX {} RENAME TO {to}", path(2)),
            Kind::Sequence => format!("ALTER SEQUENCE {} RENAME TO {to}", path(2)),
            _ => format!("ALTER TABLE {} RENAME TO {to}", path(2)),
        })
    }

    /// Returns what gives it its old name back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            from: self
                .from
                .renamed(self.from.path().len() - 1, self.to.last()),
            to: self.to.renamed(self.to.path().len() - 1, self.from.last()),
        }
    }

    /// Says whether another one is about the same object, or the same name.
    pub fn concerns(&self, other: &Self) -> bool {
        self.from == other.from || self.to == other.to
    }

    /// Returns what names the object before: `column` and `public.boat.name`.
    pub fn object(&self) -> (&'static str, String) {
        let path: Vec<&str> = self.from.path().collect();
        (self.from.kind().word(), path.join("."))
    }

    /// Returns the name that it gets.
    pub fn name(&self) -> &str {
        self.to.last()
    }

    /// Returns the argument that asks for it, such as
    /// `--rename column:public.boat.name=label`.
    pub fn argument(&self) -> String {
        let kind = self.from.kind().word();
        let (from, to) = (dotted(self.from.path()), identifier(self.to.last()));
        format!("--rename {kind}:{from}={to}")
    }

    /// Returns the table that it is about, as it is called afterwards.
    fn table(&self) -> Identity {
        Identity::new(Kind::Table, self.to.path().take(2))
    }
}

/// `column public.boat.name to label`
impl Display for Rename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.from, self.to.last())
    }
}

/// Returns what may have been meant as a rename: a table that goes and one of
/// the same schema and shape that comes, or two such columns of a table.
pub fn candidates(old: &Schema, new: &Schema) -> Vec<Rename> {
    let gone = [Kind::Table, Kind::Column]
        .into_iter()
        .flat_map(|kind| old.of_kind(kind));
    let gone = gone.filter(|fact| !new.contains(&fact.identity));
    gone.flat_map(|fact| alternatives(fact, old, new)).collect()
}

/// Returns the names under which something that goes might be meant to stay.
pub(crate) fn alternatives(fact: &Fact, old: &Schema, new: &Schema) -> Vec<Rename> {
    let comes = |other: &&Fact| {
        other.parent == fact.parent
            && !old.contains(&other.identity)
            && is_alike(fact, other, old, new)
    };
    let others = new.of_kind(fact.kind()).filter(comes);
    let rename = |other: &Fact| Rename {
        from: fact.identity.clone(),
        to: other.identity.clone(),
    };
    others.map(rename).collect()
}

/// Returns what is lost with something that goes, and how it could stay.
pub(crate) fn loss(fact: &Fact, context: &Context<'_>) -> String {
    let stays = context.new.contains(&fact.identity);
    let renames = match stays {
        true => Vec::new(),
        false => alternatives(fact, context.old, context.new),
    };
    let arguments: Vec<String> = renames
        .iter()
        .map(|one| format!("`{}`", one.argument()))
        .collect();
    match arguments.is_empty() {
        true => fact.identity.to_string(),
        false => format!("{}; to keep it: {}", fact.identity, arguments.join(" or ")),
    }
}

/// Says whether rows of the one could be rows of the other.
fn is_alike(fact: &Fact, other: &Fact, old: &Schema, new: &Schema) -> bool {
    fn columns<'a>(table: &Fact, schema: &'a Schema) -> Vec<(&'a str, &'a str)> {
        let columns = schema.children(&table.identity, Kind::Column);
        columns
            .map(|column| (column.identity.last(), column.text("type")))
            .collect()
    }
    match fact.kind() {
        Kind::Column => {
            fact.get("type") == other.get("type") && fact.get("generated") == other.get("generated")
        }
        _ => {
            let same = ["partition_by", "server"]
                .iter()
                .all(|one| fact.get(one) == other.get(one));
            let shape = columns(fact, old);
            same && !shape.is_empty() && shape == columns(other, new)
        }
    }
}

/// Returns what follows a rename although the server leaves its name: the
/// constraints, indexes and sequences of a table that are the same on both
/// sides but for how they are called. `old` has the new names already.
pub fn followers(renames: &[Rename], old: &Schema, new: &Schema) -> Vec<Rename> {
    let tables: BTreeSet<Identity> = renames.iter().map(Rename::table).collect();
    let slots = |fact: &Fact| (fact.kind().row().slots)(fact);
    let mut taken: BTreeSet<String> = old.facts().flat_map(slots).collect();
    let mut followers = Vec::new();
    for kind in [Kind::Constraint, Kind::Index, Kind::Sequence] {
        let comes = |fact: &&Fact| !old.contains(&fact.identity);
        let mut coming: Vec<&Fact> = new.of_kind(kind).filter(comes).collect();
        let goes = |fact: &&Fact| {
            let place = place(fact, old);
            !new.contains(&fact.identity) && place.is_some_and(|(table, _)| tables.contains(&table))
        };
        for fact in old.of_kind(kind).filter(goes) {
            let own = slots(fact);
            let at = coming.iter().position(|other| {
                let is_free = |slot: &String| own.contains(slot) || !taken.contains(slot);
                place(fact, old) == place(other, new)
                    && is_same(fact, other)
                    && slots(other).iter().all(is_free)
            });
            if let Some(at) = at {
                let other = coming.remove(at);
                taken.extend(slots(other));
                followers.push(Rename {
                    from: fact.identity.clone(),
                    to: other.identity.clone(),
                });
            }
        }
    }
    followers
}

/// Returns the table that something is of; for a sequence also the column that
/// it belongs to.
fn place<'a>(fact: &'a Fact, schema: &'a Schema) -> Option<(Identity, &'a str)> {
    if fact.kind() != Kind::Sequence {
        return Some((fact.parent.clone()?, ""));
    }
    let owner = schema.children(&fact.identity, Kind::OwnedBy).next()?;
    let table = [owner.text("schema"), owner.text("table")];
    Some((Identity::new(Kind::Table, table), owner.text("column")))
}

/// Says whether two facts differ in nothing but their names.
fn is_same(fact: &Fact, other: &Fact) -> bool {
    let columns = fact.kind().columns().iter();
    columns
        .filter(|column| !column.ends_with('?'))
        .all(|column| {
            let unnamed = |fact: &'_ Fact| match fact.kind() {
                Kind::Index if *column == "definition" => {
                    unnamed(fact.text(column)).map(|(what, on)| format!("{what}{on}"))
                }
                _ => fact.get(column).map(str::to_owned),
            };
            unnamed(fact) == unnamed(other)
        })
}
