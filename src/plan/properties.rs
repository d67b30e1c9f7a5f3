//! What holds for every plan.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;

use super::language::{journal, row, state};
use super::{
    Action, AppliedState, Direction, OnAhead, Plan, PlanError, Policy, Progress, Step, downgrade,
    findings, reached, upgrade,
};
use crate::revision::arbitrary::lines;
use crate::revision::language::graph;
use crate::revision::{Dependencies, Graph, NodeSet, Point, Standpoint, Target};

const LENIENT: Policy = Policy {
    on_ahead: OnAhead::Apply,
    allow_divergent: true,
    allow_out_of_order: true,
};

const STRICT: Policy = Policy {
    on_ahead: OnAhead::Fail,
    allow_divergent: false,
    allow_out_of_order: false,
};

/// Returns `heads`, or one of the revisions.
fn target(ids: &[String], choice: Option<Index>) -> Target {
    match choice {
        None => Target::at(Point::Heads),
        Some(index) => Target::at(Point::Named(index.get(ids).clone())),
    }
}

/// Returns a state with these revisions, each with a mark for how it was left.
fn rows(graph: &Graph, ids: &[String], chosen: &[Index], mark: &str) -> AppliedState {
    let line: Vec<String> = chosen
        .iter()
        .map(|index| format!("{mark}{}", index.get(ids)))
        .collect();
    state(graph, &line.join(" "))
}

fn after(graph: &Graph, state: &AppliedState, plan: &Plan) -> AppliedState {
    let mut state = state.clone();
    for step in &plan.steps {
        let row = row(graph, step.revision.as_str());
        state.rows.insert(step.revision.clone(), row);
    }
    state
}

/// Checks that each step stands only on what is applied before it, and is not
/// applied already.
fn check_order(graph: &Graph, state: &AppliedState, plan: &Plan) -> Result<(), TestCaseError> {
    let mut applied: BTreeSet<_> = state.rows.keys().cloned().collect();
    for step in &plan.steps {
        let node = graph
            .node(step.revision.as_str())
            .expect("a step has a file");
        for below in graph.all_down(node) {
            prop_assert!(applied.contains(graph.id(*below)), "{:?}", plan);
        }
        prop_assert!(applied.insert(step.revision.clone()), "{:?}", plan);
    }
    Ok(())
}

