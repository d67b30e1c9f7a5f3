//! What is said about a configuration that is wrong.
//!
//! No message repeats a URL, a connection string or an env file's line.

use std::io::ErrorKind;
use std::path::Path;

use super::{listen, migrate_command, target};
use crate::config::{
    AlsoProblem, ConfigError, ConfigWarning, DefaultValue, FilePlace, FileRole,
    FileTemplateProblem, HookProblem, Mismatch, Origin, ParameterProblem, Setting, Shape,
    UrlProblem, UsageError, Variable,
};
use crate::diagnostic::{Diagnostic, Excerpt, Place};
use crate::exit::Exit;

const HINT_ENCODE: &str =
    "percent-encode the password (`@` is `%40`, `/` is `%2F`, `%` is `%25`, a space is `%20`)";
const HINT_SEPARATE: &str =
    "or leave it out of the URL and set `PGPASSWORD`, or `POSTGRES_PASSWORD_FILE` to a secret file";

/// Returns what is said about a configuration that is wrong.
pub fn diagnostic(error: &ConfigError) -> Diagnostic {
    match error {
        ConfigError::Value {
            setting,
            origin,
            value,
            mismatch,
        } => bad_value(setting, origin, value.as_deref(), mismatch),
        ConfigError::NotUnicode { variable } => config(
            "not-unicode",
            format!("the value of `{}` is not UTF-8", variable.name),
        ),
        ConfigError::BothSet { variable, sibling } => both_set(variable, sibling),
        ConfigError::SkipContradiction { skip, run } => config(
            "contradiction",
            format!("`{}` and `{}` contradict each other", skip.name, run.name),
        )
        .places([variable_place(skip), variable_place(run)])
        .hint(format!("unset one of them: `unset {}`", run.name)),
        ConfigError::WithCommand { excluded, command } => {
            migrate_command::excluded(excluded, command)
        }
        ConfigError::ManyModels { first, second } => config(
            "contradiction",
            format!("`{}` and `{}` are both set", first.0, second.0),
        )
        .places([origin_place(&first.1), origin_place(&second.1)])
        .hint("keep one of them: it alone says what the schema shall be"),
        ConfigError::Switch { variable } => config(
            "setting",
            format!("`{}` is neither true nor false", variable.name),
        )
        .places([variable_place(variable)])
        .hint(format!(
            "write `{}=true` or `{}=false`",
            variable.name, variable.name
        )),
        ConfigError::Unreadable {
            path,
            role,
            origin,
            kind,
        } => unreadable(path, *role, origin, *kind),
        ConfigError::EmptySecret { path, origin } => config(
            "empty-secret",
            format!("the secret file `{}` is empty", path.display()),
        )
        .places([origin_place(origin)])
        .hint(format!(
            "put the value into it: `cat {}` must show it",
            path.display()
        )),
        ConfigError::EnvFileLine { path, line } => env_file_line(path, *line),
        ConfigError::TwoFiles { first, second } => config(
            "two-configuration-files",
            format!(
                "`{}` and `{}` both configure seaworthy",
                first.display(),
                second.display()
            ),
        )
        .hint(format!(
            "keep one of them, or name one: `--config {}`",
            first.display()
        )),
        ConfigError::NoSection { path, origin } => at(
            origin,
            "no-section",
            format!("`{}` has no section `[tool.seaworthy]`", path.display()),
        )
        .hint("add the section, or name another file with `--config`"),
        ConfigError::Toml { place, message } => config(
            "toml",
            format!("`{}` is not valid TOML", place.path.display()),
        )
        .place(file_place(place))
        .cause(message.clone()),
        ConfigError::UnknownKey {
            key,
            nearest,
            place,
        } => unknown_key(key.as_deref(), *nearest, place),
        ConfigError::NoTable { key, place } => {
            config("no-table", format!("`{key}` must be a table"))
                .place(file_place(place))
                .hint(format!("write its keys under a header `[{key}]`"))
        }
        ConfigError::Hook { place, problem } => hook(place, problem),
        ConfigError::NothingAsked => config(
            "nothing-asked",
            "`health` has nothing to ask: database and schema are switched off, and no application is named",
        )
        .hint("leave out `--database=false` or `--schema=false`, or name the application with `--app`"),
        ConfigError::NoHost {
            passed_over: Some(variable),
            ..
        } => no_host()
            .cause(format!(
                "`{}` is set, but this command waits for the application's database",
                variable.name
            ))
            .hint("set `DATABASE_URL=postgres://USER@HOST/DATABASE` as the application has it")
            .hint(format!(
                "or pass the same URL: `--database-url \"${}\"`",
                variable.name
            )),
        ConfigError::NoHost {
            passed_over: None,
            is_skippable,
        } => {
            let diagnostic = no_host()
                .hint("set `DATABASE_URL=postgres://USER@HOST/DATABASE`, or `PGHOST` and its like");
            if *is_skippable {
                diagnostic.hint("or skip the database: `SKIP_WAIT=true SKIP_MIGRATION=true`")
            } else {
                diagnostic
            }
        }
        ConfigError::Url { origin, problem } => url(origin, problem),
        ConfigError::Parameter {
            parameter,
            origin,
            problem,
        } => bad_parameter(parameter, origin, *problem),
        ConfigError::Service {
            path,
            line,
            problem,
        } => config(
            "service-file",
            format!("the service file `{}` is not valid", path.display()),
        )
        .place(Place::named(format!("{}:{line}", path.display())))
        .cause(problem.to_string()),
        ConfigError::NoService { origin, looked_in } => {
            let looked_in: Vec<String> = looked_in
                .iter()
                .map(|path| format!("`{}`", path.display()))
                .collect();
            let diagnostic = at(origin, "no-service", "the named service is defined nowhere");
            if looked_in.is_empty() {
                diagnostic.hint("name the service file: `PGSERVICEFILE=/path/pg_service.conf`")
            } else {
                diagnostic.cause(format!("it is not in {}", looked_in.join(" or ")))
            }
        }
        ConfigError::NoUser => config(
            "no-user",
            "no database user is configured, and this uid has no name to use in its place",
        )
        .hint("set `PGUSER`, or write the user into the URL"),
        ConfigError::NoDatabase | ConfigError::Declaration => {
            Diagnostic::error("bug", Exit::Bug, error.to_string())
                .hint("this is a bug in seaworthy: please report it")
        }
    }
}

