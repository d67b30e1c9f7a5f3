//! What is said about the files of a directory that cannot be understood.

use super::sql;
use crate::diagnostic::{Diagnostic, Place};
use crate::exit::Exit;
use crate::format::{FormatError, Spot};

pub fn diagnostic(error: &FormatError) -> Diagnostic {
    let named = |code| Diagnostic::error(code, Exit::Invalid, error.to_string());
    match error {
        FormatError::Sql { spot, error } => sql::diagnostic(error, &spot.file),
        FormatError::Unnamed { spot } => named("unnamed-revision")
            .place(file(spot))
            .hint("begin the file with a comment line `-- revision: ID`")
            .hint("or begin its name with a number, such as `0001_add_users.sql`"),
        FormatError::NoRevision { spot, .. } => named("no-revision")
            .place(place(spot))
            .hint("add a line `-- revision: ID`")
            .hint("or, if the line is only a comment, write it without the colon"),
        FormatError::UnknownKey { spot, known, .. } => named("unknown-key")
            .place(place(spot))
            .hint(format!("write `{known}:`"))
            .hint("or, if the line is only a comment, write it without the colon"),
        FormatError::DuplicateKey { first, second, key } => named("duplicate-key")
            .place(place(first))
            .place(place(second))
            .hint(format!(
                "keep one `{key}`; several ids stand on one line, with commas"
            )),
        FormatError::Id { spot, .. } => named("invalid-id")
            .place(place(spot))
            .hint("use letters, digits, `_` and `.`; put commas between several ids"),
        FormatError::NoUpMarker { spot } => named("no-up-section")
            .place(place(spot))
            .hint("add a line `-- migrate:up` above the statements"),
        FormatError::BeforeMarker { spot, marker } => named("before-marker")
            .place(place(spot))
            .place(place(marker).note("the first marker line"))
            .hint("move it below a marker line: only comments stand above the first one"),
        FormatError::MarkerNotAlone { spot } => named("marker-not-alone")
            .place(place(spot))
            .hint("put the marker on a line of its own"),
        FormatError::UnknownMarker { spot, .. } => named("unknown-marker")
            .place(place(spot))
            .hint("write `-- migrate:up` or `-- migrate:down`, in lower case"),
        FormatError::DownFirst { spot } => named("down-first")
            .place(place(spot))
            .hint("put the up section first"),
        FormatError::DuplicateSection {
            first,
            second,
            half,
        } => named("duplicate-section")
            .place(place(first))
            .place(place(second))
            .hint(format!(
                "a revision has one `migrate:{}` section: join them, or make two revisions",
                half.word()
            )),
        FormatError::UnknownOption { spot, known, .. } => named("unknown-option")
            .place(place(spot))
            .hint(match known {
                Some(known) => format!("write `{known}:` and a value"),
                None => "the options are `transaction:false`, `lock-timeout:2s` and \
                         `statement-timeout:10m`"
                    .to_owned(),
            }),
        FormatError::DuplicateOption { spot, .. } => named("duplicate-option")
            .place(place(spot))
            .hint("keep one of the two"),
        FormatError::TransactionValue { spot, .. } => named("invalid-option")
            .place(place(spot))
            .hint("write `transaction:false` or `transaction:true`"),
        FormatError::LimitValue { spot, option, .. } => {
            named("invalid-option").place(place(spot)).hint(format!(
                "write a number and a unit, such as `{option}:2s`, or `{option}:0` for no limit"
            ))
        }
        FormatError::SameNumber { first, second, .. } => named("same-number")
            .place(file(first))
            .place(file(second))
            .hint("give one of them the next free number"),
        FormatError::DownWithoutUp { spot } => named("down-without-up")
            .place(file(spot))
            .hint("add the file with the same number that ends in `.up.sql`"),
        FormatError::UpInDownFile { spot } => named("up-in-down-file")
            .place(place(spot))
            .hint("move the section to the `.up.sql` file"),
    }
}

fn place(spot: &Spot) -> Place {
    Place::in_source(&spot.file, spot.at)
}

