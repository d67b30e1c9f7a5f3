//! What is said of models that are asked for from a command, or from Python.

use super::migrate_command::how_it_ended;
use crate::diagnostic::Diagnostic;
use crate::exit::Exit;
use crate::process::{MetadataFlaw, ModelsError};

/// Returns what is said about models that cannot be had.
pub fn diagnostic(error: &ModelsError) -> Diagnostic {
    let of = |code, exit| Diagnostic::error(code, exit, error.to_string());
    match error {
        ModelsError::NotStarted { source, .. } => of("models-command", Exit::Config)
            .cause(source.to_string())
            .hint("check `schema.command`, or `schema.python` where SQLAlchemy's models are read, and the variable PATH")
            .hint("no shell runs it: for `&&`, `|` or `$NAME` write `sh -c '...'`"),
        ModelsError::Failed { status, lines, .. } => {
            caused(of("models-command", Exit::Invalid).cause(how_it_ended(*status)), lines)
        }
        ModelsError::NotUnicode { .. } => of("models-command", Exit::Invalid)
            .hint("let it print UTF-8, such as with `PGCLIENTENCODING=UTF8` or `PYTHONUTF8=1`"),
        ModelsError::Empty { .. } => of("models-command", Exit::Invalid)
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
            let mut diagnostic = caused(of("models-metadata", exit), lines);
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
