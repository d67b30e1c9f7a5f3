//! What is said about a new file that cannot be made, and about a hook that
//! failed on one.

use super::format;
use crate::diagnostic::{Diagnostic, Place};
use crate::exit::Exit;
use crate::format::{Spot, TEMPLATE_NAME, WriteError};
use crate::process::HookError;

pub fn diagnostic(error: &WriteError) -> Diagnostic {
    let invalid = |code| Diagnostic::error(code, Exit::Invalid, error.to_string());
    let template = |spot: &Spot| invalid("template").place(Place::in_source(&spot.file, spot.at));
    match error {
        WriteError::Message { .. } => Diagnostic::error("message", Exit::Usage, error.to_string())
            .hint("word it otherwise, without the colon"),
        WriteError::FileName { .. } => {
            Diagnostic::error("file-name", Exit::Usage, error.to_string()).hint(
                "a name holds no `/` and begins with no `.`: see `--file-template` and `--rev-id`",
            )
        }
        WriteError::Name { spot, nearest } => template(spot).hint(match nearest {
            Some(nearest) => format!("write `${{{nearest}}}`"),
            None => {
                "there are `${header}`, `${message}`, `${revision}`, `${revises}` and `${created}`"
                    .to_owned()
            }
        }),
        WriteError::NoHeader { spot } => {
            template(spot).hint(format!("begin `{TEMPLATE_NAME}` with a line `${{header}}`"))
        }
        WriteError::HeaderNotAlone { spot } => {
            template(spot).hint("write `${header}` once, alone on its line")
        }
        WriteError::HeaderPlace { spot } => {
            template(spot).hint("begin the template with `${header}`")
        }
        WriteError::Template(error) => format::diagnostic(error),
        WriteError::Unlike { spot } => template(spot)
            .hint("begin the template with `${header}`, and write no line of a header yourself"),
    }
}

