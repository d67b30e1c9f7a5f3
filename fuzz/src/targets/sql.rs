//! SQL text: its statements, what is shown of it, its checksum, and scripts
//! made of it.

use std::ops::Range;
use std::sync::Arc;

use seaworthy::error;
use seaworthy::plan::{Body, Direction, Piece, Script};
use seaworthy::revision::{
    Revision, RevisionId, Section, SectionLimit, Transactional, checksum, checksum_of,
};
use seaworthy::source::Source;
use seaworthy::sql::{self, StatementKind};

use super::{assert_bounded, assert_printable};

/// A literal that nobody may see.
const LITERAL: &str = "zqS3cr3tqz";

/// So many statements are looked at more closely.
const CLOSELY: usize = 4;

pub(super) fn text(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    mask(text);
    let scan = sql::scan(text, |at, comment| {
        assert_eq!(&text[at..at + comment.len()], comment);
    });
    let statements = match (&scan, sql::statements(text)) {
        (Ok(_), Ok(statements)) => statements,
        (Err(scanned), Err(error)) => {
            assert_eq!(*scanned, error);
            assert!(text.is_char_boundary(error.at()), "{error:?}");
            let source = Source::new("a.sql", text);
            let diagnostic = error::sql::diagnostic(&error, &source).to_string();
            assert_bounded(&diagnostic, text.len());
            assert_printable(&diagnostic);
            let _ = checksum(text);
            return;
        }
        (scan, statements) => panic!("{scan:?}, but {statements:?}"),
    };
    let directives = sql::directives(text).expect("the scan found nothing");
    for span in &directives {
        assert!(text[span.clone()].starts_with('\\'), "{span:?}");
    }
    cover(text, &statements, &directives);
    invariant(text, &statements);
    // Inline data is no part of a query that somebody runs; and the fuzzer
    // learns the literal from the comparison.
    if !statements.iter().any(has_data) && !text.contains(LITERAL) {
        let planted = format!("{text}\n;'{LITERAL}'");
        assert!(!sql::mask(&planted, usize::MAX).contains(LITERAL));
    }
}

fn has_data(statement: &sql::Statement) -> bool {
    matches!(statement.kind, StatementKind::CopyIn { .. })
}

/// Any text can be masked, and what is shown fits a line.
fn mask(text: &str) {
    for max in [1, 60, usize::MAX] {
        let masked = sql::mask(text, max);
        assert!(masked.chars().count() <= max, "{masked}");
        assert!(masked.len() <= 8 * text.len() + 8);
        assert!(!masked.contains(['\n', '\r']), "{masked:?}");
    }
}

/// Statements stand one after another, and between them nothing that counts.
fn cover(text: &str, statements: &[sql::Statement], directives: &[Range<usize>]) {
    let mut end = 0;
    for statement in statements {
        assert!(statement.span.start >= end, "{statements:?}");
        assert!(!statement.span.is_empty(), "{statements:?}");
        gap(text, end..statement.span.start, directives);
        end = match &statement.kind {
            StatementKind::CopyIn { data } => {
                assert!(data.start >= statement.span.end, "{statements:?}");
                // The line that ends the data belongs to no span.
                let rest = &text[data.end..];
                let terminator = rest.starts_with("\\.").then(|| rest.find('\n'));
                match terminator {
                    Some(line) => data.end + line.map_or(rest.len(), |at| at + 1),
                    None => data.end,
                }
            }
            _ => statement.span.end,
        };
    }
    gap(text, end..text.len(), directives);
}

fn gap(text: &str, range: Range<usize>, directives: &[Range<usize>]) {
    let mut rest = text[range.clone()].to_owned();
    for span in directives.iter().rev() {
        if range.start <= span.start && span.end <= range.end {
            rest.replace_range(span.start - range.start..span.end - range.start, " ");
        }
    }
    // A semicolon that counts is one; in a comment it is none.
    let mut pieces = sql::statements(&rest).expect("a gap is sound");
    assert_eq!(pieces.pop(), None, "a gap holds {rest:?}");
}

/// Comments and line endings count for no checksum, and move no boundary.
fn invariant(text: &str, statements: &[sql::Statement]) {
    let whole = checksum(text);
    for statement in statements.iter().take(CLOSELY) {
        for comment in ["/* ; ' */", " -- $$ ;\n"] {
            let mut commented = text.to_owned();
            commented.insert_str(statement.span.start, comment);
            assert_eq!(checksum(&commented), whole, "{commented:?}");
            let again = sql::statements(&commented).expect("a comment breaks nothing");
            assert_eq!(again.len(), statements.len(), "{commented:?}");
        }
    }
    if !text.contains('\r') {
        let checked_out = text.replace('\n', "\r\n");
        assert_eq!(checksum(&checked_out), whole, "{checked_out:?}");
    }
    if !statements.iter().any(has_data) {
        let one_by_one = statements
            .iter()
            .map(|statement| &text[statement.span.clone()]);
        assert_eq!(checksum_of(one_by_one), whole, "{text:?}");
    }
}

/// A script is the same for every direction and transaction.
pub(super) fn script(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let section = |transaction| Section {
        span: 0..text.len(),
        transaction,
        lock_timeout: SectionLimit::Configured,
        statement_timeout: SectionLimit::Configured,
    };
    let revision = Revision {
        id: RevisionId::recorded("a1"),
        message: String::new(),
        down_revisions: Vec::new(),
        depends_on: Vec::new(),
        labels: Vec::new(),
        replaces: Vec::new(),
        created: None,
        source: Arc::new(Source::new("a1.sql", text)),
        up: section(Transactional::Yes),
        down: Some(section(Transactional::No)),
    };
    prepared(&revision);
}

/// Prepares both directions of a revision, and holds the result to its text.
pub(super) fn prepared(revision: &Revision) {
    let whole = revision.source.text();
    for direction in [Direction::Upgrade, Direction::Downgrade] {
        match Script::prepare(revision, direction) {
            Ok(script) => holds(&script),
            Err(error) => {
                let diagnostic = error::script::diagnostic(&error).to_string();
                assert_bounded(&diagnostic, whole.len());
                assert_printable(&diagnostic);
                assert_bounded(&error.to_string(), whole.len());
            }
        }
    }
}

fn holds(script: &Script) {
    let whole = script.source.text();
    let section = script.section.span.clone();
    let mut end = section.start;
    let mut check = |range: &Range<usize>| {
        assert!(end <= range.start && range.end <= section.end, "{script:?}");
        end = range.end;
        let sent = script.text(range);
        let original = &whole[range.clone()];
        assert_eq!(sent.chars().count(), original.chars().count());
        for character in [0, 1, 2, original.len(), usize::MAX] {
            let at = script.offset(range, character);
            assert!(whole.is_char_boundary(at) && at <= range.end);
        }
    };
    match &script.body {
        Body::Transaction(pieces) => {
            for piece in pieces {
                match piece {
                    Piece::Text(range) => check(range),
                    Piece::Copy { statement, data } => {
                        check(statement);
                        check(data);
                    }
                }
            }
            assert!(script.pieces().is_ok());
        }
        Body::Statements(statements) => {
            for (count, statement) in statements.iter().enumerate() {
                check(&statement.span);
                if let StatementKind::CopyIn { data } = &statement.kind {
                    check(data);
                }
                if count < CLOSELY {
                    assert!(script.prefix(count + 1).is_some());
                }
            }
            assert_eq!(script.prefix(statements.len() + 1), None);
        }
    }
}
