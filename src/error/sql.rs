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
        insta::assert_snapshot!(shown("select 1;\nselect 'it's';"), @"");
        insta::assert_snapshot!(shown("select \"a;"), @"");
        insta::assert_snapshot!(shown("do $b$ begin end $$;"), @"");
        insta::assert_snapshot!(shown("/* a /* b */\nselect 1"), @"");
        insta::assert_snapshot!(shown("  \\i other.sql"), @"");
        insta::assert_snapshot!(shown("select 1;\n\\."), @"");
        insta::assert_snapshot!(shown("\\connect other"), @"");
        insta::assert_snapshot!(shown("select 1 \\gset"), @"");
        insta::assert_snapshot!(shown("COPY t FROM stdin; select 1;"), @"");
        insta::assert_snapshot!(shown("s\0e\0l\0").replace('\0', "<nul>"), @"");
    }
}
