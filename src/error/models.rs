//! What is said of models that are asked for from a command, or from Python.

use super::migrate_command::how_it_ended;
use crate::diagnostic::Diagnostic;
use crate::exit::Exit;
use crate::process::{MetadataFlaw, ModelsError};

/// Returns what is said about models that cannot be had.
pub fn diagnostic(error: &ModelsError) -> Diagnostic {
    let command = |exit| Diagnostic::error("models-command", exit, error.to_string());
    match error {
        ModelsError::NotStarted { source, .. } => command(Exit::Config)
            .cause(source.to_string())
            .hint("check `schema.command`, or `schema.python` where SQLAlchemy's models are read, and the variable PATH")
            .hint("no shell runs it: for `&&`, `|` or `$NAME` write `sh -c '...'`"),
        ModelsError::Failed { status, lines, .. } => {
            caused(command(Exit::Invalid).cause(how_it_ended(*status)), lines)
        }
        ModelsError::NotUnicode { .. } => command(Exit::Invalid)
            .hint("let it print UTF-8, such as with `PGCLIENTENCODING=UTF8` or `PYTHONUTF8=1`"),
        ModelsError::Empty { .. } => command(Exit::Invalid)
            .cause("to compare with nothing would drop everything")
            .hint("run it by hand: the SQL belongs on its standard output"),
        ModelsError::Metadata { flaw, lines, .. } => {
            let exit = match flaw {
                MetadataFlaw::NoTables | MetadataFlaw::Raised => Exit::Invalid,
                MetadataFlaw::NoSqlalchemy
                | MetadataFlaw::NoModule
                | MetadataFlaw::NoAttribute
                | MetadataFlaw::NoMetadata => Exit::Config,
            };
            let mut diagnostic = caused(Diagnostic::error("models-metadata", exit, error.to_string()), lines);
            if *flaw == MetadataFlaw::NoTables {
                diagnostic = diagnostic.cause("it has no tables, and to compare with nothing would drop everything");
            }
            hints(*flaw).iter().fold(diagnostic, |diagnostic, hint| diagnostic.hint(*hint))
        }
    }
}

fn hints(flaw: MetadataFlaw) -> &'static [&'static str] {
    match flaw {
        MetadataFlaw::NoSqlalchemy => &[
            "activate the project's environment, or name its Python: `python = \".venv/bin/python\"` under `[schema]`",
            "SQLAlchemy 1.4 or later must be installed there; a driver is not needed",
        ],
        MetadataFlaw::NoModule => &[
            "the module is looked for beside the configuration file: for another directory set `PYTHONPATH`, such as `PYTHONPATH=src`",
        ],
        MetadataFlaw::NoAttribute => {
            &["name what the module has, such as `app.models:Base.metadata`"]
        }
        MetadataFlaw::NoMetadata => &[
            "name the `MetaData`: `app.models:Base.metadata`, with SQLModel `app.models:SQLModel.metadata`",
        ],
        MetadataFlaw::NoTables => &[
            "nothing has declared a table: import the modules with the models in the one that is named",
            "or name a module that does, such as `app.models:Base.metadata` instead of `app.base:Base.metadata`",
        ],
        MetadataFlaw::Raised => &["import it by hand: `python -c 'import app.models'`"],
    }
}

fn caused(diagnostic: Diagnostic, lines: &[String]) -> Diagnostic {
    let lines = lines.iter();
    lines.fold(diagnostic, |diagnostic, line| {
        diagnostic.cause(line.trim_start())
    })
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    fn said(error: &ModelsError) -> String {
        let diagnostic = diagnostic(error);
        format!("{diagnostic}\nexit {}", diagnostic.exit.code())
    }

    fn program() -> String {
        "make-schema".to_owned()
    }

    #[test]
    fn a_command_that_prints_no_schema() {
        insta::assert_snapshot!(said(&ModelsError::NotStarted {
            program: program(),
            source: io::Error::from_raw_os_error(2),
        }), @"
        seaworthy: error[models-command]: the models' command `make-schema` cannot be started
          cause: No such file or directory (os error 2)

          hint: check `schema.command`, or `schema.python` where SQLAlchemy's models are read, and the variable PATH
          hint: no shell runs it: for `&&`, `|` or `$NAME` write `sh -c '...'`
        exit 78
        ");
        insta::assert_snapshot!(said(&ModelsError::Failed {
            program: program(),
            status: ExitStatus::from_raw(3 << 8),
            lines: vec!["no such table".to_owned()],
        }), @"
        seaworthy: error[models-command]: the models' command `make-schema` failed
          cause: it ended with exit code 3
          cause: no such table
        exit 65
        ");
        insta::assert_snapshot!(said(&ModelsError::NotUnicode {
            program: program(),
            line: 7
        }), @"
        seaworthy: error[models-command]: what the models' command `make-schema` prints is not UTF-8: line 7

          hint: let it print UTF-8, such as with `PGCLIENTENCODING=UTF8` or `PYTHONUTF8=1`
        exit 65
        ");
        insta::assert_snapshot!(said(&ModelsError::Empty { program: program() }), @"
        seaworthy: error[models-command]: the models' command `make-schema` prints no SQL
          cause: to compare with nothing would drop everything

          hint: run it by hand: the SQL belongs on its standard output
        exit 65
        ");
    }

    #[test]
    fn metadata_that_cannot_be_read() {
        for flaw in [
            MetadataFlaw::NoSqlalchemy,
            MetadataFlaw::NoModule,
            MetadataFlaw::NoAttribute,
            MetadataFlaw::NoMetadata,
            MetadataFlaw::NoTables,
            MetadataFlaw::Raised,
        ] {
            let diagnostic = diagnostic(&ModelsError::Metadata {
                name: "app.models:Base.metadata".to_owned(),
                flaw,
                lines: vec!["why".to_owned()],
            });
            let is_config = !matches!(flaw, MetadataFlaw::NoTables | MetadataFlaw::Raised);
            assert_eq!(
                diagnostic.exit.code(),
                if is_config { 78 } else { 65 },
                "{flaw:?}"
            );
            assert!(!diagnostic.hints.is_empty(), "{flaw:?}");
        }
        insta::assert_snapshot!(said(&ModelsError::Metadata {
            name: "app.base:Base.metadata".to_owned(),
            flaw: MetadataFlaw::NoTables,
            lines: Vec::new(),
        }), @"
        seaworthy: error[models-metadata]: the metadata `app.base:Base.metadata` cannot be read
          cause: it has no tables, and to compare with nothing would drop everything

          hint: nothing has declared a table: import the modules with the models in the one that is named
          hint: or name a module that does, such as `app.models:Base.metadata` instead of `app.base:Base.metadata`
        exit 65
        ");
        insta::assert_snapshot!(said(&ModelsError::Metadata {
            name: "app.models:Base.metadata".to_owned(),
            flaw: MetadataFlaw::Raised,
            lines: vec![
                "File \"/app/app/models.py\", line 3, in <module>".to_owned(),
                "ModuleNotFoundError: No module named 'pydantic'".to_owned(),
            ],
        }), @r#"
        seaworthy: error[models-metadata]: the metadata `app.models:Base.metadata` cannot be read
          cause: File "/app/app/models.py", line 3, in <module>
          cause: ModuleNotFoundError: No module named 'pydantic'

          hint: import it by hand: `python -c 'import app.models'`
        exit 65
        "#);
    }
}
