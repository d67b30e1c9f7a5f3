//! All that is known of a revision, as Alembic's `show` prints it.

use super::paint::Role;
use super::{Reading, Surface};
use crate::diagnostic::sentence;
use crate::revision::Node;

/// Returns a block for each revision.
pub fn blocks(reading: &Reading<'_>, nodes: &[Node], surface: Surface) -> String {
    let mut output = String::new();
    for node in nodes {
        write(&mut output, reading, *node, surface);
    }
    output
}

pub(super) fn write(output: &mut String, reading: &Reading<'_>, node: Node, surface: Surface) {
    let graph = reading.graph;
    let revision = graph.revision(node);
    output.push_str("Rev: ");
    surface.paint(output, Role::Revision, reading.id(node));
    let mut marks = String::new();
    if graph.is_head(node) {
        marks.push_str(" (head)");
    }
    marks.push_str(&reading.forks(node));
    if reading.is_current(node) {
        marks.push_str(" (current)");
    }
    surface.paint(output, Role::Marker, &marks);
    output.push('\n');

    let mut line = |name: &str, value: &str| {
        output.push_str(name);
        output.push_str(": ");
        output.push_str(value);
        output.push('\n');
    };
    let parents = if graph.is_merge_point(node) {
        "Merges"
    } else {
        "Parent"
    };
    line(parents, &reading.down(node));
    let needs = graph.dependencies(node);
    if !needs.is_empty() {
        line("Also depends on", &reading.ids(needs).join(", "));
    }
    if graph.is_branch_point(node) {
        line(
            "Branches into",
            &reading.ids(graph.children(node)).join(", "),
        );
    }
    if !reading.labels(node).is_empty() {
        line("Branch names", &reading.labels(node).join(", "));
    }
    if !revision.replaces.is_empty() {
        let replaces: Vec<&str> = revision.replaces.iter().map(|id| id.as_str()).collect();
        line("Replaces", &replaces.join(", "));
    }
    line(
        "Path",
        &sentence(&revision.source.path().display().to_string()),
    );
    if let Some(created) = &revision.created {
        line("Created", &sentence(created));
    }
    output.push('\n');
    if !revision.message.is_empty() {
        output.push_str("    ");
        output.push_str(&reading.message(node));
        output.push_str("\n\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::language::graph;

    #[test]
    fn a_block_is_alembics() {
        let graph =
            graph("a <- b <- c1#shop#cart, b <- c2, x, (c1, c2) <- d [needs x] [replaces p, q]");
        let nodes: Vec<Node> = ["b", "c1", "d"]
            .iter()
            .filter_map(|id| graph.node(id))
            .collect();
        let current = graph.node("d").into_iter().collect();
        let reading = Reading::new(&graph).at(current);
        insta::assert_snapshot!(blocks(&reading, &nodes, Surface::Plain), @"
        Rev: b (branchpoint)
        Parent: a
        Branches into: c1, c2
        Path: migrations/b.sql

            add b

        Rev: c1
        Parent: b
        Branch names: cart, shop
        Path: migrations/c1.sql

            add c1

        Rev: d (head) (mergepoint) (current)
        Merges: c1, c2
        Also depends on: x
        Branch names: cart, shop
        Replaces: p, q
        Path: migrations/d.sql

            add d
        ");
    }
}
