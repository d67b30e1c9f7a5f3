//! What is said of an attempt that did not bring what is waited for.

use super::NotReady;
use crate::diagnostic::Diagnostic;
use crate::error::{also, config, connect, state};
use crate::exit::Exit;

pub(in crate::error) fn diagnostic(error: &NotReady) -> Diagnostic {
    match error {
        NotReady::Connect(error) => connect::diagnostic(error),
        NotReady::Also(error) => also::diagnostic(error),
        NotReady::Unread(failure) => Diagnostic::error(
            "state-not-read",
            Exit::Unavailable,
            "the applied revisions could not be read",
        )
        .cause(failure.to_string()),
        NotReady::ReadOnly {
            first,
            count,
            standby,
        } => {
            let server = if *standby { "a standby" } else { "read-only" };
            let pending = match count {
                1 => "1 revision is pending".to_owned(),
                count => format!("{count} revisions are pending"),
            };
            let diagnostic = Diagnostic::error(
                "read-only-server",
                Exit::Unavailable,
                format!("the server is {server}, and {pending}"),
            )
            .cause(format!("the first of them is `{first}`"));
            if *standby {
                diagnostic.hint(
                    "name the primary in `MIGRATION_DATABASE_URL`, or all hosts in one URL: \
                     `HOST1,HOST2`",
                )
            } else {
                diagnostic.hint(
                    "look at `default_transaction_read_only` of the server, the database and \
                     the role",
                )
            }
        }
        NotReady::Behind(target) => Diagnostic::error(
            "schema-behind",
            Exit::Unavailable,
            format!("the schema has not reached `{target}`"),
        )
        .hint("look at the process that applies the revisions, such as the migration Job")
        .hint("run `seaworthy upgrade` if there is none"),
        NotReady::BehindHeads { target, heads } => Diagnostic::error(
            "schema-behind",
            Exit::Unavailable,
            format!("the schema has not reached `{target}`"),
        )
        .cause(format!("`alembic_version` holds `{}`", heads.join("`, `")))
        .hint("look at the process that runs Alembic, such as the migration Job")
        .hint(
            "is that newer? Alembic's table does not tell what stands below a head: name the \
             present one",
        ),
        NotReady::State(error) => state::diagnostic(error),
        NotReady::Secret(error) => config::diagnostic(error),
        NotReady::Other(error) => error.diagnostic(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::RevisionId;

    #[track_caller]
    fn said(error: &NotReady) -> String {
        let diagnostic = diagnostic(error);
        assert_eq!(diagnostic.exit.code(), 69);
        diagnostic.to_string()
    }

    #[test]
    fn a_standby() {
        let error = NotReady::ReadOnly {
            first: RevisionId::recorded("a1"),
            count: 3,
            standby: true,
        };
        insta::assert_snapshot!(said(&error), @"
        seaworthy: error[read-only-server]: the server is a standby, and 3 revisions are pending
          cause: the first of them is `a1`

          hint: name the primary in `MIGRATION_DATABASE_URL`, or all hosts in one URL: `HOST1,HOST2`
        ");
    }

    #[test]
    fn a_read_only_server() {
        let error = NotReady::ReadOnly {
            first: RevisionId::recorded("a1"),
            count: 1,
            standby: false,
        };
        insta::assert_snapshot!(said(&error), @"
        seaworthy: error[read-only-server]: the server is read-only, and 1 revision is pending
          cause: the first of them is `a1`

          hint: look at `default_transaction_read_only` of the server, the database and the role
        ");
    }

    #[test]
    fn a_schema_that_is_behind() {
        insta::assert_snapshot!(said(&NotReady::Behind("head".to_owned())), @"
        seaworthy: error[schema-behind]: the schema has not reached `head`

          hint: look at the process that applies the revisions, such as the migration Job
          hint: run `seaworthy upgrade` if there is none
        ");
    }
}
