//! How a directory numbers its files, for the next one.

use super::super::Moment;
use super::header::Header;
use super::layout::Layout;
use super::name::{Content, Name, Number};
use crate::revision::{Revision, RevisionId};

/// A directory in which no file has a header.
#[derive(Clone, Debug)]
pub(super) struct Numbering {
    /// The highest number.
    pub(super) last: Number,
    pub(super) habit: Habit,
}

/// How the last file of a numbered directory is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    /// The whole file is the up section.
    Whole,
    /// Sections with markers.
    Marked,
    /// `.up.sql` and `.down.sql`
    Pair,
}

impl Numbering {
    /// Returns how a directory is numbered; `None` for an empty one, and for
    /// one in which a file has a header.
    pub(super) fn of(revisions: &[Revision]) -> Option<Self> {
        let mut last: Option<(Number, &Revision)> = None;
        for revision in revisions {
            let number = Name::of(revision.source.path()).number?;
            if has_header(revision) {
                return None;
            }
            if last.as_ref().is_none_or(|(highest, _)| *highest < number) {
                last = Some((number, revision));
            }
        }
        let (last, revision) = last?;
        Some(Self {
            last,
            habit: habit(revision),
        })
    }

    /// Returns the next number, as wide as the last one; where numbers are the
    /// time, the time.
    pub(super) fn next(&self, moment: &Moment) -> RevisionId {
        let next = incremented(self.last.as_str());
        let now = moment.digits();
        if is_time(&next) && now.len() == next.len() && now > next {
            return RevisionId::recorded(&now);
        }
        RevisionId::recorded(&next)
    }
}

fn has_header(revision: &Revision) -> bool {
    let Ok(layout) = Layout::read(&revision.source) else {
        // Only the two files of a pair, taken as one, can be wrong here.
        return false;
    };
    let header = Header::read(&revision.source, layout.start, layout.head_end);
    matches!(header.declared(), Ok(Some(_)))
}

fn habit(revision: &Revision) -> Habit {
    if Name::of(revision.source.path()).content == Content::Up {
        return Habit::Pair;
    }
    match Layout::read(&revision.source) {
        Ok(layout) if layout.up.is_some() => Habit::Marked,
        Ok(_) | Err(_) => Habit::Whole,
    }
}

/// Returns the decimal digits of the next number, with the zeros in front.
fn incremented(digits: &str) -> String {
    let mut next: Vec<u8> = digits.bytes().collect();
    for digit in next.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return String::from_utf8_lossy(&next).into_owned();
        }
        *digit = b'0';
    }
    format!("1{}", String::from_utf8_lossy(&next))
}

/// Returns whether digits look like `20240331123456`, sqlx's habit.
fn is_time(digits: &str) -> bool {
    digits.len() == 14
        && (digits.starts_with("19") || digits.starts_with("20"))
        && ("01"..="12").contains(&&digits[4..6])
        && ("01"..="31").contains(&&digits[6..8])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::source::Source;

    const NOW: Moment = Moment {
        year: 2024,
        month: 3,
        day: 9,
        hour: 7,
        minute: 5,
        second: 1,
        epoch: 1_709_967_901,
        zone: String::new(),
    };

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: Option<(&str, Habit)>) {
        let files: Vec<_> = files
            .iter()
            .map(|(name, text)| Arc::new(Source::new(*name, *text)))
            .collect();
        let revisions = super::super::read(&files).expect("well-formed");
        let numbering = Numbering::of(&revisions);
        let found = numbering.map(|found| (found.next(&NOW).to_string(), found.habit));
        assert_eq!(
            found,
            expected.map(|(next, habit)| (next.to_owned(), habit))
        );
    }

    #[test]
    fn the_next_number_is_as_wide_as_the_last() {
        check(
            &[("0001_a.sql", ""), ("0002_b.sql", "")],
            Some(("0003", Habit::Whole)),
        );
        check(
            &[("9_a.sql", ""), ("10_b.sql", "")],
            Some(("11", Habit::Whole)),
        );
        check(&[("099_a.sql", "")], Some(("100", Habit::Whole)));
        check(&[("99_a.sql", "")], Some(("100", Habit::Whole)));
    }

    #[test]
    fn the_last_file_shows_the_habit() {
        check(
            &[
                ("1_a.sql", ""),
                ("2_b.sql", "-- migrate:up\n-- migrate:down\n"),
            ],
            Some(("3", Habit::Marked)),
        );
        check(
            &[("1_a.up.sql", "-- migrate:up\n"), ("1_a.down.sql", "")],
            Some(("2", Habit::Pair)),
        );
    }

    #[test]
    fn times_are_followed_by_the_time() {
        check(
            &[("20240101000000_a.sql", "")],
            Some(("20240309070501", Habit::Whole)),
        );
        check(
            &[("20250101000000_a.sql", "")],
            Some(("20250101000001", Habit::Whole)),
        );
        check(
            &[("20249901000000_a.sql", "")],
            Some(("20249901000001", Habit::Whole)),
        );
    }

    #[test]
    fn a_header_is_another_habit() {
        check(&[], None);
        check(
            &[
                ("1_a.sql", ""),
                ("2_b.sql", "-- revision: b\n-- revises: 1\n-- migrate:up\n"),
            ],
            None,
        );
    }
}
