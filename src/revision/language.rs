//! For tests: graphs in one line.
//!
//! `a <- b <- c, (b, x) <- d#shop [needs lib, e] [replaces p, q]`: `b` revises
//! `a`, `c` revises `b`, `d` merges `b` and `x`, declares the label `shop`,
//! depends on `lib` and `e`, and replaces `p` and `q`. A name stands in the
//! file order where it is written first; one never written after an arrow is a
//! base.

use std::sync::Arc;

use super::{Graph, GraphError, Revision, RevisionId, Section, SectionLimit, Transactional};
use crate::source::Source;

/// Returns the graph of a line; panics where it is none.
#[track_caller]
pub(crate) fn graph(line: &str) -> Graph {
    build(line).unwrap_or_else(|error| panic!("{line}: {error:?}"))
}

/// Returns the graph of a line, or what is wrong with it.
pub(crate) fn build(line: &str) -> Result<Graph, GraphError> {
    Graph::build(revisions(line))
}

/// Returns the rows of a table of cases: columns between bars, `#` before what
/// is said about them. The whole row comes first.
pub(crate) fn rows<const N: usize>(table: &str) -> impl Iterator<Item = (&str, [&str; N])> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| {
        let columns: Vec<_> = row.split('|').map(str::trim).collect();
        let columns = columns.try_into();
        (row, columns.unwrap_or_else(|parts| panic!("{parts:?}")))
    })
}

/// Returns the revisions of a line in file order.
pub(crate) fn revisions(line: &str) -> Vec<Revision> {
    let mut drafts: Vec<Draft> = Vec::new();
    for chain in split(line, ',') {
        let mut below: Vec<String> = Vec::new();
        for link in split(&chain, '<') {
            let link = link.trim_start_matches('-').trim();
            let names: Vec<_> = match link.strip_prefix('(').and_then(|l| l.strip_suffix(')')) {
                Some(inner) => split(inner, ','),
                None => vec![link.to_owned()],
            };
            let ids = names.iter().map(|name| mention(&mut drafts, name, &below));
            below = ids.collect();
        }
    }
    drafts.into_iter().map(Draft::revision).collect()
}

#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) id: String,
    pub(crate) down: Vec<String>,
    pub(crate) needs: Vec<String>,
    pub(crate) labels: Vec<String>,
    pub(crate) replaces: Vec<String>,
}

/// Notes one name with what is written on it; returns its id.
fn mention(drafts: &mut Vec<Draft>, text: &str, below: &[String]) -> String {
    let (head, options) = text.split_once('[').unwrap_or((text, ""));
    let mut parts = head.trim().split('#');
    let id = parts.next().unwrap_or_default().trim();
    // `+id` is a second file with the same id.
    let (again, id) = match id.strip_prefix('+') {
        Some(id) => (true, id),
        None => (false, id),
    };
    let place = match drafts.iter().position(|draft| draft.id == id) {
        Some(place) if !again => place,
        _ => {
            drafts.push(Draft {
                id: id.to_owned(),
                ..Draft::default()
            });
            drafts.len() - 1
        }
    };
    let draft = &mut drafts[place];
    draft.down.extend(below.iter().cloned());
    draft
        .labels
        .extend(parts.map(|label| label.trim().to_owned()));
    for option in options.split('[') {
        let option = option.trim().trim_end_matches(']');
        if let Some(names) = option.strip_prefix("needs ") {
            draft.needs.extend(split(names, ','));
        } else if let Some(names) = option.strip_prefix("replaces ") {
            draft.replaces.extend(split(names, ','));
        } else if let Some(names) = option.strip_prefix("revises ") {
            draft.down.extend(split(names, ','));
        } else {
            assert!(option.is_empty(), "unknown option `{option}`");
        }
    }
    id.to_owned()
}

/// Splits where no bracket is open.
fn split(text: &str, at: char) -> Vec<String> {
    let mut depth = 0;
    let pieces = text.split(|c| {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        depth == 0 && c == at
    });
    let pieces = pieces.map(|piece| piece.trim().to_owned());
    pieces.filter(|piece| !piece.is_empty()).collect()
}

impl Draft {
    /// Returns a revision whose file looks like a native one.
    pub(crate) fn revision(self) -> Revision {
        use std::fmt::Write as _;
        let id = &self.id;
        let mut text = format!("-- add {id}\n--\n-- revision: {id}\n");
        for (key, names) in [
            ("revises", &self.down),
            ("depends-on", &self.needs),
            ("branch", &self.labels),
            ("replaces", &self.replaces),
        ] {
            if !names.is_empty() {
                writeln!(text, "-- {key}: {}", names.join(", ")).unwrap();
            }
        }
        text.push_str("\n-- migrate:up\n");
        let start = text.len();
        writeln!(text, "select '{id}';").unwrap();
        let ids = |names: &[String]| names.iter().map(|id| RevisionId::recorded(id)).collect();
        Revision {
            id: RevisionId::recorded(id),
            message: format!("add {id}"),
            down_revisions: ids(&self.down),
            depends_on: self.needs,
            labels: self.labels,
            replaces: ids(&self.replaces),
            created: None,
            up: Section {
                span: start..text.len(),
                transaction: Transactional::Yes,
                lock_timeout: SectionLimit::Configured,
                statement_timeout: SectionLimit::Configured,
            },
            source: Arc::new(Source::new(format!("migrations/{}.sql", self.id), text)),
            down: None,
        }
    }
}
