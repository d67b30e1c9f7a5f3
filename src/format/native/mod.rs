//! The native format: one file a revision, `-- migrate:up` and
//! `-- migrate:down`, and a header that names the revision.
//!
//! A file without a header is *numbered*: the digits that its name begins
//! with are its id, and it revises the numbered file before it, by value. In a
//! directory that holds both kinds the numbered files follow one another, and
//! files with a header stand where their headers say; a header may name a
//! number. `1_x.up.sql` and `1_x.down.sql` are one numbered revision.

mod header;
mod layout;
mod marker;
mod name;
mod numbering;
#[cfg(test)]
mod properties;
mod slug;
mod template;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{FormatError, Half, Spot};
use crate::revision::{Revision, RevisionId, Section};
use crate::source::Source;
use header::Header;
use layout::{Layout, Marked};
use name::{Content, Name, Number};

pub(super) use write::{next_id, write};

/// A file without a header.
struct Numbered {
    file: Arc<Source>,
    id: RevisionId,
    message: String,
    up: Section,
    down: Option<Marked>,
}

/// A down section in a file of its own.
struct DownFile {
    file: Arc<Source>,
    section: Section,
}

/// Returns the revisions of a directory's files.
///
/// # Errors
///
/// What is wrong with a file or with its name.
pub(super) fn read(files: &[Arc<Source>]) -> Result<Vec<Revision>, FormatError> {
    let mut revisions: Vec<Option<Revision>> = Vec::with_capacity(files.len());
    let mut numbered: BTreeMap<Number, (usize, Numbered)> = BTreeMap::new();
    let mut downs: BTreeMap<Number, DownFile> = BTreeMap::new();
    for (index, file) in files.iter().enumerate() {
        revisions.push(None);
        let layout = Layout::read(file)?;
        let header = Header::read(file, layout.start, layout.head_end);
        if let Some(declared) = header.declared()? {
            let Some(up) = layout.up else {
                return Err(FormatError::NoUpMarker {
                    spot: Spot::new(file, layout.head_end),
                });
            };
            revisions[index] = Some(Revision {
                id: declared.revision,
                message: header.message.to_owned(),
                down_revisions: declared.revises,
                depends_on: declared.depends_on,
                labels: declared.labels,
                replaces: declared.replaces,
                created: declared.created,
                source: Arc::clone(file),
                up: up.section,
                down: layout.down.map(|down| down.section),
            });
            continue;
        }
        let name = Name::of(file.path());
        let Some(number) = name.number else {
            return Err(FormatError::Unnamed {
                spot: Spot::new(file, layout.start),
            });
        };
        match name.content {
            Content::Down => {
                let section = down_file(file, &layout)?;
                let down = DownFile {
                    file: Arc::clone(file),
                    section,
                };
                if let Some(first) = downs.insert(number.clone(), down) {
                    return Err(same_number(&first.file, file, &number));
                }
            }
            Content::Whole | Content::Up => {
                let id = RevisionId::recorded(number.as_str());
                let entry = Numbered {
                    file: Arc::clone(file),
                    id,
                    message: name.message,
                    up: up_file(file, &layout)?,
                    down: layout.down,
                };
                if let Some((_, first)) = numbered.insert(number.clone(), (index, entry)) {
                    return Err(same_number(&first.file, file, &number));
                }
            }
        }
    }
    let mut before: Option<RevisionId> = None;
    for (number, (index, entry)) in numbered {
        let revision = entry.revision(before, downs.remove(&number))?;
        before = Some(revision.id.clone());
        revisions[index] = Some(revision);
    }
    if let Some(down) = downs.into_values().next() {
        return Err(FormatError::DownWithoutUp {
            spot: Spot::new(&down.file, 0),
        });
    }
    Ok(revisions.into_iter().flatten().collect())
}

