//! The same plan for tables that stay in use: what reads or writes many rows
//! does so without a lock that keeps others out, in transactions of its own.
//!
//! Indexes are built and dropped concurrently, keys get theirs beforehand.
//! Checks and references hold for new rows first, and are validated at the end.
//! A column is checked for nulls before it may not have any.

use super::aside::free_name;
use super::expand::Work;
use super::{Action, statements};
use crate::context::Context;
use crate::fact::Fact;
use crate::identity::Identity;
use crate::kind::{Kind, is_checking, unnamed};
use crate::quote::{dotted, identifier};
use crate::statement::{Statement, Transaction};

/// A plan in stages, each of which ends with its transaction.
#[derive(Debug, Default)]
pub(super) struct Staged {
    /// Makes checks that stand for `NOT NULL`.
    checks: Vec<Statement>,
    validated_checks: Vec<Statement>,
    pub(super) main: Vec<Statement>,
    /// Takes indexes away that nothing stood in the way of until here.
    drops: Vec<Statement>,
    validations: Vec<Statement>,
}

impl Staged {
    /// Returns a plan that has no stages.
    pub(super) fn plain(main: Vec<Statement>) -> Self {
        Self {
            main,
            ..Self::default()
        }
    }

    pub(super) fn of(actions: &[Action], work: &Work, context: &Context<'_>) -> Self {
        let mut staged = Self::default();
        for action in actions {
            let usual = statements(action, work, context);
            let main = match action {
                Action::Create(identity) => match context.new.get(identity) {
                    Some(fact) if is_on_used(fact, context) => staged.created(fact, usual, context),
                    Some(_) | None => usual,
                },
                Action::Drop(identity) => match context.old.get(identity) {
                    Some(fact) if is_in_use(fact, context) => staged.dropped(fact, usual, context),
                    Some(_) | None => usual,
                },
                Action::Alter(identity) => staged.altered(identity, usual, context),
                Action::PutAside(_) => usual,
            };
            staged.main.extend(main);
        }
        staged
    }

    /// Returns all stages, one after the other.
    pub(super) fn joined(self) -> Vec<Statement> {
        let mut joined = self.checks;
        for stage in [self.validated_checks, self.main] {
            end_transaction(&mut joined);
            joined.extend(stage);
        }
        joined.extend(self.drops);
        if !self.validations.is_empty() {
            end_transaction(&mut joined);
            joined.extend(self.validations);
        }
        joined
    }

    fn created(
        &mut self,
        fact: &Fact,
        usual: Vec<Statement>,
        context: &Context<'_>,
    ) -> Vec<Statement> {
        let mut usual = usual.into_iter();
        let Some(first) = usual.next() else {
            return Vec::new();
        };
        let mut statements = match fact.kind() {
            Kind::Index => index(fact, context),
            Kind::Constraint if is_checking(&first) => {
                let validate = format!("VALIDATE CONSTRAINT {}", identifier(fact.identity.last()));
                self.validations.push(alter_table(fact, &validate));
                Some(vec![Statement::new(format!("{} NOT VALID", first.sql))])
            }
            Kind::Constraint => key(fact, context),
            _ => None,
        }
        .unwrap_or_else(|| vec![first]);
        statements.extend(usual);
        statements
    }

    fn dropped(
        &mut self,
        fact: &Fact,
        usual: Vec<Statement>,
        context: &Context<'_>,
    ) -> Vec<Statement> {
        let is_index = fact.kind() == Kind::Index;
        if !is_index && fact.kind() != Kind::Constraint {
            return usual;
        }
        if replaced(&fact.identity, context).is_some() {
            return Vec::new();
        }
        if !is_index {
            return usual;
        }
        let concurrently = usual.into_iter().map(|statement| Statement {
            sql: drop_index(&fact.identity),
            transaction: Transaction::Alone,
            ..statement
        });
        let is_taken_again = slots(fact).iter().any(|slot| {
            let made = context.made.iter().filter_map(|one| context.new.get(one));
            made.into_iter().any(|fact| slots(fact).contains(slot))
        });
        if is_taken_again || !lingers(fact, context) {
            return concurrently.collect();
        }
        self.drops.extend(concurrently);
        Vec::new()
    }

    fn altered(
        &mut self,
        identity: &Identity,
        mut usual: Vec<Statement>,
        context: &Context<'_>,
    ) -> Vec<Statement> {
        let at = usual.iter().position(is_checking);
        let (Some(at), Some(fact), Kind::Column) = (at, context.new.get(identity), identity.kind())
        else {
            return usual;
        };
        let [schema, table] = [identity.name(0), identity.name(1)];
        let name = free_name(&format!("{table}_{}", identity.last()), "_given", |name| {
            let constraint = Identity::new(Kind::Constraint, [schema, table, name]);
            context.old.contains(&constraint) || context.new.contains(&constraint)
        });
        let (name, own) = (identifier(&name), identifier(identity.last()));
        let add = format!("ADD CONSTRAINT {name} CHECK ({own} IS NOT NULL) NOT VALID");
        self.checks.push(alter_table(fact, &add));
        let validate = format!("VALIDATE CONSTRAINT {name}");
        self.validated_checks.push(alter_table(fact, &validate));
        usual[at].hazards.clear();
        let drop = format!("DROP CONSTRAINT {name}");
        usual.insert(at + 1, alter_table(fact, &drop));
        usual
    }
}

