//! What a probe is told: one line for people, one document for programs.

use serde::Serialize;

use crate::diagnostic::sentence;

/// What was found of each thing that was asked; `None`: it was not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    pub database: Option<DatabaseHealth>,
    pub schema: Option<SchemaHealth>,
    pub app: Option<AppHealth>,
    /// Why nothing could be asked, or not to the end.
    pub error: Option<Fault>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseHealth {
    /// Such as `shop@db:5432/shop`.
    pub name: String,
    pub error: Option<Fault>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaHealth {
    /// As it was configured, such as `head`.
    pub target: String,
    /// What it means here; empty: no file says so.
    pub revisions: Vec<String>,
    /// Revisions that were begun and are not finished. Only known of a schema
    /// that has not reached the target.
    pub partial: Vec<String>,
    pub error: Option<Fault>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppHealth {
    pub url: String,
    pub error: Option<Fault>,
}

/// Why something is not well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The code of the error that it would be, such as `connection-refused`.
    pub code: &'static str,
    pub message: String,
}

#[derive(Serialize)]
struct Document<'a> {
    ok: bool,
    database: Option<DatabaseDocument<'a>>,
    schema: Option<SchemaDocument<'a>>,
    app: Option<AppDocument<'a>>,
    error: Option<&'a Fault>,
}

#[derive(Serialize)]
struct DatabaseDocument<'a> {
    ok: bool,
    name: &'a str,
    error: Option<&'a Fault>,
}

#[derive(Serialize)]
struct SchemaDocument<'a> {
    ok: bool,
    target: &'a str,
    revisions: &'a [String],
    partial: &'a [String],
    error: Option<&'a Fault>,
}

#[derive(Serialize)]
struct AppDocument<'a> {
    ok: bool,
    url: &'a str,
    error: Option<&'a Fault>,
}

impl Health {
    /// Returns the finding that nothing could be asked.
    pub fn unable(error: Fault) -> Self {
        Self {
            error: Some(error),
            ..Self::default()
        }
    }

    /// Returns whether something was asked, and all of it is well.
    pub fn is_ok(&self) -> bool {
        let is_asked = self.database.is_some() || self.schema.is_some() || self.app.is_some();
        is_asked && self.faults().next().is_none()
    }

    fn faults(&self) -> impl Iterator<Item = &Fault> {
        let database = self.database.as_ref().and_then(|part| part.error.as_ref());
        let schema = self.schema.as_ref().and_then(|part| part.error.as_ref());
        let app = self.app.as_ref().and_then(|part| part.error.as_ref());
        [self.error.as_ref(), database, schema, app]
            .into_iter()
            .flatten()
    }

    /// Returns one line: all that is well, or all that is not.
    pub fn line(&self) -> String {
        let (word, parts) = if self.is_ok() {
            ("healthy", self.well())
        } else {
            let mut faults: Vec<String> = Vec::new();
            for fault in self.faults() {
                // Without a connection, the schema lacks what the database lacks.
                if !faults.contains(&fault.message) {
                    faults.push(fault.message.clone());
                }
            }
            ("unhealthy", faults)
        };
        sentence(&format!("{word}: {}", parts.join("; "))) + "\n"
    }

    fn well(&self) -> Vec<String> {
        let database = self.database.iter();
        let database = database.map(|part| format!("database {}", part.name));
        let schema = self.schema.iter().map(|part| {
            let at = match &part.revisions[..] {
                [] => part.target.clone(),
                revisions => revisions.join(", "),
            };
            format!("schema at {at}")
        });
        let app = self.app.iter().map(|part| part.url.clone());
        database.chain(schema).chain(app).collect()
    }

