//! What has to be sent for one revision in one direction, and what can be
//! known to fail before anything is sent.
//!
//! Every range is one of bytes of the source, so that a position that the
//! server names can be shown in the file. This module sends nothing and adds
//! no text of its own.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::Direction;
use crate::revision::{Checksum, Revision, RevisionId, Section, Transactional, checksum_of};
use crate::source::{Source, byte_of};
use crate::sql::{self, Control, OutsideKind, SqlError, Statement, StatementKind};

/// So much of a statement is shown in an error.
pub(super) const SHOWN_CHARACTERS: usize = 60;

/// A script that has been looked through.
#[derive(Clone, Debug)]
pub struct Script {
    pub revision: RevisionId,
    pub direction: Direction,
    pub source: Arc<Source>,
    pub section: Section,
    pub body: Body,
    /// What psql would take for itself and the server must not see.
    blank: Vec<Range<usize>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Sent in this order, in one transaction; none for an empty script.
    Transaction(Vec<Piece>),
    /// Sent one by one.
    Statements(Vec<ScriptStatement>),
}

/// What can be sent at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Any number of statements as they stand in the file.
    Text(Range<usize>),
    /// One statement and the data that it asks for.
    Copy {
        statement: Range<usize>,
        data: Range<usize>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptStatement {
    pub span: Range<usize>,
    pub kind: StatementKind,
    /// Of the statement, with its inline data.
    pub checksum: Checksum,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum ScriptError {
    #[error("revision `{}` has no down section", .0.revision)]
    Irreversible(ScriptPlace),
    #[error("revision `{}` runs without a transaction and cannot share one", .0.revision)]
    NotTransactional(ScriptPlace),
    #[error("revision `{}`: {error}", .place.revision)]
    Sql { place: ScriptPlace, error: SqlError },
    #[error("revision `{}`: `{}` cannot run in a transaction", .0.revision, .0.statement)]
    OutsideOnly(ScriptPlace),
    #[error("revision `{}`: `{}` in a script that runs in a transaction", .0.revision, .0.statement)]
    ControlInside(ScriptPlace),
    #[error("revision `{}`: `{}` in a script that runs without a transaction", .0.revision, .0.statement)]
    ControlOutside(ScriptPlace),
    #[error("revision `{}`: `CONCURRENTLY` without the name of an index", .0.revision)]
    UnnamedIndex(ScriptPlace),
    #[error("revision `{}`: `COPY ... TO stdout` has no reader", .0.revision)]
    CopyOut(ScriptPlace),
    #[error("revision `{}`: `DISCARD ALL` gives up the migration lock", .0.revision)]
    DiscardAll(ScriptPlace),
    #[error("revision `{}`: `{}` may reach beyond its database", .0.revision, .0.statement)]
    MayReachServer(ScriptPlace),
}

/// Where in a script something is.
#[derive(Clone, Debug)]
pub struct ScriptPlace {
    pub revision: RevisionId,
    pub direction: Direction,
    pub source: Arc<Source>,
    /// Bytes of the source.
    pub at: usize,
    /// The statement on one line, cut and without its literals; empty if the
    /// error is about none.
    pub statement: String,
}

impl Script {
    /// Returns what has to be sent for a revision.
    ///
    /// # Errors
    ///
    /// - [`ScriptError::Irreversible`] to downgrade without a down section.
    /// - [`ScriptError::Sql`] for what a scan finds, too.
    /// - [`ScriptError::OutsideOnly`], [`ScriptError::ControlInside`] and
    ///   [`ScriptError::ControlOutside`] for a statement that does not fit the
    ///   section's transaction.
    /// - [`ScriptError::UnnamedIndex`] for a concurrent index that could not
    ///   be found again after an interruption.
    /// - [`ScriptError::CopyOut`] and [`ScriptError::DiscardAll`] for what
    ///   fits nowhere.
    pub fn prepare(revision: &Revision, direction: Direction) -> Result<Self, ScriptError> {
        let section = match direction {
            Direction::Upgrade => &revision.up,
            Direction::Downgrade => revision
                .down
                .as_ref()
                .ok_or_else(|| ScriptError::Irreversible(place(revision, direction, 0)))?,
        };
        let text = revision.text(section);
        let start = section.span.start;
        let broken = |error: SqlError| ScriptError::Sql {
            place: place(revision, direction, start + error.at()),
            error,
        };
        let statements = sql::statements(text).map_err(broken)?;
        for statement in &statements {
            let fault = match section.transaction {
                Transactional::Yes => fault_inside(&statement.kind),
                Transactional::No => fault_outside(&statement.kind),
            };
            if let Some(fault) = fault {
                let shown = sql::mask(&text[statement.span.clone()], SHOWN_CHARACTERS);
                let at = start + statement.span.start;
                return Err(fault(ScriptPlace {
                    statement: shown,
                    ..place(revision, direction, at)
                }));
            }
        }
        let body = match section.transaction {
            Transactional::Yes => Body::Transaction(pieces(&statements, start, text.len())),
            Transactional::No => Body::Statements(
                statements
                    .into_iter()
                    .map(|statement| ScriptStatement::new(text, statement, start))
                    .collect(),
            ),
        };
        let blank = sql::directives(text)
            .map_err(broken)?
            .into_iter()
            .map(|span| shifted(&span, start))
            .collect();
        Ok(Self {
            revision: revision.id.clone(),
            direction,
            source: Arc::clone(&revision.source),
            section: section.clone(),
            body,
            blank,
        })
    }

    /// Returns the pieces of a script that shall share a transaction with
    /// those of other revisions.
    ///
    /// # Errors
    ///
    /// - [`ScriptError::NotTransactional`] for a `transaction:false` section.
    pub fn pieces(&self) -> Result<&[Piece], ScriptError> {
        match &self.body {
            Body::Transaction(pieces) => Ok(pieces),
            Body::Statements(_) => Err(ScriptError::NotTransactional(ScriptPlace {
                revision: self.revision.clone(),
                direction: self.direction,
                source: Arc::clone(&self.source),
                at: self.section.span.start,
                statement: String::new(),
            })),
        }
    }

    /// Returns a range of the source as it may be sent: with as many
    /// characters, but without the lines that psql would take for itself.
    pub fn text(&self, range: &Range<usize>) -> Cow<'_, str> {
        let text = &self.source.text()[range.clone()];
        let mut blank = self
            .blank
            .iter()
            .filter(|span| range.start <= span.start && span.end <= range.end)
            .peekable();
        if blank.peek().is_none() {
            return Cow::Borrowed(text);
        }
        let mut sent = String::with_capacity(text.len());
        let mut at = range.start;
        for span in blank {
            let source = self.source.text();
            sent.push_str(&source[at..span.start]);
            sent.extend(source[span.clone()].chars().map(|_| ' '));
            at = span.end;
        }
        sent.push_str(&self.source.text()[at..range.end]);
        Cow::Owned(sent)
    }

    /// Returns the offset in the source of a character of a range, counted
    /// from one as the server counts.
    pub fn offset(&self, range: &Range<usize>, character: usize) -> usize {
        let text = &self.source.text()[range.clone()];
        range.start + byte_of(text, character.saturating_sub(1))
    }

    /// Returns the checksum of the first statements of a script that runs
    /// without a transaction; `None` if there are not so many.
    pub fn prefix(&self, count: usize) -> Option<Checksum> {
        match &self.body {
            Body::Transaction(_) => None,
            Body::Statements(statements) => {
                let first = statements.get(..count)?;
                Some(checksum_of(
                    first
                        .iter()
                        .map(|statement| &self.source.text()[statement.with_data()]),
                ))
            }
        }
    }
}

impl ScriptStatement {
    fn new(text: &str, statement: Statement, start: usize) -> Self {
        let mut statement = Self {
            span: statement.span,
            kind: statement.kind,
            checksum: checksum_of([]),
        };
        statement.checksum = checksum_of([&text[statement.with_data()]]);
        statement.span = shifted(&statement.span, start);
        if let StatementKind::CopyIn { data } = &mut statement.kind {
            *data = shifted(data, start);
        }
        statement
    }

    /// Returns the statement's span, up to the end of its inline data.
    fn with_data(&self) -> Range<usize> {
        match &self.kind {
            StatementKind::CopyIn { data } => self.span.start..data.end,
            StatementKind::Ordinary
            | StatementKind::CopyOut
            | StatementKind::TransactionControl(_)
            | StatementKind::Outside(_)
            | StatementKind::Procedural
            | StatementKind::DiscardAll => self.span.clone(),
        }
    }
}

type Fault = fn(ScriptPlace) -> ScriptError;

/// Returns why a statement cannot be sent in a revision's transaction.
fn fault_inside(kind: &StatementKind) -> Option<Fault> {
    match kind {
        StatementKind::Ordinary | StatementKind::CopyIn { .. } | StatementKind::Procedural => None,
        StatementKind::TransactionControl(control) => match control {
            Control::Savepoint => None,
            Control::Begin | Control::Commit | Control::Rollback | Control::Prepared => {
                Some(ScriptError::ControlInside)
            }
        },
        StatementKind::Outside(_) => Some(ScriptError::OutsideOnly),
        StatementKind::CopyOut => Some(ScriptError::CopyOut),
        StatementKind::DiscardAll => Some(ScriptError::DiscardAll),
    }
}

/// Returns why a statement cannot be sent alone. A transaction of the
/// script's own is refused: each statement's end is recorded by itself, and a
/// run that resumes would begin in the middle of that transaction.
fn fault_outside(kind: &StatementKind) -> Option<Fault> {
    match kind {
        StatementKind::Ordinary | StatementKind::CopyIn { .. } | StatementKind::Procedural => None,
        StatementKind::TransactionControl(_) => Some(ScriptError::ControlOutside),
        StatementKind::Outside(outside) => match outside {
            OutsideKind::CreateIndexConcurrently { name: None, .. }
            | OutsideKind::DropIndexConcurrently { name: None } => Some(ScriptError::UnnamedIndex),
            OutsideKind::CreateIndexConcurrently { name: Some(_), .. }
            | OutsideKind::DropIndexConcurrently { name: Some(_) }
            | OutsideKind::ReindexConcurrently { .. }
            | OutsideKind::Vacuum
            | OutsideKind::Other => None,
        },
        StatementKind::CopyOut => Some(ScriptError::CopyOut),
        StatementKind::DiscardAll => Some(ScriptError::DiscardAll),
    }
}

/// Puts statements that can be sent together into one piece.
fn pieces(statements: &[Statement], start: usize, length: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    // The line that ends inline data must not be sent: the text after it
    // begins with its first statement.
    let mut open: Option<usize> = None;
    for (index, statement) in statements.iter().enumerate() {
        let StatementKind::CopyIn { data } = &statement.kind else {
            open.get_or_insert(if index == 0 { 0 } else { statement.span.start });
            continue;
        };
        if let Some(from) = open.take() {
            pieces.push(Piece::Text(shifted(&(from..statement.span.start), start)));
        }
        pieces.push(Piece::Copy {
            statement: shifted(&statement.span, start),
            data: shifted(data, start),
        });
    }
    if let Some(from) = open {
        pieces.push(Piece::Text(shifted(&(from..length), start)));
    }
    pieces
}

fn shifted(range: &Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

pub(super) fn place(revision: &Revision, direction: Direction, at: usize) -> ScriptPlace {
    ScriptPlace {
        revision: revision.id.clone(),
        direction,
        source: Arc::clone(&revision.source),
        at,
        statement: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::SectionLimit;

    const HEAD: &str = "-- é\n-- migrate:up\n";

    fn revision(text: &str, transaction: Transactional) -> Revision {
        let text = format!("{HEAD}{text}");
        Revision {
            id: RevisionId::recorded("a"),
            message: String::new(),
            down_revisions: Vec::new(),
            depends_on: Vec::new(),
            labels: Vec::new(),
            replaces: Vec::new(),
            created: None,
            up: Section {
                span: HEAD.len()..text.len(),
                transaction,
                lock_timeout: SectionLimit::Configured,
                statement_timeout: SectionLimit::Configured,
            },
            down: None,
            source: Arc::new(Source::new("a.sql", text)),
        }
    }

    fn prepare(text: &str, transaction: Transactional) -> Result<Script, ScriptError> {
        Script::prepare(&revision(text, transaction), Direction::Upgrade)
    }

    /// Compares what would be sent; data stands after an arrow.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let script = prepare(text, Transactional::Yes).expect("nothing is wrong with it");
        let sent: Vec<_> = script
            .pieces()
            .expect("a transaction")
            .iter()
            .map(|piece| match piece {
                Piece::Text(range) => script.text(range).into_owned(),
                Piece::Copy { statement, data } => {
                    format!("{} <- {}", script.text(statement), script.text(data))
                }
            })
            .collect();
        assert_eq!(sent, expected);
    }

    #[test]
    fn a_script_is_sent_as_it_stands() {
        let text = "-- a\nselect 1;\n\nselect 2; -- b\n";
        check(text, &[text]);
        check("-- nothing\n;\n", &[]);
    }

    #[test]
    fn copies_stand_alone() {
        check(
            "select 1;\ncopy t from stdin; -- d\n1\n\\.\n-- b\nselect 2;\nselect 3;",
            &[
                "select 1;\n",
                "copy t from stdin <- 1\n",
                "select 2;\nselect 3;",
            ],
        );
        check(
            "copy t from stdin;\n\\.\ncopy u from stdin;\n1",
            &["copy t from stdin <- ", "copy u from stdin <- 1"],
        );
    }

    #[test]
    fn lines_for_psql_are_sent_as_blanks() {
        check(
            "\\restrict kéy\nselect 1;\n\\unrestrict kéy",
            &["             \nselect 1;\n               "],
        );
    }

    #[test]
    fn positions_of_the_server_lead_to_the_file() {
        let script = prepare("select 'ä', x;\nselect 2", Transactional::Yes).expect("sound");
        let Ok([Piece::Text(range)]) = script.pieces() else {
            panic!("{script:?}");
        };
        let position = |character| script.source.position(script.offset(range, character));
        assert_eq!((position(13).line, position(13).column), (3, 13));
        assert_eq!((position(16).line, position(16).column), (4, 1));
        assert_eq!((position(99).line, position(99).column), (4, 9));
        assert_eq!((position(0).line, position(0).column), (3, 1));
    }

    #[test]
    fn without_a_transaction_statements_are_sent_one_by_one() {
        let script = prepare(
            "create index concurrently i on t (a);\ncopy t from stdin;\n1\n\\.\ncall p();",
            Transactional::No,
        )
        .expect("sound");
        let Body::Statements(statements) = &script.body else {
            panic!("{script:?}");
        };
        let sent: Vec<_> = statements
            .iter()
            .map(|statement| script.text(&statement.span))
            .collect();
        assert_eq!(
            sent,
            [
                "create index concurrently i on t (a)",
                "copy t from stdin",
                "call p()"
            ]
        );
        let StatementKind::CopyIn { data } = &statements[1].kind else {
            panic!("{script:?}");
        };
        assert_eq!(script.text(data), "1\n");
        assert_eq!(
            statements[1].checksum,
            checksum_of(["copy t from stdin;\n1\n"])
        );
        assert_eq!(script.prefix(0), Some(checksum_of([])));
        assert_eq!(
            script.prefix(1),
            Some(checksum_of(["create index concurrently i on t (a)"]))
        );
        assert_eq!(script.prefix(3), Some(checksum_of([script.source.text()])));
        assert_eq!(script.prefix(4), None);
        assert!(matches!(
            script.pieces(),
            Err(ScriptError::NotTransactional(_))
        ));
    }

    #[track_caller]
    fn check_fault(text: &str, transaction: Transactional, expected: Option<&str>) {
        let actual = prepare(text, transaction)
            .err()
            .map(|error| error.to_string());
        let expected = expected.map(|fault| format!("revision `a`: {fault}"));
        assert_eq!(actual, expected, "{text}");
    }

    #[test]
    fn what_does_not_fit_a_transaction_is_found() {
        let check = |text, expected| check_fault(text, Transactional::Yes, expected);
        check("savepoint a; rollback to a; release a", None);
        check("call p(); do $$ $$", None);
        check("vacuum t", Some("`vacuum t` cannot run in a transaction"));
        check(
            "select 1;\nBEGIN;",
            Some("`BEGIN` in a script that runs in a transaction"),
        );
        check(
            "copy t to stdout",
            Some("`COPY ... TO stdout` has no reader"),
        );
        check(
            "discard all",
            Some("`DISCARD ALL` gives up the migration lock"),
        );
        check("select 'a", Some("a quote is not closed"));
    }

    #[test]
    fn what_does_not_fit_without_a_transaction_is_found() {
        let check = |text, expected| check_fault(text, Transactional::No, expected);
        check("vacuum t; select 1; reindex table concurrently t", None);
        check(
            "savepoint a",
            Some("`savepoint a` in a script that runs without a transaction"),
        );
        check(
            "create index concurrently on t (a)",
            Some("`CONCURRENTLY` without the name of an index"),
        );
        check(
            "discard all",
            Some("`DISCARD ALL` gives up the migration lock"),
        );
    }

    #[test]
    fn no_down_section_is_irreversible() {
        let revision = revision("select 1", Transactional::Yes);
        let error = Script::prepare(&revision, Direction::Downgrade).map(|_| ());
        assert!(matches!(error, Err(ScriptError::Irreversible(_))));
    }
}
