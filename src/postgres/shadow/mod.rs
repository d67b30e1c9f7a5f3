//! Databases that live for one comparison: made empty, filled, read, dropped.
//!
//! Their names say whose they are, so that what a killed run has left behind
//! can be found and dropped by the next one.

mod load;

pub use load::{LoadError, LoadPlace, load, run};

use tracing::{debug, warn};

use super::quote::{identifier, literal};
use super::{ServerFailure, Session};
use crate::config::Connection;

/// How the name of every shadow database begins.
pub const PREFIX: &str = "seaworthy_shadow_";

/// A database of our own on a server, and the session that will drop it.
pub struct Shadow {
    admin: Session,
    name: String,
    connection: Connection,
    /// Whether the server was told to make it.
    is_begun: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShadowError {
    /// The role may not create databases.
    #[error("role `{role}` may not create databases on {host}")]
    NotAllowed { role: String, host: String },
    #[error("a shadow database could not be made: {0}")]
    Server(Box<ServerFailure>),
    #[error("the shadow database `{name}` could not be dropped: {failure}")]
    NotDropped {
        name: String,
        failure: Box<ServerFailure>,
    },
}

/// What of a database its shadow has to share.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Manner {
    /// After CREATE DATABASE: encoding and locale.
    clauses: String,
}

impl Shadow {
    /// Finds a name on the server of a session. Nothing is made yet: what is
    /// made must be dropped whenever the work ends, so it is known before.
    ///
    /// # Errors
    ///
    /// [`ShadowError::Server`]
    pub async fn reserve(
        admin: Session,
        connection: &Connection,
        number: usize,
    ) -> Result<Self, ShadowError> {
        sweep(&admin).await;
        let since = admin.ask(SINCE).await.map_err(server)?;
        let name = format!("{PREFIX}{}_{since}_{number}", admin.facts.backend_pid);
        let connection = Connection {
            database: name.clone(),
            ..connection.clone()
        };
        Ok(Self {
            admin,
            name,
            connection,
            is_begun: false,
        })
    }

    /// Makes the database, in the manner of the one that the session is on.
    ///
    /// # Errors
    ///
    /// - [`ShadowError::NotAllowed`]
    /// - [`ShadowError::Server`]
    pub async fn create(&mut self, template: &str) -> Result<(), ShadowError> {
        let manner = manner(&self.admin, self.admin.facts.version).await;
        let create = format!(
            "CREATE DATABASE {} TEMPLATE {}{}",
            identifier(&self.name),
            identifier(template),
            manner.map_err(server)?.clauses
        );
        self.is_begun = true;
        match self.admin.ask(&create).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.sqlstate() == "42501" => Err(ShadowError::NotAllowed {
                role: self.connection.user.clone(),
                host: self.admin.host.clone(),
            }),
            Err(failure) => Err(server(failure)),
        }
    }

    /// Returns how to log in to it.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Drops it, whoever is still connected.
    ///
    /// # Errors
    ///
    /// [`ShadowError::NotDropped`]
    pub async fn drop(self) -> Result<(), ShadowError> {
        let dropped = match self.is_begun {
            true => self.admin.ask(&drop_database(&self.name)).await.map(drop),
            false => Ok(()),
        };
        self.admin.close().await;
        match dropped {
            Ok(()) => Ok(()),
            Err(failure) => Err(ShadowError::NotDropped {
                name: self.name,
                failure: Box::new(failure),
            }),
        }
    }
}

impl std::fmt::Debug for Shadow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shadow")
            .field("name", &self.name)
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

/// Returns encoding and locale of the session's database.
async fn manner(session: &Session, version: u32) -> Result<Manner, ServerFailure> {
    let (provider, locale) = match version {
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
    Ok(Manner { clauses })
}

fn server(failure: ServerFailure) -> ShadowError {
    ShadowError::Server(Box::new(failure))
}
