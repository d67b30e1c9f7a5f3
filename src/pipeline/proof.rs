//! The proof of new revisions, before anything is written.
//!
//! In a database that stands where they begin, each is run up, and the schema is
//! read again; then all of them are run down, and up once more. What is not as
//! it was planned to be is never written.

use seaworthy_schema::{Schema, Statement, Transaction, compare};

use super::sides::Proving;
use crate::error::Error;
use crate::postgres::shadow::ShadowError;

/// A revision that is not written yet.
pub(super) struct Step {
    pub(super) up: Vec<Statement>,
    pub(super) down: Vec<Statement>,
}

/// Returns what leads from where a database stands to a schema, after it has
/// been done there. `wanted` may look at where it stands.
///
/// # Errors
///
/// [`Error::NotProved`]; what is wrong with the schemas.
pub(super) async fn proved(
    proving: Proving<'_>,
    wanted: impl FnOnce(&Schema) -> Schema,
) -> Result<Vec<Step>, Error> {
    let present = proving.schema().await?;
    let wanted = wanted(&present);
    let up = seaworthy_schema::plan(&present, &wanted)?;
    let mut steps = Vec::new();
    let mut schemas = vec![present];
    for up in portions(up) {
        run(&proving, "up", &up).await?;
        let before = &schemas[schemas.len() - 1];
        let after = proving.schema().await?;
        let down = seaworthy_schema::plan(&after, before)?;
        steps.push(Step { up, down });
        schemas.push(after);
    }
    let reached = &schemas[schemas.len() - 1];
    let wanted = wanted.once_reached(&schemas[0], reached);
    equal("up", reached, &wanted)?;
    for (step, before) in steps.iter().zip(&schemas).rev() {
        run(&proving, "down", &step.down).await?;
        equal("down", &proving.schema().await?, before)?;
    }
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
        Err(failure) => Err(unproved(way, vec![failure.to_string()])),
    }
}

/// Returns the statements in portions of which each can be one transaction.
fn portions(statements: Vec<Statement>) -> Vec<Vec<Statement>> {
    let mut portions: Vec<Vec<Statement>> = Vec::new();
    let mut is_ended = true;
    // A setting is no reason for a revision; each has its own.
    for statement in statements.into_iter().filter(|one| !one.is_setting()) {
        if is_ended {
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
    let plan = seaworthy_schema::plan(&proving.schema().await?, schema)?;
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
