//! What is said of a statement that endangers what is there: tables that are
//! made in the same plan have no rows and no users.

use super::relation::of;
use super::types::holds_rows;
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::quote::dotted;
use crate::statement::{HazardKind, Statement};

/// Says whether something is there before the plan, and stays.
pub(super) fn is_kept(identity: &Identity, context: &Context<'_>) -> bool {
    context.old.contains(identity) && !context.gone.contains(identity)
}

/// Says the same of the table that a fact hangs on.
pub(super) fn is_on_kept(fact: &Fact, context: &Context<'_>) -> bool {
    let table = fact.parent.as_ref();
    table.is_some_and(|table| is_kept(table, context))
}

/// Returns a statement that writes the table of a fact, or the fact, anew.
pub(super) fn rewriting(statement: Statement, fact: &Fact) -> Statement {
    let statement = statement.hazard(HazardKind::Rewrite, fact.identity.to_string());
    locking(statement, ACCESS, fact, "it is written anew")
}

/// Returns a statement that keeps the table of a fact locked for long.
pub(super) fn locking(statement: Statement, lock: &str, fact: &Fact, meanwhile: &str) -> Statement {
    let detail = format!("{lock} on {} while {meanwhile}", of(fact));
    statement.hazard(HazardKind::LongLock, detail)
}

/// Returns a statement that looks through the values of a domain.
pub(super) fn checking_values(
    statement: Statement,
    domain: &Identity,
    context: &Context<'_>,
) -> Statement {
    if !is_kept(domain, context) || !holds_rows(domain, context.old) {
        return statement;
    }
    let detail = format!("{SHARE} on the tables with values of {domain} while they are checked");
    statement.hazard(HazardKind::LongLock, detail)
}

/// Nobody reads, nobody writes.
pub(super) const ACCESS: &str = "ACCESS EXCLUSIVE";
/// Nobody writes.
pub(super) const SHARE: &str = "SHARE";
/// Nobody writes, in either of two tables.
pub(super) const SHARE_ROW: &str = "SHARE ROW EXCLUSIVE";

/// Says whether a statement looks at every row of a table.
pub(crate) fn is_checking(statement: &Statement) -> bool {
    let mut hazards = statement.hazards.iter();
    hazards.any(|one| one.kind == HazardKind::LongLock && one.detail.ends_with(CHECKED))
}

/// What rows have to stand still for.
pub(super) const CHECKED: &str = "its rows are checked";

/// Says whether a table has a check that no value of a column is null.
pub(super) fn is_checked_not_null(column: &Fact, context: &Context<'_>) -> bool {
    let own = dotted([column.identity.last()]);
    let definition = format!("CHECK (({own} IS NOT NULL))");
    let table = column.parent.as_ref();
    table.is_some_and(|table| {
        let mut checks = context.old.children(table, super::Kind::Constraint);
        checks.any(|check| check.text("definition") == definition)
    })
}

/// Says whether an expression may be another one for each row: it calls a
/// function that is not known to be the same during a whole statement.
pub(super) fn is_volatile(expression: &str) -> bool {
    const STABLE: [&str; 3] = ["now", "statement_timestamp", "transaction_timestamp"];
    // What stands in quotes calls nothing.
    let mut plain = expression.split('\'').step_by(2);
    plain.any(|text| {
        text.match_indices('(').any(|(at, _)| {
            let before = &text[..at];
            let is_name = |c: char| c.is_alphanumeric() || "_.\"".contains(c);
            let start = before.trim_end_matches(is_name).len();
            let (before, name) = before.split_at(start);
            // A type with a length behind `::` is no function.
            let is_type = before.trim_end_matches("character ").ends_with("::");
            !name.is_empty() && !is_type && !STABLE.contains(&name)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_may_be_volatile() {
        for expression in [
            "gen_random_uuid()",
            "nextval('s'::regclass)",
            "(1 + public.f(2))",
        ] {
            assert!(is_volatile(expression), "{expression}");
        }
    }

    #[test]
    fn a_constant_is_none() {
        for expression in [
            "'f(x)'::text",
            "(1 + 2)",
            "now()",
            "'a'::character varying(10)",
            "CURRENT_TIMESTAMP",
            "'2'::numeric(10,2)",
            "ARRAY['a'::text]",
            "'it''s (f)'::text",
        ] {
            assert!(!is_volatile(expression), "{expression}");
        }
    }
}
