//! One object, or one part of an object that can change by itself.

use super::identity::Identity;
use super::kind::Kind;

/// What the catalogs say about one object or one part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub identity: Identity,
    /// What it hangs on: it goes when that goes, and comes back with it.
    pub parent: Option<Identity>,
    /// In the order of the kind's columns.
    pub(crate) values: Box<[Option<Box<str>>]>,
}

impl Fact {
    pub fn kind(&self) -> Kind {
        self.identity.kind()
    }

    /// Returns the value of a column of the kind; `None` for NULL.
    pub fn get(&self, column: &str) -> Option<&str> {
        let at = self.kind().columns().iter().position(|one| *one == column);
        debug_assert!(
            at.is_some(),
            "{} has no column {column}",
            self.kind().word()
        );
        self.values.get(at?)?.as_deref()
    }

    /// Returns a value, or an empty text for NULL.
    pub fn text(&self, column: &str) -> &str {
        self.get(column).unwrap_or_default()
    }

    /// Says whether a boolean column is true.
    pub fn is(&self, column: &str) -> bool {
        self.get(column) == Some("t")
    }
}