/// Returns what is said about a hook; the file that it was run on stays.
pub fn hook(error: &HookError) -> Diagnostic {
    let place = match error {
        HookError::NotStarted { path, .. } | HookError::Failed { path, .. } => {
            Place::named(path.display().to_string()).note("was written, and stays")
        }
    };
    let failed = Diagnostic::error("hook", Exit::Failed, error.to_string()).place(place);
    match error {
        HookError::NotStarted {
            program, source, ..
        } => failed
            .cause(format!("`{program}`: {source}"))
            .hint("correct its `command` under `[[migrations.post_write_hooks]]`"),
        HookError::Failed { .. } => {
            failed.hint("correct the file, or the hook under `[[migrations.post_write_hooks]]`")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;
    use std::sync::Arc;

    use super::*;
    use crate::format::{self, Moment, Writing};
    use crate::revision::{Proposal, RevisionId};
    use crate::source::Source;

    fn proposal() -> Proposal {
        Proposal {
            id: RevisionId::recorded("b2"),
            message: "add users".to_owned(),
            down_revisions: vec![RevisionId::recorded("a1")],
            depends_on: Vec::new(),
            labels: Vec::new(),
            replaces: Vec::new(),
            created: "2024-12-31 12:34:56 UTC".to_owned(),
        }
    }

    fn written(proposal: &Proposal, template: Option<&str>) -> String {
        let moment = Moment {
            year: 2024,
            month: 12,
            day: 31,
            hour: 12,
            minute: 34,
            second: 56,
            epoch: 1_735_648_496,
            zone: "UTC".to_owned(),
        };
        let path = format!("migrations/{TEMPLATE_NAME}");
        let template = template.map(|text| Arc::new(Source::new(path, text)));
        let writing = Writing {
            file_template: &"%(rev)s_%(slug)s".parse().expect("a pattern"),
            longest_slug: 40,
            template: template.as_ref(),
            moment: &moment,
            body: None,
        };
        match format::write(proposal, &[], &writing) {
            Ok(files) => files
                .into_iter()
                .map(|file| format!("== {}\n{}", file.name, file.text))
                .collect(),
            Err(error) => {
                let diagnostic = diagnostic(&error);
                format!("{diagnostic}\nexit {}", diagnostic.exit.code())
            }
        }
    }

    #[test]
    fn a_file_and_one_from_a_template() {
        insta::assert_snapshot!(written(&proposal(), None), @"
        == b2_add_users.sql
        -- add users
        --
        -- revision: b2
        -- revises: a1
        -- created: 2024-12-31 12:34:56 UTC

        -- migrate:up


        -- migrate:down
        ");
        let template = "${header}\n-- reviewed by:\n\n-- migrate:up lock-timeout:1s\n\
                        -- ${message} (${revision} after ${revises}, ${created})\n\n-- migrate:down\n";
        insta::assert_snapshot!(written(&proposal(), Some(template)), @"
        == b2_add_users.sql
        -- add users
        --
        -- revision: b2
        -- revises: a1
        -- created: 2024-12-31 12:34:56 UTC
        -- reviewed by:

        -- migrate:up lock-timeout:1s
        -- add users (b2 after a1, 2024-12-31 12:34:56 UTC)

        -- migrate:down
        ");
    }

    #[test]
    fn what_no_file_can_hold() {
        let mut other = proposal();
        other.message = "Revise: everything".to_owned();
        insta::assert_snapshot!(written(&other, None), @"
        seaworthy: error[message]: the message `Revise: everything` would be read as a line of the header

          hint: word it otherwise, without the colon
        exit 2
        ");
        let mut other = proposal();
        other.id = RevisionId::recorded("../../b2");
        insta::assert_snapshot!(written(&other, None), @"
        seaworthy: error[file-name]: `../../b2_add_users` cannot be the name of a revision's file

          hint: a name holds no `/` and begins with no `.`: see `--file-template` and `--rev-id`
        exit 2
        ");
    }

    #[test]
    fn a_broken_template_names_its_line() {
        let written = |text| written(&proposal(), Some(text));
        insta::assert_snapshot!(written("-- migrate:up\n"), @"
        seaworthy: error[template]: the template has no line `${header}`
          --> migrations/revision.sql.template:1:1
           1 | -- migrate:up
             | ^

          hint: begin `revision.sql.template` with a line `${header}`
        exit 65
        ");
        insta::assert_snapshot!(written("${header}\n-- ${mesage}\n-- migrate:up\n"), @"
        seaworthy: error[template]: the template names something that there is not
          --> migrations/revision.sql.template:2:4
           2 | -- ${mesage}
             |    ^

          hint: write `${message}`
        exit 65
        ");
        insta::assert_snapshot!(written("${header}\n-- migrate:up\n-- ${\n"), @"
        seaworthy: error[template]: the template names something that there is not
          --> migrations/revision.sql.template:3:4
           3 | -- ${
             |    ^

          hint: there are `${header}`, `${message}`, `${revision}`, `${revises}` and `${created}`
        exit 65
        ");
        insta::assert_snapshot!(written("-- x ${header}\n-- migrate:up\n"), @"
        seaworthy: error[template]: `${header}` stands once in a template, alone on its line
          --> migrations/revision.sql.template:1:6
           1 | -- x ${header}
             |      ^

          hint: write `${header}` once, alone on its line
        exit 65
        ");
        insta::assert_snapshot!(written("-- migrate:up\n${header}\n"), @"
        seaworthy: error[template]: `${header}` stands below something that is no comment
          --> migrations/revision.sql.template:2:1
           2 | ${header}
             | ^

          hint: begin the template with `${header}`
        exit 65
        ");
        insta::assert_snapshot!(written("${header}\n\n-- migrate:upp\n"), @"
        seaworthy: error[unknown-marker]: `migrate:upp` is no marker
          --> migrations/revision.sql.template:3:4
           3 | -- migrate:upp
             |    ^

          hint: write `-- migrate:up` or `-- migrate:down`, in lower case
        exit 65
        ");
        insta::assert_snapshot!(written("-- ours\n${header}\n-- migrate:up\n"), @"
        seaworthy: error[template]: a file made from the template declares something else than it should
          --> migrations/revision.sql.template:2:1
           2 | ${header}
             | ^

          hint: begin the template with `${header}`, and write no line of a header yourself
        exit 65
        ");
    }

    #[test]
    fn hooks() {
        let shown = |error: &HookError| {
            let diagnostic = hook(error);
            format!("{diagnostic}\nexit {}", diagnostic.exit.code())
        };
        let (name, path) = (|| "format".to_owned(), || "migrations/a.sql".into());
        insta::assert_snapshot!(shown(&HookError::NotStarted {
            name: name(),
            program: "pg_fromat".to_owned(),
            path: path(),
            source: io::Error::from_raw_os_error(2),
        }), @"
        seaworthy: error[hook]: the hook `format` cannot be run
          --> migrations/a.sql   was written, and stays
          cause: `pg_fromat`: No such file or directory (os error 2)

          hint: correct its `command` under `[[migrations.post_write_hooks]]`
        exit 1
        ");
        insta::assert_snapshot!(shown(&HookError::Failed {
            name: name(),
            path: path(),
            status: ExitStatus::from_raw(9),
        }), @"
        seaworthy: error[hook]: the hook `format` failed: signal: 9 (SIGKILL)
          --> migrations/a.sql   was written, and stays

          hint: correct the file, or the hook under `[[migrations.post_write_hooks]]`
        exit 1
        ");
    }
}
