//! What is said when the applied state cannot be read.

use super::apply::{told, unavailable_or};
use crate::diagnostic::{Diagnostic, Place};
use crate::exit::Exit;
use crate::postgres::version_table::StateError;

pub fn diagnostic(error: &StateError) -> Diagnostic {
    match error {
        StateError::NoSchema => Diagnostic::error(
            "no-schema",
            Exit::Config,
            "no schema of the search path exists, so the state table has no place",
        )
        .hint("name a schema with `--version-schema`")
        .hint("or give the role a search path: `ALTER ROLE ... SET search_path = ...`"),
        StateError::SchemaMissing(schema) => Diagnostic::error(
            "no-schema",
            Exit::Config,
            format!("schema `{schema}` for the state table does not exist"),
        )
        .place(Place::named("--version-schema"))
        .hint(format!("create it: `CREATE SCHEMA {}`", quoted(schema))),
        StateError::Unreadable {
            schema,
            table,
            role,
            lacking,
        } => Diagnostic::error(
            "state-unreadable",
            Exit::Refused,
            format!("role `{role}` may not read the state table `{schema}.{table}`"),
        )
        .hint(format!(
            "put this into a revision: `{}`",
            lacking.grant(schema, table, role)
        )),
        StateError::NotOurs {
            schema,
            table,
            missing,
        } => {
            let what = if missing.is_empty() {
                "it is no table".to_owned()
            } else {
                format!("it has no column `{}`", missing.join("`, `"))
            };
            Diagnostic::error(
                "state-table-taken",
                Exit::Invalid,
                format!("`{schema}.{table}` is not a state table of seaworthy"),
            )
            .cause(what)
            .hint("choose another name with `--version-table`")
        }
        StateError::HistoryAlone { schema, table, log } => Diagnostic::error(
            "state-table-gone",
            Exit::Invalid,
            format!(
                "the state table `{schema}.{table}` is gone, but `{schema}.{log}` says that \
                 revisions were applied to this database"
            ),
        )
        .hint(format!(
            "restore `{schema}.{table}`, or record what is applied: `seaworthy stamp REVISION`"
        ))
        .hint(format!(
            "or let every revision run as on an empty database: `DROP TABLE {}.{}`",
            quoted(schema),
            quoted(log)
        )),
        StateError::OtherTool { tool, schema } => {
            let diagnostic = Diagnostic::error(
                "other-tool",
                Exit::Invalid,
                format!(
                    "this database has no state table, but `{schema}.{}` says that {} has applied \
                     revisions to it",
                    tool.table, tool.name
                ),
            )
            .hint("record what is applied, without running it: `seaworthy stamp REVISION`");
            if tool.is_alembic() {
                diagnostic.hint(
                    "or let Alembic go on, under our lock: `--migrate-command \"alembic upgrade \
                     head\"`",
                )
            } else {
                diagnostic
            }
        }
        StateError::UnknownState { .. } => {
            Diagnostic::error("unknown-state", Exit::Invalid, error.to_string())
                .hint("a newer seaworthy wrote it: use that version here, too")
        }
        StateError::BadRow { .. } => {
            Diagnostic::error("bad-state-row", Exit::Invalid, error.to_string())
                .hint("correct the row, or restore the table from a backup")
        }
        StateError::Server(failure) => Diagnostic::error(
            "state-not-read",
            unavailable_or(failure, Exit::Refused),
            "the state could not be read",
        )
        .cause(told(failure)),
    }
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::super::apply::tests::failure;
    use super::*;
    use crate::postgres::version_table::{Lacking, OtherTool};
    use crate::revision::RevisionId;

    #[track_caller]
    fn check(error: &StateError, exit: u8) -> Diagnostic {
        let diagnostic = diagnostic(error);
        assert_eq!(diagnostic.exit.code(), exit);
        diagnostic
    }

    #[test]
    fn the_table_has_no_place() {
        insta::assert_snapshot!(check(&StateError::NoSchema, 78), @r#"
        seaworthy: error[no-schema]: no schema of the search path exists, so the state table has no place

          hint: name a schema with `--version-schema`
          hint: or give the role a search path: `ALTER ROLE ... SET search_path = ...`
        "#);
        insta::assert_snapshot!(check(&StateError::SchemaMissing("app".into()), 78), @r#"
        seaworthy: error[no-schema]: schema `app` for the state table does not exist
          --> --version-schema

          hint: create it: `CREATE SCHEMA "app"`
        "#);
    }

    #[test]
    fn the_role_lacks_a_privilege() {
        let error = |lacking| StateError::Unreadable {
            schema: "public".into(),
            table: "seaworthy_revision".into(),
            role: "app".into(),
            lacking,
        };
        insta::assert_snapshot!(check(&error(Lacking::TableSelect), 77), @r#"
        seaworthy: error[state-unreadable]: role `app` may not read the state table `public.seaworthy_revision`

          hint: put this into a revision: `GRANT SELECT ON "public"."seaworthy_revision" TO "app";`
        "#);
        insta::assert_snapshot!(check(&error(Lacking::Both), 77), @r#"
        seaworthy: error[state-unreadable]: role `app` may not read the state table `public.seaworthy_revision`

          hint: put this into a revision: `GRANT USAGE ON SCHEMA "public" TO "app"; GRANT SELECT ON "public"."seaworthy_revision" TO "app";`
        "#);
        insta::assert_snapshot!(check(&error(Lacking::SchemaUsage), 77), @r#"
        seaworthy: error[state-unreadable]: role `app` may not read the state table `public.seaworthy_revision`

          hint: put this into a revision: `GRANT USAGE ON SCHEMA "public" TO "app";`
        "#);
    }

    #[test]
    fn the_name_is_taken() {
        let error = |missing: &[&str]| StateError::NotOurs {
            schema: "public".into(),
            table: "seaworthy_revision".into(),
            missing: missing.iter().map(ToString::to_string).collect(),
        };
        insta::assert_snapshot!(check(&error(&["state", "prefix"]), 65), @r#"
        seaworthy: error[state-table-taken]: `public.seaworthy_revision` is not a state table of seaworthy
          cause: it has no column `state`, `prefix`

          hint: choose another name with `--version-table`
        "#);
        insta::assert_snapshot!(check(&error(&[]), 65), @r#"
        seaworthy: error[state-table-taken]: `public.seaworthy_revision` is not a state table of seaworthy
          cause: it is no table

          hint: choose another name with `--version-table`
        "#);
    }

    #[test]
    fn the_state_table_is_gone() {
        let error = StateError::HistoryAlone {
            schema: "public".into(),
            table: "seaworthy_revision".into(),
            log: "seaworthy_log".into(),
        };
        insta::assert_snapshot!(check(&error, 65), @r#"
        seaworthy: error[state-table-gone]: the state table `public.seaworthy_revision` is gone, but `public.seaworthy_log` says that revisions were applied to this database

          hint: restore `public.seaworthy_revision`, or record what is applied: `seaworthy stamp REVISION`
          hint: or let every revision run as on an empty database: `DROP TABLE "public"."seaworthy_log"`
        "#);
    }

    #[test]
    fn another_tool_was_here() {
        let error = StateError::OtherTool {
            tool: OtherTool {
                name: "Alembic",
                table: "alembic_version",
            },
            schema: "public".into(),
        };
        insta::assert_snapshot!(check(&error, 65), @r#"
        seaworthy: error[other-tool]: this database has no state table, but `public.alembic_version` says that Alembic has applied revisions to it

          hint: record what is applied, without running it: `seaworthy stamp REVISION`
          hint: or let Alembic go on, under our lock: `--migrate-command "alembic upgrade head"`
        "#);
    }

    #[test]
    fn a_row_cannot_be_understood() {
        let revision = RevisionId::recorded("aaaa");
        let unknown = StateError::UnknownState {
            revision: revision.clone(),
            state: "paused".into(),
        };
        insta::assert_snapshot!(check(&unknown, 65), @r#"
        seaworthy: error[unknown-state]: the row of revision `aaaa` has state `paused`

          hint: a newer seaworthy wrote it: use that version here, too
        "#);
        let bad = StateError::BadRow {
            revision,
            column: "finished",
        };
        insta::assert_snapshot!(check(&bad, 65), @r#"
        seaworthy: error[bad-state-row]: the row of revision `aaaa` cannot be read: column `finished`

          hint: correct the row, or restore the table from a backup
        "#);
    }

    #[test]
    fn the_server_failed() {
        let error = StateError::Server(Box::new(failure("42501", "permission denied")));
        insta::assert_snapshot!(check(&error, 77), @r#"
        seaworthy: error[state-not-read]: the state could not be read
          cause: permission denied (SQLSTATE 42501)
        "#);
        let error = StateError::Server(Box::new(failure("57P01", "terminating connection")));
        insta::assert_snapshot!(check(&error, 69), @r#"
        seaworthy: error[state-not-read]: the state could not be read
          cause: terminating connection (SQLSTATE 57P01)
        "#);
    }
}
