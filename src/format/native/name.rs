//! What a file's name says: `0001_add_users.sql`, `12_x.up.sql`.

use std::cmp::Ordering;
use std::path::Path;

/// The parts of a file's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) number: Option<Number>,
    /// What stands after the number, with spaces for underscores.
    pub(super) message: String,
    pub(super) content: Content,
}

/// The digits that a name begins with. They compare by value, whatever zeros
/// stand in front and however many there are.
#[derive(Clone, Debug)]
pub(super) struct Number {
    digits: String,
    /// So many zeros stand in front.
    zeros: usize,
}

/// Which sections a file holds according to its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// `x.sql`
    Whole,
    /// `x.up.sql`: its down section may be in a file of its own.
    Up,
    /// `x.down.sql`
    Down,
}

impl Name {
    pub(super) fn of(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let stem = name.strip_suffix(".sql").unwrap_or(&name);
        let (stem, content) = if let Some(stem) = stem.strip_suffix(".up") {
            (stem, Content::Up)
        } else if let Some(stem) = stem.strip_suffix(".down") {
            (stem, Content::Down)
        } else {
            (stem, Content::Whole)
        };
        let digits = stem.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = stem.split_at(digits);
        Self {
            number: (!number.is_empty()).then(|| Number::new(number)),
            message: rest
                .trim_start_matches(|c: char| !c.is_alphanumeric())
                .replace('_', " "),
            content,
        }
    }
}

impl Number {
    fn new(digits: &str) -> Self {
        Self {
            digits: digits.to_owned(),
            zeros: digits.bytes().take_while(|digit| *digit == b'0').count(),
        }
    }

    /// Returns the digits as they are written.
    pub(super) fn as_str(&self) -> &str {
        &self.digits
    }

    fn significant(&self) -> &str {
        &self.digits[self.zeros..]
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.significant(), other.significant());
        a.len().cmp(&b.len()).then_with(|| a.cmp(b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, number: Option<&str>, message: &str, content: Content) {
        let name = Name::of(Path::new(file));
        assert_eq!(name.number.as_ref().map(Number::as_str), number);
        assert_eq!(name.message, message);
        assert_eq!(name.content, content);
    }

    #[test]
    fn a_name_has_a_number_a_message_and_a_content() {
        check(
            "m/0001_add_users.sql",
            Some("0001"),
            "add users",
            Content::Whole,
        );
        check("12-a-b.up.sql", Some("12"), "a-b", Content::Up);
        check("12.down.sql", Some("12"), "", Content::Down);
        check("V1__x.sql", None, "V1  x", Content::Whole);
        check("1__é.sql", Some("1"), "é", Content::Whole);
    }

    #[test]
    fn numbers_compare_by_value() {
        let order = |a: &str, b: &str| Number::new(a).cmp(&Number::new(b));
        assert_eq!(order("01", "1"), Ordering::Equal);
        assert_eq!(order("9", "10"), Ordering::Less);
        assert_eq!(order("0", "00"), Ordering::Equal);
        assert_eq!(
            order("99999999999999999999999", "100000000000000000000000"),
            Ordering::Less
        );
    }
}
