//! What is said about files that cannot be read or written.

use std::io::ErrorKind;
use std::path::Path;

use super::listing::names;
use crate::diagnostic::{Diagnostic, Place};
use crate::exit::Exit;
use crate::files::FilesError;

/// How to run without the directory.
const SKIP: &str = "or set `SKIP_MIGRATION=true` to start without migrations";

pub fn diagnostic(error: &FilesError) -> Diagnostic {
    let invalid = |code| Diagnostic::error(code, Exit::Invalid, without_cause(error));
    match error {
        FilesError::NoDirectory { .. } => invalid("no-directory")
            .hint("name the directory of the revisions with `--dir`")
            .hint(SKIP),
        FilesError::NotADirectory { .. } => invalid("no-directory")
            .hint("name a directory with `--dir`, not a file in it")
            .hint(SKIP),
        FilesError::Directory { error: cause, .. } => invalid("directory-unreadable")
            .cause(cause.to_string())
            .hint("let this user read the directory, or name another one with `--dir`")
            .hint(SKIP),
        FilesError::Empty { .. } => invalid("no-revisions")
            .hint("name the directory of the revisions with `--dir`; subdirectories are not read")
            .hint(SKIP),
        FilesError::NotAFile { path } => invalid("not-a-file").place(named(path)).hint(
            "remove or rename what is there: every name that ends in `.sql` is taken for a revision",
        ),
        FilesError::Read { path, error: cause } => invalid("file-unreadable")
            .place(named(path))
            .cause(cause.to_string())
            .hint(match cause.kind() {
                ErrorKind::NotFound => "name a file that there is",
                _ => "let this user read the file",
            }),
        FilesError::NotUtf8 { path, position } => invalid("not-utf8")
            .place(Place::named(format!(
                "{}:{}:{}",
                path.display(),
                position.line,
                position.column
            )))
            .hint("save the file as UTF-8"),
        FilesError::NoProject { .. } => invalid("no-directory")
            .hint("start a project with `seaworthy init`, or make the directory")
            .hint("or name the directory of the revisions with `--dir`"),
        FilesError::OtherDirectory { dirs, .. } => {
            let dirs: Vec<String> = dirs.iter().map(|dir| dir.display().to_string()).collect();
            let dirs = names(dirs.iter().map(String::as_str));
            Diagnostic::error("other-directory", Exit::Usage, without_cause(error))
                .hint(format!("name one of {dirs}, or add it with `--dir`"))
        }
        FilesError::Occupied { .. } => {
            Diagnostic::error("file-exists", Exit::Write, without_cause(error))
                .hint("the next revision is made by `seaworthy revision -m MESSAGE`")
        }
        FilesError::TimeZone { .. } => {
            Diagnostic::error("time-zone", Exit::Config, without_cause(error))
                .hint("name one as in `/usr/share/zoneinfo`, such as `--timezone Europe/Berlin`")
        }
        FilesError::NoTimeZones { .. } => {
            Diagnostic::error("time-zone", Exit::Config, without_cause(error))
                .hint("install the package tzdata, or use `--timezone UTC`")
        }
        FilesError::Exists { path } => {
            Diagnostic::error("file-exists", Exit::Write, without_cause(error))
                .place(named(path))
                .hint("nothing is written over: move it away, or choose another name")
        }
        FilesError::NoMatch { .. } | FilesError::NoModel { .. } | FilesError::Pattern { .. } => {
            Diagnostic::error("models", Exit::Config, error.to_string())
                .hint("name files, directories, or patterns such as `schema/**/*.sql`")
        }
        FilesError::Write { path, error: cause } => {
            Diagnostic::error("file-not-written", Exit::Write, without_cause(error))
                .place(named(path))
                .cause(cause.to_string())
        }
    }
}

/// Returns the title; what the system says has a line of its own.
fn without_cause(error: &FilesError) -> String {
    match error {
        FilesError::Directory { dir, .. } => {
            format!("the directory `{}` cannot be read", dir.display())
        }
        FilesError::Read { path, .. } => format!("`{}` cannot be read", path.display()),
        FilesError::Write { path, .. } => format!("`{}` cannot be written", path.display()),
        FilesError::NoDirectory { .. }
        | FilesError::NotADirectory { .. }
        | FilesError::Empty { .. }
        | FilesError::NotAFile { .. }
        | FilesError::NotUtf8 { .. }
        | FilesError::NoProject { .. }
        | FilesError::OtherDirectory { .. }
        | FilesError::Occupied { .. }
        | FilesError::TimeZone { .. }
        | FilesError::NoTimeZones { .. }
        | FilesError::NoMatch { .. }
        | FilesError::NoModel { .. }
        | FilesError::Pattern { .. }
        | FilesError::Exists { .. } => error.to_string(),
    }
}

