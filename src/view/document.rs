//! The JSON documents of the commands that look. Their keys are part of the
//! contract.

use seaworthy_schema::{Difference, Statement, Transaction};
use serde::Serialize;

use super::{Lock, Reading};
use crate::plan::{PlanError, RecordedOnly, Standing};
use crate::revision::{Graph, Located, Node, SelectError};

#[derive(Serialize)]
struct Revision<'a> {
    revision: &'a str,
    down_revisions: Vec<&'a str>,
    depends_on: Vec<&'a str>,
    labels: &'a [&'a str],
    message: &'a str,
    path: String,
    created: Option<&'a str>,
    is_head: bool,
    is_branch_point: bool,
    is_merge_point: bool,
}

#[derive(Serialize)]
struct Current<'a> {
    heads: Vec<&'a str>,
    at_head: bool,
    ahead: Vec<&'a str>,
    partial: Vec<&'a str>,
}

#[derive(Serialize)]
struct Status<'a> {
    applied: Vec<&'a str>,
    pending: Vec<&'a str>,
    partial: Vec<&'a str>,
    ahead: Vec<&'a str>,
    retired: Vec<&'a str>,
    lock: Option<&'a Lock>,
}

#[derive(Serialize)]
struct Check<'a> {
    ok: bool,
    pending: Vec<&'a str>,
    partial: Vec<&'a str>,
    divergent: Vec<&'a str>,
    out_of_order: Vec<&'a str>,
    ahead: Vec<&'a str>,
    heads: Vec<&'a str>,
    differences: Vec<Differing<'a>>,
}

/// A difference between two schemas.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Differing<'a> {
    /// Such as `revisions-models`.
    pub comparison: &'a str,
    pub kind: &'a str,
    pub object: &'a str,
    pub change: &'a str,
    pub detail: &'a str,
}

#[derive(Serialize)]
struct DiffDocument<'a> {
    statements: Vec<StatementDocument<'a>>,
    differences: Vec<DifferenceDocument<'a>>,
}

#[derive(Serialize)]
struct StatementDocument<'a> {
    sql: &'a str,
    transaction: &'static str,
    hazards: Vec<HazardDocument<'a>>,
}

#[derive(Serialize)]
struct HazardDocument<'a> {
    kind: &'static str,
    detail: &'a str,
}

#[derive(Serialize)]
struct DifferenceDocument<'a> {
    kind: &'a str,
    object: &'a str,
    change: &'a str,
    detail: &'a str,
}

/// Returns the document of `diff`.
pub fn diff(statements: &[Statement], differences: &[Difference]) -> String {
    let statements = statements.iter().map(|statement| StatementDocument {
        sql: &statement.sql,
        transaction: match statement.transaction {
            Transaction::Shared => "shared",
            Transaction::EndsAfter => "ends-after",
            Transaction::Alone => "alone",
        },
        hazards: statement
            .hazards
            .iter()
            .map(|hazard| HazardDocument {
                kind: hazard.kind.name(),
                detail: &hazard.detail,
            })
            .collect(),
    });
    let differences = differences.iter().map(|difference| DifferenceDocument {
        kind: &difference.kind,
        object: &difference.object,
        change: difference.change,
        detail: &difference.detail,
    });
    text(&DiffDocument {
        statements: statements.collect(),
        differences: differences.collect(),
    })
}

/// Returns the document of `history`, `heads`, `branches` and `show`.
pub fn revisions(reading: &Reading<'_>, nodes: &[Node]) -> String {
    let graph = reading.graph;
    let document = |node: &Node| {
        let revision = graph.revision(*node);
        Revision {
            revision: reading.id(*node),
            down_revisions: reading.ids(graph.down_revisions(*node)),
            depends_on: reading.ids(graph.dependencies(*node)),
            labels: reading.labels(*node),
            message: &revision.message,
            path: revision.source.path().display().to_string(),
            created: revision.created.as_deref(),
            is_head: graph.is_head(*node),
            is_branch_point: graph.is_branch_point(*node),
            is_merge_point: graph.is_merge_point(*node),
        }
    };
    text(&nodes.iter().map(document).collect::<Vec<_>>())
}

/// Returns the document of `current`.
pub fn current(graph: &Graph, standing: &Standing) -> String {
    text(&Current {
        heads: ids(graph, &standing.heads),
        at_head: standing.missing_heads.is_empty(),
        ahead: rows(&standing.ahead),
        partial: partial(standing),
    })
}

/// Returns the document of `status`.
pub fn status(graph: &Graph, standing: &Standing, lock: Option<&Lock>) -> String {
    text(&Status {
        applied: ids(graph, &standing.applied),
        pending: ids(graph, &standing.pending),
        partial: partial(standing),
        ahead: rows(&standing.ahead),
        retired: rows(&standing.retired),
        lock,
    })
}