/// Returns the place of something that is about a whole file.
fn file(spot: &Spot) -> Place {
    Place::named(spot.file.path().display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FormatChoice;
    use crate::format;
    use crate::source::Source;

    fn shown_of(files: &[(&str, &str)]) -> String {
        let sources = files
            .iter()
            .map(|(name, text)| Source::new(format!("migrations/{name}"), *text))
            .collect();
        let error = format::read(sources, FormatChoice::Native).expect_err("it is wrong");
        let diagnostic = diagnostic(&error);
        format!("{diagnostic}\nexit {}", diagnostic.exit.code())
    }

    fn shown(text: &str) -> String {
        shown_of(&[("a.sql", text)])
    }

    #[test]
    fn headers() {
        insta::assert_snapshot!(shown("create table t ();"), @"");
        insta::assert_snapshot!(shown("-- add t\n-- revises: a1\n\n-- migrate:up\n"), @"");
        insta::assert_snapshot!(shown("-- add t\n-- revision: b2\n-- revise: a1\n\n-- migrate:up\n"), @"");
        insta::assert_snapshot!(shown("-- Revision ID: b2\n-- revision: b2\n\n-- migrate:up\n"), @"");
        insta::assert_snapshot!(shown("-- revision: b2\n-- revises: a1\n-- Revises: a2\n-- migrate:up\n"), @"");
        insta::assert_snapshot!(shown("-- revision: b2\n-- revises: a1, b-2\n-- migrate:up\n"), @"");
        insta::assert_snapshot!(shown("-- revision:\n-- migrate:up\n"), @"");
        insta::assert_snapshot!(shown("-- revision: head\n-- migrate:up\n"), @"");
    }

    #[test]
    fn markers() {
        insta::assert_snapshot!(shown("-- revision: b2\n\nselect 1;\n"), @"");
        insta::assert_snapshot!(shown("-- revision: b2\n\nselect 1;\n-- migrate:up\n"), @"");
        insta::assert_snapshot!(shown("-- revision: b2\n-- migrate:up\nselect 1; -- migrate:down\n"), @"");
        insta::assert_snapshot!(shown("-- revision: b2\n-- migrate:up\n--migrate: down\n"), @"");
        insta::assert_snapshot!(shown("-- revision: b2\n-- Migrate:Up\n"), @"");
        insta::assert_snapshot!(shown("-- revision: b2\n-- migrate:down\n-- migrate:up\n"), @"");
        insta::assert_snapshot!(shown("-- revision: b2\n-- migrate:up\n-- migrate:up\n"), @"");
        insta::assert_snapshot!(shown("-- revision: b2\n-- migrate:up\nselect 'a;\n-- migrate:down\n"), @"");
    }

    #[test]
    fn options() {
        let up = |options: &str| shown(&format!("-- revision: b2\n-- migrate:up {options}\n"));
        insta::assert_snapshot!(up("transaction:false lock_timeout:2s"), @"");
        insta::assert_snapshot!(up("fast"), @"");
        insta::assert_snapshot!(up("transaction:no"), @"");
        insta::assert_snapshot!(up("lock-timeout:30"), @"");
        insta::assert_snapshot!(up("statement-timeout:forever"), @"");
        insta::assert_snapshot!(up("lock-timeout:2s lock-timeout:3s"), @"");
    }

    #[test]
    fn numbered_files() {
        insta::assert_snapshot!(shown_of(&[("1_a.sql", ""), ("01_b.sql", "")]), @"");
        insta::assert_snapshot!(shown_of(&[("1_a.down.sql", "select 1")]), @"");
        insta::assert_snapshot!(shown_of(&[("1_a.down.sql", "-- migrate:up\n"), ("1_a.up.sql", "")]), @"");
        insta::assert_snapshot!(shown_of(&[("1_a.down.sql", "select 1"), ("1_a.up.sql", "-- migrate:up\n-- migrate:down\n")]), @"");
        insta::assert_snapshot!(shown_of(&[("1_a.sql", "-- migrate:down\n")]), @"");
    }
}