impl Numbered {
    fn revision(
        self,
        before: Option<RevisionId>,
        down: Option<DownFile>,
    ) -> Result<Revision, FormatError> {
        let (source, down) = match (self.down, down) {
            (marked, None) => (self.file, marked.map(|marked| marked.section)),
            (Some(marked), Some(down)) => {
                return Err(FormatError::DuplicateSection {
                    first: Spot::new(&self.file, marked.at),
                    second: Spot::new(&down.file, 0),
                    half: Half::Down,
                });
            }
            (None, Some(down)) => {
                let up = Arc::unwrap_or_clone(self.file);
                let pair = Source::pair(up, &down.file);
                let shift = pair.text().len() - down.file.text().len();
                let mut section = down.section;
                section.span = section.span.start + shift..section.span.end + shift;
                (Arc::new(pair), Some(section))
            }
        };
        Ok(Revision {
            id: self.id,
            message: self.message,
            down_revisions: before.into_iter().collect(),
            depends_on: Vec::new(),
            labels: Vec::new(),
            replaces: Vec::new(),
            created: None,
            source,
            up: self.up,
            down,
        })
    }
}

/// Returns the up section of a numbered file: all of it, if it has no markers.
fn up_file(file: &Arc<Source>, layout: &Layout) -> Result<Section, FormatError> {
    match (&layout.up, &layout.down) {
        (Some(up), _) => Ok(up.section.clone()),
        (None, Some(_)) => Err(FormatError::NoUpMarker {
            spot: Spot::new(file, layout.head_end),
        }),
        (None, None) => Ok(layout.whole(file)),
    }
}

/// Returns the section of a `.down.sql` file, which may have a marker for the
/// sake of its options.
fn down_file(file: &Arc<Source>, layout: &Layout) -> Result<Section, FormatError> {
    match (&layout.up, &layout.down) {
        (Some(up), _) => Err(FormatError::UpInDownFile {
            spot: Spot::new(file, up.at),
        }),
        (None, Some(down)) => Ok(down.section.clone()),
        (None, None) => Ok(layout.whole(file)),
    }
}

