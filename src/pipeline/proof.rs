//! The proof of new revisions, before anything is written.
//!
//! In a database that stands where they begin, each is run up, and the schema is
//! read again; then all of them are run down, and up once more. What is not as
//! it was planned to be is never written.

use seaworthy_schema::{
    HazardKind, Manner, Rename, Schema, Statement, Transaction, compare, is_one_transaction,
};

use super::sides::Proving;
use crate::error::Error;
use crate::format::{Body, BodySection};
use crate::postgres::ServerFailure;
use crate::postgres::shadow::ShadowError;
use crate::revision::Transactional;

/// A revision that is not written yet.
pub(super) struct Step {
    pub(super) up: Vec<Statement>,
    pub(super) down: Vec<Statement>,
}

impl Step {
    /// Returns the revision's two directions as they are written.
    pub(super) fn body(&self, text: fn(&[Statement]) -> String) -> Body {
        Body {
            up: section(&self.up, text),
            down: section(&self.down, text),
        }
    }
}

fn section(statements: &[Statement], text: fn(&[Statement]) -> String) -> BodySection {
    BodySection {
        text: text(statements),
        transaction: match is_one_transaction(statements) {
            true => Transactional::Yes,
            false => Transactional::No,
        },
    }
}

/// Where new revisions begin.
pub(super) struct Begun {
    pub(super) present: Schema,
    /// What they do first, and what has been done in the database already.
    pub(super) renames: Vec<Rename>,
    pub(super) renamed: Schema,
}

impl Begun {
    /// Where a database stands, with nothing renamed.
    pub(super) async fn at(proving: &Proving<'_>) -> Result<Self, Error> {
        let present = proving.schema().await?;
        Ok(Self {
            renamed: present.clone(),
            renames: Vec::new(),
            present,
        })
    }
}

/// Returns what leads from where a database stands to a schema, after it has
/// been done there.
///
/// # Errors
///
/// [`Error::NotProved`]; what is wrong with the schemas.
pub(super) async fn proved(
    proving: Proving<'_>,
    begun: Begun,
    wanted: Schema,
    manner: Manner,
) -> Result<Vec<Step>, Error> {
    let Begun {
        present,
        renames,
        renamed,
    } = begun;
    let up = renames.iter().map(Rename::statement);
    let up = up.chain(seaworthy_schema::plan(&renamed, &wanted, manner)?);
    // The renames stand first in the first step, and have been run.
    let mut done = renames.len();
    let mut stands = renamed;
    let mut ups = Vec::new();
    for up in portions(up.collect()) {
        run(&proving, "up", &up[done..]).await?;
        let before = std::mem::replace(&mut stands, proving.schema().await?);
        ups.push((before, up));
        done = 0;
    }
    let wanted = wanted.once_reached(&present, &stands);
    equal("up", &stands, &wanted)?;
    let mut steps = Vec::new();
    // Each way back begins where the one above it has led: something may have
    // stayed of a step that no comparison shows.
    for (number, (before, up)) in ups.into_iter().enumerate().rev() {
        let mut down = seaworthy_schema::plan(&stands, &before, manner)?;
        for statement in &mut down {
            // Nobody comes back from there.
            let hazards = &mut statement.hazards;
            hazards.retain(|hazard| hazard.kind != HazardKind::Irreversible);
        }
        let before = if number == 0 {
            let back = renames.iter().rev();
            down.extend(back.map(|rename| rename.reversed().statement()));
            &present
        } else {
            &before
        };
        run(&proving, "down", &down).await?;
        stands = proving.schema().await?;
        equal("down", &stands, before)?;
        steps.push(Step { up, down });
    }
    steps.reverse();
    for step in &steps {
        run(&proving, "up again", &step.up).await?;
    }
    if !steps.is_empty() {
        equal("up again", &proving.schema().await?, &wanted)?;
    }
    proving.end().await;
    Ok(steps)
}

async fn run(
    proving: &Proving<'_>,
    way: &'static str,
    statements: &[Statement],
) -> Result<(), Error> {
    match proving.run(statements).await {
        Ok(()) => Ok(()),
        Err(failure) if failure.sqlstate() == "42501" => Err(ShadowError::Denied {
            role: proving.role().to_owned(),
            failure: Box::new(failure),
        }
        .into()),
        Err(failure) if is_of_rows(&failure) => Err(Error::RowsRefuse {
            way,
            failure: Box::new(failure),
        }),
        Err(failure) => Err(unproved(way, vec![failure.to_string()])),
    }
}

/// Says whether values, and no schema, are what is wrong: a column that may not
/// be null, a key that is there twice, a text that is no number.
fn is_of_rows(failure: &ServerFailure) -> bool {
    ["22", "23"].contains(&failure.sqlstate().get(..2).unwrap_or_default())
}

/// Returns the statements in portions of which each can be one transaction.
fn portions(statements: Vec<Statement>) -> Vec<Vec<Statement>> {
    let mut portions: Vec<Vec<Statement>> = Vec::new();
    let mut is_ended = true;
    // A setting is no reason for a revision; each has its own.
    for statement in statements.into_iter().filter(|one| !one.is_setting()) {
        if is_ended || statement.transaction == Transaction::Alone {
            portions.push(Vec::new());
        }
        is_ended = statement.transaction != Transaction::Shared;
        if let Some(portion) = portions.last_mut() {
            portion.push(statement);
        }
    }
    portions
}

/// Makes the schema of a database in another one.
///
/// # Errors
///
/// As [`proved`].
pub(super) async fn copied(proving: &Proving<'_>, schema: &Schema) -> Result<(), Error> {
    const WAY: &str = "to the present schema";
    let plan = seaworthy_schema::plan(&proving.schema().await?, schema, Manner::Plain)?;
    for portion in portions(plan) {
        run(proving, WAY, &portion).await?;
    }
    equal(WAY, &proving.schema().await?, schema)
}

/// # Errors
///
/// [`Error::NotProved`] with what differs.
pub(super) fn equal(way: &'static str, found: &Schema, wanted: &Schema) -> Result<(), Error> {
    let differences = compare(found, wanted);
    if differences.is_empty() {
        return Ok(());
    }
    let added = differences
        .added
        .iter()
        .map(|fact| format!("{} is missing", fact.identity));
    let removed = differences
        .removed
        .iter()
        .map(|fact| format!("{} is left", fact.identity));
    let changed = differences
        .changed
        .iter()
        .map(|change| format!("{} differs", change.identity()));
    Err(unproved(way, added.chain(removed).chain(changed).collect()))
}

fn unproved(way: &'static str, differences: Vec<String>) -> Error {
    Error::NotProved { way, differences }
}
