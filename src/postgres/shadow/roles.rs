//! Roles that are named in a shadow database, and that its server lacks. They
//! are taken as they are: none is made here.

use std::collections::BTreeSet;

use super::super::quote::text_array;
use crate::postgres::{ServerFailure, Session};
use crate::sql;

/// Says whether a statement may have failed for want of a role. Its message tells,
/// in the server's language; the state is that of other missing objects as well.
pub fn may_lack_role(failure: &ServerFailure) -> bool {
    failure.sqlstate() == "42704"
}

/// Returns the roles that statements name and the server lacks, sorted.
///
/// # Errors
///
/// Whatever the server says to the question.
pub(super) async fn lacked<'a>(
    session: &Session,
    statements: impl Iterator<Item = &'a str>,
) -> Result<Vec<String>, ServerFailure> {
    let named: BTreeSet<String> = statements.flat_map(sql::roles).collect();
    // No name can have a line ending and be told apart from two.
    let question = format!(
        "SELECT pg_catalog.string_agg(n.name, E'\\n' ORDER BY n.name) FROM pg_catalog.unnest({}) n(name) \
         WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = n.name)",
        text_array(named.iter().map(String::as_str))
    );
    let answer = session.ask(&question).await?;
    Ok(answer.lines().map(str::to_owned).collect())
}