/// Says whether statements can be run in one transaction as they are meant to.
pub fn is_one_transaction(statements: &[Statement]) -> bool {
    let mut rest = statements.iter().rev().skip(1);
    statements
        .iter()
        .all(|one| one.transaction != Transaction::Alone)
        && rest.all(|one| one.transaction == Transaction::Shared)
}

/// Lets the transaction end behind the last statement.
fn end_transaction(statements: &mut [Statement]) {
    let last = statements.iter_mut().rfind(|one| !one.is_setting());
    if let Some(last) = last.filter(|one| one.transaction == Transaction::Shared) {
        last.transaction = Transaction::EndsAfter;
    }
}

/// Says whether something is part of a table that is there before and stays,
/// and no part of what a partitioned table has as a whole: that goes with it.
fn is_in_use(fact: &Fact, context: &Context<'_>) -> bool {
    let is_part = match fact.kind() {
        Kind::Index => fact.get("whole?").is_some(),
        Kind::Constraint => fact.is("partition?") && fact.get("from?").is_some(),
        _ => true,
    };
    !is_part && is_on_used(fact, context)
}

/// Says whether the rows of something are those of a table that is there before
/// and stays.
fn is_on_used(fact: &Fact, context: &Context<'_>) -> bool {
    let table = fact
        .parent
        .as_ref()
        .filter(|table| !context.gone.contains(table));
    let table = table.and_then(|table| context.old.get(table));
    let is_whole = |table: &Fact| {
        let is_check = fact.kind() == Kind::Constraint && fact.text("type") == "c";
        table.kind() == Kind::Table && table.get("partition_by").is_some() && !is_check
    };
    table.is_some_and(|table| !is_whole(table))
}

/// Returns what there was of something that is made anew beside it, and takes
/// its place.
fn replaced<'a>(identity: &Identity, context: &Context<'a>) -> Option<&'a Fact> {
    let is_anew = context.gone.contains(identity) && context.made.contains(identity);
    let (old, new) = (context.old.get(identity)?, context.new.get(identity)?);
    let can_be = match old.kind() {
        Kind::Index => unnamed(new.text("definition")).is_some(),
        _ => old.get("type") == new.get("type") && key_parts(new).is_some(),
    };
    let stays = old.parent == new.parent && is_in_use(old, context) && is_in_use(new, context);
    (is_anew && can_be && stays && lingers(old, context)).then_some(old)
}

/// Says whether something could stay until the end: what it needs does, and no
/// column of a key shall be null by then.
fn lingers(fact: &Fact, context: &Context<'_>) -> bool {
    let is_freed = |need: &Identity| {
        let columns = context.old.get(need).zip(context.new.get(need));
        fact.kind() == Kind::Constraint
            && need.kind() == Kind::Column
            && columns.is_some_and(|(old, new)| old.is("not_null") && !new.is("not_null"))
    };
    let mut needs = context.old.needs(&fact.identity);
    needs.all(|need| !context.gone.contains(need) && !is_freed(need))
}

/// Returns what builds an index beside its readers and writers.
fn index(fact: &Fact, context: &Context<'_>) -> Option<Vec<Statement>> {
    let (what, on) = unnamed(fact.text("definition"))?;
    let own = identifier(fact.identity.last());
    let build = |name: &str| alone(format!("{what}CONCURRENTLY {name}{on}"));
    if replaced(&fact.identity, context).is_none() {
        return Some(vec![build(&own)]);
    }
    let name = meanwhile(fact, context);
    Some(vec![
        build(&identifier(&name)),
        alone(drop_index(&fact.identity)),
        rename_index(fact, &name),
    ])
}

/// Returns what makes a key of an index that is built first.
fn key(fact: &Fact, context: &Context<'_>) -> Option<Vec<Statement>> {
    let (what, columns, behind) = key_parts(fact)?;
    let own = identifier(fact.identity.last());
    let table = dotted(fact.identity.path().take(2));
    let add = format!("ADD CONSTRAINT {own} {what} USING INDEX {own}{behind}");
    let add = alter_table(fact, &add);
    let build = |name: &str| {
        alone(format!(
            "CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} {columns}"
        ))
    };
    if replaced(&fact.identity, context).is_none() {
        return Some(vec![build(&own), add]);
    }
    let name = meanwhile(fact, context);
    Some(vec![
        build(&identifier(&name)),
        alter_table(fact, &format!("DROP CONSTRAINT {own}")),
        rename_index(fact, &name),
        add,
    ])
}

