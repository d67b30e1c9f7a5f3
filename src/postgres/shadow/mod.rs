//! Databases that live for one comparison: made empty, filled, read, dropped.
//!
//! Their names say whose they are, so that what a killed run has left behind
//! can be found and dropped by the next one.

mod load;
mod roles;

pub use load::{LoadError, LoadPlace, load, run, run_apart};
pub use roles::may_lack_role;

use std::time::Duration;

use seaworthy_schema::Statement;
use tokio::time::timeout;
use tracing::{debug, warn};

use super::catalog::{self, CatalogError};
use super::quote::{identifier, literal};
use super::{ServerFailure, Session};
use crate::config::Connection;

/// How the name of every shadow database begins.
pub const PREFIX: &str = "seaworthy_shadow_";

/// How long a server may take to drop a database before it is left.
const DROP_BOUND: Duration = Duration::from_secs(10);

/// `insufficient_privilege`: to create databases, or to copy that one.
const NO_PRIVILEGE: &str = "42501";

/// What is wrong with a template: it may not be copied, is not there, somebody
/// is connected to it, or it has another encoding or locale.
const OF_TEMPLATE: [&str; 4] = [NO_PRIVILEGE, "3D000", "55006", "22023"];

/// The databases that were made on a server, and the session that drops them.
pub struct Shadows {
    admin: Session,
    connection: Connection,
    /// Tells the session from any other.
    since: String,
    /// Those that the server was told to make.
    names: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShadowError {
    /// The role may not create databases.
    #[error("role `{role}` may not create databases on {host}")]
    NotAllowed { role: String, host: String },
    /// What a proof needs takes a right that the role lacks.
    #[error("role `{role}` may not do in a shadow database what the proof needs")]
    Denied {
        role: String,
        failure: Box<ServerFailure>,
    },
    #[error("a shadow database cannot be made from the template `{template}`")]
    Template {
        template: String,
        failure: Box<ServerFailure>,
    },
    #[error("a shadow database could not be made: {0}")]
    Server(Box<ServerFailure>),
    #[error("the shadow database `{name}` could not be dropped")]
    NotDropped {
        name: String,
        /// `None`: the server did not answer.
        why: Option<Box<ServerFailure>>,
    },
}

impl Shadows {
    /// Takes over a session, by which databases will be made and dropped;
    /// `connection` is how it logged in. What killed runs have left is dropped.
    ///
    /// # Errors
    ///
    /// [`ShadowError::Server`]
    pub async fn open(admin: Session, connection: Connection) -> Result<Self, ShadowError> {
        sweep(&admin).await;
        let since = admin.ask(SINCE).await.map_err(server)?;
        Ok(Self {
            admin,
            connection,
            since,
            names: Vec::new(),
        })
    }

    /// Returns the server's version, such as 150018.
    pub fn version(&self) -> u32 {
        self.admin.facts.version
    }

    /// Returns the roles that statements name and the server lacks, sorted.
    ///
    /// # Errors
    ///
    /// Whatever the server says to the question.
    pub async fn lacked_roles<'a>(
        &self,
        statements: impl Iterator<Item = &'a str>,
    ) -> Result<Vec<String>, ServerFailure> {
        roles::lacked(&self.admin, statements).await
    }

    /// Returns the statements that set what new objects allow in the database that
    /// the session is on.
    ///
    /// # Errors
    ///
    /// As [`catalog::default_privileges`].
    pub async fn default_privileges(&self) -> Result<Vec<Statement>, CatalogError> {
        catalog::default_privileges(&self.admin).await
    }

    /// Makes a database, in the manner of the one that the session is on, and
    /// returns how to log in to it.
    ///
    /// # Errors
    ///
    /// - [`ShadowError::NotAllowed`]
    /// - [`ShadowError::Template`]
    /// - [`ShadowError::Server`]
    pub async fn create(&mut self, template: &str) -> Result<Connection, ShadowError> {
        let manner = manner(&self.admin).await.map_err(server)?;
        let (pid, number) = (self.admin.facts.backend_pid, self.names.len());
        let name = format!("{PREFIX}{pid}_{}_{number}", self.since);
        let create = format!(
            "CREATE DATABASE {} TEMPLATE {}{manner}",
            identifier(&name),
            identifier(template),
        );
        // Whoever drops this future will want it dropped, too.
        self.names.push(name.clone());
        match self.admin.ask(&create).await {
            Ok(_) => {
                // Nobody misses what is lost of it in a crash.
                let own = identifier(&name);
                let hasty = format!("ALTER DATABASE {own} SET synchronous_commit = off");
                self.admin.ask(&hasty).await.map_err(server)?;
                Ok(Connection {
                    database: name,
                    ..self.connection.clone()
                })
            }
            Err(failure) if failure.sqlstate() == NO_PRIVILEGE && !self.may_create().await => {
                Err(ShadowError::NotAllowed {
                    role: self.connection.user.clone(),
                    host: self.admin.host.clone(),
                })
            }
            Err(failure) if OF_TEMPLATE.contains(&failure.sqlstate()) => {
                Err(ShadowError::Template {
                    template: template.to_owned(),
                    failure: Box::new(failure),
                })
            }
            Err(failure) => Err(server(failure)),
        }
    }

