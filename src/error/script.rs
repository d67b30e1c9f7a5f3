//! What is said about a script that would fail, before anything is sent.

use super::sql;
use crate::diagnostic::{Diagnostic, Place};
use crate::exit::Exit;
use crate::plan::{Direction, ScriptError, ScriptPlace};

pub fn diagnostic(error: &ScriptError) -> Diagnostic {
    let named = |code, place: &ScriptPlace| {
        let note = format!("revision `{}`", place.revision);
        Diagnostic::error(code, Exit::Invalid, error.to_string())
            .place(Place::in_source(&place.source, place.at).note(note))
    };
    match error {
        ScriptError::Irreversible(place) => {
            Diagnostic::error("irreversible", Exit::Invalid, error.to_string())
                .place(Place::named(place.source.path().display().to_string()))
                .hint("add a line `-- migrate:down` and below it what undoes the revision")
        }
        ScriptError::NotTransactional(place) => named("not-transactional", place)
            .hint("leave out `--dry-run`, or `--transaction all`")
            .hint(match place.direction {
                Direction::Upgrade => format!(
                    "or upgrade with target `{}` first, in a run of its own",
                    place.revision
                ),
                Direction::Downgrade => format!(
                    "or take `{}` back first, in a run of its own",
                    place.revision
                ),
            }),
        ScriptError::Sql { place, error } => {
            // Its own offset counts from the start of the section.
            let within = error.clone().shifted(place.at - error.at());
            let mut diagnostic = sql::diagnostic(&within, &place.source);
            diagnostic.title = format!("revision `{}`: {}", place.revision, diagnostic.title);
            diagnostic
        }
        ScriptError::OutsideOnly(place) => named("outside-transaction", place).hint(format!(
            "run the section without one: `{} transaction:false`",
            marker(place)
        )),
        ScriptError::ControlInside(place) => named("transaction-control", place)
            .hint("remove it: the whole section is one transaction already")
            .hint(format!(
                "or run its statements one by one: `{} transaction:false`",
                marker(place)
            )),
        ScriptError::ControlOutside(place) => named("transaction-control", place)
            .hint("remove it: each statement is recorded, and committed, by itself")
            .hint("or put what belongs together into a revision with a transaction"),
        ScriptError::UnnamedIndex(place) => named("unnamed-index", place)
            .hint("name the index: after an interruption it could not be found again"),
        ScriptError::CopyOut(place) => named("copy-out", place).hint(
            "remove it, or write to a file of the server: `COPY ... TO '/path/on/the/server'`",
        ),
        ScriptError::DiscardAll(place) => named("discard-all", place)
            .hint("write what it is needed for, such as `RESET ALL` or `DISCARD PLANS`"),
        ScriptError::MayReachServer(place) => named("may-reach-server", place)
            .hint("the revisions are replayed in a database of the same server as the configured one, where this could change roles or other databases for real; nothing was run")
            .hint("name another server with `--shadow-url`, one that nothing depends on"),
    }
}

/// Returns what is said about a statement that is not run where a revision is
/// replayed.
pub fn left_out(place: &ScriptPlace) -> String {
    let statement = with_line(place);
    format!("{statement} is not replayed: it reaches beyond its database")
}

/// Returns what is said about a statement whose work a schema does not show.
pub fn not_squashed(place: &ScriptPlace) -> String {
    let statement = with_line(place);
    format!(
        "{statement} is not in the new revision: a schema does not show what it does; copy it if a new database needs it"
    )
}

/// Returns a statement behind its file and its line.
fn with_line(place: &ScriptPlace) -> String {
    let path = place.source.path_at(place.at).display();
    let line = place.source.position(place.at).line;
    format!("{path}:{line}: `{}`", place.statement)
}

