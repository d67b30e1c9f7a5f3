//! New files: the pattern of their names, and a project's own template for
//! their text. What is written is read back as what was proposed.

use std::str::FromStr;
use std::sync::Arc;

use seaworthy::config::{FileTemplate, FormatChoice};
use seaworthy::error;
use seaworthy::format::{self, Moment, NewFile, TEMPLATE_NAME, WriteError, Writing};
use seaworthy::revision::{Proposal, RevisionId};
use seaworthy::source::Source;

use super::{assert_bounded, assert_printable};

/// A pattern that no name is too odd for.
const PLAIN: &str = "%(rev)s_%(slug)s";

/// A pattern, and in a second line the message of the revision.
pub(super) fn file_template(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (pattern, message) = text.split_once('\n').unwrap_or((text, "add boats"));
    let pattern = match FileTemplate::from_str(pattern) {
        Ok(read) => {
            assert_eq!(read.as_str(), pattern);
            read
        }
        Err(problem) => {
            assert_bounded(&problem.to_string(), text.len());
            return;
        }
    };
    if let Some(proposal) = proposal(message) {
        write(&proposal, &pattern, None, text.len());
    }
}

/// A message in the first line, and the template.
pub(super) fn template(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (message, template) = text.split_once('\n').unwrap_or(("add boats", text));
    let template = Arc::new(Source::new(TEMPLATE_NAME, template));
    let pattern = FileTemplate::from_str(PLAIN).expect("it is one");
    if let Some(proposal) = proposal(message) {
        write(&proposal, &pattern, Some(&template), text.len());
    }
}

/// Returns a new revision with a message as the command line takes it: on one
/// line; `None` for an empty one.
fn proposal(message: &str) -> Option<Proposal> {
    let separates = |c: char| c.is_whitespace() || c.is_control();
    let words: Vec<&str> = message
        .split(separates)
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        return None;
    }
    Some(Proposal {
        id: RevisionId::recorded("a1b2c3"),
        message: words.join(" "),
        down_revisions: vec![RevisionId::recorded("d4e5f6")],
        depends_on: vec!["crew".to_owned()],
        labels: vec!["fleet".to_owned()],
        replaces: Vec::new(),
        created: "2024-12-31 12:34:56 UTC".to_owned(),
    })
}

fn write(
    proposal: &Proposal,
    pattern: &FileTemplate,
    template: Option<&Arc<Source>>,
    input: usize,
) {
    let moment = Moment {
        year: 2024,
        month: 12,
        day: 31,
        hour: 12,
        minute: 34,
        second: 56,
        epoch: 1_735_648_496,
        zone: "UTC".to_owned(),
    };
    let writing = Writing {
        file_template: pattern,
        longest_slug: 40,
        template,
        moment: &moment,
        body: None,
    };
    match format::write(proposal, &[], &writing) {
        Ok(files) => {
            let [file] = &files[..] else {
                panic!("{files:?}");
            };
            holds(proposal, file);
        }
        Err(error) => {
            let blames_template = matches!(error, WriteError::Unlike { .. });
            assert!(
                template.is_some() || !blames_template,
                "the built-in template is wrong for {proposal:?}"
            );
            let diagnostic = error::write::diagnostic(&error);
            assert_bounded(&diagnostic.to_json().to_string(), input);
            let text = diagnostic.to_string();
            assert_bounded(&text, input);
            assert_printable(&text);
        }
    }
}

/// A file can be made by that name, is not hidden, and says what was proposed.
fn holds(proposal: &Proposal, file: &NewFile) {
    let NewFile { name, text } = file;
    assert!(name.ends_with(".sql") && !name.starts_with('.'), "{name:?}");
    assert!(
        !name.contains('/') && !name.contains(char::is_control),
        "{name:?}"
    );
    let source = Source::new(name, text.as_str());
    let read = format::read(vec![source], FormatChoice::Auto).expect("what is written is read");
    let [revision] = &read[..] else {
        panic!("{read:?}");
    };
    assert_eq!(revision.id, proposal.id, "{text:?}");
    assert_eq!(revision.message, proposal.message, "{text:?}");
    assert_eq!(revision.down_revisions, proposal.down_revisions, "{text:?}");
    assert_eq!(revision.depends_on, proposal.depends_on, "{text:?}");
    assert_eq!(revision.labels, proposal.labels, "{text:?}");
    assert_eq!(
        revision.created.as_ref(),
        Some(&proposal.created),
        "{text:?}"
    );
}
