//! What is said about files that cannot be read or written.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Place};
use crate::exit::Exit;
use crate::files::FilesError;

/// How to run without the directory.
const SKIP: &str = "or set `SKIP_MIGRATION=true` to start without migrations";

pub fn diagnostic(error: &FilesError) -> Diagnostic {
    let invalid = |code| Diagnostic::error(code, Exit::Invalid, without_cause(error));
    match error {
        FilesError::Missing { .. } => invalid("no-directory")
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
            .hint("let this user read the file"),
        FilesError::NotUtf8 { path, position } => invalid("not-utf8")
            .place(Place::named(format!(
                "{}:{}:{}",
                path.display(),
                position.line,
                position.column
            )))
            .hint("save the file as UTF-8"),
        FilesError::Exists { path } => {
            Diagnostic::error("file-exists", Exit::Write, without_cause(error)).place(named(path))
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
        FilesError::Missing { .. }
        | FilesError::NotADirectory { .. }
        | FilesError::Empty { .. }
        | FilesError::NotAFile { .. }
        | FilesError::NotUtf8 { .. }
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
        insta::assert_snapshot!(shown(&FilesError::Missing { dir: dir() }), @"");
        insta::assert_snapshot!(shown(&FilesError::NotADirectory { dir: dir() }), @"");
        insta::assert_snapshot!(shown(&FilesError::Directory { dir: dir(), error: denied() }), @"");
        insta::assert_snapshot!(shown(&FilesError::Empty { dir: dir() }), @"");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let path = || "migrations/a.sql".into();
        let position = Position { line: 3, column: 7 };
        insta::assert_snapshot!(shown(&FilesError::NotAFile { path: path() }), @"");
        insta::assert_snapshot!(shown(&FilesError::Read { path: path(), error: denied() }), @"");
        insta::assert_snapshot!(shown(&FilesError::NotUtf8 { path: path(), position }), @"");
    }

    #[test]
    fn a_file_that_cannot_be_written_is_74() {
        let path = || "migrations/a.sql".into();
        insta::assert_snapshot!(shown(&FilesError::Exists { path: path() }), @"");
        insta::assert_snapshot!(shown(&FilesError::Write { path: path(), error: denied() }), @"");
    }
}
