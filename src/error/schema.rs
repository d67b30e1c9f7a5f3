//! What is said when schemas cannot be read or compared.

use std::path::PathBuf;

use seaworthy_schema::{Hazard, PlanError, ReadError, Unfulfilled, identifier};

use super::apply::{told, unavailable_or};
use super::listing::{located, with_places};
use crate::diagnostic::{Diagnostic, Place};
use crate::exit::Exit;
use crate::postgres::ServerFailure;
use crate::postgres::catalog::CatalogError;
use crate::postgres::shadow::{LoadError, LoadPlace, ShadowError};
use crate::revision::Located;
use crate::sql::Scope;

/// Returns what is said about a schema that cannot be read.
pub fn catalog(error: &CatalogError) -> Diagnostic {
    match error {
        CatalogError::Server(failure) => Diagnostic::error(
            "schema-not-read",
            unavailable_or(failure, Exit::Refused),
            "the schema could not be read",
        )
        .cause(told(failure)),
        CatalogError::Read(error) => match error {
            ReadError::Columns { .. } | ReadError::Address { .. } | ReadError::Twice(_) => {
                bug(error.to_string())
            }
        },
    }
}

/// Returns what is said about differences that cannot be put in order.
pub fn plan(error: &PlanError) -> Diagnostic {
    match error {
        PlanError::Circle(_) => bug(error.to_string()),
    }
}

/// Returns what is said about a database that cannot be made or dropped.
pub fn shadow(error: &ShadowError) -> Diagnostic {
    match error {
        ShadowError::NotAllowed { role, .. } => {
            Diagnostic::error("shadow-not-allowed", Exit::Refused, error.to_string())
                .hint("name a server where that is allowed with `--shadow-url`: databases `seaworthy_shadow_*` are made there, and dropped")
                .hint(format!("or allow it here: `ALTER ROLE {} CREATEDB`", identifier(role)))
        }
        ShadowError::Denied { failure, .. } => {
            Diagnostic::error("shadow-not-allowed", Exit::Refused, error.to_string())
                .cause(told(failure))
                .hint("nothing was written; let `--shadow-url` name a role that may")
        }
        ShadowError::Template { failure, .. } => {
            Diagnostic::error("shadow-template", Exit::Config, error.to_string())
                .cause(told(failure))
                .hint("let `--shadow-template` name a database that this role may copy, in the encoding and the locale of the configured one, and to which nobody is connected")
                .hint("or leave it out: `template0` is always there")
        }
        ShadowError::Server(failure) => Diagnostic::error(
            "shadow",
            unavailable_or(failure, Exit::Refused),
            "a shadow database could not be made",
        )
        .cause(told(failure)),
        ShadowError::NotDropped { why, .. } => {
            let exit = match why {
                Some(failure) => unavailable_or(failure, Exit::Refused),
                None => Exit::Unavailable,
            };
            let cause = match why {
                Some(failure) => told(failure),
                None => "the server did not answer".to_owned(),
            };
            Diagnostic::error("shadow", exit, error.to_string())
                .cause(cause)
                .hint("the next comparison drops it, if it can")
        }
    }
}

/// Returns what is said about models that make no schema.
pub fn load(error: &LoadError) -> Diagnostic {
    match error {
        LoadError::Sql { place: at, error } => super::sql::diagnostic(error, &at.source),
        LoadError::NotOfSchema { place: at, scope } => {
            let (title, hint) = match scope {
                Scope::Data => (
                    "a model describes a schema, and this statement changes rows",
                    "put rows into a revision: `seaworthy revision -m \"...\"`",
                ),
                Scope::Server => (
                    "a model describes one database, and this statement reaches beyond it",
                    "make roles and databases elsewhere: they are taken as they are",
                ),
                Scope::Transaction => (
                    "a model is no script: it has no transactions",
                    "take the statement out",
                ),
                Scope::Schema | Scope::Session => {
                    ("this statement cannot stand here", "take it out")
                }
            };
            Diagnostic::error("model", Exit::Invalid, title)
                .place(place(at))
                .hint(hint)
        }
        LoadError::MayReachServer { place: at } => Diagnostic::error(
            "model",
            Exit::Invalid,
            "this body may change what all databases of the server share, such as roles",
        )
        .place(place(at))
        .hint("models are loaded on the server of the configured database; nothing was run")
        .hint("name another server with `--shadow-url`, one that nothing depends on"),
        LoadError::Statement { place: at, failure } => {
            let diagnostic = Diagnostic::error("model", Exit::Invalid, "a model cannot be loaded");
            diagnostic.place(place(at)).cause(told(failure))
        }
        LoadError::MissingRoles(roles) => {
            let title = "the server of the shadow databases lacks roles that are named here";
            let create = |role: &String| format!("CREATE ROLE {};", identifier(role));
            let lines: Vec<String> = roles.iter().map(create).collect();
            Diagnostic::error("missing-roles", Exit::Invalid, title)
                .hint(format!("make them on that server:\n{}", lines.join("\n")))
        }
        LoadError::Lost(failure) => Diagnostic::error(
            "connection-lost",
            Exit::Unavailable,
            "the connection was lost while the models were loaded",
        )
        .cause(told(failure)),
    }
}

