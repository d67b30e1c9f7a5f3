//! What a fact is called: its kind and the names that lead to it.

use std::fmt::{self, Display};
use std::sync::Arc;

use super::kind::{Kind, Naming};

/// The name of one fact within a database, the same on both sides of a
/// comparison. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity(Arc<Names>);

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Names {
    kind: Kind,
    path: Box<[Box<str>]>,
}

impl Identity {
    pub fn new(kind: Kind, path: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        Self(Arc::new(Names {
            kind,
            path: path.into_iter().map(Into::into).collect(),
        }))
    }

    /// Returns the name of what hangs on an object of whatever kind.
    pub(crate) fn on(kind: Kind, object: &Self, own: &[&str]) -> Self {
        let word = [object.kind().word()].into_iter();
        Self::new(kind, word.chain(object.path()).chain(own.iter().copied()))
    }

    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Says whether it is a name for what hangs on an object of whatever kind.
    pub(crate) fn hangs(&self) -> bool {
        matches!(self.kind().naming(), Naming::On(_))
    }

    /// Says whether it is the name of a table.
    pub fn is_table(&self) -> bool {
        self.kind() == Kind::Table
    }

    /// Returns the names from the outermost to the object's own.
    pub fn path(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.0.path.iter().map(AsRef::as_ref)
    }

    /// Returns a name of the path; empty if there are not so many.
    pub fn name(&self, at: usize) -> &str {
        self.0.path.get(at).map_or("", AsRef::as_ref)
    }

    /// Returns the same identity with another name at one place of its path.
    pub(crate) fn renamed(&self, at: usize, name: &str) -> Self {
        let path = self.path().enumerate();
        Self::new(
            self.kind(),
            path.map(|(place, other)| if place == at { name } else { other }),
        )
    }

    /// Returns the object's own name.
    pub fn last(&self) -> &str {
        self.0.path.last().map_or("", AsRef::as_ref)
    }
}

/// `column public.users.email`
impl Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().word())?;
        for (at, name) in self.path().enumerate() {
            f.write_str(if at == 0 { " " } else { "." })?;
            f.write_str(name)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}