    /// Says whether the role may create databases at all.
    async fn may_create(&self) -> bool {
        let question = "SELECT rolcreatedb OR rolsuper FROM pg_catalog.pg_roles \
                        WHERE rolname = current_user";
        let answer = self.admin.ask(question).await;
        answer.is_ok_and(|answer| answer == "t")
    }

    /// Drops all of them, whoever is still connected. A server that does not
    /// answer is left.
    ///
    /// # Errors
    ///
    /// [`ShadowError::NotDropped`] with the first that could not be.
    pub async fn clear(self) -> Result<(), ShadowError> {
        let mut outcome = Ok(());
        for name in self.names {
            let dropped = timeout(DROP_BOUND, self.admin.ask(&drop_database(&name))).await;
            let why = match dropped {
                Ok(Ok(_)) => continue,
                Ok(Err(failure)) => Some(Box::new(failure)),
                Err(_) => None,
            };
            let is_silent = why.is_none();
            outcome = outcome.and(Err(ShadowError::NotDropped { name, why }));
            if is_silent {
                return outcome;
            }
        }
        self.admin.close().await;
        outcome
    }
}

impl std::fmt::Debug for Shadows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shadows")
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

/// When the session began, which with its pid tells it from any other.
const SINCE: &str = "\
SELECT (EXTRACT(EPOCH FROM backend_start) * 1000000)::pg_catalog.int8 \
FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()";

/// Drops the databases of our role whose session is gone. That one cannot be
/// dropped is no reason not to go on: it will be found again.
async fn sweep(admin: &Session) {
    let question = format!(
        "SELECT pg_catalog.string_agg(d.datname, ' ') FROM pg_catalog.pg_database d \
         WHERE d.datname ~ '^{PREFIX}[0-9]+_[0-9]+_[0-9]+$' \
         AND pg_catalog.pg_get_userbyid(d.datdba) = CURRENT_USER \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a \
            WHERE a.pid::text = pg_catalog.split_part(d.datname, '_', 3) \
            AND (EXTRACT(EPOCH FROM a.backend_start) * 1000000)::pg_catalog.int8::text \
                = pg_catalog.split_part(d.datname, '_', 4))"
    );
    let left = match admin.ask(&question).await {
        Ok(left) => left,
        Err(failure) => {
            debug!("leftover shadow databases could not be looked for: {failure}");
            return;
        }
    };
    for name in left.split_whitespace() {
        match admin.ask(&drop_database(name)).await {
            Ok(_) => debug!(database = name, "dropped what a killed run has left behind"),
            Err(failure) => warn!(
                database = name,
                "a shadow database that a killed run has left behind could not be dropped: {failure}"
            ),
        }
    }
}

fn drop_database(name: &str) -> String {
    format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", identifier(name))
}

/// Returns encoding and locale of the session's database, as they stand behind
/// the name of a new one.
async fn manner(session: &Session) -> Result<String, ServerFailure> {
    let (provider, locale) = match session.facts.version {
        ..150_000 => ("'c'", "NULL::text"),
        150_000..170_000 => ("datlocprovider::text", "daticulocale"),
        _ => ("datlocprovider::text", "datlocale"),
    };
    let question = format!(
        "SELECT pg_catalog.pg_encoding_to_char(encoding) || E'\\n' || datcollate || E'\\n' || datctype \
         || E'\\n' || {provider} || E'\\n' || COALESCE({locale}, '') \
         FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()"
    );
    let answer = session.ask(&question).await?;
    let mut lines = answer.lines();
    let mut next = || lines.next().unwrap_or_default();
    let mut clauses = format!(
        " ENCODING {} LC_COLLATE {} LC_CTYPE {}",
        literal(next()),
        literal(next()),
        literal(next())
    );
    let (provider, locale) = (next(), next());
    match provider {
        "i" => clauses.push_str(&format!(
            " LOCALE_PROVIDER icu ICU_LOCALE {}",
            literal(locale)
        )),
        "b" => clauses.push_str(&format!(
            " LOCALE_PROVIDER builtin BUILTIN_LOCALE {}",
            literal(locale)
        )),
        _ => {}
    }
    Ok(clauses)
}

fn server(failure: ServerFailure) -> ShadowError {
    ShadowError::Server(Box::new(failure))
}
