//! A line a revision, as Alembic's `history`, `heads` and `current` print it.

use super::paint::Role;
use super::{Reading, Surface};
use crate::revision::Node;

/// Wider lines do not move the messages of the others to the right.
const WIDEST: usize = 64;

/// Returns `a, b -> c (label) (head), message` for each revision; on a terminal
/// the messages stand in a column.
pub fn history(reading: &Reading<'_>, nodes: &[Node], surface: Surface) -> String {
    let lines: Vec<Line> = nodes
        .iter()
        .map(|node| Line::with_parents(reading, *node))
        .collect();
    let column = match surface {
        Surface::Plain => 0,
        Surface::Terminal => {
            let widths = lines.iter().map(Line::width);
            widths.filter(|width| *width <= WIDEST).max().unwrap_or(0)
        }
    };
    let mut output = String::new();
    for (line, node) in lines.iter().zip(nodes) {
        line.write(&mut output, surface);
        let message = reading.message(*node);
        if !message.is_empty() {
            let gap = column.saturating_sub(line.width()) + 1;
            output.push(',');
            output.extend(std::iter::repeat_n(' ', gap));
            output.push_str(&message);
        }
        output.push('\n');
    }
    output
}

/// Returns `c (label) (head)` for each revision.
pub fn names(reading: &Reading<'_>, nodes: &[Node], surface: Surface) -> String {
    let mut output = String::new();
    for node in nodes {
        Line::new(reading, *node, Forks::Hidden).write(&mut output, surface);
        output.push('\n');
    }
    output
}

/// Whether a line says that branches part or meet at its revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forks {
    Shown,
    Hidden,
}

/// A line before it has colours.
pub(super) struct Line {
    pieces: Vec<(Role, String)>,
}

impl Line {
    pub(super) fn new(reading: &Reading<'_>, node: Node, forks: Forks) -> Self {
        let mut marks = reading.ends(node);
        if forks == Forks::Shown {
            marks.push_str(&reading.forks(node));
        }
        Self {
            pieces: vec![
                (Role::Revision, reading.id(node).to_owned()),
                (Role::Label, reading.named(node)),
                (Role::Marker, marks),
            ],
        }
    }

    fn with_parents(reading: &Reading<'_>, node: Node) -> Self {
        let mut parents = reading.down(node);
        let needs = reading.graph.dependencies(node);
        if !needs.is_empty() {
            parents = format!("{parents} ({})", reading.ids(needs).join(", "));
        }
        let mut line = Self::new(reading, node, Forks::Shown);
        line.pieces
            .insert(0, (Role::Plain, format!("{parents} -> ")));
        line
    }

    fn width(&self) -> usize {
        let texts = self.pieces.iter().map(|(_, text)| text.chars().count());
        texts.sum()
    }

    pub(super) fn write(&self, output: &mut String, surface: Surface) {
        for (role, text) in &self.pieces {
            if !text.is_empty() {
                surface.paint(output, *role, text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::language::graph;

    const LINE: &str = "a <- b <- c1#shop#cart, b <- c2, x [needs c2], (c1, c2) <- d, c1 <- e, y <- z, w [needs z]";

    fn shown(surface: Surface, view: fn(&Reading<'_>, &[Node], Surface) -> String) -> String {
        let graph = graph(LINE);
        let nodes: Vec<Node> = graph.nodes().collect();
        let current = nodes
            .iter()
            .copied()
            .filter(|node| graph.id(*node).as_str() == "c2");
        let reading = Reading::new(&graph).at(current.collect());
        view(&reading, &nodes, surface).replace('\x1b', "^")
    }

    #[test]
    fn history_is_alembics() {
        insta::assert_snapshot!(shown(Surface::Plain, history), @"
        <base> -> a, add a
        a -> b (branchpoint), add b
        b -> c1 (cart, shop) (branchpoint), add c1
        b -> c2 (current), add c2
        <base> (c2) -> x (head), add x
        c1, c2 -> d (cart, shop) (head) (mergepoint), add d
        c1 -> e (cart, shop) (head), add e
        <base> -> y, add y
        y -> z (effective head), add z
        <base> (z) -> w (head), add w
        ");
    }

    #[test]
    fn a_terminal_has_colours_and_a_column() {
        insta::assert_snapshot!(shown(Surface::Terminal, history), @"
        <base> -> ^[33ma^[0m,                                  add a
        a -> ^[33mb^[0m^[36m (branchpoint)^[0m,                         add b
        b -> ^[33mc1^[0m^[35m (cart, shop)^[0m^[36m (branchpoint)^[0m,           add c1
        b -> ^[33mc2^[0m^[36m (current)^[0m,                            add c2
        <base> (c2) -> ^[33mx^[0m^[36m (head)^[0m,                      add x
        c1, c2 -> ^[33md^[0m^[35m (cart, shop)^[0m^[36m (head) (mergepoint)^[0m, add d
        c1 -> ^[33me^[0m^[35m (cart, shop)^[0m^[36m (head)^[0m,                  add e
        <base> -> ^[33my^[0m,                                  add y
        y -> ^[33mz^[0m^[36m (effective head)^[0m,                      add z
        <base> (z) -> ^[33mw^[0m^[36m (head)^[0m,                       add w
        ");
    }

    #[test]
    fn names_have_no_parents_and_no_message() {
        insta::assert_snapshot!(shown(Surface::Plain, names), @"
        a
        b
        c1 (cart, shop)
        c2 (current)
        x (head)
        d (cart, shop) (head)
        e (cart, shop) (head)
        y
        z (effective head)
        w (head)
        ");
    }
}
