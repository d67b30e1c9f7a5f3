//! What holds for every graph.

use proptest::prelude::*;

use super::arbitrary::lines;
use super::language::{Draft, graph};
use super::{Dependencies, Graph, Node, NodeSet, SelectError};

proptest! {
    #[test]
    fn both_orders_are_topological(lines in lines(14)) {
        let graph = graph(&lines.line);
        let mut all = NodeSet::new(graph.len());
        for node in graph.nodes() {
            all.insert(node);
        }
        let mut ascending = graph.descending(&all);
        ascending.reverse();
        for order in [graph.order(), &ascending] {
            let mut seen = NodeSet::new(graph.len());
            for node in order {
                prop_assert!(graph.all_down(*node).iter().all(|below| seen.contains(*below)));
                prop_assert!(seen.insert(*node));
            }
            prop_assert_eq!(seen.len(), graph.len());
        }
    }

    #[test]
    fn ancestors_and_descendants_are_two_views_of_one_thing(lines in lines(10)) {
        let graph = graph(&lines.line);
        for dependencies in [Dependencies::Included, Dependencies::Ignored] {
            let below: Vec<_> = graph.nodes().map(|node| graph.ancestors([node], dependencies)).collect();
            for above in graph.nodes() {
                for node in graph.descendants([above], dependencies).iter() {
                    prop_assert!(below[node.index()].contains(above));
                }
                for node in below[above.index()].iter() {
                    prop_assert!(graph.descendants([node], dependencies).contains(above));
                }
            }
        }
    }

    #[test]
    fn needs_say_as_much_as_all_edges(lines in lines(14)) {
        let graph = graph(&lines.line);
        for node in graph.nodes() {
            let mut found = NodeSet::new(graph.len());
            let mut open = vec![node];
            while let Some(node) = open.pop() {
                if found.insert(node) {
                    open.extend(graph.needs(node));
                }
            }
            prop_assert_eq!(found, graph.ancestors([node], Dependencies::Included));
        }
    }

    #[test]
    fn heads_bases_and_points_agree_with_the_edges(lines in lines(14)) {
        let graph = graph(&lines.line);
        let referred = |node: Node, of: fn(&Graph, Node) -> &[Node]| {
            graph.nodes().filter(|other| of(&graph, *other).contains(&node)).count()
        };
        for node in graph.nodes() {
            let children = referred(node, Graph::down_revisions);
            prop_assert_eq!(graph.heads().contains(&node), children == 0);
            prop_assert_eq!(graph.is_branch_point(node), children > 1);
            prop_assert_eq!(graph.children(node).len(), children);
            let dependents = referred(node, Graph::all_down);
            prop_assert_eq!(graph.effective_heads().contains(&node), dependents == 0);
            prop_assert_eq!(graph.dependents(node).len(), dependents);
            prop_assert_eq!(graph.bases().contains(&node), graph.down_revisions(node).is_empty());
            prop_assert_eq!(graph.is_merge_point(node), graph.down_revisions(node).len() > 1);
        }
    }

    #[test]
    fn names_resolve_as_a_naive_search_says(
        ids in prop::collection::btree_set("[ab]{1,7}", 1..8),
        name in "[ab]{0,7}",
    ) {
        let draft = |id: &String| Draft { id: id.clone(), ..Draft::default() };
        let graph = Graph::build(ids.iter().map(|id| draft(id).revision()).collect()).unwrap();
        let begin: Vec<&String> = ids.iter().filter(|id| id.starts_with(&name)).collect();
        let found = graph.resolve(&name);
        let found = match found {
            Ok(node) => vec![graph.id(node).to_string()],
            Err(SelectError::TooShort { .. }) => vec!["too short".to_owned()],
            Err(SelectError::Unknown { .. }) => vec![],
            Err(SelectError::AmbiguousPrefix { matches, .. }) => {
                matches.iter().map(|found| found.revision.to_string()).collect()
            }
            Err(error) => vec![error.to_string()],
        };
        let expected = match (ids.get(&name), name.len()) {
            (Some(exact), _) => vec![exact.clone()],
            (None, 0..4) => vec!["too short".to_owned()],
            (None, _) => begin.into_iter().cloned().collect(),
        };
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn a_long_chain_needs_no_deep_stack() {
    let length = 100_000;
    let draft = |index: usize| Draft {
        id: format!("r{index}"),
        down: (index > 0)
            .then(|| format!("r{}", index - 1))
            .into_iter()
            .collect(),
        ..Draft::default()
    };
    let graph = Graph::build((0..length).map(|index| draft(index).revision()).collect()).unwrap();
    let head = graph.resolve("r99999").unwrap();
    let all = graph.ancestors([head], Dependencies::Included);
    assert_eq!(all.len(), length);
    assert_eq!(graph.descending(&all)[length - 1].index(), 0);
    assert_eq!(graph.lineage(head).len(), length);
}