fn named(path: &Path) -> Place {
    Place::named(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::source::Position;

    fn shown(error: &FilesError) -> String {
        let diagnostic = diagnostic(error);
        format!("{diagnostic}\nexit {}", diagnostic.exit.code())
    }

    fn denied() -> io::Error {
        io::Error::from_raw_os_error(13)
    }

    #[test]
    fn a_directory_that_holds_no_revisions_names_the_ways_on() {
        let dir = || "migrations".into();
        insta::assert_snapshot!(shown(&FilesError::NoDirectory { dir: dir() }), @r#"
        seaworthy: error[no-directory]: the directory `migrations` does not exist

          hint: name the directory of the revisions with `--dir`
          hint: or set `SKIP_MIGRATION=true` to start without migrations
        exit 65
        "#);
        insta::assert_snapshot!(shown(&FilesError::NotADirectory { dir: dir() }), @r#"
        seaworthy: error[no-directory]: `migrations` is no directory

          hint: name a directory with `--dir`, not a file in it
          hint: or set `SKIP_MIGRATION=true` to start without migrations
        exit 65
        "#);
        insta::assert_snapshot!(shown(&FilesError::Directory { dir: dir(), error: denied() }), @r#"
        seaworthy: error[directory-unreadable]: the directory `migrations` cannot be read
          cause: Permission denied (os error 13)

          hint: let this user read the directory, or name another one with `--dir`
          hint: or set `SKIP_MIGRATION=true` to start without migrations
        exit 65
        "#);
        insta::assert_snapshot!(shown(&FilesError::Empty { dir: dir() }), @r#"
        seaworthy: error[no-revisions]: the directory `migrations` holds no `.sql` file

          hint: name the directory of the revisions with `--dir`; subdirectories are not read
          hint: or set `SKIP_MIGRATION=true` to start without migrations
        exit 65
        "#);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let path = || "migrations/a.sql".into();
        let position = Position { line: 3, column: 7 };
        insta::assert_snapshot!(shown(&FilesError::NotAFile { path: path() }), @r#"
        seaworthy: error[not-a-file]: `migrations/a.sql` is no regular file
          --> migrations/a.sql

          hint: remove or rename what is there: every name that ends in `.sql` is taken for a revision
        exit 65
        "#);
        insta::assert_snapshot!(shown(&FilesError::Read { path: path(), error: denied() }), @r#"
        seaworthy: error[file-unreadable]: `migrations/a.sql` cannot be read
          --> migrations/a.sql
          cause: Permission denied (os error 13)

          hint: let this user read the file
        exit 65
        "#);
        insta::assert_snapshot!(shown(&FilesError::NotUtf8 { path: path(), position }), @r#"
        seaworthy: error[not-utf8]: `migrations/a.sql` is not UTF-8 from line 3, column 7 on
          --> migrations/a.sql:3:7

          hint: save the file as UTF-8
        exit 65
        "#);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_74() {
        let path = || "migrations/a.sql".into();
        insta::assert_snapshot!(shown(&FilesError::Exists { path: path() }), @r#"
        seaworthy: error[file-exists]: `migrations/a.sql` exists already
          --> migrations/a.sql

          hint: nothing is written over: move it away, or choose another name
        exit 74
        "#);
        insta::assert_snapshot!(shown(&FilesError::Write { path: path(), error: denied() }), @r#"
        seaworthy: error[file-not-written]: `migrations/a.sql` cannot be written
          --> migrations/a.sql
          cause: Permission denied (os error 13)
        exit 74
        "#);
    }

    #[test]
    fn a_project_begins_once() {
        let dir = || "migrations".into();
        insta::assert_snapshot!(shown(&FilesError::NoProject { dir: dir() }), @"
        seaworthy: error[no-directory]: the directory `migrations` does not exist

          hint: start a project with `seaworthy init`, or make the directory
          hint: or name the directory of the revisions with `--dir`
        exit 65
        ");
        let other = FilesError::OtherDirectory {
            path: "sql".into(),
            dirs: vec!["migrations".into(), "shop".into()],
        };
        insta::assert_snapshot!(shown(&other), @"
        seaworthy: error[other-directory]: `sql` is none of the directories of revisions

          hint: name one of `migrations` and `shop`, or add it with `--dir`
        exit 2
        ");
        insta::assert_snapshot!(shown(&FilesError::Occupied { dir: dir() }), @"
        seaworthy: error[file-exists]: the directory `migrations` holds revisions already

          hint: the next revision is made by `seaworthy revision -m MESSAGE`
        exit 74
        ");
    }

    #[test]
    fn a_time_zone_is_looked_up() {
        let name = || "Europe/Atlantis".to_owned();
        insta::assert_snapshot!(shown(&FilesError::TimeZone { name: name() }), @"
        seaworthy: error[time-zone]: time zone `Europe/Atlantis` is not known to this system

          hint: name one as in `/usr/share/zoneinfo`, such as `--timezone Europe/Berlin`
        exit 78
        ");
        let dir = "/usr/share/zoneinfo".into();
        insta::assert_snapshot!(shown(&FilesError::NoTimeZones { name: name(), dir }), @"
        seaworthy: error[time-zone]: time zone `Europe/Atlantis` cannot be looked up: this system has none in `/usr/share/zoneinfo`

          hint: install the package tzdata, or use `--timezone UTC`
        exit 78
        ");
    }
}
