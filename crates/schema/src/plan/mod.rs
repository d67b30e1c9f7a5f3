//! From differences to statements in an order that works.

mod aside;
mod bodies;
mod expand;
mod online;
mod order;

use super::compare::compare;
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
    #[error("the order of the changes leads in a circle: {}", shown(.0))]
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
    let mut work = Work::of(&differences, &context);
    context.know(&work.made, &work.gone);
    // A column follows that of a parent, unless this is made anew.
    work = Work::of(&differences, &context);
    context.know(&work.made, &work.gone);
    let actions = order::ordered(&work, &context)?;
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

fn shown(circle: &[String]) -> String {
    circle.join(", ")
}