/// Returns what is said about a plan with dangers that no plan may have.
pub fn hazards_denied(hazards: &[Hazard]) -> Diagnostic {
    let told = |hazard: &Hazard| format!("{}: {}", hazard.kind.name(), hazard.detail);
    denied(hazards.iter().map(told).collect())
}

/// Returns the same for dangers in words.
pub fn denied(hazards: Vec<String>) -> Diagnostic {
    let title = match hazards.len() {
        1 => "the plan has a hazard that is denied".to_owned(),
        count => format!("the plan has {count} hazards that are denied"),
    };
    causes("hazard-denied", title, hazards)
        .hint("`--online` does without most long locks; `seaworthy diff` without `--deny-hazard` shows the statements")
        .hint("where it is meant, leave its kind out of `--deny-hazard` once")
}

/// Why something is not renamed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RenameProblem {
    /// A line of the models that cannot be read.
    #[error("the line asks for no rename")]
    Line(LoadPlace),
    /// `place` is that of a line; what was typed has none.
    #[error("nothing can be renamed: {why}")]
    Unfulfilled {
        why: Unfulfilled,
        place: Option<LoadPlace>,
    },
    #[error("{rename} cannot be renamed")]
    Refused {
        rename: String,
        failure: Box<ServerFailure>,
    },
}

/// Returns what is said about a rename that cannot be.
pub fn rename(problem: &RenameProblem) -> Diagnostic {
    let diagnostic = Diagnostic::error("rename", Exit::Invalid, problem.to_string());
    match problem {
        RenameProblem::Line(at) => diagnostic.place(place(at)).hint(
            "write `-- seaworthy:rename table public.old new` or `-- seaworthy:rename column public.users.old new`",
        ),
        RenameProblem::Unfulfilled { why, place: at } => {
            let diagnostic = match at {
                Some(at) => diagnostic.place(place(at)),
                None => diagnostic,
            };
            match why {
                Unfulfilled::Ambiguous { .. } => diagnostic.hint("name its schema"),
                Unfulfilled::Done { .. } => diagnostic.hint("leave the rename out"),
                Unfulfilled::Both { .. } => diagnostic
                    .hint("leave the rename out, or say in the same step what the other one shall be called"),
                Unfulfilled::Unknown { .. }
                | Unfulfilled::NotWanted { .. }
                | Unfulfilled::Kept { .. } => diagnostic
                    .hint("see what is there and what shall be: `seaworthy diff` without the rename"),
            }
        }
        RenameProblem::Refused { failure, .. } => diagnostic.cause(told(failure)),
    }
}

/// Returns the warning about a line of the models that is of no use any more.
pub fn stale_rename(why: &Unfulfilled, at: &LoadPlace) -> String {
    let (path, line) = (at.source.path_at(at.at), at.source.position(at.at).line);
    format!(
        "{}:{line}: {why}; the line can go, unless a name is wrong",
        path.display()
    )
}

/// Returns what is said where models are needed and none are named.
pub fn no_models() -> Diagnostic {
    Diagnostic::error("no-models", Exit::Config, "no models are configured")
        .hint("name the SQL that makes the schema: `models = [\"schema.sql\"]` under `[schema]` in seaworthy.toml, or `--models`")
        .hint("or SQLAlchemy's metadata: `sqlalchemy = [\"app.models:Base.metadata\"]`")
}

/// Returns what is said of models in which nothing stands.
pub fn empty_models(paths: &[PathBuf]) -> Diagnostic {
    let paths: Vec<String> = paths
        .iter()
        .map(|path| format!("`{}`", path.display()))
        .collect();
    let title = format!("the models hold no statement: {}", paths.join(", "));
    Diagnostic::error("models-empty", Exit::Invalid, title)
        .cause("to compare with nothing would drop everything")
        .hint("write the schema there; that of the database is printed by `seaworthy dump`")
        .hint(
            "or, if nothing shall be left, compare with `empty`: `seaworthy diff revisions empty`",
        )
}

