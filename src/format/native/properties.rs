//! What holds for every new file: it is read back as what was proposed.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::{Moment, WriteError, Writing};
use super::{read, write};
use crate::config::FileTemplate;
use crate::revision::{Proposal, RevisionId};
use crate::source::Source;

fn moment() -> Moment {
    Moment {
        year: 2024,
        month: 12,
        day: 31,
        hour: 12,
        minute: 34,
        second: 56,
        epoch: 1_735_648_496,
        zone: "UTC".to_owned(),
    }
}

/// As the command line hands messages on: one line, no space at its ends.
fn message() -> impl Strategy<Value = String> {
    let words = prop_oneof![
        4 => "[a-z]{1,8}",
        1 => Just("--".to_owned()),
        1 => Just("'".to_owned()),
        1 => Just("$$".to_owned()),
        1 => Just("/*".to_owned()),
        1 => Just("${header}".to_owned()),
        1 => Just("revision:".to_owned()),
        1 => Just("revise: x".to_owned()),
        1 => Just("migrate:up".to_owned()),
        1 => Just("\u{feff}".to_owned()),
        1 => "\\PC{1,6}",
        1 => Just("x".repeat(10_240)),
    ];
    prop::collection::vec(words, 1..6).prop_map(|words| {
        let text = words.join(" ");
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ")
    })
}

fn name() -> impl Strategy<Value = String> {
    "[^@+:,\\s\\-\\x00-\\x1f\\x7f-\\x9f]{1,12}"
        .prop_filter("no word of the target grammar", |name| {
            RevisionId::new(name).is_ok()
        })
}

fn proposal() -> impl Strategy<Value = Proposal> {
    let names = || prop::collection::vec(name(), 0..3);
    (name(), message(), names(), names(), names(), names()).prop_map(
        |(id, message, down, depends_on, labels, replaces)| Proposal {
            id: RevisionId::recorded(&id),
            message,
            down_revisions: down.iter().map(|id| RevisionId::recorded(id)).collect(),
            depends_on,
            labels,
            replaces: replaces.iter().map(|id| RevisionId::recorded(id)).collect(),
            created: moment().to_string(),
        },
    )
}

fn template() -> FileTemplate {
    "%(rev)s_%(slug)s".parse().expect("a pattern")
}

proptest! {
    #[test]
    fn a_new_file_is_read_back(proposal in proposal()) {
        let (file_template, moment) = (template(), moment());
        let writing = Writing {
            file_template: &file_template,
            longest_slug: 40,
            template: None,
            moment: &moment, body: None,
        };
        let files = match write(&proposal, &[], &writing) {
            Ok(files) => files,
            Err(WriteError::Message { message }) => {
                prop_assert!(message.contains(':'));
                return Ok(());
            }
            Err(WriteError::FileName { name }) => {
                prop_assert!(name.starts_with('.') || name.contains('/'));
                return Ok(());
            }
            Err(error) => return Err(TestCaseError::fail(format!("{error:?}"))),
        };
        prop_assert_eq!(files.len(), 1);
        let source = Source::new(files[0].name.as_str(), files[0].text.as_str());
        let revisions = read(&[Arc::new(source)]).expect("well-formed");
        prop_assert_eq!(revisions.len(), 1);
        let read = &revisions[0];
        prop_assert_eq!(&read.id, &proposal.id);
        prop_assert_eq!(&read.message, &proposal.message);
        prop_assert_eq!(&read.down_revisions, &proposal.down_revisions);
        prop_assert_eq!(&read.depends_on, &proposal.depends_on);
        prop_assert_eq!(&read.labels, &proposal.labels);
        prop_assert_eq!(read.created.as_ref(), Some(&proposal.created));
        prop_assert!(read.down.is_some());
    }

    #[test]
    fn any_template_is_refused_or_gives_a_file_that_is_read_back(
        parts in prop::collection::vec(
            prop_oneof![
                3 => Just("${header}\n"),
                2 => Just("-- migrate:up\n"),
                1 => Just("-- migrate:down\n"),
                1 => Just("${message}"),
                1 => Just("-- ${revises}, ${created}\n"),
                1 => Just("${"),
                1 => Just("-- revises: x\n"),
                1 => Just("-- a comment\n"),
                1 => Just("\n"),
                1 => Just("'é"),
                1 => Just("SELECT 1;\n"),
            ],
            0..8,
        ),
    ) {
        let (file_template, moment) = (template(), moment());
        let source = Arc::new(Source::new("revision.sql.template", parts.concat()));
        let writing = Writing {
            file_template: &file_template,
            longest_slug: 40,
            template: Some(&source),
            moment: &moment, body: None,
        };
        let proposal = Proposal {
            id: RevisionId::recorded("b2"),
            message: "it's new".to_owned(),
            down_revisions: vec![RevisionId::recorded("a1")],
            depends_on: Vec::new(),
            labels: Vec::new(),
            replaces: Vec::new(),
            created: moment.to_string(),
        };
        if let Ok(files) = write(&proposal, &[], &writing) {
            let source = Source::new(files[0].name.as_str(), files[0].text.as_str());
            let revisions = read(&[Arc::new(source)]).expect("well-formed");
            prop_assert_eq!(&revisions[0].message, &proposal.message);
            prop_assert_eq!(&revisions[0].down_revisions, &proposal.down_revisions);
        }
    }
}
