//! Which database, and how to log in: re-read at every attempt, since secrets
//! in files change while we wait.

use super::{ConfigError, Connection, Files};

/// Where the parameters of one connection come from.
#[derive(Clone, Debug)]
pub struct DatabaseSource {}

/// The databases of one voyage.
#[derive(Clone, Debug)]
pub struct Databases {
    /// What the application uses: `MIGRATION_DATABASE_URL` is passed over.
    /// `None`: nothing but the migration one names a host.
    pub application: Option<DatabaseSource>,
    /// What reads and writes revisions.
    pub migration: DatabaseSource,
}

impl DatabaseSource {
    /// Returns the connection with every parameter resolved, secrets read anew.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with a parameter, its variable or its file.
    pub fn connection(&self, _files: &dyn Files) -> Result<Connection, ConfigError> {
        Err(ConfigError::NoHost)
    }
}
