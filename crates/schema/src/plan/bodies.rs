//! Bodies of functions that the server must not look into yet: `pg_depend`
//! does not know what they need, so it may not be there when they are made.

use std::collections::BTreeSet;

use super::Action;
use super::expand::Work;
use crate::context::Context;
use crate::identity::Identity;
use crate::kind::Naming;
use crate::statement::Statement;

/// Returns the statements, and around them what keeps the server from checking
/// bodies, if one of them names something that the plan touches.
pub(super) fn unchecked(
    statements: Vec<Statement>,
    actions: &[Action],
    work: &Work,
    context: &Context<'_>,
) -> Vec<Statement> {
    let made = actions.iter().filter_map(|action| match action {
        Action::Create(identity) | Action::Alter(identity) => context.new.get(identity),
        Action::PutAside(_) | Action::Drop(_) => None,
    });
    let mut bodies = made.filter_map(|fact| {
        let body = (fact.kind().row().body)(fact)?;
        Some((&fact.identity, body.to_lowercase()))
    });
    let touched = touched(work);
    if !bodies.any(|(own, body)| names_one(&body, own, &touched)) {
        return statements;
    }
    let off = Statement::new("SET check_function_bodies = off");
    let on = Statement::new("RESET check_function_bodies");
    [off].into_iter().chain(statements).chain([on]).collect()
}

fn touched(work: &Work) -> BTreeSet<&Identity> {
    let all = work
        .made
        .iter()
        .chain(&work.gone)
        .chain(work.altered.keys());
    all.filter(|one| !matches!(one.kind().naming(), Naming::On(_)))
        .collect()
}

/// Says whether a body has the name of something else in it. More may be found
/// than is meant, which does no harm.
fn names_one(body: &str, own: &Identity, touched: &BTreeSet<&Identity>) -> bool {
    let others = touched.iter().filter(|other| {
        // What hangs on the function itself has its name, too.
        !own.path().all(|name| other.path().any(|part| part == name))
    });
    others
        .flat_map(|other| other.path().skip(1))
        .filter(|name| !name.is_empty())
        .any(|name| body.contains(&name.to_lowercase()))
}
