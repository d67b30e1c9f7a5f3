//! For tests: random graphs, as lines of the test language.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::Index;

/// A random graph without a cycle.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    /// In an order in which every revision stands after what it stands on.
    pub(crate) ids: Vec<String>,
    /// The graph, with its files in random order.
    pub(crate) line: String,
    /// The same graph with its files in another order.
    pub(crate) permuted: String,
}

#[derive(Clone, Debug)]
struct Edges {
    down: Vec<Index>,
    needs: Vec<Index>,
}

fn edges() -> impl Strategy<Value = Edges> {
    let down = prop_oneof![
        1 => Just(0usize),
        8 => Just(1),
        3 => 2..4usize,
    ];
    let needs = prop_oneof![6 => Just(0usize), 1 => 1..3usize];
    let indices = |count| prop::collection::vec(any::<Index>(), count);
    (down.prop_flat_map(indices), needs.prop_flat_map(indices))
        .prop_map(|(down, needs)| Edges { down, needs })
}

/// Returns random graphs of one to so many revisions.
pub(crate) fn lines(most: usize) -> impl Strategy<Value = Lines> {
    let shuffled = |ids: Vec<usize>| (Just(ids.clone()).prop_shuffle(), Just(ids).prop_shuffle());
    prop::collection::vec(edges(), 1..=most).prop_flat_map(move |edges| {
        let orders = shuffled((0..edges.len()).collect());
        (Just(edges), orders).prop_map(|(edges, (first, second))| {
            let text = text(&edges);
            Lines {
                ids: (0..edges.len()).map(id).collect(),
                line: in_order(&first, &text),
                permuted: in_order(&second, &text),
            }
        })
    })
}

fn id(index: usize) -> String {
    format!("r{index:03}")
}

/// Returns the edges; each leads to a revision that was made before.
fn text(edges: &[Edges]) -> String {
    let mut text = String::new();
    for (index, edges) in edges.iter().enumerate().skip(1) {
        let ids = |chosen: &[Index]| {
            let mut ids: Vec<String> = chosen.iter().map(|one| id(one.index(index))).collect();
            ids.sort();
            ids.dedup();
            ids.join(", ")
        };
        match ids(&edges.down) {
            down if down.is_empty() => write!(text, ", {}", id(index)).unwrap(),
            down => write!(text, ", ({down}) <- {}", id(index)).unwrap(),
        }
        match ids(&edges.needs) {
            needs if needs.is_empty() => {}
            needs => write!(text, " [needs {needs}]").unwrap(),
        }
    }
    text
}

/// Returns a line that names the revisions in file order first.
fn in_order(order: &[usize], edges: &str) -> String {
    let names: Vec<String> = order.iter().map(|index| id(*index)).collect();
    names.join(", ") + edges
}
