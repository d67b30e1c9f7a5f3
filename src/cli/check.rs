//! `seaworthy check`: whether anything is left to do, or wrong.

use super::{Ending, block_on};
use crate::config::{Check, Config, Output};
use crate::diagnostic::Diagnostic;
use crate::error::{self, Error};
use crate::pipeline::{self, Comparison, Found, HAZARD};
use crate::plan::{self, PlanError, Standing};
use crate::process::Signals;
use crate::revision::{Graph, Located};
use crate::view::{self, Differing};

pub(super) fn check(config: &Config, command: Check, signals: &Signals) -> Result<Ending, Error> {
    let graph = pipeline::load(&config.migrations)?;
    let state = block_on(signals, pipeline::state(config, signals))?;
    let standing = plan::standing(&graph, &state);
    let problems = plan::problems(&graph, &state);
    let comparing = pipeline::differences(config, &graph, &standing, command, signals);
    let found = block_on(signals, comparing)?;
    let is_clean = standing.pending.is_empty() && problems.is_empty() && found.is_empty();
    let text = match command.output {
        Output::Json => {
            let differences = found.iter().map(differing).collect();
            view::check(&graph, &standing, &problems, differences)
        }
        Output::Text => told(&graph, &standing, &problems, &found),
    };
    if is_clean {
        Ok(Ending::Show(text))
    } else {
        Ok(Ending::Found(text))
    }
}

/// Returns each finding in the words of the error that an upgrade would end with.
fn told(graph: &Graph, standing: &Standing, problems: &[PlanError], found: &[Found]) -> String {
    let mut findings: Vec<Diagnostic> = problems.iter().map(error::plan::diagnostic).collect();
    findings.extend(only_pending(graph, standing, problems));
    for comparison in [Comparison::RevisionsModels, Comparison::RevisionsDatabase] {
        findings.extend(differ(comparison, found));
    }
    findings.extend(denied(found));
    if findings.is_empty() {
        return "nothing is pending, and the database is as the revisions say\n".to_owned();
    }
    let texts: Vec<String> = findings.iter().map(Diagnostic::to_string).collect();
    texts.join("\n\n") + "\n"
}

/// Returns what is said of the differences between two schemas.
fn differ(comparison: Comparison, found: &[Found]) -> Option<Diagnostic> {
    let is_told = |one: &&Found| one.comparison == comparison && one.difference.kind != HAZARD;
    let found = found.iter().filter(is_told);
    let lines: Vec<String> = found
        .map(|one| {
            let difference = &one.difference;
            let detail = match difference.detail.as_str() {
                "" => String::new(),
                detail => format!(": {detail}"),
            };
            format!(
                "{} {} {}{detail}",
                difference.kind, difference.object, difference.change
            )
        })
        .collect();
    (!lines.is_empty()).then(|| match comparison {
        Comparison::RevisionsModels => error::schema::models_differ(lines),
        Comparison::RevisionsDatabase => error::schema::database_differs(lines),
    })
}

/// Returns what is said of the hazards that no revision may have.
fn denied(found: &[Found]) -> Option<Diagnostic> {
    let found = found.iter().filter(|one| one.difference.kind == HAZARD);
    let lines: Vec<String> = found
        .map(|one| format!("{}: {}", one.difference.object, one.difference.detail))
        .collect();
    (!lines.is_empty()).then(|| error::schema::denied(lines))
}

fn differing(found: &Found) -> Differing<'_> {
    Differing {
        comparison: name(found.comparison),
        kind: &found.difference.kind,
        object: &found.difference.object,
        change: found.difference.change,
        detail: &found.difference.detail,
    }
}

fn name(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::RevisionsModels => "revisions-models",
        Comparison::RevisionsDatabase => "database-revisions",
    }
}

/// Returns what is said of the pending revisions that no problem speaks of.
fn only_pending(graph: &Graph, standing: &Standing, problems: &[PlanError]) -> Option<Diagnostic> {
    let is_told = |located: &Located| {
        problems.iter().any(|problem| match problem {
            PlanError::Unfinished(partial) => partial.iter().any(|one| one.revision == *located),
            PlanError::OutOfOrder(found) => found.iter().any(|one| one.pending == *located),
            PlanError::PartlyReplaced { by, .. } => by == located,
            PlanError::Ahead { pending, .. } => pending.contains(located),
            PlanError::Select(_)
            | PlanError::HeadsAlone { .. }
            | PlanError::NoRevisions(_)
            | PlanError::Downwards(_)
            | PlanError::Downgrade(_)
            | PlanError::NotApplied { .. }
            | PlanError::Overlap { .. }
            | PlanError::PartialWithoutFile(_)
            | PlanError::PartialElsewhere { .. }
            | PlanError::Divergent(_) => false,
        })
    };
    let pending = standing.pending.iter().map(|node| graph.located(*node));
    let pending: Vec<Located> = pending.filter(|located| !is_told(located)).collect();
    (!pending.is_empty()).then(|| error::plan::pending(&pending, graph.heads().len()))
}