/// Returns a key's kind, what `CREATE INDEX` says of it, and what `ADD
/// CONSTRAINT` says behind it.
fn key_parts(fact: &Fact) -> Option<(&'static str, String, String)> {
    let definition = fact.text("definition");
    // An index of that kind is no unique one.
    if definition.contains(" WITHOUT OVERLAPS") || !matches!(fact.text("type"), "p" | "u") {
        return None;
    }
    let mut rest = definition;
    let mut behind = String::new();
    for words in [" INITIALLY DEFERRED", " DEFERRABLE"] {
        if let Some(before) = rest.strip_suffix(words) {
            rest = before;
            behind.insert_str(0, words);
        }
    }
    let (what, rest) = match rest.strip_prefix("PRIMARY KEY ") {
        Some(rest) => ("PRIMARY KEY", rest),
        None => ("UNIQUE", rest.strip_prefix("UNIQUE ")?),
    };
    let columns = match rest.strip_prefix("NULLS NOT DISTINCT ") {
        Some(columns) => format!("{columns} NULLS NOT DISTINCT"),
        None => rest.to_owned(),
    };
    Some((what, columns, behind))
}

/// Returns what an index is called until the old one of its name is gone.
fn meanwhile(fact: &Fact, context: &Context<'_>) -> String {
    let schema = fact.identity.name(0);
    free_name(fact.identity.last(), "_new", |name| {
        let slot = format!("relation {}", dotted([schema, name]));
        let all = context.old.facts().chain(context.new.facts());
        all.into_iter().any(|fact| slots(fact).contains(&slot))
    })
}

fn slots(fact: &Fact) -> Vec<String> {
    (fact.kind().row().slots)(fact)
}

fn drop_index(identity: &Identity) -> String {
    format!(
        "DROP INDEX CONCURRENTLY {}",
        dotted(identity.path().take(2))
    )
}

/// Gives an index that was built meanwhile the name that it shall have.
fn rename_index(fact: &Fact, name: &str) -> Statement {
    let (path, own) = (
        dotted([fact.identity.name(0), name]),
        identifier(fact.identity.last()),
    );
    Statement::new(format!("ALTER INDEX {path} RENAME TO {own}"))
}

fn alone(sql: String) -> Statement {
    Statement::new(sql).with(Transaction::Alone)
}

fn alter_table(fact: &Fact, what: &str) -> Statement {
    let table = dotted(fact.identity.path().take(2));
    Statement::new(format!("ALTER TABLE {table} {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_key(kind: &str, definition: &str, expected: Option<(&str, &str, &str)>) {
        let columns = Kind::Constraint.columns().iter();
        let values = columns.map(|column| match *column {
            "type" => Some(Box::from(kind)),
            "definition" => Some(Box::from(definition)),
            _ => None,
        });
        let fact = Fact {
            identity: Identity::new(Kind::Constraint, ["public", "a", "k"]),
            parent: None,
            values: values.collect(),
        };
        let found = key_parts(&fact);
        let found = found
            .as_ref()
            .map(|(what, columns, behind)| (*what, columns.as_str(), behind.as_str()));
        assert_eq!(found, expected, "{definition}");
    }

    #[test]
    fn keys_are_taken_apart() {
        check_key(
            "p",
            "PRIMARY KEY (b, c)",
            Some(("PRIMARY KEY", "(b, c)", "")),
        );
        check_key(
            "u",
            "UNIQUE NULLS NOT DISTINCT (b) INCLUDE (c) DEFERRABLE INITIALLY DEFERRED",
            Some((
                "UNIQUE",
                "(b) INCLUDE (c) NULLS NOT DISTINCT",
                " DEFERRABLE INITIALLY DEFERRED",
            )),
        );
        check_key(
            "u",
            "UNIQUE (\" DEFERRABLE\")",
            Some(("UNIQUE", "(\" DEFERRABLE\")", "")),
        );
        check_key("p", "PRIMARY KEY (b, c WITHOUT OVERLAPS)", None);
        check_key("x", "EXCLUDE USING gist (b WITH &&)", None);
        check_key("c", "CHECK ((b > 0))", None);
    }

    #[test]
    fn a_transaction_ends_behind_its_last_statement() {
        let statement = |sql: &str| Statement::new(sql);
        let mut statements = vec![statement("one"), statement("RESET a")];
        assert!(is_one_transaction(&statements));
        end_transaction(&mut statements);
        assert_eq!(statements[0].transaction, Transaction::EndsAfter);
        assert!(!is_one_transaction(&statements));
        assert!(is_one_transaction(&statements[..1]));
        assert!(!is_one_transaction(&[alone("two".to_owned())]));
    }
}
