//! Tables of plans: graph, state, target, expected steps.

use super::language::state;
use super::{Action, OnAhead, Policy, upgrade};
use crate::revision::language::graph;

pub(super) const STRICT: Policy = Policy {
    on_ahead: OnAhead::Warn,
    allow_divergent: false,
    allow_out_of_order: false,
};

/// Returns the steps of a plan, or its error, as one line: `c(resume) b d`.
pub(super) fn planned(line: &str, applied: &str, target: &str, policy: Policy) -> String {
    let graph = graph(line);
    let state = state(&graph, applied);
    let target = target.parse().unwrap_or_else(|error| panic!("{error}"));
    match upgrade(&graph, &state, &target, policy) {
        Ok(plan) if plan.steps.is_empty() => "-".to_owned(),
        Ok(plan) => {
            let shown = plan.steps.iter().map(|step| match step.action {
                Action::Run => step.revision.to_string(),
                Action::Resume(_) => format!("{}(resume)", step.revision),
                Action::Record => format!("{}(record)", step.revision),
            });
            shown.collect::<Vec<_>>().join(" ")
        }
        Err(error) => format!("!{error}"),
    }
}

#[test]
fn oracle() {
    let mut bad = 0;
    let mut n = 0;
    for case in include_str!("/tmp/oracle.txt").lines() {
        let parts: Vec<_> = case.split('|').map(str::trim).collect();
        let got = planned(parts[0], parts[1], parts[2], STRICT);
        n += 1;
        let same = if parts[3] == "!assert" {
            got.starts_with("!") || got == "-"
        } else if parts[3].starts_with('!') {
            got.starts_with('!')
        } else {
            got == parts[3]
        };
        if !same {
            bad += 1;
            if bad < 15 {
                println!("{case}\n   got {got}");
            }
        }
    }
    println!("{bad} of {n}");
    assert_eq!(bad, 0);
}
