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

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{FormatError, Half, Spot};
use crate::revision::{Revision, RevisionId, Section};
use crate::source::Source;
use header::Header;
use layout::Layout;
use name::{Content, Name, Number};

/// A file without a header.
struct Numbered {
    file: Arc<Source>,
    id: RevisionId,
    message: String,
    up: Section,
    down: Option<Section>,
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
                up,
                down: layout.down,
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
            (down, None) => (self.file, down),
            (Some(section), Some(down)) => {
                return Err(FormatError::DuplicateSection {
                    first: Spot::new(&self.file, section.span.start),
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
        (Some(up), _) => Ok(up.clone()),
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
            spot: Spot::new(file, up.span.start),
        }),
        (None, Some(down)) => Ok(down.clone()),
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