/// Returns how the line begins above the section that holds a place.
fn marker(place: &ScriptPlace) -> &'static str {
    match place.direction {
        Direction::Upgrade => "-- migrate:up",
        Direction::Downgrade => "-- migrate:down",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FormatChoice;
    use crate::format;
    use crate::plan::Script;
    use crate::source::Source;

    fn prepare(text: &str, direction: Direction) -> Result<Script, ScriptError> {
        let source = Source::new("migrations/b2.sql", format!("-- revision: b2\n\n{text}"));
        let revisions = format::read(vec![source], FormatChoice::Native).expect("well-formed");
        Script::prepare(&revisions[0], direction)
    }

    fn show(error: &ScriptError) -> String {
        let diagnostic = diagnostic(error);
        format!("{diagnostic}\nexit {}", diagnostic.exit.code())
    }

    fn shown(text: &str, direction: Direction) -> String {
        show(&prepare(text, direction).expect_err("it cannot be run"))
    }

    #[test]
    fn a_script_that_would_fail_is_shown_where_it_would() {
        let up = |sql: &str| shown(&format!("-- migrate:up\n{sql}\n"), Direction::Upgrade);
        insta::assert_snapshot!(up("select 1;\n  CREATE INDEX CONCURRENTLY i ON t (a);"), @r#"
        seaworthy: error[outside-transaction]: revision `b2`: `CREATE INDEX CONCURRENTLY i ON t (a)` cannot run in a transaction
          --> migrations/b2.sql:5:3   revision `b2`
           5 |   CREATE INDEX CONCURRENTLY i ON t (a);
             |   ^

          hint: run the section without one: `-- migrate:up transaction:false`
        exit 65
        "#);
        insta::assert_snapshot!(up("begin;"), @r#"
        seaworthy: error[transaction-control]: revision `b2`: `begin` in a script that runs in a transaction
          --> migrations/b2.sql:4:1   revision `b2`
           4 | begin;
             | ^

          hint: remove it: the whole section is one transaction already
          hint: or run its statements one by one: `-- migrate:up transaction:false`
        exit 65
        "#);
        insta::assert_snapshot!(up("copy t to stdout;"), @r#"
        seaworthy: error[copy-out]: revision `b2`: `COPY ... TO stdout` has no reader
          --> migrations/b2.sql:4:1   revision `b2`
           4 | copy t to stdout;
             | ^

          hint: remove it, or write to a file of the server: `COPY ... TO '/path/on/the/server'`
        exit 65
        "#);
        insta::assert_snapshot!(up("discard all;"), @r#"
        seaworthy: error[discard-all]: revision `b2`: `DISCARD ALL` gives up the migration lock
          --> migrations/b2.sql:4:1   revision `b2`
           4 | discard all;
             | ^

          hint: write what it is needed for, such as `RESET ALL` or `DISCARD PLANS`
        exit 65
        "#);
        let outside = |sql: &str| {
            shown(
                &format!("-- migrate:up transaction:false\n{sql}\n"),
                Direction::Upgrade,
            )
        };
        insta::assert_snapshot!(outside("savepoint a;"), @r#"
        seaworthy: error[transaction-control]: revision `b2`: `savepoint a` in a script that runs without a transaction
          --> migrations/b2.sql:4:1   revision `b2`
           4 | savepoint a;
             | ^

          hint: remove it: each statement is recorded, and committed, by itself
          hint: or put what belongs together into a revision with a transaction
        exit 65
        "#);
        insta::assert_snapshot!(outside("create index concurrently on t (a);"), @r#"
        seaworthy: error[unnamed-index]: revision `b2`: `CONCURRENTLY` without the name of an index
          --> migrations/b2.sql:4:1   revision `b2`
           4 | create index concurrently on t (a);
             | ^

          hint: name the index: after an interruption it could not be found again
        exit 65
        "#);
    }

    #[test]
    fn a_revision_that_does_not_fit_the_run_is_shown() {
        insta::assert_snapshot!(shown("-- migrate:up\n", Direction::Downgrade), @r#"
        seaworthy: error[irreversible]: revision `b2` has no down section
          --> migrations/b2.sql

          hint: add a line `-- migrate:down` and below it what undoes the revision
        exit 65
        "#);
        let down = |marker: &str, sql: &str| {
            let text = format!("-- migrate:up\n-- migrate:down{marker}\n{sql}\n");
            shown(&text, Direction::Downgrade)
        };
        insta::assert_snapshot!(down(" transaction:false", "rollback;"), @r#"
        seaworthy: error[transaction-control]: revision `b2`: `rollback` in a script that runs without a transaction
          --> migrations/b2.sql:5:1   revision `b2`
           5 | rollback;
             | ^

          hint: remove it: each statement is recorded, and committed, by itself
          hint: or put what belongs together into a revision with a transaction
        exit 65
        "#);
        insta::assert_snapshot!(down("", "drop index concurrently i;"), @r#"
        seaworthy: error[outside-transaction]: revision `b2`: `drop index concurrently i` cannot run in a transaction
          --> migrations/b2.sql:5:1   revision `b2`
           5 | drop index concurrently i;
             | ^

          hint: run the section without one: `-- migrate:down transaction:false`
        exit 65
        "#);
        insta::assert_snapshot!(down("", "commit;"), @r#"
        seaworthy: error[transaction-control]: revision `b2`: `commit` in a script that runs in a transaction
          --> migrations/b2.sql:5:1   revision `b2`
           5 | commit;
             | ^

          hint: remove it: the whole section is one transaction already
          hint: or run its statements one by one: `-- migrate:down transaction:false`
        exit 65
        "#);
        let script = prepare(
            "-- migrate:up transaction:false\nvacuum;",
            Direction::Upgrade,
        );
        let script = script.expect("it can be run by itself");
        insta::assert_snapshot!(show(&script.pieces().expect_err("not in one")), @r#"
        seaworthy: error[not-transactional]: revision `b2` runs without a transaction and cannot share one
          --> migrations/b2.sql:4:1   revision `b2`
           4 | vacuum;
             | ^

          hint: leave out `--dry-run`, or `--transaction all`
          hint: or upgrade with target `b2` first, in a run of its own
        exit 65
        "#);
        let script = prepare(
            "-- migrate:up\n-- migrate:down transaction:false\nvacuum;",
            Direction::Downgrade,
        );
        let script = script.expect("it can be run by itself");
        insta::assert_snapshot!(show(&script.pieces().expect_err("not in one")), @r#"
        seaworthy: error[not-transactional]: revision `b2` runs without a transaction and cannot share one
          --> migrations/b2.sql:5:1   revision `b2`
           5 | vacuum;
             | ^

          hint: leave out `--dry-run`, or `--transaction all`
          hint: or take `b2` back first, in a run of its own
        exit 65
        "#);
    }

    #[test]
    fn sql_that_cannot_be_read_is_shown_in_its_file() {
        let text = "-- migrate:up\n-- migrate:down\nselect '";
        // The loader finds this first; a script that is made otherwise does not pass it.
        let source = Source::new("b2.sql", text);
        let place = ScriptPlace {
            revision: crate::revision::RevisionId::recorded("b2"),
            direction: Direction::Downgrade,
            at: text.len() - 1,
            source: source.into(),
            statement: String::new(),
        };
        let error = crate::sql::statements("select '").expect_err("it is broken");
        insta::assert_snapshot!(show(&ScriptError::Sql { place, error }), @r#"
        seaworthy: error[unclosed]: revision `b2`: a quote is not closed
          --> b2.sql:3:8   it is opened here
           3 | select '
             |        ^

          hint: close it with `'`; inside a string, a quote is written twice: `''`
        exit 65
        "#);
    }
}