/// Returns what is said about a command line that is wrong.
pub fn usage(error: &UsageError) -> Diagnostic {
    let diagnostic = Diagnostic::error("usage", Exit::Usage, error.title.clone());
    let diagnostic = match &error.tip {
        Some(tip) => diagnostic.hint(tip.clone()),
        None => diagnostic,
    };
    let diagnostic = match &error.target {
        Some(problem) => diagnostic.hint(target::hint(problem)),
        None => diagnostic,
    };
    diagnostic.hint(format!("`{} --help` says what there is", error.command))
}

/// Returns a warning as a line of the log.
pub fn warning(warning: &ConfigWarning) -> String {
    match warning {
        ConfigWarning::UnknownVariable { name, nearest } => match nearest {
            Some(nearest) => format!("`{name}` is no setting: did you mean `{nearest}`?"),
            None => format!("`{name}` is no setting, and has no effect"),
        },
        ConfigWarning::UnknownUrlParameter { name, origin } => match name {
            Some(name) => {
                format!(
                    "the parameter `{name}` in the URL of `{origin}` is not known, and has no effect here"
                )
            }
            None => {
                format!("a parameter in the URL of `{origin}` is not known, and has no effect here")
            }
        },
        ConfigWarning::NoEffect { flags } => format!(
            "`--{}` has no effect on the migrate command",
            flags.join("`, `--")
        ),
        ConfigWarning::PasswordFileReaders { path } => format!(
            "the password file `{path}` is passed over, since others than its owner may read it: \
             `chmod 600 {path}`",
            path = path.display()
        ),
    }
}

fn config(code: &'static str, title: impl Into<String>) -> Diagnostic {
    Diagnostic::error(code, Exit::Config, title)
}

/// A value that was typed is an error of the command line.
fn at(origin: &Origin, code: &'static str, title: impl Into<String>) -> Diagnostic {
    let exit = match origin {
        Origin::Flag(_) | Origin::Argument(_) => Exit::Usage,
        Origin::Variable(_) | Origin::File(_) | Origin::Default => Exit::Config,
    };
    Diagnostic::error(code, exit, title).places([origin_place(origin)])
}

trait Places {
    /// Adds the places that there are.
    fn places(self, places: impl IntoIterator<Item = Option<Place>>) -> Self;
}

impl Places for Diagnostic {
    fn places(mut self, places: impl IntoIterator<Item = Option<Place>>) -> Self {
        self.places.extend(places.into_iter().flatten());
        self
    }
}