proptest! {
    #[test]
    fn an_upgrade_is_ordered_complete_and_final(
        lines in lines(12),
        applied in prop::collection::vec(any::<Index>(), 0..4),
        choice in any::<Option<Index>>(),
    ) {
        let graph = graph(&lines.line);
        let target = target(&lines.ids, choice);
        let state = rows(&graph, &lines.ids, &applied, "^");
        let plan = upgrade(&graph, &state, &target, STRICT).expect("a plan");
        check_order(&graph, &state, &plan)?;
        prop_assert_eq!(&upgrade(&graph, &state, &target, STRICT).expect("again"), &plan);

        let then = after(&graph, &state, &plan);
        prop_assert_eq!(reached(&graph, &then, &target), Ok(true));
        prop_assert_eq!(reached(&graph, &state, &target), Ok(plan.steps.is_empty()));
        prop_assert_eq!(upgrade(&graph, &then, &target, STRICT).expect("after"), Plan::default());
        prop_assert_eq!(findings(&graph, &then), Default::default());

        // Exactly the target and what was there, with all below.
        let named = graph.select(&target, Standpoint::Unknown).expect("a target");
        let before = state.rows.keys().filter_map(|id| graph.node(id.as_str()));
        let wanted = graph.ancestors(named.into_iter().chain(before), Dependencies::Included);
        let mut found = NodeSet::new(graph.len());
        for id in then.rows.keys() {
            found.insert(graph.node(id.as_str()).expect("a row has a file"));
        }
        prop_assert_eq!(graph.heads_of(&found), graph.heads_of(&wanted));
        prop_assert_eq!(found, wanted);
    }

    #[test]
    fn holes_are_filled_in_order(
        lines in lines(12),
        applied in prop::collection::vec(any::<Index>(), 0..5),
        choice in any::<Option<Index>>(),
    ) {
        let graph = graph(&lines.line);
        let target = target(&lines.ids, choice);
        let state = rows(&graph, &lines.ids, &applied, "");
        let plan = upgrade(&graph, &state, &target, LENIENT).expect("a plan");
        check_order(&graph, &state, &plan)?;
        let then = after(&graph, &state, &plan);
        prop_assert_eq!(reached(&graph, &then, &target), Ok(true));
        prop_assert!(upgrade(&graph, &then, &target, LENIENT).expect("after").steps.is_empty());

        let out_of_order = findings(&graph, &state).out_of_order;
        let strict = upgrade(&graph, &state, &target, STRICT);
        prop_assert_eq!(strict.is_err(), !out_of_order.is_empty());
    }

    #[test]
    fn the_order_of_the_files_decides_only_ties(
        lines in lines(12),
        applied in prop::collection::vec(any::<Index>(), 0..4),
        choice in any::<Option<Index>>(),
    ) {
        let target = target(&lines.ids, choice);
        let mut found = Vec::new();
        for line in [&lines.line, &lines.permuted] {
            let graph = graph(line);
            let state = rows(&graph, &lines.ids, &applied, "^");
            let plan = upgrade(&graph, &state, &target, STRICT).expect("a plan");
            check_order(&graph, &state, &plan)?;
            let steps: BTreeSet<_> = plan.steps.into_iter().map(|step| step.revision).collect();
            found.push((steps, findings(&graph, &state)));
        }
        prop_assert_eq!(&found[0], &found[1]);
    }

    #[test]
    fn a_way_down_goes_on_where_it_stopped(
        lines in lines(12),
        applied in prop::collection::vec(any::<Index>(), 1..4),
        choice in any::<Option<Index>>(),
        stop in any::<Index>(),
    ) {
        let graph = graph(&lines.line);
        let state = rows(&graph, &lines.ids, &applied, "^");
        let target = match choice {
            None => Target::at(Point::Base),
            Some(index) => Target::at(Point::Named(index.get(&lines.ids).clone())),
        };
        let steps = match downgrade(&graph, &state, &target) {
            Ok(plan) if !plan.steps.is_empty() => plan.steps,
            _ => return Ok(()),
        };
        let stop = stop.index(steps.len());
        let mut half_way = state.clone();
        for step in &steps[..stop] {
            half_way.rows.remove(&step.revision);
        }
        let stopped = &steps[stop].revision;
        let row = half_way.rows.get_mut(stopped).expect("a step has a row");
        row.progress = Progress::Partial(Direction::Downgrade, journal());

        let rest = downgrade(&graph, &half_way, &target).expect("it goes on").steps;
        prop_assert_eq!(&rest[0].action, &Action::Resume(journal()));
        prop_assert_eq!(&rest[0].revision, stopped);
        // Which of two that do not know each other goes first may change.
        let ids = |steps: &[Step]| -> BTreeSet<_> {
            steps.iter().map(|step| step.revision.clone()).collect()
        };
        prop_assert_eq!(ids(&rest), ids(&steps[stop..]));

        // Up it does not go, and what the error names finishes it alone.
        let heads = Target::at(Point::Heads);
        let Err(PlanError::Unfinished(unfinished)) = upgrade(&graph, &half_way, &heads, LENIENT) else {
            panic!("it goes up");
        };
        let finish = &unfinished[0].finish.target;
        let finish = finish.to_string().parse().expect("it can be typed");
        let finished = downgrade(&graph, &half_way, &finish).expect("it is finished").steps;
        prop_assert_eq!(ids(&finished), BTreeSet::from([stopped.clone()]));
    }

    #[test]
    fn every_row_is_found_once(
        lines in lines(8),
        marks in prop::collection::vec((any::<Index>(), "[~!?*]?"), 0..5),
        unknown in prop::collection::vec((0..4usize, any::<Index>(), "~?"), 0..4),
    ) {
        let graph = graph(&lines.line);
        let known = marks.iter().map(|(index, mark)| format!("{}{mark}", index.get(&lines.ids)));
        let unknown = unknown.iter().map(|(name, below, mark)| {
            format!("x{name}{mark}<-{}", below.get(&lines.ids))
        });
        let state = state(&graph, &known.chain(unknown).collect::<Vec<_>>().join(" "));
        let findings = findings(&graph, &state);
        for id in state.rows.keys() {
            let without_file = graph.get(id.as_str()).is_none();
            let found = findings.retired.contains(id) as usize + findings.ahead.contains(id) as usize;
            prop_assert_eq!(found, without_file as usize);
            prop_assert!(!findings.out_of_order.contains(id));
        }
        // Nothing known was written on them, so that all of them are ahead.
        prop_assert_eq!(findings.retired, vec![]);
    }
}

#[test]
fn a_large_history_is_planned_at_once() {
    use crate::revision::language::Draft;
    let length = 10_000;
    let draft = |index: usize| Draft {
        id: format!("r{index}"),
        down: (index > 0)
            .then(|| format!("r{}", index - 1))
            .into_iter()
            .collect(),
        ..Draft::default()
    };
    let graph = Graph::build((0..length).map(|index| draft(index).revision()).collect()).unwrap();
    let steps = |state: &AppliedState| {
        upgrade(&graph, state, &Target::head(), STRICT)
            .expect("a plan")
            .steps
            .len()
    };
    assert_eq!(steps(&AppliedState::default()), length);
    assert_eq!(steps(&state(&graph, "^r9998")), 1);
    assert_eq!(steps(&state(&graph, "^r9999")), 0);
}
