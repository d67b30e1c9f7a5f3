//! What of revisions runs in a database that is made to be thrown away:
//! nothing that reaches beyond it, for its server may be that of an application.

use std::ops::Range;
use std::sync::Arc;

use super::Direction;
use super::script::{SHOWN_CHARACTERS, ScriptError, ScriptPlace, place};
use crate::revision::{Graph, Node, Revision};
use crate::sql::{self, Scope};

/// Whose server the databases are made on that are thrown away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShadowServer {
    /// That of the configured database.
    Configured,
    /// Another one, that was named for this.
    Other,
}

/// Returns the revisions with a way up that stays in one database, and the
/// statements that were left out of them. A script that cannot be read is as
/// it was: whoever runs it says so.
///
/// # Errors
///
/// [`ScriptError::MayReachServer`]: nothing can be left out of the body of a block
/// or a function; on another server it may run.
pub fn confined(
    graph: &Graph,
    server: ShadowServer,
) -> Result<(Vec<Revision>, Vec<ScriptPlace>), ScriptError> {
    let mut left_out = Vec::new();
    let mut revisions = graph.revisions().to_vec();
    for revision in &mut revisions {
        let found = beyond(revision, server)?;
        if found.is_empty() {
            continue;
        }
        let start = revision.up.span.start;
        let text = revision.text(&revision.up);
        left_out.extend(found.iter().map(|span| shown(revision, text, span)));
        let spans = found
            .iter()
            .map(|span| start + span.start..start + span.end);
        revision.source = Arc::new(revision.source.blanked(spans));
    }
    Ok((revisions, left_out))
}

/// Returns where in the way up statements stand that reach beyond the
/// database.
fn beyond(revision: &Revision, server: ShadowServer) -> Result<Vec<Range<usize>>, ScriptError> {
    let text = revision.text(&revision.up);
    let mut found = Vec::new();
    for statement in sql::statements(text).unwrap_or_default() {
        let sql = &text[statement.span.clone()];
        if sql::scope(sql) == Scope::Server {
            found.push(statement.span);
        } else if server == ShadowServer::Configured && sql::may_hide_server(sql) {
            return Err(ScriptError::MayReachServer(shown(
                revision,
                text,
                &statement.span,
            )));
        }
    }
    Ok(found)
}

/// Returns the statements of some revisions that do more than a schema shows:
/// they change rows, run something that may, or reach beyond the database.
pub fn beyond_the_schema(graph: &Graph, nodes: &[Node]) -> Vec<ScriptPlace> {
    let mut found = Vec::new();
    for node in nodes {
        let revision = graph.revision(*node);
        let text = revision.text(&revision.up);
        for statement in sql::statements(text).unwrap_or_default() {
            let sql = &text[statement.span.clone()];
            if sql::scope(sql) == Scope::Server || sql::may_change_rows(sql) {
                found.push(shown(revision, text, &statement.span));
            }
        }
    }
    found
}

fn shown(revision: &Revision, text: &str, span: &Range<usize>) -> ScriptPlace {
    let at = revision.up.span.start + span.start;
    ScriptPlace {
        statement: sql::mask(&text[span.clone()], SHOWN_CHARACTERS),
        ..place(revision, Direction::Upgrade, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::language;
    use crate::source::Source;

    /// Returns what is left of the way up of a single revision.
    fn left(up: &str, server: ShadowServer) -> Result<(String, Vec<String>), ScriptError> {
        let mut revision = language::revisions("a").remove(0);
        revision.source = Arc::new(Source::new("a.sql", up));
        revision.up.span = 0..up.len();
        let graph = Graph::build(vec![revision]).unwrap();
        let (revisions, left_out) = confined(&graph, server)?;
        let statements = left_out.into_iter().map(|place| place.statement).collect();
        Ok((revisions[0].text(&revisions[0].up).to_owned(), statements))
    }

    #[test]
    fn a_statement_beyond_the_database_is_left_out_and_moves_nothing() {
        let up = "CREATE TABLE a ();\nALTER ROLE r\n PASSWORD 'x';\nCREATE TABLE b ();\n";
        let (text, left_out) = left(up, ShadowServer::Configured).unwrap();
        assert_eq!(
            text,
            "CREATE TABLE a ();\n            \n             ;\nCREATE TABLE b ();\n"
        );
        assert_eq!(left_out, ["ALTER ROLE r PASSWORD '…'"]);
    }

    #[test]
    fn a_body_that_may_do_it_runs_on_another_server_alone() {
        let up = "DO $$ BEGIN CREATE ROLE r; END $$;";
        let error = left(up, ShadowServer::Configured).unwrap_err();
        assert!(matches!(error, ScriptError::MayReachServer(_)), "{error}");
        assert_eq!(
            left(up, ShadowServer::Other).unwrap(),
            (up.to_owned(), vec![])
        );
    }
}
