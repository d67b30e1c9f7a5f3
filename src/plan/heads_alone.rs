//! Whether a database has what an application waits for, where another tool
//! says no more of it than its heads.

use super::PlanError;
use super::reached::name_alone;
use crate::revision::{Graph, Point, Target};

/// Returns whether a target is among the heads, by its id or a prefix that only
/// one of them has. A database that has gone on from there cannot be told from
/// one that never was there: what stands below a head is not known.
///
/// # Errors
///
/// - [`PlanError::HeadsAlone`] for a target that only a graph can find.
pub fn reached_heads(heads: &[String], target: &Target) -> Result<bool, PlanError> {
    match (&target.point, name_alone(target)) {
        (Point::Base, _) if target.branch.is_none() && target.steps == 0 => Ok(true),
        (_, Some(name)) => Ok(heads.iter().any(|head| head == name) || is_prefix(name, heads)),
        (_, None) => Err(PlanError::HeadsAlone {
            target: target.clone(),
            heads: heads.to_vec(),
        }),
    }
}

fn is_prefix(name: &str, heads: &[String]) -> bool {
    let named = heads.iter().filter(|head| head.starts_with(name)).count();
    name.chars().count() >= Graph::SHORTEST_PREFIX && named == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(heads: &[&str], target: &str, expected: Option<bool>) {
        let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
        let target = target.parse().expect("a target");
        assert_eq!(reached_heads(&heads, &target).ok(), expected, "{target}");
    }

    #[test]
    fn a_head_is_named_by_its_id_or_a_prefix() {
        let two = ["a1b2c3", "a1b2d4"];
        check(&two, "a1b2c3", Some(true));
        check(&two, "a1b2d", Some(true));
        check(&two, "a1b2", Some(false));
        check(&two, "a1b", Some(false));
        check(&["a1b2c3"], "a1b", Some(false));
        check(&["a1b2", "a1b2c3"], "a1b2", Some(true));
        check(&["a1b2c3"], "e5f6a7", Some(false));
        check(&[], "a1b2c3", Some(false));
    }

    #[test]
    fn what_needs_a_graph_is_refused() {
        check(&["a1b2c3"], "base", Some(true));
        for target in ["head", "heads", "a1b2c3+1", "shop@head", "+1", "current"] {
            check(&["a1b2c3"], target, None);
        }
    }
}
