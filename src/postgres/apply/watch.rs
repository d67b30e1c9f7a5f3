//! A second connection that sees what the first one waits for.

use std::fmt::{self, Display};

/// A session that holds what ours waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocker {
    pub pid: i32,
    pub application: Option<String>,
    /// Its last statement, shortened, its literals masked.
    pub query: Option<String>,
    /// Such as `active` or `idle in transaction`.
    pub state: Option<String>,
}

impl Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pid {}", self.pid)?;
        if let Some(application) = &self.application {
            write!(f, ", application `{application}`")?;
        }
        if let Some(state) = &self.state {
            write!(f, ", {state}")?;
        }
        if let Some(query) = &self.query {
            write!(f, ", running `{query}`")?;
        }
        Ok(())
    }
}
