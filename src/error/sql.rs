//! What is said about SQL that cannot be read, before any server sees it.

use crate::diagnostic::{Diagnostic, Place};
use crate::exit::Exit;
use crate::source::Source;
use crate::sql::{Enclosure, SqlError};

/// Returns what is said about an error in a file, whose offset counts from
/// the file's start.
pub fn diagnostic(error: &SqlError, file: &Source) -> Diagnostic {
    let place = Place::in_source(file, error.at());
    let named = |code| Diagnostic::error(code, Exit::Invalid, error.to_string());
    match error {
        SqlError::Unclosed { enclosure, .. } => named("unclosed")
            .place(place.note("it is opened here"))
            .hint(match enclosure {
                Enclosure::Quote => {
                    "close it with `'`; inside a string, a quote is written twice: `''`"
                }
                Enclosure::DoubleQuote => {
                    "close it with `\"`; inside a name, a double quote is written twice"
                }
                Enclosure::DollarQuote => "close it with the same tag, such as `$$` or `$body$`",
                Enclosure::BlockComment => {
                    "close it with `*/`, once for every `/*` inside it, since comments nest"
                }
            }),
        SqlError::MetaCommand { command, .. } => named("psql-command").place(place).hint(
            match command.as_str() {
                "\\." => {
                    "inline data begins after a statement `COPY ... FROM stdin;`, on the next line"
                }
                "\\i" | "\\ir" | "\\include" | "\\include_relative" => {
                    "put the text of the included file here, or into a revision of its own"
                }
                "\\c" | "\\connect" => "a revision runs on one database: remove the line",
                _ => "remove the line, or write SQL that does the same",
            },
        ),
        SqlError::AfterCopy { .. } => named("after-copy")
            .place(place)
            .hint("write the data on the lines below, and the next statement after the line `\\.`"),
        SqlError::Nul { .. } => named("nul-character")
            .place(place)
            .hint("save the file as UTF-8: this character often comes from UTF-16"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql;

    fn shown(text: &str) -> String {
        let error = sql::scan(text, |_, _| {}).expect_err("it is broken");
        let diagnostic = diagnostic(&error, &Source::new("a.sql", text));
        format!("{diagnostic}\nexit {}", diagnostic.exit.code())
    }

    #[test]
    fn every_error_is_shown_where_it_is() {
        insta::assert_snapshot!(shown("select 1;\nselect 'it's';"), @r#"
        seaworthy: error[unclosed]: a quote is not closed
          --> a.sql:2:13   it is opened here
           2 | select 'it's';
             |             ^

          hint: close it with `'`; inside a string, a quote is written twice: `''`
        exit 65
        "#);
        insta::assert_snapshot!(shown("select \"a;"), @r#"
        seaworthy: error[unclosed]: a double quote is not closed
          --> a.sql:1:8   it is opened here
           1 | select "a;
             |        ^

          hint: close it with `"`; inside a name, a double quote is written twice
        exit 65
        "#);
        insta::assert_snapshot!(shown("do $b$ begin end $$;"), @r#"
        seaworthy: error[unclosed]: a dollar quote is not closed
          --> a.sql:1:4   it is opened here
           1 | do $b$ begin end $$;
             |    ^

          hint: close it with the same tag, such as `$$` or `$body$`
        exit 65
        "#);
        insta::assert_snapshot!(shown("/* a /* b */\nselect 1"), @r#"
        seaworthy: error[unclosed]: a block comment is not closed
          --> a.sql:1:1   it is opened here
           1 | /* a /* b */
             | ^

          hint: close it with `*/`, once for every `/*` inside it, since comments nest
        exit 65
        "#);
        insta::assert_snapshot!(shown("  \\i other.sql"), @r#"
        seaworthy: error[psql-command]: `\i` is a command of psql, not SQL
          --> a.sql:1:3
           1 |   \i other.sql
             |   ^

          hint: put the text of the included file here, or into a revision of its own
        exit 65
        "#);
        insta::assert_snapshot!(shown("select 1;\n\\."), @r#"
        seaworthy: error[psql-command]: `\.` is a command of psql, not SQL
          --> a.sql:2:1
           2 | \.
             | ^

          hint: inline data begins after a statement `COPY ... FROM stdin;`, on the next line
        exit 65
        "#);
        insta::assert_snapshot!(shown("\\connect other"), @r#"
        seaworthy: error[psql-command]: `\connect` is a command of psql, not SQL
          --> a.sql:1:1
           1 | \connect other
             | ^

          hint: a revision runs on one database: remove the line
        exit 65
        "#);
        insta::assert_snapshot!(shown("select 1 \\gset"), @r#"
        seaworthy: error[psql-command]: `\gset` is a command of psql, not SQL
          --> a.sql:1:10
           1 | select 1 \gset
             |          ^

          hint: remove the line, or write SQL that does the same
        exit 65
        "#);
        insta::assert_snapshot!(shown("COPY t FROM stdin; select 1;"), @r#"
        seaworthy: error[after-copy]: more follows on the line of a `COPY ... FROM stdin;`
          --> a.sql:1:20
           1 | COPY t FROM stdin; select 1;
             |                    ^

          hint: write the data on the lines below, and the next statement after the line `\.`
        exit 65
        "#);
        insta::assert_snapshot!(shown("s\0e\0l\0"), @r#"
        seaworthy: error[nul-character]: the text holds a character with the code 0
          --> a.sql:1:2
           1 | s␀e␀l␀
             |  ^

          hint: save the file as UTF-8: this character often comes from UTF-16
        exit 65
        "#);
    }
}
