//! Which facts two schemas do not share.

use super::fact::Fact;
use super::identity::Identity;
use super::normal::mean_the_same;
use super::schema::Schema;

/// What has to change, each list sorted by identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences<'a> {
    pub added: Vec<&'a Fact>,
    pub removed: Vec<&'a Fact>,
    pub changed: Vec<Change<'a>>,
}

/// A fact that both sides have, and that is not the same on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    pub old: &'a Fact,
    pub new: &'a Fact,
}

impl Differences<'_> {
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

impl<'a> Change<'a> {
    pub fn identity(&self) -> &'a Identity {
        &self.new.identity
    }

    /// Says whether a column of the kind has another value.
    pub fn of(&self, column: &str) -> bool {
        self.differs(column, self.old.get(column), self.new.get(column))
    }

    /// Says whether a column's two values mean something else.
    fn differs(&self, column: &str, old: Option<&str>, new: Option<&str>) -> bool {
        let is_expression = || self.new.kind().row().expressions.contains(&column);
        match (old, new) {
            (Some(old), Some(new)) => old != new && !(is_expression() && mean_the_same(old, new)),
            (old, new) => old != new,
        }
    }

    /// Returns the columns that have another value, but for those that are only
    /// looked at.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &'static str> {
        let values = self.old.values.iter().zip(&self.new.values);
        let columns = self.new.kind().columns().iter().zip(values);
        columns
            .filter(|(column, (old, new))| {
                !column.ends_with('?') && self.differs(column, old.as_deref(), new.as_deref())
            })
            .map(|(column, _)| *column)
    }

    /// Says whether nothing but these columns has another value.
    pub fn only(&self, columns: &[&str]) -> bool {
        self.changed().all(|column| columns.contains(&column))
    }

    /// Says whether it hangs on something else now.
    pub fn is_moved(&self) -> bool {
        self.old.parent != self.new.parent
    }
}

/// Returns in what two schemas differ.
pub fn compare<'a>(old: &'a Schema, new: &'a Schema) -> Differences<'a> {
    let mut differences = Differences::default();
    let mut news = new.facts().peekable();
    for fact in old.facts() {
        while let Some(added) = news.next_if(|new| new.identity < fact.identity) {
            differences.added.push(added);
        }
        match news.next_if(|new| new.identity == fact.identity) {
            None => differences.removed.push(fact),
            Some(new) => {
                let change = Change { old: fact, new };
                if change.is_moved() || change.changed().next().is_some() {
                    differences.changed.push(change);
                }
            }
        }
    }
    differences.added.extend(news);
    differences
}