/// Returns the document of `check`. All its lists are findings: `heads` holds
/// those of the directory where there are several.
pub fn check(
    graph: &Graph,
    standing: &Standing,
    problems: &[PlanError],
    differences: Vec<Differing<'_>>,
) -> String {
    let is_same = differences.is_empty();
    let mut check = Check {
        ok: standing.pending.is_empty() && problems.is_empty() && is_same,
        pending: ids(graph, &standing.pending),
        partial: partial(standing),
        divergent: Vec::new(),
        out_of_order: Vec::new(),
        ahead: rows(&standing.ahead),
        heads: Vec::new(),
        differences,
    };
    for problem in problems {
        if let PlanError::Divergent(found) = problem {
            check.divergent.extend(found.iter().map(name));
        } else if let PlanError::OutOfOrder(found) = problem {
            let pending = found.iter().map(|found| name(&found.pending));
            check.out_of_order.extend(pending);
        } else if let PlanError::Select(SelectError::MultipleHeads { heads, .. }) = problem {
            check.heads.extend(heads.iter().map(name));
        }
    }
    text(&check)
}

fn name(located: &Located) -> &str {
    located.revision.as_str()
}

fn text(document: &impl Serialize) -> String {
    // Only keys that are no strings could make this fail.
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

fn ids<'a>(graph: &'a Graph, nodes: &[Node]) -> Vec<&'a str> {
    nodes.iter().map(|node| graph.id(*node).as_str()).collect()
}

fn rows(rows: &[RecordedOnly]) -> Vec<&str> {
    rows.iter().map(|row| row.revision.as_str()).collect()
}

fn partial(standing: &Standing) -> Vec<&str> {
    let partial = standing.partial.iter();
    partial.map(|partial| partial.revision.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::language::state;
    use crate::plan::{problems, standing};
    use crate::revision::language::graph;

    #[test]
    fn every_key_of_a_revision() {
        let graph = graph("a <- b#shop, x, (a, b) <- d [needs x]");
        let nodes: Vec<Node> = ["d", "a"].iter().filter_map(|id| graph.node(id)).collect();
        insta::assert_snapshot!(revisions(&Reading::new(&graph), &nodes), @r#"
        [
          {
            "revision": "d",
            "down_revisions": [
              "a",
              "b"
            ],
            "depends_on": [
              "x"
            ],
            "labels": [
              "shop"
            ],
            "message": "add d",
            "path": "migrations/d.sql",
            "created": null,
            "is_head": true,
            "is_branch_point": false,
            "is_merge_point": true
          },
          {
            "revision": "a",
            "down_revisions": [],
            "depends_on": [],
            "labels": [],
            "message": "add a",
            "path": "migrations/a.sql",
            "created": null,
            "is_head": false,
            "is_branch_point": true,
            "is_merge_point": false
          }
        ]
        "#);
        assert_eq!(revisions(&Reading::new(&graph), &[]), "[]\n");
    }

    #[test]
    fn every_key_of_a_state() {
        let graph = graph("a <- b <- c <- d, b <- e");
        let state = state(&graph, "a! c~ x r y<-r b<-r");
        let standing = standing(&graph, &state);
        insta::assert_snapshot!(current(&graph, &standing), @r#"
        {
          "heads": [
            "b"
          ],
          "at_head": false,
          "ahead": [
            "x",
            "y"
          ],
          "partial": [
            "c"
          ]
        }
        "#);
        let lock = Lock {
            pid: 7,
            application: Some("seaworthy".into()),
            role: None,
            address: Some("local".into()),
            since: None,
            words: "pid 7".into(),
        };
        insta::assert_snapshot!(status(&graph, &standing, Some(&lock)), @r#"
        {
          "applied": [
            "a",
            "b"
          ],
          "pending": [
            "c",
            "e",
            "d"
          ],
          "partial": [
            "c"
          ],
          "ahead": [
            "x",
            "y"
          ],
          "retired": [
            "r"
          ],
          "lock": {
            "pid": 7,
            "application": "seaworthy",
            "role": null,
            "address": "local",
            "since": null
          }
        }
        "#);
        insta::assert_snapshot!(check(&graph, &standing, &problems(&graph, &state), Vec::new()), @r#"
        {
          "ok": false,
          "pending": [
            "c",
            "e",
            "d"
          ],
          "partial": [
            "c"
          ],
          "divergent": [
            "a"
          ],
          "out_of_order": [],
          "ahead": [
            "x",
            "y"
          ],
          "heads": [
            "d",
            "e"
          ],
          "differences": []
        }
        "#);
    }

    #[test]
    fn a_state_without_anything_odd() {
        let graph = graph("a <- b");
        let state = state(&graph, "^b");
        let standing = standing(&graph, &state);
        insta::assert_snapshot!(current(&graph, &standing), @r#"
        {
          "heads": [
            "b"
          ],
          "at_head": true,
          "ahead": [],
          "partial": []
        }
        "#);
        insta::assert_snapshot!(status(&graph, &standing, None), @r#"
        {
          "applied": [
            "a",
            "b"
          ],
          "pending": [],
          "partial": [],
          "ahead": [],
          "retired": [],
          "lock": null
        }
        "#);
        insta::assert_snapshot!(check(&graph, &standing, &problems(&graph, &state), Vec::new()), @r#"
        {
          "ok": true,
          "pending": [],
          "partial": [],
          "divergent": [],
          "out_of_order": [],
          "ahead": [],
          "heads": [],
          "differences": []
        }
        "#);
    }
}
