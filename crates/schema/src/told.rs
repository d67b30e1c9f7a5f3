//! Differences as they are told: what of which object is how.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::compare::{Change, Differences};
use super::fact::Fact;
use super::identity::Identity;
use super::kind::Kind;
use super::schema::Schema;

/// One difference, for people and for gates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Such as `column`.
    pub kind: Cow<'static, str>,
    /// Such as `public.users.email`.
    pub object: String,
    /// `added`, `removed` or `altered`, as seen from the first schema; or `not
    /// compared`.
    pub change: &'static str,
    /// What differs, and how; empty for what is added or removed.
    pub detail: String,
}

impl Differences<'_> {
    /// Returns each difference once: what hangs on an object that is added or
    /// removed goes without saying.
    pub fn told(&self) -> Vec<Difference> {
        let topmost = |facts: &[&Fact]| -> Vec<Difference> {
            let all: BTreeSet<&Identity> = facts.iter().map(|fact| &fact.identity).collect();
            let is_told = |fact: &Fact| {
                let parent = fact.parent.as_ref();
                !parent.is_some_and(|parent| all.contains(parent))
            };
            let told = facts.iter().filter(|fact| is_told(fact));
            told.map(|fact| difference(fact, "", String::new()))
                .collect()
        };
        let with = |change: &'static str, told: Vec<Difference>| {
            told.into_iter()
                .map(move |one| Difference { change, ..one })
        };
        let altered = self
            .changed
            .iter()
            .map(|change| difference(change.new, "altered", change.detail()));
        with("added", topmost(&self.added))
            .chain(with("removed", topmost(&self.removed)))
            .chain(altered)
            .collect()
    }
}

/// Returns what no kind reads of two schemas: whether it is the same on both is
/// not known, so it counts as a difference, but where it could not have been
/// declared.
pub fn uncompared(old: &Schema, new: &Schema) -> Vec<Difference> {
    let is_declared = old.is_completed() || new.is_completed();
    let all = old.unread().union(new.unread()).filter(|_| !is_declared);
    let told = all.map(|one| Difference {
        kind: one.kind.clone().into(),
        object: one.object.clone(),
        change: "not compared",
        detail: match (old.unread().contains(one), new.unread().contains(one)) {
            (true, true) => "both sides have one of this name",
            (true, false) => "removed",
            (false, _) => "added",
        }
        .to_owned(),
    });
    told.collect()
}

/// Returns the tables of which both have the same columns in another
/// order, which nothing but a new table could change.
pub fn column_order(old: &Schema, new: &Schema) -> Vec<Difference> {
    let tables = new.of_kind(Kind::Table);
    let told = tables.filter_map(|table| {
        let (before, after) = (in_order(table, old), in_order(table, new));
        let shared = |one: &[&'_ str], other: &[&'_ str]| -> Vec<String> {
            let shared = one.iter().filter(|name| other.contains(name));
            shared.map(ToString::to_string).collect()
        };
        let (from, to) = (shared(&before, &after), shared(&after, &before));
        let detail = format!("column order: {} -> {}", from.join(", "), to.join(", "));
        (from != to).then(|| difference(table, "altered", detail))
    });
    told.collect()
}

/// Returns the columns of a table as they stand in it.
fn in_order<'a>(table: &Fact, side: &'a Schema) -> Vec<&'a str> {
    let mut columns: Vec<&Fact> = side.children(&table.identity, Kind::Column).collect();
    columns.sort_by_key(|column| column.text("number?").parse::<u32>().unwrap_or(u32::MAX));
    columns
        .into_iter()
        .map(|column| column.identity.last())
        .collect()
}

impl Change<'_> {
    /// Returns each value that differs, as `name: old -> new`.
    fn detail(&self) -> String {
        let shown = |value: Option<&str>| value.unwrap_or("none").replace('\n', " ");
        let details: Vec<String> = self
            .changed()
            .map(|column| {
                let (old, new) = (self.old.get(column), self.new.get(column));
                format!("{column}: {} -> {}", shown(old), shown(new))
            })
            .collect();
        details.join("; ")
    }
}

fn difference(fact: &Fact, change: &'static str, detail: String) -> Difference {
    let path: Vec<&str> = fact.identity.path().collect();
    Difference {
        kind: fact.kind().word().into(),
        object: path.join("."),
        change,
        detail,
    }
}