/// Returns what is said about a database that lacks what the models come after.
pub fn not_at_head(title: String, pending: &[Located], why: Option<&str>) -> Diagnostic {
    let title = match pending {
        [] => title,
        [_] => format!("{title}: 1 revision is pending"),
        several => format!("{title}: {} revisions are pending", several.len()),
    };
    let diagnostic = Diagnostic::error("not-at-head", Exit::Invalid, title);
    let diagnostic = with_places(diagnostic, pending.iter().map(located));
    let diagnostic = match why {
        Some(why) => diagnostic.cause(why),
        None => diagnostic,
    };
    diagnostic
        .hint("bring it there first: `seaworthy upgrade`")
        .hint("or compare with the revisions: leave `--against database` out")
}

/// Returns what is said about a database in which nothing was made.
pub fn nothing_to_adopt(title: String) -> Diagnostic {
    Diagnostic::error("nothing-to-adopt", Exit::Invalid, title)
        .hint("name the database with `--database-url`")
        .hint("or start with an example: `seaworthy init`")
}

/// Returns what is said about a schema that is no longer what was proved.
pub fn changed(title: String) -> Diagnostic {
    Diagnostic::error("schema-changed", Exit::Invalid, title)
        .hint("nothing was written: run it again when nobody changes the schema")
}

/// Returns what is said about a database that has revisions already.
pub fn adopted(title: String) -> Diagnostic {
    Diagnostic::error("adopted", Exit::Invalid, title)
        .hint("take the directory of those revisions: `seaworthy status` lists them")
        .hint("to forget them and begin anew, drop the table and its history")
}

/// Returns what `check` says of models that the revisions do not make.
pub fn models_differ(differences: Vec<String>) -> Diagnostic {
    let title = format!(
        "the models differ from what the revisions make: {}",
        counted(&differences)
    );
    causes("models-differ", title, differences)
        .hint("write the revision: `seaworthy revision --autogenerate -m \"...\"`")
        .hint("or see the statements: `seaworthy diff revisions models`")
}

/// Returns what `check` says of a database that is not as its revisions made it.
pub fn database_differs(differences: Vec<String>) -> Diagnostic {
    let title = format!(
        "the database differs from its revisions: {}",
        counted(&differences)
    );
    causes("drift", title, differences)
        .hint("see the statements that put it right: `seaworthy diff database revisions`")
}

fn counted(differences: &[String]) -> String {
    match differences.len() {
        1 => "1 difference".to_owned(),
        count => format!("{count} differences"),
    }
}

fn causes(code: &'static str, title: String, causes: Vec<String>) -> Diagnostic {
    let diagnostic = Diagnostic::error(code, Exit::Failed, title);
    causes.into_iter().fold(diagnostic, Diagnostic::cause)
}

/// Returns what is said about a revision that did not do what was planned.
pub fn not_proved(title: String, differences: &[String]) -> Diagnostic {
    let diagnostic = Diagnostic::error("not-proved", Exit::Bug, title);
    let shown = differences.iter().take(SHOWN_DIFFERENCES);
    let diagnostic = shown.fold(diagnostic, |diagnostic, one| diagnostic.cause(one.clone()));
    diagnostic
        .hint("nothing was written; `seaworthy diff` prints the statements")
        .hint("this is a bug of seaworthy: report it, with both schemas if they may be seen")
}

/// Returns what is said about a revision that rows stand against.
pub fn rows_refuse(title: String, failure: &ServerFailure) -> Diagnostic {
    Diagnostic::error("rows-refuse", Exit::Invalid, title)
        .cause(told(failure))
        .hint("nothing was written; give a new column a DEFAULT in the models")
        .hint("or see to the rows in a revision of your own first: `seaworthy revision -m \"...\"`, with the SQL of `seaworthy diff`")
}

/// So many differences are enough to see what is wrong.
const SHOWN_DIFFERENCES: usize = 5;

fn place(at: &LoadPlace) -> Place {
    Place::in_source(&at.source, at.at)
}

fn bug(title: String) -> Diagnostic {
    Diagnostic::error("schema-bug", Exit::Bug, title)
        .hint("this is a bug of seaworthy: report it, with both schemas if they may be seen")
}
