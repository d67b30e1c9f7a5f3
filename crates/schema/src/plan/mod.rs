//! From differences to statements in an order that works.

mod aside;
mod bodies;
mod expand;
mod online;
mod order;

use super::compare::{Differences, compare};
use super::context::Context;
use super::identity::Identity;
use super::kept_casts::kept_casts;
use super::kind::put_right;
use super::schema::Schema;
use super::statement::{HazardKind, Statement};
pub use online::is_one_transaction;

use expand::Work;
use online::Staged;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A bug: what has to happen before what leads in a circle.
    #[error("the order of the changes leads in a circle: {}", .0.join(", "))]
    Circle(Vec<String>),
}

/// How a plan treats tables that others use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// In as few transactions as can be.
    Plain,
    /// Without locks that keep others out for long, where that can be.
    Online,
}

/// Returns the statements that turn one schema into another.
///
/// # Errors
///
/// [`PlanError::Circle`]
pub fn plan(old: &Schema, new: &Schema, manner: Manner) -> Result<Vec<Statement>, PlanError> {
    let mut context = Context::new(old, new);
    let differences = compare(old, new);
    let (work, actions) = in_order(&differences, &mut context)?;
    let mut staged = match manner {
        Manner::Online => Staged::of(&actions, &work, &context),
        Manner::Plain => Staged::plain(
            actions
                .iter()
                .flat_map(|action| statements(action, &work, &context))
                .collect(),
        ),
    };
    staged.main = bodies::unchecked(staged.main, &actions, &work, &context);
    let statements = staged.joined().into_iter().map(irreversible);
    let kept = statements.map(|statement| Statement {
        sql: kept_casts(statement.sql),
        ..statement
    });
    Ok(kept.collect())
}

/// Returns what is to be done, in order. Where there is none, what only has a text is
/// made anew instead of altered.
fn in_order(
    differences: &Differences<'_>,
    context: &mut Context<'_>,
) -> Result<(Work, Vec<Action>), PlanError> {
    loop {
        let work = Work::of(differences, context);
        context.know(&work.made, &work.gone);
        // A column follows that of a parent, unless this is made anew.
        let work = Work::of(differences, context);
        context.know(&work.made, &work.gone);
        let circle = match order::ordered(&work, context) {
            Ok(actions) => return Ok((work, actions)),
            Err(circle) => circle,
        };
        let replaced = circle.iter().filter_map(|action| match action {
            Action::Alter(identity) => Some(identity),
            Action::PutAside(_) | Action::Drop(_) | Action::Create(_) => None,
        });
        let replaced = replaced.filter(|one| one.kind().row().is_text);
        let known = context.anew.len();
        context.anew.extend(replaced.cloned());
        if context.anew.len() == known {
            return Err(PlanError::Circle(circle.iter().map(shown).collect()));
        }
    }
}

/// One thing to do about one fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    /// Gives it another name until it is dropped.
    PutAside(Identity),
    Drop(Identity),
    Alter(Identity),
    Create(Identity),
}

fn statements(action: &Action, work: &Work, context: &Context<'_>) -> Vec<Statement> {
    match action {
        Action::Drop(identity) => {
            let fact = work
                .aside
                .get(identity)
                .or_else(|| context.old.get(identity));
            fact.map_or_else(Vec::new, |fact| (fact.kind().row().drop)(fact, context))
        }
        Action::PutAside(identity) => {
            let facts = context.old.get(identity).zip(work.aside.get(identity));
            let Some((fact, renamed)) = facts else {
                return Vec::new();
            };
            let put_aside = fact.kind().row().put_aside;
            put_aside.map_or_else(Vec::new, |put_aside| put_aside(fact, renamed, context))
        }
        Action::Create(identity) => context.new.get(identity).map_or_else(Vec::new, |fact| {
            let mut statements = (fact.kind().row().create)(fact, context);
            statements.extend(put_right(fact, context));
            statements
        }),
        Action::Alter(identity) => work.altered.get(identity).cloned().unwrap_or_default(),
    }
}

/// What is lost, no way down brings back.
fn irreversible(mut statement: Statement) -> Statement {
    let lost = statement
        .hazards
        .iter()
        .filter(|one| one.kind == HazardKind::DataLoss);
    let lost: Vec<String> = lost.map(|one| one.detail.clone()).collect();
    for detail in lost {
        let detail = detail.split(';').next().unwrap_or_default();
        statement = statement.hazard(HazardKind::Irreversible, detail.to_owned());
    }
    statement
}

fn shown(action: &Action) -> String {
    match action {
        Action::PutAside(identity) => format!("put aside {identity}"),
        Action::Drop(identity) => format!("drop {identity}"),
        Action::Alter(identity) => format!("alter {identity}"),
        Action::Create(identity) => format!("create {identity}"),
    }
}
