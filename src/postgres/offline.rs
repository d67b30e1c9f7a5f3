//! A plan as a script for `psql -v ON_ERROR_STOP=1`: what `--sql` prints.
//!
//! Pure: it knows no connection. The script does by itself what the online run
//! does, except for the lock, the tries and the journal.

use super::apply::{PrepareError, Prepared, Sharing, Task};
use super::settings::{self, Capabilities, Extent};
use super::version_table::{Elapsed, Presence, Tables, VersionTable};
use crate::config::{Limit, TransactionScope};
use crate::plan::{Action, Body, Direction, Piece, Plan, Script, ScriptStatement};
use crate::revision::{Graph, RevisionId};
use crate::sql::{OutsideKind, StatementKind};

/// What an offline script is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfflineOptions {
    pub transaction: TransactionScope,
    pub lock_timeout: Limit,
    pub statement_timeout: Limit,
    pub tables: OfflineTables,
}

/// Whether the script creates the state tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfflineTables {
    /// The plan begins at base.
    Create,
    Exist,
}

/// Returns the script; empty for a plan without steps.
///
/// # Errors
///
/// Every [`PrepareError`].
pub fn script(
    plan: &Plan,
    graph: &Graph,
    table: &VersionTable,
    options: &OfflineOptions,
) -> Result<String, PrepareError> {
    let sharing = match options.transaction {
        TransactionScope::Revision => Sharing::Each,
        TransactionScope::All => Sharing::One,
    };
    for step in &plan.steps {
        if let Action::Resume(_) = step.action {
            return Err(PrepareError::HalfDone {
                revision: step.revision.clone(),
                direction: step.direction,
            });
        }
    }
    let prepared = Prepared::new(plan, graph, sharing)?;
    let presence = match options.tables {
        OfflineTables::Create => Presence::Absent,
        OfflineTables::Exist => Presence::Present,
    };
    let mut printer = Printer {
        text: String::new(),
        tables: Tables::configured(table, presence),
        options,
    };
    if prepared.tasks.is_empty() {
        return Ok(printer.text);
    }
    if sharing == Sharing::One {
        printer.statement("BEGIN");
    }
    for (at, task) in prepared.tasks.iter().enumerate() {
        printer.step(
            task,
            sharing,
            if at == 0 { Place::First } else { Place::Later },
        );
    }
    if sharing == Sharing::One {
        printer.statement("COMMIT");
    }
    Ok(printer.text)
}

struct Printer<'a> {
    text: String,
    tables: Tables,
    options: &'a OfflineOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    First,
    Later,
}

impl Printer<'_> {
    fn step(&mut self, task: &Task<'_>, sharing: Sharing, place: Place) {
        self.text.push_str(&headline(task));
        let statements = match task.script.as_ref().map(|script| &script.body) {
            Some(Body::Statements(statements)) => Some(statements),
            Some(Body::Transaction(_)) | None => None,
        };
        let is_own = sharing == Sharing::Each && statements.is_none();
        if is_own {
            self.statement("BEGIN");
        }
        self.settings(task);
        if place == Place::First {
            self.statements(&self.tables.create());
        }
        match (&task.script, statements) {
            (Some(script), Some(statements)) => {
                for statement in statements {
                    self.alone(task, script, statement);
                }
                self.settings(task);
                self.statement("BEGIN");
            }
            (Some(script), None) => {
                self.pieces(script);
                self.settings(task);
            }
            (None, _) => {}
        }
        self.rows(task);
        if sharing == Sharing::Each {
            self.statement("COMMIT");
        }
        self.text.push('\n');
    }

    fn pieces(&mut self, script: &Script) {
        for piece in script.pieces().unwrap_or_default() {
            match piece {
                Piece::Text(range) => {
                    let text = script.text(range);
                    self.text.push_str(&text);
                    if !is_terminated(&text) {
                        self.text.push_str("\n;");
                    }
                    self.text.push('\n');
                }
                Piece::Copy { statement, data } => {
                    self.copy(&script.text(statement), &script.text(data));
                }
            }
        }
        self.text.push('\n');
    }

    /// Prints a statement of a script that runs outside a transaction.
    fn alone(&mut self, task: &Task<'_>, script: &Script, statement: &ScriptStatement) {
        let text = script.text(&statement.span);
        match &statement.kind {
            StatementKind::CopyIn { data } => self.copy(&text, &script.text(data)),
            StatementKind::Outside(
                OutsideKind::CreateIndexConcurrently { .. }
                | OutsideKind::DropIndexConcurrently { .. }
                | OutsideKind::ReindexConcurrently { .. }
                | OutsideKind::Vacuum,
            ) => {
                let limits = task.limits(self.options.lock_timeout, None);
                self.statement(&settings::timeout("lock_timeout", None));
                self.statement(&text);
                self.statement(&settings::timeout("lock_timeout", limits.lock_timeout));
            }
            _ => self.statement(&text),
        }
    }

    /// Prints data inline, up to the line that ends it.
    fn copy(&mut self, statement: &str, data: &str) {
        self.statement(statement);
        self.text.push_str(data);
        if !data.is_empty() && !data.ends_with('\n') {
            self.text.push('\n');
        }
        self.text.push_str("\\.\n");
    }

    fn rows(&mut self, task: &Task<'_>) {
        let row = match task.step.direction {
            // An offline script begins every revision at its first statement.
            Direction::Upgrade => self.tables.insert(&task.entry, Elapsed::Unknown),
            Direction::Downgrade => self.tables.delete(&task.entry.revision),
        };
        let replaced = match task.step.direction {
            Direction::Upgrade => Vec::new(),
            Direction::Downgrade => self.tables.delete_replaced(&task.entry),
        };
        let log = self
            .tables
            .log(task.log_action(), &task.entry, Elapsed::Unknown);
        self.statement(&row);
        self.statements(&replaced);
        self.statement(&log);
    }

    fn settings(&mut self, task: &Task<'_>) {
        let limits = task.limits(self.options.lock_timeout, self.options.statement_timeout);
        let unknown = Capabilities::UNKNOWN;
        self.statements(&settings::statements(unknown, limits, Extent::Session));
    }

    fn statements(&mut self, statements: &[String]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &str) {
        self.text.push_str(statement);
        self.text.push_str(";\n");
    }
}

/// Returns the line before a step, as Alembic writes it: base is empty.
fn headline(task: &Task<'_>) -> String {
    let down: Vec<&str> = task
        .entry
        .down_revisions
        .iter()
        .map(RevisionId::as_str)
        .collect();
    let down = down.join(", ");
    let revision = &task.entry.revision;
    match task.step.direction {
        Direction::Upgrade => format!("-- Running upgrade {down} -> {revision}\n\n"),
        Direction::Downgrade => format!("-- Running downgrade {revision} -> {down}\n\n"),
    }
}

/// Says whether the last statement of a text has its semicolon.
fn is_terminated(text: &str) -> bool {
    let statements = crate::sql::statements(text).unwrap_or_default();
    statements
        .last()
        .is_none_or(|last| text[last.span.end..].trim_start().starts_with(';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        assert_eq!(is_terminated(text), expected);
    }

    #[test]
    fn a_semicolon_in_a_comment_ends_nothing() {
        check("select 1;", true);
        check("select 1; -- one\n", true);
        check("select 1", false);
        check("select 1 -- one;", false);
        check("-- nothing;", true);
    }
}
