//! What surrounds the process, handed in as values: its variables, its account
//! and a way to read files.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The variables and the account of this process. `Debug` shows names only,
/// since any variable may hold a password.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
    account: Account,
}

/// What the operating system knows about who runs us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The user name; `None` for a uid without a name.
    pub user: Option<String>,
    /// The home directory, used when `HOME` is not set.
    pub home: Option<PathBuf>,
}

/// Reads files for the configuration: itself, `*_FILE` secrets, password and
/// service files.
pub trait Files {
    /// Returns the whole text of a file.
    ///
    /// # Errors
    ///
    /// The operating system's, and `InvalidData` for text that is not UTF-8.
    fn read(&self, path: &Path) -> io::Result<String>;

    /// Returns who may read a file, which is how libpq decides whether to
    /// trust a password file.
    ///
    /// # Errors
    ///
    /// The operating system's.
    fn readers(&self, path: &Path) -> io::Result<Readers>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    OwnerOnly,
    /// The group or everybody may read or write it.
    Others,
}

impl Environment {
    pub fn new(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        account: Account,
    ) -> Self {
        Self {
            variables: variables.into_iter().collect(),
            account,
        }
    }

    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Says whether a variable is set to anything but nothing.
    pub fn is_set(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Says whether a terminal, where there is one, understands more than text.
    /// As for git, one without a `TERM` is a dumb one.
    pub fn knows_escape_codes(&self) -> bool {
        self.get("TERM").is_some_and(|term| term != "dumb")
    }

    /// Says whether colours are wanted where a terminal shows them.
    pub fn wants_colour(&self) -> bool {
        !self.is_set("NO_COLOR") && self.knows_escape_codes()
    }

    /// Returns where programs are looked for.
    pub fn path(&self) -> Option<&OsStr> {
        self.get("PATH")
    }

    /// Returns a variable that is set and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &OsStr> {
        self.variables.keys().map(OsString::as_os_str)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("variables", &self.variables.keys().collect::<Vec<_>>())
            .field("account", &self.account)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_wanted_unless_something_says_no() {
        for (variables, expected) in [
            (&[][..], false),
            (&[("TERM", "xterm"), ("NO_COLOR", "")], true),
            (&[("TERM", "dumb")], false),
            (&[("TERM", "xterm"), ("NO_COLOR", "1")], false),
        ] {
            let variables = variables
                .iter()
                .map(|(name, value)| (name.into(), value.into()));
            let environment = Environment::new(variables, Account::default());
            assert_eq!(environment.wants_colour(), expected, "{environment:?}");
        }
    }
}
