//! The rules of the house that can be read from the source text.
//!
//! Which module may name which stands in `ARCHITECTURE.md`, once; this test
//! holds the source to it. It reads text, not syntax: it is meant for people
//! who forget, not for people who hide.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 600;
const LONGEST_MEDIAN: usize = 140;
const LONGEST_ARCHITECTURE: usize = 120;

/// A crate of its own, and as pure as a room.
const SCHEMA: &str = "crates/schema/src";

/// What would make a pure room depend on more than its arguments.
const IMPURE: &[&str] = &[
    "tokio",
    "std::fs",
    "std::env",
    "std::process",
    "std::io::std",
    "Instant::now",
    "SystemTime::now",
    "TcpStream",
    "println!",
    "print!",
    "trace!(",
    "debug!(",
    "info!(",
    "warn!(",
    "error!(",
];

/// One row of the table of edges.
struct Room {
    kind: String,
    may_name: BTreeSet<String>,
}

#[test]
fn modules_name_only_what_the_table_allows() {
    let rooms = rooms();
    let mut wrong = Vec::new();
    for file in rust_files("src") {
        let Some(room) = room_of(&file) else { continue };
        let Some(row) = rooms.get(&room) else {
            wrong.push(format!(
                "{}: `{room}` has no row in ARCHITECTURE.md",
                file.display()
            ));
            continue;
        };
        for (number, line) in whole_imports(code_lines(&file)) {
            for named in modules_named(&line) {
                if named != room && !row.may_name.contains(&named) && rooms.contains_key(&named) {
                    wrong.push(format!(
                        "{}:{number}: `{room}` names `{named}`",
                        file.display()
                    ));
                }
            }
            if line.contains(&"super::".repeat(depth_of(&file))) {
                wrong.push(format!(
                    "{}:{number}: say `crate::`, not `super::`",
                    file.display()
                ));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn the_table_names_only_modules_that_exist() {
    let exists = |room: &str| {
        let file = root().join("src").join(room);
        file.is_dir() || file.with_extension("rs").is_file()
    };
    let mut wrong = Vec::new();
    for (room, row) in &rooms() {
        let named = row.may_name.iter().chain([room]);
        wrong.extend(
            named
                .filter(|room| !exists(room))
                .map(|room| format!("`{room}` is no module")),
        );
    }
    assert_none(&wrong);
}

#[test]
fn adapters_do_not_name_each_other() {
    let rooms = rooms();
    let is_adapter = |name: &String| rooms.get(name).is_some_and(|room| room.kind == "adapter");
    for (name, room) in rooms.iter().filter(|(name, _)| is_adapter(name)) {
        assert!(
            !room.may_name.iter().any(is_adapter),
            "`{name}` may name another adapter"
        );
    }
}

#[test]
fn pure_rooms_have_no_outside_world() {
    let rooms = rooms();
    let mut wrong = Vec::new();
    let is_pure = |file: &PathBuf| {
        let room = room_of(file).and_then(|room| rooms.get(&room));
        room.is_some_and(|row| row.kind == "pure")
    };
    let rooms_of_ours = rust_files("src").into_iter().filter(is_pure);
    for file in rooms_of_ours.chain(rust_files(SCHEMA)) {
        for (number, line) in code_lines(&file) {
            for word in IMPURE.iter().filter(|word| line.contains(**word)) {
                wrong.push(format!(
                    "{}:{number}: `{word}` in a pure room",
                    file.display()
                ));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn files_are_short() {
    let mut wrong = Vec::new();
    for file in sources().into_iter().chain(rust_files("tests")) {
        let lines = read(&file).lines().count();
        if lines > LONGEST_FILE {
            wrong.push(format!(
                "{}: {lines} lines, {LONGEST_FILE} at most",
                file.display()
            ));
        }
    }
    let mut sizes: Vec<_> = sources()
        .iter()
        .map(|file| read(file).lines().count())
        .collect();
    sizes.sort_unstable();
    let median = sizes[sizes.len() / 2];
    if median > LONGEST_MEDIAN {
        wrong.push(format!(
            "the median file has {median} lines, {LONGEST_MEDIAN} at most"
        ));
    }
    let architecture = read("ARCHITECTURE.md").lines().count();
    if architecture > LONGEST_ARCHITECTURE {
        wrong.push(format!("ARCHITECTURE.md: {architecture} lines"));
    }
    assert_none(&wrong);
}

#[test]
fn files_open_with_their_purpose() {
    let mut wrong = Vec::new();
    for file in sources().into_iter().chain(rust_files("tests")) {
        if !is_test_only(&file) && !read(&file).starts_with("//! ") {
            wrong.push(format!("{}: no `//!` at the top", file.display()));
        }
    }
    assert_none(&wrong);
}

#[test]
fn no_word_that_puts_work_off() {
    let mut wrong = Vec::new();
    for file in sources().into_iter().chain(rust_files("tests")) {
        if file.ends_with("tidy.rs") {
            continue;
        }
        let in_tests = file.starts_with("tests") && !file.starts_with("tests/it/support");
        for (number, line) in (1..).zip(read(&file).lines()) {
            let mut found =
                |word: &str| wrong.push(format!("{}:{number}: `{word}`", file.display()));
            for word in [
                "TODO",
                "FIXME",
                "XXX",
                "HACK",
                "#[ignore",
                "todo!(",
                "unimplemented!(",
            ] {
                if line.contains(word) {
                    found(word);
                }
            }
            for word in ["thread::sleep", "time::sleep"] {
                if in_tests && line.contains(word) {
                    found(word);
                }
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn types_are_nouns_of_the_domain() {
    let mut wrong = Vec::new();
    for file in sources() {
        for (number, line) in code_lines(&file) {
            let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            let Some(name) = words
                .find(|word| matches!(*word, "struct" | "enum" | "trait"))
                .and_then(|_| words.next())
            else {
                continue;
            };
            for empty in ["Manager", "Handler", "Helper", "Util"] {
                if name.contains(empty) {
                    wrong.push(format!(
                        "{}:{number}: `{name}` says nothing",
                        file.display()
                    ));
                }
            }
        }
    }
    assert_none(&wrong);
}

/// Returns the files that the binary is made of.
fn sources() -> Vec<PathBuf> {
    let mut files = rust_files("src");
    files.extend(rust_files(SCHEMA));
    files
}

/// Returns the table of edges, module by module.
fn rooms() -> BTreeMap<String, Room> {
    let words = |cell: &str| -> BTreeSet<String> {
        cell.split_whitespace()
            .map(|word| word.trim_matches('`').to_owned())
            .collect()
    };
    table("ARCHITECTURE.md", "edges")
        .into_iter()
        .map(|row| match row.as_slice() {
            [name, kind, may_name] => (
                name.trim_matches('`').to_owned(),
                Room {
                    kind: kind.clone(),
                    may_name: words(may_name),
                },
            ),
            _ => panic!("a row of the table of edges has not three cells: {row:?}"),
        })
        .collect()
}

/// Returns the rows of the table between a document's two markers.
pub(crate) fn table(document: &str, marker: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| -> Vec<String> {
        let row = line.trim().trim_matches('|').split('|');
        row.map(|cell| cell.trim().to_owned()).collect()
    };
    between(document, marker)
        .lines()
        .skip(2)
        .map(cells)
        .collect()
}

/// Returns the lines between a document's two markers.
pub(crate) fn between(document: &str, marker: &str) -> String {
    let text = read(document);
    let (begin, end) = (
        format!("<!-- {marker}:begin -->\n"),
        format!("<!-- {marker}:end -->"),
    );
    text.split_once(&begin)
        .and_then(|(_, rest)| rest.split_once(&end))
        .unwrap_or_else(|| panic!("{document} lacks the markers of `{marker}`"))
        .0
        .to_owned()
}

/// Returns the top-level module that a file belongs to.
fn room_of(file: &Path) -> Option<String> {
    let within = file.strip_prefix("src").expect("a file of src");
    let first = within
        .iter()
        .next()?
        .to_str()?
        .trim_end_matches(".rs")
        .to_owned();
    (!["lib", "main"].contains(&first.as_str())).then_some(first)
}

/// Returns how many `super::` lead from a file's module to the crate's root.
fn depth_of(file: &Path) -> usize {
    let parts = file
        .strip_prefix("src")
        .expect("a file of src")
        .iter()
        .count();
    if file.ends_with("mod.rs") {
        parts - 1
    } else {
        parts
    }
}

/// Returns the numbered lines of code: no comments, and nothing from the
/// module's tests on, which may use what they like.
pub(crate) fn code_lines(file: &Path) -> Vec<(usize, String)> {
    let text = read(file);
    (1..)
        .zip(text.lines())
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]" && !is_test_only(file))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(number, line)| {
            let code = line.split_once(" // ").map_or(line, |(code, _)| code);
            (number, code.to_owned())
        })
        .collect()
}

/// Says whether a file is a module that its parent declares for tests alone.
fn is_test_only(file: &Path) -> bool {
    let Some(name) = file.file_stem().and_then(|stem| stem.to_str()) else {
        return false;
    };
    let Some(directory) = file.parent() else {
        return false;
    };
    let declared = [
        format!("#[cfg(test)]\nmod {name};"),
        format!("#[cfg(test)]\npub(crate) mod {name};"),
    ];
    [directory.join("mod.rs"), directory.with_extension("rs")]
        .iter()
        .filter_map(|parent| fs::read_to_string(root().join(parent)).ok())
        .any(|text| declared.iter().any(|line| text.contains(line)))
}

/// Puts an import that spans several lines on its first one.
fn whole_imports(lines: Vec<(usize, String)>) -> Vec<(usize, String)> {
    let mut whole: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (number, line) in lines {
        match whole.last_mut() {
            Some((_, first)) if open => first.push_str(line.trim()),
            _ => whole.push((number, line.clone())),
        }
        open = (open || line.trim_start().contains("use crate::{")) && !line.contains(';');
    }
    whole
}

/// Returns the top-level modules that a line names as `crate::name`, or as one
/// of `crate::{...}`.
fn modules_named(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (_, rest) in line
        .match_indices("crate::")
        .map(|(at, found)| line.split_at(at + found.len()))
    {
        let identifier = |text: &str| -> String {
            text.trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        };
        match rest.strip_prefix('{') {
            // What a module gives may stand in braces too; such words are no
            // modules and are passed over by the caller.
            Some(group) => names.extend(group.split([',', '{', '}']).map(identifier)),
            None => names.push(identifier(rest)),
        }
    }
    names
}

pub(crate) fn rust_files(directory: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut directories = vec![PathBuf::from(directory)];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(root().join(&directory)).expect("the directory is there") {
            let entry = entry.expect("the directory can be read");
            let path = directory.join(entry.file_name());
            if entry.path().is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

pub(crate) fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[track_caller]
fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_reading_itself_finds_what_it_should() {
    let lines = [
        "use crate::{",
        "    plan::Step,",
        "    sql,",
        "};",
        "let x = crate::exit::Exit;",
    ];
    let lines = (1..).zip(lines.map(str::to_owned)).collect();
    let named: Vec<_> = whole_imports(lines)
        .iter()
        .map(|(number, line)| (*number, modules_named(line)))
        .collect();
    assert_eq!(named.len(), 2);
    assert_eq!(named[0].0, 1);
    assert!(named[0].1.contains(&"plan".to_owned()) && named[0].1.contains(&"sql".to_owned()));
    assert_eq!(named[1], (5, vec!["exit".to_owned()]));
}