    /// Returns the document, on one line. Its keys are part of the contract.
    pub fn json(&self) -> String {
        let document = Document {
            ok: self.is_ok(),
            database: self.database.as_ref().map(|part| DatabaseDocument {
                ok: part.error.is_none(),
                name: &part.name,
                error: part.error.as_ref(),
            }),
            schema: self.schema.as_ref().map(|part| SchemaDocument {
                ok: part.error.is_none(),
                target: &part.target,
                revisions: &part.revisions,
                partial: &part.partial,
                error: part.error.as_ref(),
            }),
            app: self.app.as_ref().map(|part| AppDocument {
                ok: part.error.is_none(),
                url: &part.url,
                error: part.error.as_ref(),
            }),
            error: self.error.as_ref(),
        };
        // Only keys that are no strings could make this fail.
        serde_json::to_string(&document).unwrap_or_default() + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(code: &'static str, message: &str) -> Option<Fault> {
        Some(Fault {
            code,
            message: message.to_owned(),
        })
    }

    fn database(error: Option<Fault>) -> Option<DatabaseHealth> {
        Some(DatabaseHealth {
            name: "shop@db:5432/shop".to_owned(),
            error,
        })
    }

    fn schema(error: Option<Fault>) -> Option<SchemaHealth> {
        Some(SchemaHealth {
            target: "head".to_owned(),
            revisions: vec!["3f2a".to_owned()],
            partial: Vec::new(),
            error,
        })
    }

    fn app(error: Option<Fault>) -> Option<AppHealth> {
        Some(AppHealth {
            url: "http://app:80/healthz".to_owned(),
            error,
        })
    }

    #[track_caller]
    fn check(health: &Health, line: &str, json: &str) {
        assert_eq!(health.line(), line.to_owned() + "\n");
        assert_eq!(health.json(), json.to_owned() + "\n");
        let document: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(document["ok"], health.is_ok());
    }

    #[test]
    fn all_is_well() {
        let health = Health {
            database: database(None),
            schema: schema(None),
            app: app(None),
            error: None,
        };
        check(
            &health,
            "healthy: database shop@db:5432/shop; schema at 3f2a; http://app:80/healthz",
            r#"{"ok":true,"database":{"ok":true,"name":"shop@db:5432/shop","error":null},"schema":{"ok":true,"target":"head","revisions":["3f2a"],"partial":[],"error":null},"app":{"ok":true,"url":"http://app:80/healthz","error":null},"error":null}"#,
        );
    }

    #[test]
    fn what_is_not_well_is_told_once_and_alone() {
        let refused = "nothing listens at `db:5432`";
        let health = Health {
            database: database(fault("connection-refused", refused)),
            schema: schema(fault("connection-refused", refused)),
            app: app(None),
            error: None,
        };
        assert_eq!(health.line(), format!("unhealthy: {refused}\n"));
        let health = Health {
            database: database(None),
            schema: Some(SchemaHealth {
                revisions: Vec::new(),
                partial: vec!["3f2a".to_owned()],
                ..schema(fault("schema-behind", "it is\nbehind")).unwrap()
            }),
            app: app(fault("also-not-ready", "no answer")),
            error: None,
        };
        check(
            &health,
            "unhealthy: it is␊behind; no answer",
            r#"{"ok":false,"database":{"ok":true,"name":"shop@db:5432/shop","error":null},"schema":{"ok":false,"target":"head","revisions":[],"partial":["3f2a"],"error":{"code":"schema-behind","message":"it is\nbehind"}},"app":{"ok":false,"url":"http://app:80/healthz","error":{"code":"also-not-ready","message":"no answer"}},"error":null}"#,
        );
    }

    #[test]
    fn nothing_that_was_asked_is_not_well() {
        check(
            &Health::default(),
            "unhealthy: ",
            r#"{"ok":false,"database":null,"schema":null,"app":null,"error":null}"#,
        );
        check(
            &Health::unable(fault("no-database", "no host").unwrap()),
            "unhealthy: no host",
            r#"{"ok":false,"database":null,"schema":null,"app":null,"error":{"code":"no-database","message":"no host"}}"#,
        );
    }

    #[test]
    fn a_target_that_no_file_resolves_stands_for_itself() {
        let health = Health {
            schema: Some(SchemaHealth {
                revisions: Vec::new(),
                ..schema(None).unwrap()
            }),
            ..Health::default()
        };
        assert_eq!(health.line(), "healthy: schema at head\n");
    }
}
