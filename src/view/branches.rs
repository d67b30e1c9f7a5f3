//! Where branches part, as Alembic's `branches` prints it.

use super::line::{Forks, Line};
use super::{Detail, Reading, Surface, block};
use crate::revision::Node;

/// Returns each branch point, with the revisions that revise it below.
pub fn branches(reading: &Reading<'_>, nodes: &[Node], detail: Detail, surface: Surface) -> String {
    let mut output = String::new();
    for node in nodes {
        match detail {
            Detail::Line => {
                Line::new(reading, *node, Forks::Shown).write(&mut output, surface);
                output.push('\n');
            }
            Detail::Block => block::write(&mut output, reading, *node, surface),
        }
        let indent = " ".repeat(reading.id(*node).chars().count());
        for child in reading.graph.children(*node) {
            output.push_str(&indent);
            output.push_str(" -> ");
            Line::new(reading, *child, Forks::Shown).write(&mut output, surface);
            if detail == Detail::Block {
                output.push_str(", ");
                output.push_str(&reading.message(*child));
            }
            output.push('\n');
        }
        output.push('\n');
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::language::graph;

    fn shown(detail: Detail) -> String {
        let graph = graph("a <- b <- c1#shop, b <- c2 <- d, b <- c3, c2 <- e");
        let reading = Reading::new(&graph);
        let points: Vec<Node> = graph
            .nodes()
            .filter(|node| graph.is_branch_point(*node))
            .collect();
        branches(&reading, &points, detail, Surface::Plain)
    }

    #[test]
    fn children_stand_below() {
        insta::assert_snapshot!(shown(Detail::Line), @"
        b (branchpoint)
          -> c1 (shop) (head)
          -> c2 (branchpoint)
          -> c3 (head)

        c2 (branchpoint)
           -> d (head)
           -> e (head)
        ");
    }

    #[test]
    fn more_is_said_of_each() {
        insta::assert_snapshot!(shown(Detail::Block), @"
        Rev: b (branchpoint)
        Parent: a
        Branches into: c1, c2, c3
        Path: migrations/b.sql

            add b

          -> c1 (shop) (head), add c1
          -> c2 (branchpoint), add c2
          -> c3 (head), add c3

        Rev: c2 (branchpoint)
        Parent: b
        Branches into: d, e
        Path: migrations/c2.sql

            add c2

           -> d (head), add d
           -> e (head), add e
        ");
    }
}
