//! The text of a new file, from a template: `${header}` and a few more stand
//! for what differs from file to file.

use std::sync::Arc;

use super::super::{FormatError, Spot, WriteError};
use crate::source::Source;

const OPEN: &str = "${";
const HEADER: &str = "header";

const NAMES: [&str; 5] = [HEADER, "message", "revision", "revises", "created"];

/// A template that has been read.
#[derive(Clone, Debug)]
pub(super) struct Template {
    source: Arc<Source>,
    /// Where its header stands.
    pub(super) header: Spot,
}

/// What the names of a template stand for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values<'a> {
    /// Without the line's end.
    pub(super) header: &'a str,
    pub(super) message: &'a str,
    pub(super) revision: &'a str,
    pub(super) revises: &'a str,
    pub(super) created: &'a str,
}

impl Values<'_> {
    fn of(&self, name: &str) -> Option<&str> {
        match name {
            HEADER => Some(self.header),
            "message" => Some(self.message),
            "revision" => Some(self.revision),
            "revises" => Some(self.revises),
            "created" => Some(self.created),
            _ => None,
        }
    }
}

impl Template {
    /// Reads a template, and a file made from it, so that what is wrong is
    /// told with its line of the template.
    ///
    /// # Errors
    ///
    /// - [`WriteError::Name`], [`WriteError::NoHeader`],
    ///   [`WriteError::HeaderNotAlone`] and [`WriteError::HeaderPlace`].
    /// - [`WriteError::Template`] for what the files of a directory can have wrong.
    pub(super) fn read(source: &Arc<Source>) -> Result<Self, WriteError> {
        let mut header: Option<Spot> = None;
        for (at, name) in names(source.text()) {
            let spot = Spot::new(source, at);
            let Some(name) = name.filter(|name| NAMES.contains(name)) else {
                return Err(WriteError::Name {
                    spot,
                    nearest: name.and_then(nearest),
                });
            };
            if name != HEADER {
                continue;
            }
            if header.is_some() || source.line_at(at).trim() != "${header}" {
                return Err(WriteError::HeaderNotAlone { spot });
            }
            header = Some(spot);
        }
        let Some(header) = header else {
            let spot = Spot::new(source, 0);
            return Err(WriteError::NoHeader { spot });
        };
        let template = Self {
            source: Arc::clone(source),
            header,
        };
        // One line for one line, so that places stay where they are.
        let text = template.filled(&Values {
            header: "-- revision: x",
            message: "x",
            revision: "x",
            revises: "x",
            created: "x",
        });
        match super::read(&[Arc::new(Source::new(source.path(), text))]) {
            Ok(_) => Ok(template),
            Err(FormatError::Unnamed { .. }) => Err(WriteError::HeaderPlace {
                spot: template.header,
            }),
            Err(error) => Err(WriteError::Template(error)),
        }
    }

    /// Returns the text with every name replaced.
    pub(super) fn filled(&self, values: &Values<'_>) -> String {
        let text = self.source.text();
        let mut filled = String::with_capacity(text.len() + values.header.len());
        let mut from = 0;
        for (at, name) in names(text) {
            let Some((name, value)) = name.and_then(|name| Some((name, values.of(name)?))) else {
                continue;
            };
            filled.push_str(&text[from..at]);
            filled.push_str(value);
            from = at + OPEN.len() + name.len() + 1;
        }
        filled + &text[from..]
    }
}

/// Returns where names stand; `None` for one without an end on its line.
fn names(text: &str) -> impl Iterator<Item = (usize, Option<&str>)> {
    text.match_indices(OPEN).map(|(at, _)| {
        let line = text[at + OPEN.len()..].lines().next().unwrap_or_default();
        (at, line.split_once('}').map(|(name, _)| name))
    })
}

fn nearest(written: &str) -> Option<&'static str> {
    NAMES
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(written, name), name))
        .filter(|(distance, name)| *distance <= name.len() / 3)
        .min()
        .map(|(_, name)| name)
}
