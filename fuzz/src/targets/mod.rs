//! What is fuzzed, and what must hold for any input at all: no panic, an end,
//! an output no larger than the input warrants, places that are places of the
//! text, and a password that nothing shows.
//!
//! The fuzzer and an ordinary test run the same functions: the test replays
//! the corpus in every run.

mod configuration;
mod files;
mod new_file;
mod sql;
mod target;

pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of its corpus.
pub const TARGETS: [(&str, Target); 10] = [
    ("files", files::revisions),
    ("sql", sql::text),
    ("script", sql::script),
    ("url", configuration::url),
    ("conninfo", configuration::conninfo),
    ("settings", configuration::settings),
    ("also", configuration::also),
    ("target", target::target),
    ("file-template", new_file::file_template),
    ("template", new_file::template),
];

/// Whatever is said about an input is at most so many times as long.
const LONGEST: usize = 32;

/// Asserts that a text could be shown: it is not much longer than the input.
fn assert_bounded(text: &str, input: usize) {
    assert!(
        text.len() <= LONGEST * input + 8192,
        "{} bytes are said about {input}",
        text.len()
    );
}

/// Asserts that a terminal would show a text without obeying it.
fn assert_printable(text: &str) {
    let raw = text
        .chars()
        .find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    assert_eq!(raw, None, "in {text:?}");
}
