//! How errors list names and places: enough to act on, never a screenful.

use crate::diagnostic::{Diagnostic, Place};
use crate::revision::{Located, Mention, RevisionId};

/// So many places or names are shown; of the others only the number.
const SHOWN: usize = 8;

/// Returns the diagnostic with these places, or the first of them.
pub(super) fn with_places(
    mut diagnostic: Diagnostic,
    places: impl ExactSizeIterator<Item = Place>,
) -> Diagnostic {
    let more = places.len().saturating_sub(SHOWN);
    diagnostic.places.extend(places.take(SHOWN));
    if more > 0 {
        diagnostic = diagnostic.cause(format!("the same holds for {more} more"));
    }
    diagnostic
}

/// Returns names in backticks: `a`, `b` and `c`.
pub(super) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    if quoted.len() > SHOWN {
        let more = quoted.len() - SHOWN;
        quoted.truncate(SHOWN);
        quoted.push(format!("{more} more"));
    }
    match quoted.pop() {
        None => String::new(),
        Some(last) if quoted.is_empty() => last,
        Some(last) => format!("{} and {last}", quoted.join(", ")),
    }
}

pub(super) fn ids<'a>(ids: impl IntoIterator<Item = &'a RevisionId>) -> String {
    names(ids.into_iter().map(RevisionId::as_str))
}

/// Returns the place of a mention: its line, or the file where it has none.
pub(super) fn mentioned(mention: &Mention) -> Place {
    let place = match mention.offset {
        Some(offset) => Place::in_source(&mention.source, offset),
        None => Place::named(mention.source.path().display().to_string()),
    };
    place.note(format!("revision `{}`", mention.revision))
}

/// Returns the place of a revision with what it revises.
pub(super) fn located(located: &Located) -> Place {
    let revises = match &located.down_revisions[..] {
        [] => "a base".to_owned(),
        down => format!("revises {}", ids(down)),
    };
    Place::named(located.path.display().to_string())
        .note(format!("revision `{}`, {revises}", located.revision))
}
