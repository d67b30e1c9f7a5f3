//! A topological order, or the cycle that forbids one. Loops instead of
//! recursion: a chain may be longer than the stack is deep.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Node;
use super::adjacency::Adjacency;

/// Returns the revisions so that each stands after all that its edges lead to;
/// of several that could be next, the first in file order.
///
/// # Errors
///
/// The members of one cycle, each with an edge to the next.
pub(super) fn order(revisions: usize, edges: &Adjacency) -> Result<Vec<Node>, Vec<Node>> {
    let back = edges.reversed();
    let nodes = || (0..revisions).map(Node::at);
    let mut missing: Vec<usize> = nodes().map(|node| edges.of(node).len()).collect();
    let mut ready: BinaryHeap<Reverse<Node>> = nodes()
        .filter(|node| missing[node.index()] == 0)
        .map(Reverse)
        .collect();
    let mut order = Vec::with_capacity(revisions);
    while let Some(Reverse(node)) = ready.pop() {
        order.push(node);
        for next in back.of(node) {
            missing[next.index()] -= 1;
            if missing[next.index()] == 0 {
                ready.push(Reverse(*next));
            }
        }
    }
    match nodes().find(|node| missing[node.index()] > 0) {
        None => Ok(order),
        Some(start) => Err(cycle(start, edges, &missing)),
    }
}

/// Follows edges among the revisions that could not be ordered until one
/// comes again. Each of them has such an edge, or it would have been ordered.
fn cycle(start: Node, edges: &Adjacency, missing: &[usize]) -> Vec<Node> {
    let mut path = Vec::new();
    let mut place = vec![None; missing.len()];
    let mut here = start;
    loop {
        if let Some(first) = place[here.index()] {
            return path.split_off(first);
        }
        place[here.index()] = Some(path.len());
        path.push(here);
        match edges.of(here).iter().find(|to| missing[to.index()] > 0) {
            Some(next) => here = *next,
            None => return path,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(edges: &[&[usize]], expected: Result<&[usize], &[usize]>) {
        let lists = edges.iter().map(|list| list.iter().map(|to| Node::at(*to)));
        let found = order(edges.len(), &Adjacency::from_lists(lists));
        let plain = |nodes: Vec<Node>| nodes.into_iter().map(Node::index).collect::<Vec<_>>();
        assert_eq!(
            found.map(plain).map_err(plain),
            expected.map(<[_]>::to_vec).map_err(<[_]>::to_vec)
        );
    }

    #[test]
    fn the_order_follows_the_edges_then_the_files() {
        check(&[], Ok(&[]));
        check(&[&[], &[0], &[1]], Ok(&[0, 1, 2]));
        check(&[&[1], &[2], &[]], Ok(&[2, 1, 0]));
        check(&[&[], &[], &[0, 1], &[0]], Ok(&[0, 1, 2, 3]));
        check(&[&[3], &[], &[], &[1]], Ok(&[1, 2, 3, 0]));
    }

    #[test]
    fn a_cycle_is_named_without_what_hangs_on_it() {
        check(&[&[0]], Err(&[0]));
        check(&[&[1], &[0]], Err(&[0, 1]));
        check(&[&[1], &[2], &[3], &[1], &[]], Err(&[1, 2, 3]));
    }
}