fn same_number(first: &Arc<Source>, second: &Arc<Source>, number: &Number) -> FormatError {
    FormatError::SameNumber {
        first: Spot::new(first, 0),
        second: Spot::new(second, 0),
        number: number.as_str().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::revision::{SectionLimit, Transactional};

    /// Shows revisions as `id <- revises: message`, then both sections with
    /// their options.
    fn shown(files: &[(&str, &str)]) -> String {
        let files: Vec<_> = files
            .iter()
            .map(|(name, text)| Arc::new(Source::new(*name, *text)))
            .collect();
        let mut shown = String::new();
        for revision in read(&files).expect("well-formed") {
            let ids: Vec<_> = revision
                .down_revisions
                .iter()
                .map(RevisionId::as_str)
                .collect();
            let _ = writeln!(
                shown,
                "{} <- {}: {}",
                revision.id,
                ids.join(", "),
                revision.message
            );
            for (name, section) in [("up", Some(&revision.up)), ("down", revision.down.as_ref())] {
                if let Some(section) = section {
                    let at = revision.source.position(section.span.start);
                    let path = revision.source.path_at(section.span.start).display();
                    let _ = writeln!(
                        shown,
                        "  {name} {path}:{}{} {:?}",
                        at.line,
                        options(section),
                        revision.text(section)
                    );
                }
            }
        }
        shown
    }

    fn options(section: &Section) -> String {
        let mut shown = String::new();
        if section.transaction == Transactional::No {
            shown.push_str(" no transaction");
        }
        for (name, limit) in [
            ("lock", section.lock_timeout),
            ("statement", section.statement_timeout),
        ] {
            if let SectionLimit::Limit(limit) = limit {
                let _ = write!(shown, " {name} {limit:?}");
            }
        }
        shown
    }

    #[test]
    fn a_file_with_a_header() {
        insta::assert_snapshot!(shown(&[(
            "a.sql",
            "-- add task_id to memories\n--\n-- revision: abc123def456\n-- Revises: def456ghi789, x.1\n\n\
             -- migrate:up transaction:false lock-timeout:2s statement-timeout:0\nSELECT 1;\n\n\
             --migrate:down\nSELECT 2;\n",
        )]), @r#"
        abc123def456 <- def456ghi789, x.1: add task_id to memories
          up a.sql:7 no transaction lock Some(2s) statement None "SELECT 1;\n\n"
          down a.sql:10 "SELECT 2;\n"
        "#);
    }

    #[test]
    fn a_header_declares_all_that_it_may() {
        let text = "-- note: a: b\n-- revision: b2\n-- revises:\n-- depends-on: x, y\n\
                    -- branch: one,two\n-- replaces: a1 , a2\n-- created: 2024-12-31 12:34:56 UTC\n\
                    /* licence\n-- revision: no */\n-- migrate:up\n";
        let revisions = read(&[Arc::new(Source::new("a.sql", text))]).expect("well-formed");
        let [revision] = revisions.as_slice() else {
            panic!("{revisions:?}");
        };
        assert_eq!(revision.message, "note: a: b");
        assert_eq!(revision.down_revisions, []);
        assert_eq!(revision.depends_on, ["x", "y"]);
        assert_eq!(revision.labels, ["one", "two"]);
        assert_eq!(
            revision.replaces,
            [RevisionId::recorded("a1"), RevisionId::recorded("a2")]
        );
        assert_eq!(revision.created.as_deref(), Some("2024-12-31 12:34:56 UTC"));
        assert_eq!(revision.down, None);
    }

    #[test]
    fn only_a_comment_of_sql_is_a_marker() {
        insta::assert_snapshot!(shown(&[
            ("a.sql", "-- revision: a\n-- migrate:up\nselect '\n-- migrate:down\n', $$\n-- migrate:down\n$$;\n\
                       /*\n-- migrate:down\n*/\ncopy t from stdin;\n-- migrate:down\n\\.\n  -- migrate:down  \ndrop"),
            ("b.sql", "-- revision: b\r\n-- migrate:up\r\ncopy t from stdin;\r\n1\r\n-- migrate:down\r\nselect"),
        ]), @r#"
        a <- : 
          up a.sql:3 "select '\n-- migrate:down\n', $$\n-- migrate:down\n$$;\n/*\n-- migrate:down\n*/\ncopy t from stdin;\n-- migrate:down\n\\.\n"
          down a.sql:15 "drop"
        b <- : 
          up b.sql:3 "copy t from stdin;\r\n1\r\n"
          down b.sql:6 "select"
        "#);
    }

    #[test]
    fn numbered_files_follow_one_another_by_value() {
        insta::assert_snapshot!(shown(&[
            ("10_c.sql", "-- Revised: by Ada\nselect 10"),
            ("1_a.sql", "\u{feff}-- replaces: the old one\r\nselect 1"),
            ("9_b.sql", "-- migrate:up\nselect 9\n-- migrate:down\nselect -9"),
            ("x.sql", "-- revision: x\n-- revises: 9\n-- migrate:up\n"),
        ]), @r#"
        10 <- 9: c
          up 10_c.sql:1 "-- Revised: by Ada\nselect 10"
        1 <- : a
          up 1_a.sql:1 "-- replaces: the old one\r\nselect 1"
        9 <- 1: b
          up 9_b.sql:2 "select 9\n"
          down 9_b.sql:4 "select -9"
        x <- 9: 
          up x.sql:4 ""
        "#);
    }

    #[test]
    fn two_files_with_one_number_are_its_two_directions() {
        insta::assert_snapshot!(shown(&[
            ("1_a.down.sql", "drop table a"),
            ("1_a.up.sql", "create table a ()"),
            ("2_b.down.sql", "-- undo\n-- migrate:down transaction:false\ndrop table b;"),
            ("2_b.up.sql", "-- migrate:up lock-timeout:1s\ncreate table b ();\n"),
            ("3_c.up.sql", ""),
        ]), @r#"
        1 <- : a
          up 1_a.up.sql:1 "create table a ()"
          down 1_a.down.sql:1 "drop table a"
        2 <- 1: b
          up 2_b.up.sql:2 lock Some(1s) "create table b ();\n"
          down 2_b.down.sql:3 no transaction "drop table b;"
        3 <- 2: c
          up 3_c.up.sql:1 ""
        "#);
    }
}