/// A flag or a variable is named by the message; a file has a place in it.
pub(super) fn origin_place(origin: &Origin) -> Option<Place> {
    match origin {
        Origin::Flag(name) => Some(Place::named(format!("--{name}"))),
        Origin::Argument(name) => Some(Place::named(*name)),
        Origin::Variable(variable) => {
            variable_place(variable).or_else(|| Some(Place::named(variable.name.clone())))
        }
        Origin::File(place) => Some(file_place(place)),
        Origin::Default => None,
    }
}

fn variable_place(variable: &Variable) -> Option<Place> {
    let place = variable.env_file.as_ref()?;
    Some(Place::named(place.to_string()).note(format!("`{}`", variable.name)))
}

fn file_place(place: &FilePlace) -> Place {
    Place {
        excerpt: place.excerpt.as_ref().map(|text| Excerpt {
            line: place.line,
            column: place.column,
            text: text.clone(),
        }),
        ..Place::named(place.to_string())
    }
}

fn bad_value(
    setting: &Setting,
    origin: &Origin,
    value: Option<&str>,
    mismatch: &Mismatch,
) -> Diagnostic {
    let name = match origin {
        Origin::Flag(name) => format!("--{name}"),
        Origin::Argument(name) => (*name).to_owned(),
        Origin::Variable(variable) => variable.name.clone(),
        Origin::File(_) => setting.key.unwrap_or(setting.flag).to_owned(),
        Origin::Default => format!("the default of --{}", setting.flag),
    };
    let title = match value {
        Some(value) => format!("`{value}` is not a valid value of `{name}`"),
        None => format!("the value of `{name}` is not valid"),
    };
    let mut diagnostic = at(origin, "setting", title).cause(mismatch_text(mismatch));
    // The title names a flag or a variable already.
    diagnostic.places = match origin {
        Origin::Variable(variable) => variable_place(variable).into_iter().collect(),
        Origin::File(place) => vec![file_place(place)],
        Origin::Flag(_) | Origin::Argument(_) | Origin::Default => Vec::new(),
    };
    match mismatch_hint(setting, mismatch) {
        Some(hint) => diagnostic.hint(hint),
        None => diagnostic,
    }
}

fn mismatch_text(mismatch: &Mismatch) -> String {
    match mismatch {
        Mismatch::Choice { allowed, .. } => {
            format!("it is one of {}", list(allowed))
        }
        Mismatch::Type { expected } => format!("it must be {expected}"),
        Mismatch::Empty
        | Mismatch::Switch
        | Mismatch::Duration(_)
        | Mismatch::NoDuration
        | Mismatch::Zero
        | Mismatch::LongName(_)
        | Mismatch::ControlCharacter
        | Mismatch::VariableName
        | Mismatch::Also(_)
        | Mismatch::Listen(_)
        | Mismatch::Path
        | Mismatch::Pattern
        | Mismatch::FileTemplate(_)
        | Mismatch::Count
        | Mismatch::Metadata
        | Mismatch::Target(_)
        | Mismatch::NoTarget
        | Mismatch::OpenQuote
        | Mismatch::ShellWord(_) => mismatch.to_string(),
    }
}

fn mismatch_hint(setting: &Setting, mismatch: &Mismatch) -> Option<String> {
    let example = match (setting.shape, setting.default) {
        (Shape::Duration, DefaultValue::Text("0")) => Some("30s"),
        (Shape::Duration, DefaultValue::Text(text)) => Some(text),
        (_, _) => None,
    };
    match mismatch {
        Mismatch::Choice { nearest, .. } => nearest.map(|word| format!("did you mean `{word}`?")),
        Mismatch::Switch => Some("write true or false, yes or no, on or off, 1 or 0".to_owned()),
        Mismatch::Duration(_) | Mismatch::NoDuration | Mismatch::Zero => {
            example.map(|text| format!("write a number and its unit: `--{} {text}`", setting.flag))
        }
        Mismatch::Also(problem) => Some(also_hint(*problem).to_owned()),
        Mismatch::Listen(problem) => Some(listen::hint(*problem).to_owned()),
        Mismatch::Path => Some("write it as a probe asks for it, such as `/livez`".to_owned()),
        Mismatch::Pattern => {
            Some("write a name with its schema, such as `public.legacy_*`".to_owned())
        }
        Mismatch::NoTarget => Some("a target is `head`, `heads`, a revision, `+1`".to_owned()),
        Mismatch::VariableName => Some("name the variable only, without `=` and value".to_owned()),
        Mismatch::FileTemplate(problem) => Some(match problem {
            FileTemplateProblem::Token {
                nearest: Some(nearest),
            } => format!("did you mean `%({nearest})`?"),
            FileTemplateProblem::Token { nearest: None } => {
                "the tokens are rev, slug, year, month, day, hour, minute, second and epoch"
                    .to_owned()
            }
            FileTemplateProblem::Percent
            | FileTemplateProblem::Conversion
            | FileTemplateProblem::Slash
            | FileTemplateProblem::Hidden => {
                "write it as printf does, such as `%(year)d_%(month).2d_%(rev)s_%(slug)s`"
                    .to_owned()
            }
        }),
        Mismatch::Count => Some(format!(
            "write a number, such as `--{} {}`",
            setting.flag,
            setting.default.shown()
        )),
        Mismatch::Target(problem) => Some(target::hint(problem)),
        Mismatch::OpenQuote => Some(migrate_command::HINT_QUOTE.to_owned()),
        Mismatch::ShellWord(_) => Some(migrate_command::HINT_SHELL.to_owned()),
        Mismatch::Empty
        | Mismatch::LongName(_)
        | Mismatch::ControlCharacter
        | Mismatch::Metadata
        | Mismatch::Type { .. } => None,
    }
}

