//! `docs/errors.md` explains the codes that the errors have, each under the
//! exit code that it ends with.
//!
//! Like `tidy`, this reads text, not syntax. Two readings hold each other: the
//! calls that make an error, and what the tests of `src/error` show.

use std::collections::BTreeSet;
use std::path::Path;

use crate::tidy::{code_lines, read, rust_files};

const PAGE: &str = "docs/errors.md";

#[test]
fn every_code_is_explained() {
    let explained: BTreeSet<String> = rows().into_iter().map(|(code, _)| code).collect();
    let made = made();
    let missing: Vec<_> = made.difference(&explained).collect();
    let strange: Vec<_> = explained.difference(&made).collect();
    assert!(
        missing.is_empty() && strange.is_empty(),
        "{PAGE} lacks {missing:?}, and explains {strange:?}, which no error has"
    );
}

#[test]
fn no_code_escapes_the_reading() {
    let made = made();
    let shown: BTreeSet<String> = rust_files("src/error")
        .iter()
        .flat_map(|file| codes_shown(&read(file)))
        .collect();
    let unread: Vec<_> = shown.difference(&made).collect();
    assert!(unread.is_empty(), "not found in the source: {unread:?}");
    assert!(shown.len() > 100, "only {} are shown", shown.len());
}

#[test]
fn every_code_stands_under_its_exit_code() {
    let rows = rows();
    let mut wrong = BTreeSet::new();
    let mut seen = 0;
    for file in rust_files("src/error") {
        let mut code = None;
        for line in read(&file).lines() {
            code = codes_shown(line).pop().or(code);
            let exit = line.trim().strip_prefix("exit ");
            let Some((code, exit)) = code.as_ref().zip(exit) else {
                continue;
            };
            seen += 1;
            if !rows.contains(&(code.clone(), exit.to_owned())) {
                wrong.insert(format!("`{code}` has no row under {exit}"));
            }
        }
    }
    assert_eq!(wrong, BTreeSet::new());
    assert!(seen > 100, "only {seen} were seen");
}

/// Returns the codes that the page explains, each with the exit code of the
/// section.
fn rows() -> BTreeSet<(String, String)> {
    let mut rows = BTreeSet::new();
    let mut section = String::new();
    for line in read(PAGE).lines() {
        if let Some(title) = line.strip_prefix("## ") {
            let end = title.find(|c: char| !c.is_ascii_digit());
            section = title[..end.unwrap_or(title.len())].to_owned();
        }
        let row = line.strip_prefix("| `").and_then(|row| row.split_once('`'));
        rows.extend(row.map(|(code, _)| (code.to_owned(), section.clone())));
    }
    rows
}

/// Returns the codes with which the source makes errors.
fn made() -> BTreeSet<String> {
    let texts: Vec<String> = rust_files("src/error")
        .iter()
        .filter(|file| !file.iter().any(|part| part == "tests"))
        .map(|file| text_of(file))
        .chain([text_of(Path::new("src/cli/report.rs"))])
        .collect();
    let mut makers: BTreeSet<&str> = texts.iter().flat_map(|text| makers(text)).collect();
    makers.insert("Diagnostic::error");
    let calls = texts
        .iter()
        .flat_map(|text| makers.iter().flat_map(|maker| codes_given(text, maker)));
    calls.collect()
}

/// Returns a file's code on one line.
fn text_of(file: &Path) -> String {
    let lines = code_lines(file);
    let words = lines.iter().flat_map(|(_, line)| line.split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}

/// Returns the functions and closures that are given an error's code.
fn makers(text: &str) -> Vec<&str> {
    let functions = text.split("fn ").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once('(')?;
        let (parameters, _) = rest.split_once(')')?;
        parameters
            .contains("code: &'static str")
            .then(|| name.split('<').next().unwrap_or(name))
    });
    let closures = text.split("let ").skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once(" = |code")?;
        is_name(name).then_some(name)
    });
    functions.chain(closures).collect()
}

/// Returns the codes that a maker is given: its first argument, or its second
/// after a name. A call of `Diagnostic::error` whose code cannot be read is an
/// error of this test.
fn codes_given(text: &str, maker: &str) -> Vec<String> {
    let call = format!("{maker}(");
    let mut codes = Vec::new();
    for (at, _) in text.match_indices(&call) {
        // A method or another type's function of the same name, or a longer name.
        if text[..at].ends_with(|c: char| c.is_alphanumeric() || "_:.".contains(c)) {
            continue;
        }
        let arguments = text[at + call.len()..].trim_start();
        let first = match arguments.split_once(',') {
            Some((name, rest)) if is_name(name) && name != "code" => rest.trim_start(),
            _ => arguments,
        };
        let literal = first
            .strip_prefix('"')
            .and_then(|rest| rest.split_once('"'));
        match literal {
            Some((code, _)) => codes.push(code.to_owned()),
            None => assert!(
                maker != "Diagnostic::error" || first.starts_with("code,"),
                "the code cannot be read: {:.60}",
                &text[at..]
            ),
        }
    }
    codes
}

/// Returns the codes of the errors that a text shows: `error[code]: title`.
fn codes_shown(text: &str) -> Vec<String> {
    let shown = text.split("error[").skip(1);
    let shown = shown.filter_map(|rest| rest.split_once("]: "));
    shown
        .map(|(code, _)| code)
        .filter(|code| code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
        .map(str::to_owned)
        .collect()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

#[test]
fn the_reading_itself_finds_what_it_should() {
    let text = "fn at(origin: &Origin, code: &'static str) -> D { Diagnostic::error(code, e, t) } \
                let say = |code, title| D; fn other(name: &str) {} \
                at( origin, \"one\", x) say(\"two\") not_say(\"three\") Place::say(\"five\") other(\"four\")";
    assert_eq!(makers(text), ["at", "say"]);
    assert_eq!(codes_given(text, "at"), ["one"]);
    assert_eq!(codes_given(text, "say"), ["two"]);
    assert_eq!(codes_given(text, "Diagnostic::error"), Vec::<String>::new());
    assert_eq!(
        codes_shown("seaworthy: error[a-b]: x, error[{code}]: y"),
        ["a-b"]
    );
}
