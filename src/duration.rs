//! The grammar of durations: `500ms`, `60s`, `2m`, `1m30s`.
//!
//! A number needs a unit, since another tool's `30` may mean anything; only
//! `0` stands alone, and what it means is decided where it is used. There is
//! no word for "for ever" and there are no fractions.

use std::time::Duration;

/// The units, from the largest to the smallest, in milliseconds.
const UNITS: [(&str, u64); 5] = [
    ("d", 24 * 60 * 60 * 1000),
    ("h", 60 * 60 * 1000),
    ("m", 60 * 1000),
    ("s", 1000),
    ("ms", 1),
];

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    #[error("a duration is empty")]
    Empty,
    #[error("`{0}` has no unit: write `{0}s` for seconds or `{0}ms` for milliseconds")]
    NoUnit(String),
    #[error("`{unit}` is not a unit of time: use ms, s, m, h or d")]
    Unit { unit: String },
    #[error("`{0}` is not a duration: write a number and a unit, such as `500ms`, `60s` or `2m`")]
    Malformed(String),
    #[error("`{0}` repeats a unit, or its units do not go from the largest to the smallest")]
    Order(String),
    #[error("`{0}` is too long for a duration")]
    TooLong(String),
}

/// Returns the duration that a text means.
///
/// # Errors
///
/// - [`DurationError::Empty`] for nothing but white space.
/// - [`DurationError::NoUnit`] for a bare number other than `0`.
/// - [`DurationError::Unit`] for a number with an unknown unit.
/// - [`DurationError::Malformed`] for anything that is not digits and units.
/// - [`DurationError::Order`] for `1s1m` and `1s2s`.
/// - [`DurationError::TooLong`] for one that 64 bits of milliseconds cannot hold.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(DurationError::Empty);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return if text.bytes().all(|byte| byte == b'0') {
            Ok(Duration::ZERO)
        } else {
            Err(DurationError::NoUnit(text.to_owned()))
        };
    }
    let mut rest = text;
    let mut total: u64 = 0;
    let mut next_unit = 0;
    while !rest.is_empty() {
        let number;
        let unit;
        (number, rest) = split(rest, |c| c.is_ascii_digit());
        (unit, rest) = split(rest, char::is_alphabetic);
        if number.is_empty() || unit.is_empty() {
            return Err(DurationError::Malformed(text.to_owned()));
        }
        let Some(index) = UNITS.iter().position(|(name, _)| *name == unit) else {
            return Err(DurationError::Unit {
                unit: unit.to_owned(),
            });
        };
        if index < next_unit {
            return Err(DurationError::Order(text.to_owned()));
        }
        next_unit = index + 1;
        total = number
            .parse::<u64>()
            .ok()
            .and_then(|count| count.checked_mul(UNITS[index].1))
            .and_then(|part| total.checked_add(part))
            .ok_or_else(|| DurationError::TooLong(text.to_owned()))?;
    }
    Ok(Duration::from_millis(total))
}

/// Returns a duration as [`parse`] reads it, in as few units as say it
/// exactly to the millisecond: `1m30s`, `500ms`, `0`.
pub fn shown(duration: Duration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    if rest == 0 {
        return "0".to_owned();
    }
    let mut text = String::new();
    for (name, length) in UNITS {
        let count = rest / length;
        rest %= length;
        if count > 0 {
            text.push_str(&count.to_string());
            text.push_str(name);
        }
    }
    text
}

/// Cuts a text after its first characters of a class.
fn split(text: &str, class: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !class(c)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<u64, &str>) {
        let actual = parse(text).map_err(|error| error.to_string());
        assert_eq!(
            actual,
            expected
                .map(Duration::from_millis)
                .map_err(ToOwned::to_owned)
        );
    }

    #[test]
    fn a_number_and_a_unit_is_a_duration() {
        check("500ms", Ok(500));
        check("60s", Ok(60_000));
        check("2m", Ok(120_000));
        check("1h", Ok(3_600_000));
        check("1d", Ok(86_400_000));
        check("1m30s", Ok(90_000));
        check("1h0m1ms", Ok(3_600_001));
        check(" 5s\n", Ok(5_000));
        check("0s", Ok(0));
    }

    #[test]
    fn only_zero_stands_without_a_unit() {
        check("0", Ok(0));
        check("00", Ok(0));
        check(
            "30",
            Err("`30` has no unit: write `30s` for seconds or `30ms` for milliseconds"),
        );
    }

    #[test]
    fn anything_else_is_rejected() {
        check("", Err("a duration is empty"));
        check("  ", Err("a duration is empty"));
        let unit = |unit: &str| format!("`{unit}` is not a unit of time: use ms, s, m, h or d");
        check("3sec", Err(&unit("sec")));
        check("3S", Err(&unit("S")));
        check("3µs", Err(&unit("µs")));
        let malformed = |text: &str| {
            format!(
                "`{text}` is not a duration: write a number and a unit, such as `500ms`, `60s` or `2m`"
            )
        };
        for text in ["infinity", "-1s", "1.5s", "1m30", "s", "1 s", "1m 30s"] {
            check(text, Err(&malformed(text)));
        }
        let order = |text: &str| {
            format!(
                "`{text}` repeats a unit, or its units do not go from the largest to the smallest"
            )
        };
        for text in ["30s1m", "1s2s"] {
            check(text, Err(&order(text)));
        }
        for text in ["99999999999999999999s", "18446744073709551615s"] {
            check(text, Err(&format!("`{text}` is too long for a duration")));
        }
    }

    #[test]
    fn a_duration_is_shown_as_it_would_be_written() {
        for text in ["0", "1ms", "500ms", "5s", "1m30s", "1h", "2d1ms"] {
            assert_eq!(parse(text).map(shown), Ok(text.to_owned()));
        }
        assert_eq!(shown(Duration::from_millis(90_500)), "1m30s500ms");
    }
}
