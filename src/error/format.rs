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
        insta::assert_snapshot!(shown("create table t ();"), @r#"
        seaworthy: error[unnamed-revision]: the file has neither a header nor a number in front of its name
          --> migrations/a.sql

          hint: begin the file with a comment line `-- revision: ID`
          hint: or begin its name with a number, such as `0001_add_users.sql`
        exit 65
        "#);
        insta::assert_snapshot!(shown("-- add t\n-- revises: a1\n\n-- migrate:up\n"), @r#"
        seaworthy: error[no-revision]: the header has no `revision`, but a `revises`
          --> migrations/a.sql:2:4
           2 | -- revises: a1
             |    ^

          hint: add a line `-- revision: ID`
          hint: or, if the line is only a comment, write it without the colon
        exit 65
        "#);
        insta::assert_snapshot!(shown("-- add t\n-- revision: b2\n-- revise: a1\n\n-- migrate:up\n"), @r#"
        seaworthy: error[unknown-key]: `revise` is no key of a header
          --> migrations/a.sql:3:4
           3 | -- revise: a1
             |    ^

          hint: write `revises:`
          hint: or, if the line is only a comment, write it without the colon
        exit 65
        "#);
        insta::assert_snapshot!(shown("-- Revision ID: b2\n-- revision: b2\n\n-- migrate:up\n"), @r#"
        seaworthy: error[unknown-key]: `Revision ID` is no key of a header
          --> migrations/a.sql:1:4
           1 | -- Revision ID: b2
             |    ^

          hint: write `revision:`
          hint: or, if the line is only a comment, write it without the colon
        exit 65
        "#);
        insta::assert_snapshot!(shown("-- revision: b2\n-- revises: a1\n-- Revises: a2\n-- migrate:up\n"), @r#"
        seaworthy: error[duplicate-key]: the header has `revises` twice
          --> migrations/a.sql:2:4
           2 | -- revises: a1
             |    ^
          --> migrations/a.sql:3:4
           3 | -- Revises: a2
             |    ^

          hint: keep one `revises`; several ids stand on one line, with commas
        exit 65
        "#);
        insta::assert_snapshot!(shown("-- revision: b2\n-- revises: a1, b-2\n-- migrate:up\n"), @r#"
        seaworthy: error[invalid-id]: `-` is not allowed in revision id `b-2`
          --> migrations/a.sql:2:17
           2 | -- revises: a1, b-2
             |                 ^

          hint: use letters, digits, `_` and `.`; put commas between several ids
        exit 65
        "#);
        insta::assert_snapshot!(shown("-- revision:\n-- migrate:up\n"), @r#"
        seaworthy: error[invalid-id]: a revision id is empty
          --> migrations/a.sql:1:13
           1 | -- revision:
             |             ^

          hint: use letters, digits, `_` and `.`; put commas between several ids
        exit 65
        "#);
        insta::assert_snapshot!(shown("-- revision: head\n-- migrate:up\n"), @r#"
        seaworthy: error[invalid-id]: `head` cannot be a revision id: the word means a target
          --> migrations/a.sql:1:14
           1 | -- revision: head
             |              ^

          hint: use letters, digits, `_` and `.`; put commas between several ids
        exit 65
        "#);
    }

    #[test]
    fn markers() {
        insta::assert_snapshot!(shown("-- revision: b2\n\nselect 1;\n"), @r#"
        seaworthy: error[no-up-section]: the file has no line `-- migrate:up`
          --> migrations/a.sql:3:1
           3 | select 1;
             | ^

          hint: add a line `-- migrate:up` above the statements
        exit 65
        "#);
        insta::assert_snapshot!(shown("-- revision: b2\n\nselect 1;\n-- migrate:up\n"), @r#"
        seaworthy: error[before-marker]: something stands before the first marker line
          --> migrations/a.sql:3:1
           3 | select 1;
             | ^
          --> migrations/a.sql:4:1   the first marker line
           4 | -- migrate:up
             | ^

          hint: move it below a marker line: only comments stand above the first one
        exit 65
        "#);
        insta::assert_snapshot!(shown("-- revision: b2\n-- migrate:up\nselect 1; -- migrate:down\n"), @r#"
        seaworthy: error[marker-not-alone]: a marker shares its line with something else
          --> migrations/a.sql:3:11
           3 | select 1; -- migrate:down
             |           ^

          hint: put the marker on a line of its own
        exit 65
        "#);
        insta::assert_snapshot!(shown("-- revision: b2\n-- migrate:up\n--migrate: down\n"), @r#"
        seaworthy: error[unknown-marker]: `migrate:` is no marker
          --> migrations/a.sql:3:3
           3 | --migrate: down
             |   ^

          hint: write `-- migrate:up` or `-- migrate:down`, in lower case
        exit 65
        "#);
        insta::assert_snapshot!(shown("-- revision: b2\n-- Migrate:Up\n"), @r#"
        seaworthy: error[unknown-marker]: `Migrate:Up` is no marker
          --> migrations/a.sql:2:4
           2 | -- Migrate:Up
             |    ^

          hint: write `-- migrate:up` or `-- migrate:down`, in lower case
        exit 65
        "#);
        insta::assert_snapshot!(shown("-- revision: b2\n-- migrate:down\n-- migrate:up\n"), @r#"
        seaworthy: error[down-first]: the down section stands before the up section
          --> migrations/a.sql:2:1
           2 | -- migrate:down
             | ^

          hint: put the up section first
        exit 65
        "#);
        insta::assert_snapshot!(shown("-- revision: b2\n-- migrate:up\n-- migrate:up\n"), @r#"
        seaworthy: error[duplicate-section]: there are two sections for one direction
          --> migrations/a.sql:2:1
           2 | -- migrate:up
             | ^
          --> migrations/a.sql:3:1
           3 | -- migrate:up
             | ^

          hint: a revision has one `migrate:up` section: join them, or make two revisions
        exit 65
        "#);
        insta::assert_snapshot!(shown("-- revision: b2\n-- migrate:up\nselect 'a;\n-- migrate:down\n"), @r#"
        seaworthy: error[unclosed]: a quote is not closed
          --> migrations/a.sql:3:8   it is opened here
           3 | select 'a;
             |        ^

          hint: close it with `'`; inside a string, a quote is written twice: `''`
        exit 65
        "#);
    }

    #[test]
    fn options() {
        let up = |options: &str| shown(&format!("-- revision: b2\n-- migrate:up {options}\n"));
        insta::assert_snapshot!(up("transaction:false lock_timeout:2s"), @r#"
        seaworthy: error[unknown-option]: `lock_timeout:2s` is no option of a section
          --> migrations/a.sql:2:33
           2 | -- migrate:up transaction:false lock_timeout:2s
             |                                 ^

          hint: write `lock-timeout:` and a value
        exit 65
        "#);
        insta::assert_snapshot!(up("fast"), @r#"
        seaworthy: error[unknown-option]: `fast` is no option of a section
          --> migrations/a.sql:2:15
           2 | -- migrate:up fast
             |               ^

          hint: the options are `transaction:false`, `lock-timeout:2s` and `statement-timeout:10m`
        exit 65
        "#);
        insta::assert_snapshot!(up("transaction:no"), @r#"
        seaworthy: error[invalid-option]: `no` is neither `true` nor `false`
          --> migrations/a.sql:2:15
           2 | -- migrate:up transaction:no
             |               ^

          hint: write `transaction:false` or `transaction:true`
        exit 65
        "#);
        insta::assert_snapshot!(up("lock-timeout:30"), @r#"
        seaworthy: error[invalid-option]: `30` has no unit: write `30s` for seconds or `30ms` for milliseconds
          --> migrations/a.sql:2:15
           2 | -- migrate:up lock-timeout:30
             |               ^

          hint: write a number and a unit, such as `lock-timeout:2s`, or `lock-timeout:0` for no limit
        exit 65
        "#);
        insta::assert_snapshot!(up("statement-timeout:forever"), @r#"
        seaworthy: error[invalid-option]: `forever` is not a duration: write a number and a unit, such as `500ms`, `60s` or `2m`
          --> migrations/a.sql:2:15
           2 | -- migrate:up statement-timeout:forever
             |               ^

          hint: write a number and a unit, such as `statement-timeout:2s`, or `statement-timeout:0` for no limit
        exit 65
        "#);
        insta::assert_snapshot!(up("lock-timeout:2s lock-timeout:3s"), @r#"
        seaworthy: error[duplicate-option]: the option `lock-timeout` is given twice
          --> migrations/a.sql:2:31
           2 | -- migrate:up lock-timeout:2s lock-timeout:3s
             |                               ^

          hint: keep one of the two
        exit 65
        "#);
    }

    #[test]
    fn numbered_files() {
        insta::assert_snapshot!(shown_of(&[("1_a.sql", ""), ("01_b.sql", "")]), @r#"
        seaworthy: error[same-number]: two files have the number 01
          --> migrations/1_a.sql
          --> migrations/01_b.sql

          hint: give one of them the next free number
        exit 65
        "#);
        insta::assert_snapshot!(shown_of(&[("1_a.down.sql", "select 1")]), @r#"
        seaworthy: error[down-without-up]: the file has no `.up.sql` beside it
          --> migrations/1_a.down.sql

          hint: add the file with the same number that ends in `.up.sql`
        exit 65
        "#);
        insta::assert_snapshot!(shown_of(&[("1_a.down.sql", "-- migrate:up\n"), ("1_a.up.sql", "")]), @r#"
        seaworthy: error[up-in-down-file]: a `.down.sql` file has an up section
          --> migrations/1_a.down.sql:1:1
           1 | -- migrate:up
             | ^

          hint: move the section to the `.up.sql` file
        exit 65
        "#);
        insta::assert_snapshot!(shown_of(&[("1_a.down.sql", "select 1"), ("1_a.up.sql", "-- migrate:up\n-- migrate:down\n")]), @r#"
        seaworthy: error[duplicate-section]: there are two sections for one direction
          --> migrations/1_a.up.sql:2:1
           2 | -- migrate:down
             | ^
          --> migrations/1_a.down.sql:1:1
           1 | select 1
             | ^

          hint: a revision has one `migrate:down` section: join them, or make two revisions
        exit 65
        "#);
        insta::assert_snapshot!(shown_of(&[("1_a.sql", "-- migrate:down\n")]), @r#"
        seaworthy: error[no-up-section]: the file has no line `-- migrate:up`
          --> migrations/1_a.sql:1:1
           1 | -- migrate:down
             | ^

          hint: add a line `-- migrate:up` above the statements
        exit 65
        "#);
    }
}
