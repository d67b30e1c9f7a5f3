//! Directories of revisions. An input is a directory: a line `=== NAME` begins
//! a file.

use seaworthy::config::FormatChoice;
use seaworthy::error;
use seaworthy::format;
use seaworthy::revision::Graph;
use seaworthy::source::Source;

use super::{assert_bounded, assert_printable, sql};

pub(super) fn revisions(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let sources: Vec<Source> = text
        .split("=== ")
        .filter(|file| !file.is_empty())
        .map(|file| {
            let (name, text) = file.split_once('\n').unwrap_or((file, ""));
            Source::new(name, text)
        })
        .collect();
    let count = sources.len();
    let revisions = match format::read(sources, FormatChoice::Native) {
        Ok(revisions) => revisions,
        Err(error) => {
            let diagnostic = error::format::diagnostic(&error);
            shown(&diagnostic.to_string(), text.len());
            assert_bounded(&diagnostic.to_json().to_string(), text.len());
            return;
        }
    };
    assert!(revisions.len() <= count);
    for revision in &revisions {
        let whole = revision.source.text();
        for section in std::iter::once(&revision.up).chain(&revision.down) {
            assert!(whole.get(section.span.clone()).is_some(), "{revision:?}");
            revision.source.position(section.span.start);
        }
        if let Some(down) = &revision.down {
            let (up, down) = (&revision.up.span, &down.span);
            assert!(up.end <= down.start || down.end <= up.start, "{revision:?}");
        }
        sql::prepared(revision);
    }
    match Graph::build(revisions) {
        Ok(graph) => assert_eq!(graph.order().len(), graph.len()),
        Err(error) => shown(&error::revision::diagnostic(&error).to_string(), text.len()),
    }
}

fn shown(text: &str, input: usize) {
    assert_bounded(text, input);
    assert_printable(text);
}
