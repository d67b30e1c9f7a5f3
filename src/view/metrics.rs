//! What Prometheus reads, in its text format 0.0.4.

use std::fmt::{Display, Write as _};
use std::time::Duration;

use super::Health;

/// What is counted and measured, besides what was found last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Looks that found all well.
    pub ready: u64,
    pub unready: u64,
    /// How long the last one took; `None` before the first.
    pub took: Option<Duration>,
    /// Since 1970, when the last one ended.
    pub at: Option<Duration>,
}

#[derive(Clone, Copy)]
enum Type {
    Gauge,
    Counter,
}

/// The text as it grows.
struct Page(String);

impl Metrics {
    /// Returns the page. Its names are part of the contract.
    pub fn page(&self, version: &str, health: &Health) -> String {
        let database = health.database.as_ref();
        let database = database.is_some_and(|part| part.error.is_none());
        let schema = health.schema.as_ref();
        let schema = schema.is_some_and(|part| part.error.is_none());
        let partial = health.schema.as_ref().map_or(0, |part| part.partial.len());
        let mut page = Page(String::new());
        page.about(
            "build_info",
            Type::Gauge,
            "The version of seaworthy, as a label.",
        );
        page.labelled("build_info", "version", version, 1);
        page.about("ready", Type::Gauge, "Whether /readyz answers 200.");
        page.value("ready", u8::from(health.is_ok()));
        page.about("database_up", Type::Gauge, "Whether the database answered.");
        page.value("database_up", u8::from(database));
        let help = "Whether the schema has reached the target, or is ahead of it.";
        page.about("schema_at_target", Type::Gauge, help);
        page.value("schema_at_target", u8::from(schema));
        let help =
            "Revisions that were begun and are not finished, where the target is not reached.";
        page.about("partial_revisions", Type::Gauge, help);
        page.value("partial_revisions", partial);
        page.about(
            "checks_total",
            Type::Counter,
            "Looks at the database, by what they found.",
        );
        page.labelled("checks_total", "outcome", "ready", self.ready);
        page.labelled("checks_total", "outcome", "unready", self.unready);
        if let Some(took) = self.took {
            let help = "How long the last look took.";
            page.about("check_duration_seconds", Type::Gauge, help);
            page.value("check_duration_seconds", took.as_secs_f64());
        }
        if let Some(at) = self.at {
            let help = "When the last look ended, in seconds since 1970.";
            page.about("last_check_timestamp_seconds", Type::Gauge, help);
            page.value("last_check_timestamp_seconds", at.as_secs_f64());
        }
        page.0
    }
}

impl Page {
    fn about(&mut self, name: &str, kind: Type, help: &str) {
        let kind = match kind {
            Type::Gauge => "gauge",
            Type::Counter => "counter",
        };
        // Writing to memory does not fail.
        let _ = writeln!(self.0, "# HELP seaworthy_{name} {help}");
        let _ = writeln!(self.0, "# TYPE seaworthy_{name} {kind}");
    }

    fn value(&mut self, name: &str, value: impl Display) {
        let _ = writeln!(self.0, "seaworthy_{name} {value}");
    }

    /// Labels are ours, and hold nothing that would have to be escaped.
    fn labelled(&mut self, name: &str, label: &str, text: &str, value: impl Display) {
        let _ = writeln!(self.0, "seaworthy_{name}{{{label}=\"{text}\"}} {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{DatabaseHealth, SchemaHealth};

    #[test]
    fn before_the_first_look_nothing_is_measured() {
        insta::assert_snapshot!(Metrics::default().page("1.2.3", &Health::default()), @r#"
        # HELP seaworthy_build_info The version of seaworthy, as a label.
        # TYPE seaworthy_build_info gauge
        seaworthy_build_info{version="1.2.3"} 1
        # HELP seaworthy_ready Whether /readyz answers 200.
        # TYPE seaworthy_ready gauge
        seaworthy_ready 0
        # HELP seaworthy_database_up Whether the database answered.
        # TYPE seaworthy_database_up gauge
        seaworthy_database_up 0
        # HELP seaworthy_schema_at_target Whether the schema has reached the target, or is ahead of it.
        # TYPE seaworthy_schema_at_target gauge
        seaworthy_schema_at_target 0
        # HELP seaworthy_partial_revisions Revisions that were begun and are not finished, where the target is not reached.
        # TYPE seaworthy_partial_revisions gauge
        seaworthy_partial_revisions 0
        # HELP seaworthy_checks_total Looks at the database, by what they found.
        # TYPE seaworthy_checks_total counter
        seaworthy_checks_total{outcome="ready"} 0
        seaworthy_checks_total{outcome="unready"} 0
        "#);
    }

    #[test]
    fn a_database_that_is_well_is_1() {
        let metrics = Metrics {
            ready: 3,
            unready: 1,
            took: Some(Duration::from_millis(4)),
            at: Some(Duration::from_millis(1_700_000_000_250)),
        };
        let health = Health {
            database: Some(DatabaseHealth {
                name: "u@db:5432/d".to_owned(),
                error: None,
            }),
            schema: Some(SchemaHealth {
                target: "head".to_owned(),
                revisions: Vec::new(),
                partial: Vec::new(),
                error: None,
            }),
            ..Health::default()
        };
        let page = metrics.page("1.2.3", &health);
        let values: Vec<&str> = page.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            values,
            [
                "seaworthy_build_info{version=\"1.2.3\"} 1",
                "seaworthy_ready 1",
                "seaworthy_database_up 1",
                "seaworthy_schema_at_target 1",
                "seaworthy_partial_revisions 0",
                "seaworthy_checks_total{outcome=\"ready\"} 3",
                "seaworthy_checks_total{outcome=\"unready\"} 1",
                "seaworthy_check_duration_seconds 0.004",
                "seaworthy_last_check_timestamp_seconds 1700000000.25",
            ]
        );
    }
}
