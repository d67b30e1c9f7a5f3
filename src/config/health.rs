//! What `health` asks, and how long it may take.

use std::time::Duration;

use super::args::Typed;
use super::declaration::Values;
use super::kind;
use super::{AlsoTarget, Limit};

/// Kubernetes gives a probe one second, and needs a part of it for itself.
const TIMEOUT: Duration = Duration::from_millis(800);

/// What `health` asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthConfig {
    /// Whether the database answers.
    pub database: bool,
    /// Whether its schema has reached the target.
    pub schema: bool,
    pub app: Option<AlsoTarget>,
}

impl HealthConfig {
    /// Whatever is named is asked, and nothing else; where nothing is named,
    /// the database and the schema are, less what is switched off.
    pub(super) fn new(values: &Values) -> Self {
        let (database, schema) = (values.database.value, values.schema.value);
        let app = values.app.value.clone();
        let is_named = database == Some(true) || schema == Some(true) || app.is_some();
        Self {
            database: database.unwrap_or(!is_named),
            schema: schema.unwrap_or(!is_named),
            app,
        }
    }

    /// Returns whether anything is asked that needs a connection.
    pub fn asks_the_database(&self) -> bool {
        self.database || self.schema
    }

    pub(super) fn asks_nothing(&self) -> bool {
        !self.asks_the_database() && self.app.is_none()
    }
}

/// Returns how long `health` may take from its start to its end.
///
/// Only the flag counts: the variable and the file say how long the
/// application's start may take, and a probe runs beside it with the same ones.
/// A flag that does not parse is an error of `resolve`.
pub fn health_timeout(typed: &Typed) -> Limit {
    let text = typed.flags.get("timeout").and_then(|texts| texts.first());
    match text.map(|text| (kind::LIMIT.read)(&[text.expose()])) {
        Some(Ok(limit)) => limit,
        Some(Err(_)) | None => Some(TIMEOUT),
    }
}