fn also_hint(problem: AlsoProblem) -> &'static str {
    match problem {
        AlsoProblem::Scheme | AlsoProblem::Malformed => {
            "write `tcp://HOST:PORT`, `http://HOST/PATH`, `https://HOST/PATH`, `unix:///PATH` or `file:///PATH`"
        }
        AlsoProblem::NotEncoded => {
            "percent-encode user name, password and path (`@` is `%40`, `/` is `%2F`)"
        }
        AlsoProblem::NoHost | AlsoProblem::NoPort | AlsoProblem::Trailing => {
            "write `tcp://HOST:PORT`, such as `tcp://redis:6379`"
        }
        AlsoProblem::RelativePath => "write three slashes: `unix:///run/app.sock`",
    }
}

fn both_set(variable: &Variable, sibling: &Variable) -> Diagnostic {
    config(
        "both-set",
        format!("`{}` and `{}` are both set", variable.name, sibling.name),
    )
    .places([variable_place(variable), variable_place(sibling)])
    .hint(format!("unset one of them: `unset {}`", variable.name))
}

fn unreadable(path: &Path, role: FileRole, origin: &Origin, kind: ErrorKind) -> Diagnostic {
    let title = format!("the {} `{}` cannot be read", role.noun(), path.display());
    let reason = match kind {
        ErrorKind::InvalidData => "it is not UTF-8".to_owned(),
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::IsADirectory => "it is a directory".to_owned(),
        ErrorKind::WouldBlock => "it is a pipe, and nobody writes into it".to_owned(),
        kind => kind.to_string(),
    };
    let diagnostic = at(origin, "unreadable", title).cause(reason);
    match kind {
        ErrorKind::NotFound => {
            diagnostic.hint(format!("is it mounted? `ls -l {}`", path.display()))
        }
        ErrorKind::PermissionDenied => {
            diagnostic.hint(format!("may this uid read it? `ls -ln {}`", path.display()))
        }
        _ => diagnostic,
    }
}

fn env_file_line(path: &Path, line: Option<usize>) -> Diagnostic {
    let place = match line {
        Some(line) => format!("{}:{line}", path.display()),
        None => path.display().to_string(),
    };
    config("env-file", "a line of the env file is no assignment")
        .place(Place::named(place))
        .hint("write `NAME=value`; a value with spaces or `#` stands in single quotes")
}

fn unknown_key(key: Option<&str>, nearest: Option<&'static str>, place: &FilePlace) -> Diagnostic {
    let title = match key {
        Some(key) => format!("there is no setting `{key}`"),
        None => "there is no such setting".to_owned(),
    };
    let diagnostic = config("unknown-key", title).place(file_place(place));
    match nearest {
        Some(nearest) => diagnostic.hint(format!("did you mean `{nearest}`?")),
        None => diagnostic.hint("`seaworthy run --help` lists the keys of the configuration file"),
    }
}

fn hook(place: &FilePlace, problem: &HookProblem) -> Diagnostic {
    let diagnostic = config("hook", "a hook for new files is not valid")
        .place(file_place(place))
        .cause(match problem {
            HookProblem::Key { key: Some(key), .. } => format!("it has no key `{key}`"),
            HookProblem::Key { key: None, .. }
            | HookProblem::NoTables
            | HookProblem::Name
            | HookProblem::Command => problem.to_string(),
        });
    match problem {
        HookProblem::Key {
            nearest: Some(nearest),
            ..
        } => diagnostic.hint(format!("did you mean `{nearest}`?")),
        HookProblem::Key { nearest: None, .. } => {
            diagnostic.hint("a hook has a `name` and a `command`")
        }
        HookProblem::NoTables => {
            diagnostic.hint("write each hook under a header `[[migrations.post_write_hooks]]`")
        }
        HookProblem::Name => diagnostic.hint("add a line such as `name = \"format\"`"),
        HookProblem::Command => diagnostic.hint(
            "add a line such as `command = [\"pg_format\", \"-i\", \"REVISION_SCRIPT_FILENAME\"]`",
        ),
    }
}

