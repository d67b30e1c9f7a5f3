//! For tests: applied states in one line, over a graph.
//!
//! `^d c x<-b y~`: `d` and all that it stands on, `c` alone, `x` with the
//! recorded down revision `b`, and `y`, which stopped half way up; `z%` did so on
//! the way down. `c!` was applied with another text, `c?` without a checksum, `c*`
//! by another rule.

use super::{Applied, AppliedState, Direction, Journal, Progress};
use crate::revision::{Dependencies, Graph, RevisionId, checksum};

/// Returns the state of a line.
pub(crate) fn state(graph: &Graph, line: &str) -> AppliedState {
    let mut state = AppliedState::default();
    for token in line.split_whitespace() {
        if let Some(id) = token.strip_prefix('^') {
            let node = graph
                .resolve(id)
                .unwrap_or_else(|error| panic!("{line}: {error}"));
            for node in graph.ancestors([node], Dependencies::Included).iter() {
                let id = graph.id(node).clone();
                state.rows.insert(id.clone(), row(graph, id.as_str()));
            }
            continue;
        }
        let (id, down) = token.split_once("<-").unwrap_or((token, ""));
        let name = id.trim_end_matches(['~', '%', '!', '?', '*']);
        let mut row = row(graph, name);
        if !down.is_empty() {
            row.down_revisions = down.split(',').map(RevisionId::recorded).collect();
        }
        match &id[name.len()..] {
            "~" => row.progress = Progress::Partial(Direction::Upgrade, journal()),
            "%" => row.progress = Progress::Partial(Direction::Downgrade, journal()),
            "!" => row.checksum = Some("1:another".to_owned()),
            "?" => row.checksum = None,
            "*" => row.checksum = Some("0:another".to_owned()),
            rest => assert_eq!(rest, "", "{line}"),
        }
        state.rows.insert(RevisionId::recorded(name), row);
    }
    state
}

/// Returns the row that an upgrade writes for a revision.
pub(crate) fn row(graph: &Graph, id: &str) -> Applied {
    let node = graph.node(id);
    let ids = |nodes: &[crate::revision::Node]| {
        let ids = nodes.iter().map(|node| graph.id(*node).clone());
        ids.collect::<Vec<_>>()
    };
    Applied {
        down_revisions: node
            .map(|node| ids(graph.down_revisions(node)))
            .unwrap_or_default(),
        depends_on: node
            .map(|node| ids(graph.dependencies(node)))
            .unwrap_or_default(),
        message: format!("add {id}"),
        checksum: graph
            .get(id)
            .map(|revision| checksum(revision.text(&revision.up)).as_str().to_owned()),
        progress: Progress::Complete,
    }
}

/// Returns how far a partial revision of these tests has come.
pub(crate) fn journal() -> Journal {
    Journal {
        finished: 1,
        prefix: "1:prefix".to_owned(),
        started: None,
    }
}
