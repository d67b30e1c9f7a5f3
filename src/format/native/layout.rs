//! Where a file's sections begin and end.
//!
//! Only a comment of SQL can be a marker: a line of a string, of a function's
//! body or of inline data is none, however it looks.

use std::sync::Arc;

use super::super::{FormatError, Half, Spot};
use super::marker::{self, Marker, Options};
use crate::revision::Section;
use crate::source::Source;
use crate::sql;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The parts of a file.
#[derive(Debug)]
pub(super) struct Layout {
    /// Where its first line begins.
    pub(super) start: usize,
    /// Where the comment lines at its top end.
    pub(super) head_end: usize,
    pub(super) up: Option<Marked>,
    pub(super) down: Option<Marked>,
}

/// A section with a marker.
#[derive(Clone, Debug)]
pub(super) struct Marked {
    /// Where the marker's line begins.
    pub(super) at: usize,
    pub(super) section: Section,
}

impl Layout {
    /// Reads a file's markers and checks its SQL.
    ///
    /// # Errors
    ///
    /// - [`FormatError::Sql`] for a quote without an end and the like.
    /// - What is wrong with a marker or with the order of markers.
    pub(super) fn read(file: &Arc<Source>) -> Result<Self, FormatError> {
        let text = file.text();
        let start = text.len() - text.trim_start_matches(BYTE_ORDER_MARK).len();
        let head_end = start + head_length(&text[start..]);
        let markers = markers(file, head_end)?;
        if let Some(first) = markers.first() {
            // Comments in `/* */` may stand there, too.
            if !sql::is_blank(&text[head_end..first.start]) {
                return Err(FormatError::BeforeMarker {
                    spot: Spot::new(file, first_code(text, head_end)),
                    marker: Spot::new(file, first.start),
                });
            }
        }
        let up = one(file, &markers, Half::Up)?;
        let down = one(file, &markers, Half::Down)?;
        if let (Some(up), Some(down)) = (up, down)
            && down.start < up.start
        {
            return Err(FormatError::DownFirst {
                spot: Spot::new(file, down.start),
            });
        }
        let up_end = down.map_or(text.len(), |down| down.start);
        Ok(Self {
            start,
            head_end,
            up: up.map(|marker| marked(marker, up_end)),
            down: down.map(|marker| marked(marker, text.len())),
        })
    }

    /// Returns the whole file as one section, for a file without markers.
    pub(super) fn whole(&self, file: &Source) -> Section {
        Options::default().section(self.start, file.text().len())
    }
}

fn marked(marker: &Marker, end: usize) -> Marked {
    Marked {
        at: marker.start,
        section: marker.options.section(marker.end, end),
    }
}

/// Measures the comment and blank lines that a text begins with, up to the
/// first marker.
fn head_length(text: &str) -> usize {
    text.split_inclusive('\n')
        .take_while(|line| {
            let line = line.trim_ascii();
            line.is_empty() || (line.starts_with("--") && marker::meant(line).is_none())
        })
        .map(str::len)
        .sum()
}

fn markers(file: &Arc<Source>, from: usize) -> Result<Vec<Marker>, FormatError> {
    let mut markers = Vec::new();
    let mut from = from;
    loop {
        let text = &file.text()[from..];
        let mut fault = None;
        let scanned = sql::scan(text, |at, comment| {
            match marker::marker(file, from + at, comment) {
                Ok(found) => markers.extend(found),
                Err(error) => {
                    fault.get_or_insert(error);
                }
            }
        });
        // What comes first in the file is said first.
        if let Some(fault) = fault {
            return Err(fault);
        }
        let scanned = scanned.map_err(|error| {
            let error = error.shifted(from);
            FormatError::Sql {
                spot: Spot::new(file, error.at()),
                error,
            }
        })?;
        // Inline data without an end of its own ends with its section.
        let next = scanned.open_data.and_then(|at| {
            let mut line_at = from + at;
            for line in text[at..].split_inclusive('\n') {
                if marker::meant(line).is_some() {
                    return Some(line_at);
                }
                line_at += line.len();
            }
            None
        });
        match next {
            Some(next) => from = next,
            None => return Ok(markers),
        }
    }
}

/// Returns the only marker of one half.
fn one<'a>(
    file: &Arc<Source>,
    markers: &'a [Marker],
    half: Half,
) -> Result<Option<&'a Marker>, FormatError> {
    let mut found = markers.iter().filter(|marker| marker.half == half);
    let first = found.next();
    match (first, found.next()) {
        (Some(first), Some(second)) => Err(FormatError::DuplicateSection {
            first: Spot::new(file, first.start),
            second: Spot::new(file, second.start),
            half,
        }),
        (first, _) => Ok(first),
    }
}

/// Returns where the first line begins that is not blank.
fn first_code(text: &str, from: usize) -> usize {
    from + (text[from..].len() - text[from..].trim_start().len())
}