fn no_host() -> Diagnostic {
    config("no-database", "no database host is configured")
}

fn url(origin: &Origin, problem: &UrlProblem) -> Diagnostic {
    let diagnostic = at(origin, "database-url", "the database URL is not valid");
    match problem {
        UrlProblem::Jdbc => diagnostic
            .cause(problem.to_string())
            .hint("leave `jdbc:` out, and write user and password before the host"),
        UrlProblem::OtherDatabase | UrlProblem::Unrecognised => diagnostic
            .cause(problem.to_string())
            .hint("write `postgres://USER:PASSWORD@HOST:PORT/DATABASE`"),
        UrlProblem::Driver => diagnostic.cause(problem.to_string()).hint(
            "write `postgresql://`, or one of the drivers asyncpg, psycopg, psycopg2, psycopg_async, pg8000",
        ),
        UrlProblem::Quoted => diagnostic.cause(problem.to_string()).hint(
            "leave the quotes out: an env file of Docker and a manifest keep them as part of the value",
        ),
        UrlProblem::Unexpanded => diagnostic
            .cause(problem.to_string())
            .hint("no shell reads this value: set the URL itself, or set `PGHOST`, `PGUSER` and `PGPASSWORD`")
            .hint("or, if the password has a `$`, write it `%24`"),
        UrlProblem::WhiteSpace | UrlProblem::Userinfo | UrlProblem::Percent => diagnostic
            .cause(problem.to_string())
            .hint(HINT_ENCODE)
            .hint(HINT_SEPARATE),
        UrlProblem::Brackets => diagnostic
            .cause(problem.to_string())
            .hint("write an IPv6 address in brackets: `postgres://USER@[::1]:5432/DATABASE`"),
        UrlProblem::NoEquals | UrlProblem::OpenQuote => diagnostic
            .cause(problem.to_string())
            .hint(HINT_SEPARATE.trim_start_matches("or ")),
        UrlProblem::Unknown { name, nearest } => {
            let diagnostic = match name {
                Some(name) => diagnostic.cause(format!("there is no parameter `{name}`")),
                None => diagnostic.cause(problem.to_string()),
            };
            match nearest {
                Some(nearest) => diagnostic.hint(format!("did you mean `{nearest}`?")),
                None => diagnostic,
            }
        }
    }
}

fn bad_parameter(parameter: &str, origin: &Origin, problem: ParameterProblem) -> Diagnostic {
    let title = match problem {
        ParameterProblem::Unsupported { .. } => {
            format!("the connection parameter `{parameter}` is not supported")
        }
        ParameterProblem::Port
        | ParameterProblem::PortCount
        | ParameterProblem::Host
        | ParameterProblem::HostWithPort
        | ParameterProblem::EmptyHost
        | ParameterProblem::Address
        | ParameterProblem::AddressCount
        | ParameterProblem::Seconds
        | ParameterProblem::Choice { .. }
        | ParameterProblem::WeakSslMode
        | ParameterProblem::ControlCharacter => {
            format!("the connection parameter `{parameter}` is not valid")
        }
    };
    let diagnostic = at(origin, "connection-parameter", title);
    match problem {
        ParameterProblem::Choice { allowed } => {
            diagnostic.cause(format!("it is one of {}", list(allowed)))
        }
        ParameterProblem::HostWithPort => diagnostic
            .cause(problem.to_string())
            .hint("set the port by itself: `PGPORT=5432`"),
        ParameterProblem::Unsupported { hint } => {
            let diagnostic = diagnostic.cause(problem.to_string());
            match hint {
                Some(hint) => diagnostic.hint(hint),
                None => diagnostic,
            }
        }
        ParameterProblem::Port
        | ParameterProblem::PortCount
        | ParameterProblem::Host
        | ParameterProblem::EmptyHost
        | ParameterProblem::Address
        | ParameterProblem::AddressCount
        | ParameterProblem::Seconds
        | ParameterProblem::WeakSslMode
        | ParameterProblem::ControlCharacter => diagnostic.cause(problem.to_string()),
    }
}

fn list(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests;
